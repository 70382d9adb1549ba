"""Every form of cell: missing, several items, files, bad ones; and a user's own functions."""

import random

import numpy as np
import pandas as pd
import pytest
import soundfile
from PIL import Image
from sklearn.linear_model import LogisticRegression

from mmsk import AugmentedClassifier, fusion_pipeline
from mmsk.errors import MediaBatchError, MmskError
from mmsk.image import HOG

PICTURE = np.random.default_rng(0).integers(0, 255, (20, 30, 3)).astype(np.uint8)
SOUND = np.random.default_rng(0).standard_normal(3000).astype(np.float32) / 10


@pytest.fixture
def copies_of(spy, log):
    """Return a function that returns the copies of a column of cells."""

    def copies_of(kind, cells, **parameters):
        frame = pd.DataFrame({"x": pd.Series(cells, dtype=object)})
        parameters = {"random_state": 0, "columns": {kind: "x"}, **parameters}
        AugmentedClassifier(spy, **parameters).fit(frame, np.arange(len(frame)) % 2)
        found = log[-1]["X"]["x"].tolist()
        assert all(new is old for new, old in zip(found, cells, strict=False))
        return found[len(cells) :]

    return copies_of


@pytest.mark.parametrize("kind", ["image", "audio", "text"])
def test_missing_cells_stay_missing(copies_of, kind):
    missing = [None, np.nan, pd.NA, pd.NaT, [], [None]]
    assert all(new is old for new, old in zip(copies_of(kind, missing), missing, strict=True))


def test_a_blank_text_stays_blank(copies_of):
    assert copies_of("text", ["", "  "]) == ["", "  "]


def test_a_list_stays_a_list_and_each_item_draws_for_itself(copies_of):
    cells = [[PICTURE, PICTURE, None], [PICTURE], PICTURE]
    two, one, single = copies_of("image", cells)
    assert [len(two), len(one)] == [2, 1]
    assert not np.array_equal(two[0], two[1])
    assert isinstance(single, np.ndarray)
    texts = [["a red fox", "two grey geese on a lake"], np.array(["a b c d", "e"], dtype=object)]
    assert [len(copy) for copy in copies_of("text", texts, text=[("mask", 0.5)])] == [2, 2]


