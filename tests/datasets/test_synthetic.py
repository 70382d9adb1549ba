"""make_multimodal: where the signal lies, what hides it, what is damaged or missing, and that it stays the same."""

import warnings

import numpy as np
import pandas as pd
import pytest
import soundfile
from PIL import Image
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.utils import Bunch

from mmsk._reference import digest, is_missing
from mmsk.datasets import make_multimodal
from mmsk.datasets._drawing import DRAW, Look
from mmsk.datasets._items import as_columns
from mmsk.datasets._structure import NOTHING, draw_codes, parse_structure

ALL = ("text", "image", "audio", "number")


def same(first, second):
    """Return whether two columns hold the same items, byte for byte."""
    return [None if is_missing(cell) else digest(cell) for cell in first] == [
        None if is_missing(cell) else digest(cell) for cell in second
    ]


def describe(made, name):
    """Return what a simple descriptor sees of a modality: words, hues, a coarse spectrum, numbers."""
    cells = made.frame[made.columns[name]]
    if isinstance(cells, pd.DataFrame):
        return cells.to_numpy()
    if isinstance(cells[0], str):
        return CountVectorizer().fit_transform(cells).toarray()
    if isinstance(cells[0], np.ndarray):
        return np.array([np.array(Image.fromarray(c).convert("HSV").histogram()).reshape(-1, 16).sum(1) for c in cells])
    spectra = np.abs(np.array([np.fft.rfft(samples) for samples, _ in cells]))
    return np.log(spectra[:, : spectra.shape[1] // 8 * 8].reshape(len(spectra), -1, 8).sum(axis=2))


def accuracy(made, names, model=None):
    X = np.hstack([StandardScaler().fit_transform(describe(made, name)) for name in names])
    model = LogisticRegression(max_iter=1000) if model is None else model
    return cross_val_score(model, X, made.target, cv=3).mean()


def test_the_table_and_what_comes_with_it():
    made = make_multimodal(20, modalities=ALL, random_state=0)
    numbers = [f"number_{column}" for column in range(6)]
    assert list(made.frame.columns) == ["text", "image", "audio", *numbers, "label"]
    assert made.columns == {"text": "text", "image": "image", "audio": "audio", "number": numbers}
    assert list(made.data.columns) == list(made.frame.columns[:-1])
    assert made.target.equals(made.frame["label"])
    assert sorted(made.target.value_counts()) == [6, 7, 7]
    picture, (samples, rate) = made.frame["image"][0], made.frame["audio"][0]
    assert picture.shape == (48, 48, 3)
    assert picture.dtype == np.uint8
    assert samples.shape == (3200,)
    assert samples.dtype == np.float32
    assert rate == 8000
    assert 0.001 < np.abs(samples).max() <= 1
    assert isinstance(made.frame["text"][0], str)
    assert "text|image|audio|number: 100%" in made.DESCR


def test_an_integer_makes_the_same_data_each_time():
    first, second, other = (make_multimodal(12, modalities=ALL, missing=0.2, random_state=seed) for seed in (3, 3, 4))
    for column in first.frame:
        assert same(first.frame[column], second.frame[column])
    assert not same(first.frame["image"], other.frame["image"])


def test_nothing_asked_of_one_modality_changes_another():
    structure = {"text|image": 0.5, "text&image": 0.3}
    plain = make_multimodal(30, modalities=("text", "image"), structure=structure, random_state=0)
    more = make_multimodal(
        30,
        modalities={"audio": "audio", "text": "text", "image": "image"},
        structure=structure,
        noise={"image": 0.9, "audio": 1},
        missing={"audio": 0.5},
        corrupt={"image": 0.5},
        random_state=0,
    )
    assert same(plain.frame["text"], more.frame["text"])
    assert not same(plain.frame["image"], more.frame["image"])
    assert plain.target.equals(more.target)


def test_files_hold_what_the_arrays_hold(tmp_path):
    options = {"n_samples": 8, "missing": {"image": 0.25}, "corrupt": 0.3, "random_state": 0}
    arrays, files = make_multimodal(**options).frame, make_multimodal(**options, folder=tmp_path / "new").frame
    assert files["text"].equals(arrays["text"])
    assert files["image"].map(is_missing).tolist() == arrays["image"].map(is_missing).tolist()
    for path, array in zip(files["image"].dropna(), arrays["image"].dropna(), strict=True):
        np.testing.assert_array_equal(np.asarray(Image.open(path)), array)
    for path, (samples, rate) in zip(files["audio"], arrays["audio"], strict=True):
        read, read_rate = soundfile.read(path, dtype="float32")
        assert read_rate == rate
        np.testing.assert_array_equal(read, samples)
    assert files["audio"][3] == str(tmp_path / "new" / "audio" / "00003.wav")
    content = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    make_multimodal(**options, folder=tmp_path / "new")
    assert content == {path: path.read_bytes() for path in tmp_path.rglob("*.*")}


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("kind", ALL)
def test_every_kind_shows_its_code_in_both_looks(kind, together):
    rng = np.random.default_rng(0)
    codes = rng.integers(4, size=160)
    common = {"n_classes": 4, "noise": 0.2, "damaged": False, "image_size": 48, "duration": 0.4}
    looks = [Look(position=(code + 0.5) / 4, together=together, **common) for code in codes]
    items = [DRAW[kind](look, rng) for look in looks]
    seen = as_columns(kind, kind, items, None)
    made = Bunch(frame=pd.DataFrame(seen), columns={kind: list(seen) if kind == "number" else kind}, target=codes)
    assert accuracy(made, [kind]) > 0.85


def test_the_two_looks_differ():
    for kind in ALL:
        structure = {kind: 0.5, f"{kind}&other": 0.5}
        made = make_multimodal(
            200, 2, modalities={kind: kind, "other": "number"}, structure=structure, noise=0.2, random_state=0
        )
        made.target = made.source == kind
        assert accuracy(made, [kind], SVC()) > 0.85, kind


def test_signal_fades_with_noise_and_is_gone_at_one():
    for name in ALL:
        clear, half, gone = (
            accuracy(make_multimodal(240, 2, modalities=(name,), noise=noise, random_state=1), [name])
            for noise in (0, 0.7, 1)
        )
        assert clear > 0.97
        assert clear > half > 0.55, name
        assert abs(gone - 0.5) < 0.1


def test_redundant_signal_is_in_each_modality():
    made = make_multimodal(150, 2, noise=0.1, random_state=0)
    for name in made.columns:
        assert accuracy(made, [name]) > 0.95


def test_unique_signal_adds_up():
    made = make_multimodal(600, 2, modalities=("text", "number"), structure="unique", noise=0, random_state=0)
    both = accuracy(made, ["text", "number"])
    assert accuracy(made, ["text"]) == pytest.approx(0.75, abs=0.06)
    assert accuracy(made, ["number"]) == pytest.approx(0.75, abs=0.06)
    assert both > 0.93


def test_combined_signal_is_in_no_modality_alone():
    kinds = {"a": "number", "b": "number"}
    made = make_multimodal(400, 2, modalities=kinds, structure="combination", noise=0.1, random_state=0)
    for name in made.columns:
        assert abs(accuracy(made, [name], SVC()) - 0.5) < 0.1
    assert abs(accuracy(made, ["a", "b"]) - 0.5) < 0.1  # no line separates XOR
    assert accuracy(made, ["a", "b"], SVC()) > 0.9


@pytest.mark.parametrize("n_classes", [2, 3, 5, None])
def test_codes_add_up_to_the_answer_and_say_nothing_one_by_one(n_classes):
    rng = np.random.default_rng(0)
    n, period = 3000, n_classes or 1
    target = rng.integers(n_classes, size=n) if n_classes else rng.random(n)
    sources = parse_structure({"a&b&c": 0.5, "a|b": 0.2, "c": 0.2}, ["a", "b", "c"])
    source, codes = draw_codes(sources, ["a", "b", "c"], target, n_classes, rng)
    shown = {name: code.position * period - (0.5 if n_classes else 0) for name, code in codes.items()}
    together, shared, alone = source == "a&b&c", source == "a|b", source == "c"
    assert [together.sum(), shared.sum(), alone.sum(), (source == NOTHING).sum()] == [1500, 600, 600, 300]
    total = sum(shown.values())[together]
    off = np.mod(total - target[together] + period / 2, period) - period / 2
    np.testing.assert_allclose(off, 0, atol=1e-9)
    for name in "abc":
        assert abs(np.corrcoef(shown[name][together], target[together])[0, 1]) < 0.08
        pair = np.mod(total - shown[name][together], period)
        assert abs(np.corrcoef(pair, target[together])[0, 1]) < 0.08
        assert np.isnan(shown[name][source == NOTHING]).all()
        np.testing.assert_array_equal(codes[name].together, together)
    for name in "ab":
        np.testing.assert_allclose(shown[name][shared], target[shared])
        assert np.isnan(shown[name][alone]).all()
    assert np.isnan(shown["c"][shared]).all()
    np.testing.assert_allclose(shown["c"][alone], target[alone])


def test_source_says_what_tells_each_row():
    made = make_multimodal(100, structure={"text": 0.25, "image&audio": 0.5}, random_state=0)
    assert pd.Series(made.source).value_counts().to_dict() == {"image&audio": 50, "text": 25, NOTHING: 25}
    unique = make_multimodal(90, structure={"unique": 0.9, "text": 0.1}, random_state=0)
    assert pd.Series(unique.source).value_counts().to_dict() == {"text": 36, "image": 27, "audio": 27}


def test_missing_cells_have_exactly_their_share():
    made = make_multimodal(200, modalities=ALL, missing={"text": 0.25, "number": 0.1}, random_state=0)
    missing = made.data.map(is_missing)
    assert missing["text"].sum() == 50
    assert missing["image"].sum() == 0
    assert (missing[made.columns["number"]].sum(axis=1) == 6).sum() == 20
    assert missing[made.columns["number"]].sum().sum() == 120


def test_damaged_items_mislead_and_bear_marks():
    made = make_multimodal(400, 2, modalities=ALL, noise=0.2, corrupt=0.5, random_state=0)
    assert made.corrupted.sum().tolist() == [200] * 4
    assert made.corrupted.corr().where(~np.eye(4, dtype=bool)).abs().max().max() < 0.2  # one by one
    marks = {
        "text": made.frame["text"].map(len),
        "image": made.frame["image"].map(np.mean),
        "audio": made.frame["audio"].map(lambda sound: np.abs(sound[0]).max()),
    }
    for name, mark in marks.items():
        damaged = made.corrupted[name]
        assert mark[damaged].max() < mark[~damaged].min(), name
    words = CountVectorizer().fit_transform(made.frame["text"])
    sound, damaged = ~made.corrupted["text"].to_numpy(), made.corrupted["text"].to_numpy()
    model = LogisticRegression().fit(words[sound], made.target[sound])
    assert abs(model.score(words[damaged], made.target[damaged]) - 0.5) < 0.15


def test_classes_may_be_unequal_and_modalities_many():
    made = make_multimodal(
        100,
        2,
        modalities={"a": "text", "b": "text", "c": "image", "d": "image", "e": "audio", "f": "number"},
        class_shares=[3, 1],
        image_size=32,
        duration=0.1,
        random_state=0,
    )
    assert made.target.value_counts().to_dict() == {0: 75, 1: 25}
    assert made.frame["d"][0].shape == (32, 32, 3)
    assert len(made.frame["e"][0][0]) == 800
    assert not same(made.frame["a"], made.frame["b"])


def test_a_regression_target_shows_in_every_kind():
    made = make_multimodal(200, None, modalities=ALL, noise=0.1, random_state=0)
    assert made.frame.columns[-1] == "target"
    assert made.target.between(0, 1).all()
    model = make_pipeline(StandardScaler(), Ridge(10))
    for name in ALL:
        assert cross_val_score(model, describe(made, name), made.target, cv=3).mean() > 0.5, name


def test_vocabulary_is_the_same_for_every_seed_and_has_no_word_twice():
    first, second = (make_multimodal(300, 3, modalities=("text",), noise=0, random_state=seed) for seed in (0, 1))
    counts = CountVectorizer().fit(first.frame["text"])
    model = LogisticRegression().fit(counts.transform(first.frame["text"]), first.target)
    assert model.score(counts.transform(second.frame["text"]), second.target) > 0.95
    many = make_multimodal(3000, 100, modalities=("text",), noise=0, random_state=0)
    labels_of = pd.DataFrame({"word": many.frame["text"].str.rstrip(".").str.split(), "label": many.target}).explode(
        "word"
    )
    spread = labels_of.groupby("word")["label"].nunique()
    assert (spread == 1).sum() > 500
    assert set(spread[spread > 1].index) <= set(spread.sort_values().index[-100:])  # filler words


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_samples": 0}, "n_samples must be at least 1"),
        ({"n_classes": 1}, "n_classes must be between 2 and 100"),
        ({"modalities": ()}, "modalities must be"),
        ({"modalities": "text"}, "modalities must be"),
        ({"modalities": ("text", "text")}, "modalities must be"),
        ({"modalities": ("text", "smell")}, "unknown kind 'smell'"),
        ({"modalities": {"a|b": "text"}}, r"'a\|b' cannot be a name"),
        ({"modalities": {"label": "text"}}, "'label' cannot be a name"),
        ({"structure": "sharred"}, "'sharred' is no modality"),
        ({"structure": {"text&video": 1}}, "'video' is no modality"),
        ({"structure": {"text&text": 1}}, "a modality comes twice"),
        ({"structure": {"text": 0.6, "image": 0.6}}, r"add up to 1\.2"),
        ({"structure": {"text": -0.1}}, "the share of 'text' must be between 0 and 1"),
        ({"noise": 1.5}, "noise of 'text' must be between 0 and 1"),
        ({"missing": {"txt": 0.1}}, "missing: 'txt' is no modality; there are text, image, audio"),
        ({"class_shares": [0.5, 0.5]}, "class_shares must be n_classes=3 numbers"),
        ({"image_size": 4}, "image_size must be at least 8"),
        ({"duration": 0}, "duration must be at least one sample"),
    ],
)
def test_wrong_parameters_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        make_multimodal(**{"n_samples": 5, **options})


def test_no_warning_for_one_row():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(make_multimodal(1, modalities=ALL, missing=1.0, random_state=0).frame) == 1
