"""SharedSpace as an estimator: rows and modalities alone, searches, copies, refusals, and scikit-learn's own checks."""

import pickle
from functools import partial

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils.estimator_checks import estimator_checks_generator

from mmsk import fusion_transformer
from mmsk.fusion import SharedSpace, memo
from mmsk.text import Tfidf

from ._shared_space_data import BRANCHES, MEDIA, linear, numbers


def test_rows_do_not_see_each_other():
    space = SharedSpace(fusion_transformer(BRANCHES)).fit(MEDIA.data)
    whole = space.transform(MEDIA.data)
    np.testing.assert_allclose(space.transform(MEDIA.data.iloc[[7, 3]]), whole[[7, 3]], atol=1e-10)


def test_one_modality_suffices_and_nothing_is_the_mean():
    space = SharedSpace(fusion_transformer(BRANCHES)).fit(MEDIA.data)
    row = MEDIA.data.dropna().iloc[[0]]
    for name in row:
        alone = row.assign(**{other: None for other in row if other != name})
        np.testing.assert_allclose(space.transform(alone), space.project(row[[name]], name), atol=1e-12)
        assert np.linalg.norm(space.transform(alone)) > 0.01
    nothing = pd.DataFrame([dict.fromkeys(MEDIA.data.columns)])
    np.testing.assert_array_equal(space.transform(nothing), 0)


def test_a_search_inside_a_pipeline_with_memo_and_without():
    grid = {"space__regularization": [0.3, 3.0], "space__n_components": [2, 20]}
    model = Pipeline([("space", SharedSpace(fusion_transformer(BRANCHES))), ("classify", LogisticRegression(C=10.0))])
    search = GridSearchCV(model, grid, cv=3).fit(MEDIA.data, MEDIA.target)
    assert search.best_score_ > 0.7
    memo.max_bytes, before = 0, memo.max_bytes
    try:
        again = GridSearchCV(model, grid, cv=3).fit(MEDIA.data, MEDIA.target)
    finally:
        memo.max_bytes = before
    np.testing.assert_array_equal(again.cv_results_["mean_test_score"], search.cv_results_["mean_test_score"])


def test_the_same_after_cloning_and_pickling_and_as_a_frame():
    space = SharedSpace(fusion_transformer(BRANCHES), n_components=4).fit(MEDIA.data)
    expected = space.transform(MEDIA.data)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(space)).transform(MEDIA.data), expected)
    memo.clear()
    frame = clone(space).set_output(transform="pandas").fit_transform(MEDIA.data)
    np.testing.assert_array_equal(frame, expected)
    assert list(frame) == list(space.get_feature_names_out()) == [f"sharedspace{i}" for i in range(4)]
    assert frame.index.equals(MEDIA.data.index)


def test_training_rows_may_be_hidden_at_random():
    parameters = {"dropout": 0.3, "random_state": 0}
    fusion = fusion_transformer(BRANCHES, **parameters)
    first, second = (SharedSpace(clone(fusion)).fit(MEDIA.data).transform(MEDIA.data) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert not np.allclose(first[:, 0], SharedSpace(fusion_transformer(BRANCHES)).fit_transform(MEDIA.data)[:, 0])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"kernel": {"z": "rbf"}}, "unknown branches"),
        ({"kernel": {"a": "cubic"}}, "auto, linear, rbf"),
        ({"kernel": "cubic"}, "'kernel' parameter"),
        ({"n_components": 0}, "'n_components' parameter"),
        ({"regularization": 0.0}, "'regularization' parameter"),
        ({"power": -1.0}, "'power' parameter"),
        ({"fusion": "text"}, "'fusion' parameter"),
    ],
)
def test_bad_parameters_are_refused(parameters, message):
    frame = numbers()
    with pytest.raises(ValueError, match=message):
        linear(frame).set_params(**parameters).fit(frame)


def test_tables_that_share_nothing_are_refused():
    frame = numbers(widths=(3, 3))
    with pytest.raises(ValueError, match="two modalities at least"):
        linear(frame[["a0", "a1"]]).fit(frame)
    apart = frame.copy()
    apart.loc[:39, ["a0", "a1", "a2"]] = np.nan
    apart.loc[40:, ["b0", "b1", "b2"]] = np.nan
    with pytest.raises(ValueError, match="at least 2 rows that show two"):
        linear(frame).fit(apart)
    texts = pd.DataFrame({"t": ["fox"] * 9, "x": np.arange(9.0)})
    fusion = fusion_transformer([("text", Tfidf(), "t"), ("number", "passthrough", "x")])
    with pytest.raises(ValueError, match="share nothing"):
        SharedSpace(fusion).fit(texts)


def test_unknown_modalities_and_coordinates_are_refused():
    frame = numbers()
    space = linear(frame, n_components=2).fit(frame)
    with pytest.raises(ValueError, match=r"not in the shared space: \['z'\]; there are \['a', 'b', 'c'\]"):
        space.project(frame, "z")
    with pytest.raises(ValueError, match="not in the shared space"):
        space.inverse_transform(np.zeros((1, 2)), "z")
    with pytest.raises(ValueError, match="2 coordinates, got 3"):
        space.inverse_transform(np.zeros((1, 3)), "a")


class Numbers(SharedSpace):
    """Says that it takes numbers, as it takes any table, so that scikit-learn runs its checks."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        tags.input_tags.string = False
        return tags


WHOLE = slice(0, None)
TWICE = fusion_transformer([("left", "passthrough", WHOLE), ("right", "passthrough", WHOLE)])
OMITTED = {"check_array_api_input": "NumPy arrays and DataFrames only"}


def name_of(check):
    return check.func.__name__ if isinstance(check, partial) else check.__name__


CHECKS = [
    check for _, check in estimator_checks_generator(Numbers(TWICE), legacy=True) if name_of(check) not in OMITTED
]


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
def test_scikit_learns_checks(check):
    check(Numbers(TWICE))


def test_columns_that_a_frame_lacks_are_modalities_that_its_rows_lack():
    space = SharedSpace(fusion_transformer(BRANCHES)).fit(MEDIA.data)
    for name in MEDIA.data:
        np.testing.assert_array_equal(space.transform(MEDIA.data[[name]]), space.project(MEDIA.data, name))
    with pytest.raises(ValueError, match="the columns of no modality"):
        space.transform(pd.DataFrame({"other": [1.0]}))


@pytest.mark.parametrize("first", ["pandas", "default"])
def test_what_comes_out_of_transformers_by_default_does_not_matter(first):
    branches = [(name, "passthrough", [f"{name}0", f"{name}1"]) for name in "ab"]
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(40, 4)), columns=["a0", "a1", "b0", "b1"])
    frame["text"] = ["red fox", "grey goose"] * 20
    branches.append(("text", Tfidf(), "text"))
    memo.clear()
    expected = np.asarray(SharedSpace(fusion_transformer(branches)).fit_transform(frame))
    memo.clear()
    for output in (first, "default", "pandas"):
        with config_context(transform_output=output):
            found = SharedSpace(fusion_transformer(branches)).fit_transform(frame)
            assert isinstance(found, pd.DataFrame) == (output == "pandas")
            np.testing.assert_allclose(found, expected)
