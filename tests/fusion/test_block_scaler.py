"""BlockScaler: equal energy a block, missing rows as zeros, weights that scale and nothing else."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from mmsk.fusion import BlockScaler, present_rows

rng = np.random.default_rng(0)
DENSE = rng.normal(3, [1, 10, 0.1], size=(50, 3))
SPARSE = sparse.csr_array(rng.uniform(size=(50, 30)) * (rng.uniform(size=(50, 30)) < 0.1))


@pytest.mark.filterwarnings("ignore:Skipping check check_array_api_input")
@parametrize_with_checks([BlockScaler(), BlockScaler(weight=2.0, indicator=True), BlockScaler(standardize=False)])
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
