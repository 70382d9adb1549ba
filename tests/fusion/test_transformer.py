"""FusionTransformer: what is said twice counts once, what modalities agree on because it is true counts fully."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC
from sklearn.utils.estimator_checks import check_estimator

from mmsk import fusion_pipeline, fusion_transformer
from mmsk.fusion import BlockScaler, FusionTransformer
from mmsk.persistence import load, save
from mmsk.text import Tfidf

N = 200
RNG = np.random.default_rng(0)
LABELS = np.array(["a", "b"])[np.arange(N) % 2]


def signal(noise=1.0):
    """Return five columns that tell the labels."""
    return (LABELS == "a")[:, None] + RNG.normal(0, noise, size=(N, 5))


BLOCKS = {"one": signal(), "two": signal(), "noise": RNG.normal(size=(N, 5))}
COLUMNS = {name: [f"{name}{k}" for k in range(5)] for name in BLOCKS}
X = pd.DataFrame({column: BLOCKS[name][:, k] for name in BLOCKS for k, column in enumerate(COLUMNS[name])})
WORDS = {"a": ["red", "fox", "hen"], "b": ["blue", "cow", "hen"]}
X["text"] = [" ".join(RNG.choice(WORDS[label], size=3)) for label in LABELS]


def shares(*names, weight="auto", frame=X, y=LABELS):
    """Return the share of each branch, by its place; branches may be the same columns."""
    branches = [(f"branch{k}", BlockScaler(weight), COLUMNS[name]) for k, name in enumerate(names)]
    fusion = FusionTransformer(branches).fit(frame, y)
    return np.array([fusion.named_transformers_[name].weight_ ** 2 for name, _, _ in branches])


def told(name):
    return BlockScaler("auto").fit(BLOCKS[name], LABELS).alignment_


@pytest.mark.parametrize("copies", [2, 3])
def test_copies_share_what_the_one_counted(copies):
    learned, without = shares(*["one"] * copies, "noise"), shares("one", "noise")
    np.testing.assert_allclose(learned[:copies], without[0] / copies, rtol=0.01)
    assert learned[copies] == pytest.approx(without[1], rel=0.02)


def test_modalities_that_agree_on_the_answers_alone_keep_their_weights():
    together = shares("one", "two")
    expected = np.array([told("one"), told("two")])
    expected = 0.8 * expected / expected.mean() + 0.2  # 200 rows: four fifths are believed
    np.testing.assert_allclose(together, expected, rtol=0.03)


def test_noise_gets_next_to_nothing_and_nothing_but_noise_gets_equal_weights():
    assert told("noise") == 0
    one, noise = shares("one", "noise")
    assert noise == pytest.approx(1 - N / (N + 50), rel=0.02)
    assert one == pytest.approx(2 - noise, rel=0.02)
    np.testing.assert_array_equal(shares("noise"), 1)
    np.testing.assert_allclose(shares("noise", "noise"), 0.5)


def test_the_more_two_blocks_agree_beyond_the_answers_the_less_they_count():
    counted = []
    for noise in (10.0, 1.0, 0.5, 0.0):
        frame = X.copy()
        frame[COLUMNS["two"]] = BLOCKS["one"] + np.random.default_rng(1).normal(0, noise, size=(N, 5))
        counted.append(shares("one", "two", frame=frame).mean())
    assert counted == sorted(counted, reverse=True)
    assert counted[0] > 0.98
    assert counted[-1] == pytest.approx(0.5)


def test_a_copy_changes_no_decision():
    branches = [("one", "passthrough", COLUMNS["one"]), ("text", Tfidf(), "text")]
    added = [*branches, ("again", Tfidf(), "text")]
    without, twice = (fusion_pipeline(given).fit(X[:100], LABELS[:100]) for given in (branches, added))
    np.testing.assert_allclose(twice.decision_function(X), without.decision_function(X), atol=0.02)
    untold = clone(twice).set_params(fusion=ColumnTransformer(twice[0].transformers)).fit(X[:100], LABELS[:100])
    moved = np.abs(untold.decision_function(X) - without.decision_function(X)).max()
    assert moved > 10 * np.abs(twice.decision_function(X) - without.decision_function(X)).max()


def test_weights_that_were_given_are_left_as_they_are():
    np.testing.assert_array_equal(shares("one", "one", weight=1.0), 1.0)
    branches = [("given", BlockScaler(0.5), COLUMNS["one"]), ("learned", BlockScaler("auto"), COLUMNS["one"])]
    fitted = FusionTransformer(branches).fit(X, LABELS).named_transformers_
    given, learned = fitted["given"].weight_, fitted["learned"].weight_
    assert given == 0.5
    assert learned == pytest.approx(1)


def test_without_answers_it_is_a_column_transformer():
    branches = [(name, BlockScaler("auto"), COLUMNS[name]) for name in COLUMNS]
    ours, plain = (kind(branches).fit_transform(X) for kind in (FusionTransformer, ColumnTransformer))
    np.testing.assert_array_equal(ours, plain)


@pytest.mark.parametrize("threshold", [0.0, 1.0], ids=["dense", "sparse"])
@pytest.mark.parametrize("y", [LABELS, RNG.normal(size=N), RNG.normal(size=(N, 2))], ids=["labels", "numbers", "two"])
def test_training_rows_are_transformed_as_later_ones(threshold, y):
    fusion = FusionTransformer(
        [
            ("one", BlockScaler("auto"), COLUMNS["one"]),
            ("text", make_pipeline(TfidfVectorizer(), BlockScaler("auto")), "text"),
            ("again", make_pipeline(TfidfVectorizer(), BlockScaler("auto")), "text"),
            ("raw", "passthrough", COLUMNS["noise"]),
            ("out", "drop", COLUMNS["two"]),
        ],
        sparse_threshold=threshold,
    )
    learned = fusion.fit_transform(X, y)
    later = fusion.transform(X)
    assert sparse.issparse(learned) == sparse.issparse(later) == bool(threshold)
    assert learned.dtype == later.dtype
    dense = [part.toarray() if sparse.issparse(part) else part for part in (learned, later)]
    np.testing.assert_allclose(*dense, rtol=1e-12)
    np.testing.assert_array_equal(dense[0][:, fusion.output_indices_["raw"]], BLOCKS["noise"])


def test_frames_come_out_as_frames():
    branches = [(f"branch{k}", BlockScaler("auto"), COLUMNS["one"]) for k in range(2)]
    frame = X.set_index(np.arange(N) + 1000)
    fused = FusionTransformer(branches).set_output(transform="pandas").fit_transform(frame, LABELS)
    plain = FusionTransformer(branches).fit_transform(frame, LABELS)
    assert list(fused.index) == list(frame.index)
    assert list(fused.columns[:2]) == ["branch0__one0", "branch0__one1"]
    np.testing.assert_array_equal(fused.to_numpy(), plain)


def test_rows_that_lack_a_modality_do_not_make_it_unlike_its_copy():
    frame = X.copy()
    frame.loc[::3, COLUMNS["two"]] = np.nan
    frame.loc[::3, COLUMNS["one"]] = np.nan
    frame[COLUMNS["two"]] = frame[COLUMNS["one"]].to_numpy()
    one, two = shares("one", "two", frame=frame)
    assert one == two == pytest.approx(0.5, rel=0.01)


def test_nothing_to_compare_is_no_copy():
    frame = X.assign(**dict.fromkeys(COLUMNS["two"], np.nan))
    one, two = shares("one", "two", frame=frame)
    assert one == pytest.approx(1)
    assert two == pytest.approx(1)
    np.testing.assert_array_equal(shares("one", "two", frame=X[:3], y=LABELS[:3]), 1)


def test_it_is_what_fusion_transformer_builds_and_is_cloned_and_stored(tmp_path):
    fusion = fusion_transformer([("text", Tfidf(), "text"), ("again", Tfidf(), "text")], weights="auto")
    assert type(fusion) is type(clone(fusion)) is FusionTransformer
    assert isinstance(fusion, ColumnTransformer)
    assert fusion.get_params()["again__scale__weight"] == "auto"
    model = fusion_pipeline([("text", Tfidf(), "text"), ("again", Tfidf(), "text")], SVC(kernel="linear"))
    save(model.fit(X, LABELS), tmp_path / "model.mmsk")
    loaded = load(tmp_path / "model.mmsk")
    assert type(loaded[0]) is FusionTransformer
    np.testing.assert_array_equal(loaded.decision_function(X), model.decision_function(X))


@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_own_checks_find_in_it_what_they_find_in_a_column_transformer():
    branches = [("first", BlockScaler("auto"), slice(0, 1)), ("all", BlockScaler("auto"), slice(0, None))]
    ours, plain = (check_estimator(kind(branches), on_fail=None) for kind in (FusionTransformer, ColumnTransformer))
    outcomes = [{check["check_name"]: check["status"] for check in checks} for checks in (ours, plain)]
    assert outcomes[0] == outcomes[1]
    assert list(outcomes[0].values()).count("passed") > 30


def test_texts_beside_do_not_make_objects_of_numbers():
    branches = [("one", BlockScaler("auto"), COLUMNS["one"])]
    fusion = FusionTransformer(branches, remainder="passthrough").set_output(transform="pandas")
    frame = X.drop(columns=COLUMNS["noise"] + COLUMNS["two"])
    for fused in (fusion.fit_transform(frame, LABELS), fusion.transform(frame)):
        assert set(fused.dtypes[:-1]) == {np.dtype(float)}
        assert fused["remainder__text"].tolist() == X["text"].tolist()
        plain = FusionTransformer(branches).fit_transform(frame, LABELS)
        np.testing.assert_allclose(fused.iloc[:, :-1], plain, rtol=1e-14)
