"""PresentRows: the transformer sees the rows that are there, and nobody else's."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_selection import SelectKBest
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from mmsk.fusion import PresentRows, present_rows

X = np.random.default_rng(0).normal(size=(30, 5))
HOLES = np.insert(X, [0, 11], np.nan, axis=0)
MISSING = np.isnan(HOLES[:, 0])


@pytest.mark.filterwarnings("ignore:Skipping check check_array_api_input")
@parametrize_with_checks([PresentRows(PCA(1)), PresentRows(StandardScaler())])
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def test_equals_the_transformer_on_the_present_rows():
    reduced = PresentRows(PCA(2)).fit_transform(HOLES)
    assert np.isnan(reduced[MISSING]).all()
    np.testing.assert_allclose(reduced[~MISSING], PCA(2).fit_transform(X))


def test_sparse_rows_without_values_are_missing():
    dense = np.abs(np.where(np.isnan(HOLES), 0, HOLES))
    reduced = PresentRows(TruncatedSVD(2, random_state=0)).fit_transform(sparse.csr_array(dense))
    assert np.isnan(reduced[MISSING]).all()
    assert np.isfinite(reduced[~MISSING]).all()


def test_a_supervised_transformer_gets_the_target_of_the_present_rows():
    y = np.arange(len(HOLES)) % 2
    selected = PresentRows(SelectKBest(k=2)).fit(HOLES, y)
    expected = SelectKBest(k=2).fit(X, y[~MISSING])
    np.testing.assert_array_equal(selected.transformer_.get_support(), expected.get_support())


def test_a_batch_without_present_rows_stays_missing():
    model = PresentRows(PCA(2)).fit(X)
    assert np.isnan(model.transform(np.full((3, 5), np.nan))).all()


def test_nothing_to_fit_on_is_an_error():
    with pytest.raises(ValueError, match="all 3 rows are missing"):
        PresentRows(PCA(1)).fit(np.full((3, 5), np.nan))


def test_names_are_the_transformers():
    assert list(PresentRows(PCA(2)).fit(X).get_feature_names_out()) == ["pca0", "pca1"]


def test_names_of_a_frame_are_kept():
    frame = pd.DataFrame(HOLES, columns=list("abcde"))
    y = np.arange(len(frame)) % 2
    selected = PresentRows(SelectKBest(k=2)).set_output(transform="pandas").fit(frame, y)
    expected = SelectKBest(k=2).fit(frame[~MISSING], y[~MISSING]).get_feature_names_out()
    np.testing.assert_array_equal(selected.get_feature_names_out(), expected)
    assert list(selected.transform(frame).columns) == list(expected)


def test_stored_zeros_and_nan_do_not_make_a_sparse_row_present():
    stored = sparse.csr_array((np.array([0.0, np.nan, 1.0]), np.array([0, 0, 0]), np.array([0, 1, 2, 3, 3])), (4, 2))
    np.testing.assert_array_equal(present_rows(stored), [False, False, True, False])


@pytest.mark.parametrize("transformer", [StandardScaler(), OneHotEncoder(handle_unknown="ignore")], ids=str)
def test_the_type_does_not_depend_on_what_is_missing(transformer):
    wrapped = PresentRows(transformer).fit(X.astype(np.float32))
    holes = HOLES.astype(np.float32)
    types = {wrapped.transform(rows).dtype for rows in (holes, holes[~MISSING], holes[MISSING])}
    assert types == {np.dtype(transformer.fit_transform(X.astype(np.float32)).dtype)}
