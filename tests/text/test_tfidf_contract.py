"""What Tfidf promises as an estimator: it learns from its column, so it has a list of its own, one id a check."""

import inspect

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.sparse import linalg
from sklearn.base import clone

from mmsk.text import Tfidf

from ._tfidf_data import FRAME, TEXTS, Y, same

OTHER_VALUES = {
    "analyzer": "word",
    "ngram_range": (1, 2),
    "char_ngram_range": (3, 3),
    "token_pattern": r"\w+",
    "stop_words": ["cat"],
    "min_df": 2,
    "max_df": 0.5,
    "max_features": 3,
    "sublinear_tf": True,
    "lowercase": False,
    "strip_accents": "unicode",
    "normalize": None,
    "strip_markup": False,
    "strip_urls": True,
    "split_unspaced": False,
    "sparse_output": False,
    "max_bytes": 1000,
    "on_error": "missing",
    "max_missing": 0.5,
}
BAD_VALUES = {
    "analyzer": ["char", None, len],
    "ngram_range": [1, "12", (0, 1), (1, 2, 3)],
    "char_ngram_range": [2, (1.0, 2.0), (0, 1)],
    "token_pattern": [1],
    "stop_words": ["klingon", {"a"}, 1],
    "min_df": [-1, 1.5, "1"],
    "max_df": [-0.1, None],
    "max_features": [0, 1.5],
    "sublinear_tf": ["yes", None],
    "lowercase": ["yes"],
    "strip_accents": [True, "all"],
    "normalize": ["nfkc", True],
    "strip_markup": [None],
    "strip_urls": ["all"],
    "split_unspaced": ["jieba"],
    "sparse_output": [None],
    "max_bytes": [0, None, 1.5],
    "on_error": ["ignore", "drop"],
    "max_missing": [-0.1, 1.1],
}


def check_every_parameter_has_a_constraint_and_is_tested():
    parameters = set(inspect.signature(Tfidf).parameters)
    assert set(Tfidf._parameter_constraints) == parameters == set(OTHER_VALUES) == set(BAD_VALUES)
    assert set(Tfidf().get_params()) == parameters


def check_init_stores_its_arguments_and_does_nothing_else():
    given = {name: object() for name in OTHER_VALUES}
    assert vars(Tfidf(**given)) == given


def check_clone():
    tfidf = Tfidf(**OTHER_VALUES).fit(TEXTS)
    copy = clone(tfidf)
    assert copy.get_params() == tfidf.get_params()
    assert not hasattr(copy, "vectorizers_")


def check_set_params_equals_constructing_anew():
    for name, value in OTHER_VALUES.items():
        changed = Tfidf().fit(TEXTS).set_params(**{name: value})
        same(changed.fit_transform(TEXTS), Tfidf(**{name: value}).fit_transform(TEXTS))


def check_bad_parameters_are_refused_by_name():
    for name, values in BAD_VALUES.items():
        for value in values:
            with pytest.raises(ValueError, match=name):
                Tfidf(**{name: value}).fit(TEXTS)


def check_fit_is_idempotent():
    tfidf = Tfidf().fit(TEXTS)
    once = tfidf.transform(TEXTS)
    same(tfidf.fit(["something else"]).fit(TEXTS).transform(TEXTS), once)


def check_fit_transform_is_fit_then_transform():
    for params in ({}, {"sparse_output": False}, {"analyzer": "word"}):
        same(Tfidf(**params).fit_transform(TEXTS), Tfidf(**params).fit(TEXTS).transform(TEXTS))


def check_fit_returns_self_and_ignores_y():
    tfidf = Tfidf()
    assert tfidf.fit(TEXTS, Y) is tfidf
    same(tfidf.transform(TEXTS), Tfidf().fit_transform(TEXTS, Y))


def check_unfitted_is_refused():
    for call in (Tfidf().transform, Tfidf().get_feature_names_out):
        with pytest.raises(ValueError, match="not fitted yet"):
            call(TEXTS)


