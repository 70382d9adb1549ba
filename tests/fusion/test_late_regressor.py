"""LateFusionRegressor: numbers from whatever modalities a row has."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, RidgeCV
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.neighbors import KNeighborsRegressor

from mmsk.fusion import LateFusionRegressor, memo

RNG = np.random.default_rng(0)
N = 200
Y = RNG.normal(size=N)
X = pd.DataFrame({"a": Y + RNG.normal(0, 0.5, N), "b": 2 * Y + RNG.normal(0, 3, N), "noise": RNG.normal(0, 1, N)})
HOLES = X.mask(RNG.uniform(size=X.shape) < 0.3)
TRIPLES = [(name, LinearRegression(), [name]) for name in X]


def late(triples=TRIPLES, **parameters):
    return LateFusionRegressor(triples, **parameters)


def by_hand(name, new):
    there = HOLES[name].notna()
    return LinearRegression().fit(HOLES.loc[there, [name]], Y[there]).predict(new[[name]])


def test_the_mean_is_over_the_modalities_that_are_present():
    shares = {"a": 0.5, "b": 0.3, "noise": 0.2}
    found = late(combine="mean", weights=shares).fit(HOLES, Y).predict(X.assign(b=np.nan))
    np.testing.assert_allclose(found, (0.5 * by_hand("a", X) + 0.2 * by_hand("noise", X)) / 0.7)


@pytest.mark.parametrize("combine", ["mean", "stack"])
def test_a_row_with_nothing_in_it_gets_the_mean(combine):
    fusion = late(combine=combine).fit(HOLES, Y)
    np.testing.assert_allclose(fusion.predict(X.iloc[:2] * np.nan), Y.mean())


def test_a_stack_is_the_final_estimator_on_out_of_fold_predictions():
    folds = [(np.arange(N)[np.arange(N) % 4 != k], np.arange(N)[np.arange(N) % 4 == k]) for k in range(4)]
    fusion = late(cv=folds).fit(X, Y)
    columns = [(cross_val_predict(model, X[column], Y, cv=folds) - Y.mean()) / Y.std() for _, model, column in TRIPLES]
    features = np.column_stack([*columns, np.ones((N, 3))])
    np.testing.assert_allclose(fusion.final_estimator_.coef_, RidgeCV().fit(features, Y).coef_)
    assert fusion.score(X, Y) > late(combine="mean").fit(X, Y).score(X, Y) + 0.1


@pytest.mark.parametrize("combine", ["mean", "stack"])
def test_the_unit_of_the_target_does_not_matter(combine):
    found = late(combine=combine).fit(HOLES, Y).predict(X)
    np.testing.assert_allclose(late(combine=combine).fit(HOLES, Y / 1000).predict(X), found / 1000)


def test_learned_shares_find_what_misleads_and_are_equal_with_few_rows():
    triples = [*TRIPLES[:2], ("noise", KNeighborsRegressor(1), ["noise"])]
    many = late(triples, combine="mean", weights="learned").fit(X, Y).weights_
    few = late(triples, combine="mean", weights="learned").fit(X[:6], Y[:6]).weights_
    assert many["a"] > 0.5
    assert many["noise"] < 0.25
    np.testing.assert_allclose(list(few.values()), 1 / 3, atol=0.15)


def test_a_search_over_weights_equals_one_without_the_memo(monkeypatch):
    grid = {"weights": [{"a": 1.0}, {"a": 0.5, "b": 0.5}, "learned"]}
    with_memo = GridSearchCV(late(combine="mean"), grid, cv=3).fit(HOLES, Y)
    monkeypatch.setattr(memo, "max_bytes", 0)
    without = GridSearchCV(late(combine="mean"), grid, cv=3).fit(HOLES, Y)
    np.testing.assert_array_equal(with_memo.cv_results_["mean_test_score"], without.cv_results_["mean_test_score"])


def test_twice_and_in_parallel_the_same():
    forests = [(name, RandomForestRegressor(5), [name]) for name in X]
    found = []
    for n_jobs in (1, 1, 2):
        memo.clear()
        found.append(late(forests, dropout=0.2, random_state=0, n_jobs=n_jobs).fit(HOLES, Y).predict(X))
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


def test_sample_weights_count():
    weights = np.where(Y > 0, 1.0, 0.0)
    for combine in ("mean", "stack"):
        expected = late(combine=combine, cv=3).fit(X[Y > 0], Y[Y > 0])
        found = late(combine=combine, cv=3).fit(X, Y, sample_weight=weights)
        assert found.mean_ == pytest.approx(Y[Y > 0].mean())
        np.testing.assert_allclose(found.predict(X), expected.predict(X), atol=0.1)


def test_attention_is_the_shares_of_what_is_present():
    fusion = late(combine="mean").fit(X, Y)
    new = X.iloc[:2].copy()
    new.iloc[0, 0] = np.nan
    np.testing.assert_allclose(fusion.attention(new), [[0, 0.5, 0.5], [1 / 3] * 3])
    assert not hasattr(late(), "attention")


def test_it_is_a_composition():
    fusion = late().set_params(a=KNeighborsRegressor(), a__n_neighbors=3, b="drop")
    assert clone(fusion).fit(X, Y).modalities_ == ["a", "noise"]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"weights": {"a": 1.0}}, "leave weights=None"),
        ({"combine": "gate"}, "'combine' parameter"),
        ({"combine": "mean", "weights": {"sound": 1.0}}, "weights for unknown"),
    ],
)
def test_bad_parameters_are_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        late(**parameters).fit(X, Y)
