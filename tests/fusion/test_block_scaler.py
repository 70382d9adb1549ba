"""BlockScaler: equal energy a block, missing rows as zeros, weights that scale and nothing else."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.ensemble import RandomForestClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from mmsk import fusion_pipeline
from mmsk.fusion import BlockScaler, linear_gram, present_rows
from mmsk.fusion._blocks import held_rows

rng = np.random.default_rng(0)
DENSE = rng.normal(3, [1, 10, 0.1], size=(50, 3))
SPARSE = sparse.csr_array(rng.uniform(size=(50, 30)) * (rng.uniform(size=(50, 30)) < 0.1))


@pytest.mark.filterwarnings("ignore:Skipping check check_array_api_input")
@parametrize_with_checks(
    [BlockScaler(), BlockScaler(weight=2.0, indicator=True), BlockScaler(standardize=False), BlockScaler("auto")]
)
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def test_equals_standard_scaler_over_the_root_of_the_mean_squared_row_norm():
    standardized = StandardScaler().fit_transform(DENSE)
    expected = standardized / np.sqrt((standardized**2).sum(axis=1).mean())
    np.testing.assert_allclose(BlockScaler().fit_transform(DENSE), expected, rtol=1e-12)


@pytest.mark.parametrize("X", [DENSE, DENSE.astype(np.float32), SPARSE], ids=["dense", "float32", "sparse"])
@pytest.mark.parametrize("weight", [0.0, 0.5, 3.0])
def test_a_weight_is_the_root_of_the_mean_squared_row_norm(X, weight):
    block = BlockScaler(weight).fit_transform(X)
    block = block.toarray() if sparse.issparse(block) else block
    present = block[present_rows(X)]
    assert np.sqrt(np.square(present, dtype=np.float64).sum(axis=1).mean()) == pytest.approx(weight, rel=1e-5)
    assert block.dtype == X.dtype


def test_sparse_stays_sparse_and_is_only_scaled():
    block = BlockScaler(2.0).fit_transform(SPARSE)
    assert sparse.issparse(block)
    ratio = block.toarray()[SPARSE.toarray() != 0] / SPARSE.toarray()[SPARSE.toarray() != 0]
    np.testing.assert_allclose(ratio, ratio[0])


def test_standardising_sparse_is_refused():
    with pytest.raises(ValueError, match="standardize='auto'"):
        BlockScaler(standardize=True).fit(SPARSE)


def test_missing_rows_become_zeros_and_do_not_move_the_others():
    holes = np.insert(DENSE, [0, 7, 50], np.nan, axis=0)
    missing = np.isnan(holes[:, 0])
    block = BlockScaler().fit_transform(holes)
    assert not block[missing].any()
    np.testing.assert_allclose(block[~missing], BlockScaler().fit_transform(DENSE))


def test_a_single_nan_counts_as_the_mean_of_its_column():
    holes = DENSE.copy()
    holes[4, 1] = np.nan
    filled = holes.copy()
    filled[4, 1] = np.nanmean(holes[:, 1])
    scaler = BlockScaler().fit(holes)
    np.testing.assert_allclose(scaler.transform(holes), scaler.transform(filled), atol=1e-12)


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_the_indicator_says_which_rows_are_present(kind):
    holes = DENSE.copy()
    holes[3] = np.nan if kind == "dense" else 0
    holes = holes if kind == "dense" else sparse.csr_array(holes)
    scaler = BlockScaler(0.5, indicator=True).fit(holes)
    block = scaler.transform(holes)
    column = (block.toarray() if kind == "sparse" else block)[:, -1]
    np.testing.assert_array_equal(column, np.where(np.arange(50) == 3, 0, 0.5))
    assert scaler.get_feature_names_out()[-1] == "present"


def test_all_rows_missing_gives_zeros():
    assert not BlockScaler().fit_transform(np.full((3, 2), np.nan)).any()


def test_constant_columns_become_zeros():
    X = np.column_stack([np.full(20, 0.1 + 0.2), np.arange(20.0)])
    np.testing.assert_allclose(BlockScaler().fit_transform(X)[:, 0], 0, atol=1e-12)


def test_dropout_hides_rows_of_the_training_data_only():
    scaler = BlockScaler(dropout=0.5, random_state=0)
    trained = scaler.fit_transform(DENSE)
    hidden = ~trained.any(axis=1)
    assert 10 < hidden.sum() < 40
    plain = scaler.transform(DENSE)
    assert plain.any(axis=1).all()
    np.testing.assert_array_equal(trained[~hidden], plain[~hidden])
    np.testing.assert_array_equal(BlockScaler(dropout=0.5, random_state=0).fit_transform(DENSE), trained)


@pytest.mark.parametrize("parameters", [{"weight": -1}, {"weight": "much"}, {"dropout": 1.0}, {"standardize": "yes"}])
def test_bad_parameters_are_refused(parameters):
    with pytest.raises(ValueError, match=next(iter(parameters))):
        BlockScaler(**parameters).fit(DENSE)


def test_a_weight_learned_from_labels_tells_signal_from_noise_and_needs_rows_for_it():
    rng = np.random.default_rng(0)
    for n_rows, at_most in ((20, 1.0), (2000, 0.25)):
        labels = np.array(["a", "b"] * (n_rows // 2))
        signal = (labels == "a")[:, None] + rng.normal(0, 0.3, size=(n_rows, 5))
        noise = rng.normal(size=(n_rows, 300))
        told, empty = (BlockScaler(weight="auto").fit(block, labels).weight_ for block in (signal, noise))
        assert told > 0.8
        assert empty <= at_most
        assert BlockScaler(weight="auto").fit(sparse.csr_array(noise), labels).weight_ <= at_most


def test_a_learned_weight_is_for_numbers_too_and_for_rows_that_are_present():
    rng = np.random.default_rng(0)
    y = rng.normal(size=400)
    block = np.column_stack([y, y]) + rng.normal(0, 0.2, size=(400, 2))
    learned = BlockScaler(weight="auto").fit(block, y).weight_
    assert learned > 0.8
    holes = block.copy()
    holes[::2] = np.nan
    there = BlockScaler(weight="auto").fit(block[1::2], y[1::2])
    assert BlockScaler(weight="auto").fit(holes, y).weight_ == pytest.approx(there.weight_)
    transformed = BlockScaler(weight="auto").fit_transform(block, y)
    assert np.square(transformed).sum(axis=1).mean() == pytest.approx(learned**2)


def test_labels_may_be_a_column_or_several():
    labels = np.array(["a", "b", "c"])[np.arange(60) % 3]
    block = (labels == "a")[:, None] + np.random.default_rng(0).normal(0, 0.3, size=(60, 5))
    learned = BlockScaler(weight="auto").fit(block, labels).weight_
    for y in (labels[:, None], np.column_stack([labels, labels]), pd.DataFrame({"y": labels}, index=range(60, 0, -1))):
        assert BlockScaler(weight="auto").fit(block, y).weight_ == pytest.approx(learned)


def test_labels_that_are_missing_or_too_few_are_refused():
    with pytest.raises(ValueError, match=r"y is missing in 2 of 6 rows \(the first is 1\)"):
        BlockScaler(weight="auto").fit(np.arange(6.0)[:, None], np.array(["a", None, "b", "a", np.nan, "b"], object))
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples: \[6, 5\]"):
        BlockScaler().fit(np.arange(6.0)[:, None], list("aabbc"))


@pytest.mark.parametrize("y", [None, ["a"] * 6], ids=["no labels", "one class"])
def test_without_labels_to_learn_from_a_weight_is_one(y):
    assert BlockScaler(weight="auto").fit(np.arange(6.0)[:, None], y).weight_ == 1
    assert BlockScaler(weight="auto").fit(np.full((6, 2), np.nan), list("aabbcc")).weight_ == 1


def test_weights_are_learned_by_default_where_they_are_seen():
    branches = [("a", "passthrough", ["a"]), ("b", "passthrough", ["b"])]
    assert fusion_pipeline(branches).get_params()["fusion__a__scale__weight"] == "auto"
    assert fusion_pipeline(branches, weights=None).get_params()["fusion__a__scale__weight"] == 1
    assert fusion_pipeline(branches, weights={"a": 0.5}).get_params()["fusion__b__scale__weight"] == 1
    assert fusion_pipeline(branches, RandomForestClassifier()).get_params()["fusion__a__scale__weight"] == 1
    with pytest.raises(ValueError, match="'auto'"):
        fusion_pipeline(branches, weights="equal")


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_row_at_the_mean_is_present(dtype):
    ratings = np.array([1, 2, 3, 4, 5, np.nan], dtype=dtype)[:, None]
    block = BlockScaler(weight=0.5).fit_transform(ratings)
    assert held_rows(block).tolist() == [True] * 5 + [False]
    assert held_rows(linear_gram(block, block)).tolist() == [True] * 5 + [False]
    np.testing.assert_allclose(block[2], 0, atol=1e-18)
    assert not BlockScaler(weight=0).fit_transform(ratings).any()
    assert not BlockScaler().fit_transform(np.ones((4, 2), dtype=dtype)).any()  # nothing is told by it