def check_shape_dtype_and_container():
    for params, container in (({}, sparse.csr_matrix), ({"sparse_output": False}, np.ndarray)):
        tfidf = Tfidf(**params)
        matrix = tfidf.fit_transform(TEXTS)
        assert isinstance(matrix, container)
        assert matrix.dtype == np.float32
        assert matrix.shape == (24, len(tfidf.get_feature_names_out()))
        assert tfidf.n_features_in_ == 1


def check_names_are_unique_strings_that_say_their_block():
    names = Tfidf().fit(TEXTS).get_feature_names_out()
    assert names.dtype == object
    assert len(set(names)) == len(names)
    assert {name.partition("__")[0] for name in names} == {"word", "char"}
    assert {"word__cat", "word__爱猫", "char__ ca", "char__cat"} <= set(names)
    assert list(Tfidf().fit(FRAME[["caption"]]).get_feature_names_out(["caption"])) == list(names)


def check_names_belong_to_their_columns():
    tfidf = Tfidf("word", sparse_output=False).fit(TEXTS)
    row = dict(zip(tfidf.get_feature_names_out(), tfidf.transform(["white dog"])[0], strict=True))
    assert {name for name, value in row.items() if value} == {"word__white", "word__dog"}


def check_rows_of_each_block_have_unit_length():
    for analyzer in ("word", "char_wb"):
        norms = linalg.norm(Tfidf(analyzer).fit_transform(["a black cat", "我爱猫", "dog"]), axis=1)
        np.testing.assert_allclose(norms, 1, rtol=1e-6)


def check_missing_rows_are_empty_in_sparse_and_nan_in_dense_output():
    missing = [text in (None, "") for text in TEXTS]
    np.testing.assert_array_equal(np.diff(Tfidf().fit_transform(TEXTS).indptr) == 0, missing)
    np.testing.assert_array_equal(np.isnan(Tfidf(sparse_output=False).fit_transform(TEXTS)).all(axis=1), missing)


def check_a_column_without_a_document_can_be_transformed():
    tfidf = Tfidf().fit(TEXTS)
    assert tfidf.transform([None, ""]).shape == (2, tfidf._n_features_out)
    assert tfidf.transform([None, ""]).nnz == 0
    assert tfidf.transform([]).shape == (0, tfidf._n_features_out)


def check_an_empty_column_is_refused_by_fit():
    with pytest.raises(ValueError, match="has 0 rows"):
        Tfidf().fit([])


def check_one_row():
    assert Tfidf("word").fit_transform(["cat"]).toarray().tolist() == [[1.0]]


def check_rows_do_not_see_each_other_at_transform():
    tfidf = Tfidf().fit(TEXTS)
    whole = tfidf.transform(TEXTS).toarray()
    order = np.random.default_rng(0).permutation(24)
    same(tfidf.transform([TEXTS[row] for row in order]), whole[order])
    same(np.vstack([tfidf.transform([text]).toarray() for text in TEXTS]), whole)


def check_list_series_frame_and_array_are_the_same():
    series = FRAME["caption"].astype(object)
    expected = Tfidf().fit_transform(TEXTS)
    for column in (series, series.to_frame(), series.to_numpy(), series.to_numpy()[:, None], FRAME["caption"]):
        same(Tfidf().fit_transform(column), expected)


def check_input_is_left_unchanged():
    frame, cells = FRAME.copy(), [["a cat", None], b"a dog", None]
    Tfidf().fit(frame[["caption"]]).transform(frame["caption"])
    pd.testing.assert_frame_equal(frame, FRAME)
    Tfidf().fit_transform(cells)
    assert cells == [["a cat", None], b"a dog", None]


def check_vocabulary_does_not_depend_on_the_order_of_the_rows():
    forward, backward = Tfidf().fit(TEXTS), Tfidf().fit(TEXTS[::-1])
    assert list(forward.get_feature_names_out()) == list(backward.get_feature_names_out())
    same(forward.transform(TEXTS), backward.transform(TEXTS))


CHECKS = [check for name, check in list(globals().items()) if name.startswith("check_")]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_tfidf(check):
    check()


def test_the_checks_were_found():
    assert len(CHECKS) >= 20