def test_every_form_of_picture(copies_of, tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(PICTURE).save(path)
    forms = [str(path), path, path.read_bytes(), Image.open(path), PICTURE, {"path": str(path)}, PICTURE[..., 0]]
    for copy in copies_of("image", forms, image=[("brightness", 0.1)]):
        assert copy.shape == PICTURE.shape
        assert copy.dtype == np.uint8


def test_every_form_of_sound(copies_of, tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, SOUND, 8000, subtype="FLOAT")
    forms = [str(path), path.read_bytes(), (SOUND, 8000), {"array": SOUND, "sampling_rate": 8000}]
    for samples, rate in copies_of("audio", forms, audio=["shift"]):
        assert rate == 8000
        assert sorted(samples) == sorted(SOUND)


def test_bytes_become_texts(copies_of):
    assert copies_of("text", ["Grüße".encode(), "x"]) == ["Grüße", "x"]


def test_large_pictures_are_brought_down_and_keep_their_proportions_and_opacity(copies_of):
    large = np.zeros((600, 300, 4), dtype=np.uint8)
    large[:300, :, 3] = 255
    (copy,) = copies_of("image", [large], image=["brightness"])
    assert copy.shape == (256, 128, 4)
    assert (copy[:120, :, 3] == 255).all()
    assert (copy[136:, :, 3] == 0).all()


def test_columns_keep_their_types(table, target, spy, log):
    table["title"] = table["title"].astype("string")
    table["kind"] = pd.Categorical(["a", "b"] * 6)
    columns = {"image": ["photo"], "audio": ["clip"], "text": ["title"]}
    AugmentedClassifier(spy, columns=columns).fit(table, target)
    assert log[-1]["X"].dtypes.astype(str).to_dict() == table.dtypes.astype(str).to_dict()


def test_a_bad_item_is_left_for_the_descriptor_to_report(copies_of, table, target):
    assert copies_of("image", ["nowhere.png", b"no picture", 3]) == ["nowhere.png", b"no picture", 3]
    table["photo"] = pd.Series([b"no picture", *table["photo"][1:]], index=table.index, dtype=object)
    strict = fusion_pipeline([("image", HOG(), "photo")], LogisticRegression())
    with pytest.raises(MediaBatchError, match="r0 at position 0: <10 bytes>: unknown_format"):
        AugmentedClassifier(strict).fit(table, target)
    lenient = fusion_pipeline([("image", HOG(on_error="missing"), "photo")], LogisticRegression())
    assert AugmentedClassifier(lenient).fit(table, target).predict(table).shape == (12,)


def test_files_are_read_under_the_limits_of_their_columns_descriptor(table, target, tmp_path, log):
    for number, photo in enumerate(table["photo"]):
        Image.fromarray(photo).save(tmp_path / f"{number}.png")
    table["photo"] = [f"{number}.png" for number in range(12)]
    opened = []

    def spying(picture):
        opened.append(picture.shape)
        return picture

    for limits, expected in (({"root": str(tmp_path)}, 12), ({"root": str(tmp_path), "max_pixels": 10}, 0)):
        opened.clear()
        hog = HOG(limits=limits, on_error="missing", max_missing=1.0)
        branches = [("image", hog, "photo"), ("price", "passthrough", ["price"])]
        model = fusion_pipeline(branches, LogisticRegression(), weights={"image": 1, "price": 1})
        AugmentedClassifier(model, image=[spying]).fit(table, target)
        assert len(opened) == expected


class Foreign:
    """Called as albumentations' transforms are, with a state of its own."""

    def __init__(self):
        self.generator = np.random.default_rng()
        self.calls = 0

    def set_random_seed(self, seed):
        self.generator = np.random.default_rng(seed)

    def __call__(self, *args, force_apply=False, **data):
        assert not args
        self.calls += 1
        return {"image": data["image"] // 2 + self.generator.integers(0, 9) + self.calls}


def hissing(samples, sample_rate):
    """Called as audiomentations' transforms are, and draws as they do."""
    assert isinstance(sample_rate, int)
    return samples + np.float32(random.random()) + np.random.rand(len(samples)).astype(np.float32)  # noqa: NPY002


@pytest.mark.parametrize(
    ("kind", "function", "cell"),
    [
        ("image", Foreign(), PICTURE),
        ("image", np.fliplr, PICTURE),
        ("audio", hissing, (SOUND, 8000)),
        ("text", str.upper, "a fox"),
    ],
)
def test_a_users_function_repeats_itself(copies_of, kind, function, cell):
    random.seed(5)
    before = random.getstate()
    answers = [copies_of(kind, [cell] * 20, **{kind: [function]}, n_jobs=n_jobs) for n_jobs in (1, 2)]
    first, second = ([np.asarray(one[0] if kind == "audio" else one).tolist() for one in answer] for answer in answers)
    assert first == second
    assert first[0] != np.asarray(cell[0] if kind == "audio" else cell).tolist()
    assert random.getstate() == before
    if function is hissing or isinstance(function, Foreign):
        assert len({str(one) for one in first}) > 5


def test_functions_and_names_go_one_after_the_other(copies_of):
    (copy,) = copies_of("image", [PICTURE], image=[("flip", 1.0), np.flipud])
    np.testing.assert_array_equal(copy, PICTURE[::-1, ::-1])


def test_a_function_is_given_a_picture_on_white_which_stays_opaque(copies_of):
    seen = np.dstack([PICTURE, np.full(PICTURE.shape[:2], 255, dtype=np.uint8)])
    seen[:, :10, 3] = 0
    (copy,) = copies_of("image", [seen], image=[np.fliplr])
    expected = PICTURE.copy()
    expected[:, :10] = 255
    np.testing.assert_array_equal(copy, expected[:, ::-1])


@pytest.mark.parametrize(
    ("kind", "function", "said"),
    [
        ("image", lambda picture: 1 / 0, "ZeroDivisionError"),
        ("image", lambda picture: "no picture", "wrong_type"),
        ("audio", lambda samples, rate: samples.astype(str), "wrong_type"),
        ("text", len, "wrong_type"),
    ],
)
def test_a_function_that_fails_is_named(copies_of, kind, function, said):
    cell = {"image": PICTURE, "audio": (SOUND, 8000), "text": "a fox"}[kind]
    with pytest.raises(
        MmskError, match=rf"column 'x': .* failed \({said if said[0] == 'Z' else 'MediaError'}.*{kind}="
    ):
        copies_of(kind, [cell], **{kind: [function]})
