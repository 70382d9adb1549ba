"""LateFusionClassifier: what each modality counts for, a memo that never shows, and the same result each time."""

import pickle

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier

from mmsk import simplex_weights, weight_grid
from mmsk.fusion import LateFusionClassifier, LateFusionRegressor, memo

from ._late_data import CODES, COMBINE, HOLES, SHARES, TRIPLES, X, Y, late


def test_learned_shares_find_what_misleads_and_are_equal_with_few_rows():
    triples = [*TRIPLES[:2], ("noise", KNeighborsClassifier(3), ["noise"])]
    many = late(triples, combine="product", weights="learned").fit(X, Y).weights_
    few = late(triples, combine="product", weights="learned").fit(X.iloc[:9], Y[:9]).weights_
    assert many["noise"] < 0.25 < many["a"]
    assert sum(many.values()) == pytest.approx(1)
    np.testing.assert_allclose(list(few.values()), 1 / 3, atol=0.15)


def test_weights_of_classes_that_a_modality_never_shows():
    holes = X.copy()
    holes.loc[Y == "cat", ["a0", "a1"]] = np.nan
    weighed = LogisticRegression(class_weight={"bee": 5.0, "cat": 3.0})
    found = late([("a", weighed, ["a0", "a1"]), ("b", weighed, ["b0"])]).fit(holes, Y)
    two = Y != "cat"
    alone = LogisticRegression(class_weight={"bee": 5.0}).fit(X.loc[two, ["a0", "a1"]], Y[two])
    np.testing.assert_array_equal(found.named_estimators_["a"].coef_, alone.coef_)
    assert all(model.class_weight == {"bee": 5.0, "cat": 3.0} for model in found.estimators_), "what was given"


def test_a_modality_of_share_zero_has_no_model():
    fusion = late(combine="product", weights={"a": 2.0, "b": 1.0}).fit(X, Y)
    assert list(fusion.named_estimators_) == ["a", "b"]
    two = late(TRIPLES[:2], combine="product", weights={"a": 2.0, "b": 1.0}).fit(X, Y)
    np.testing.assert_array_equal(fusion.predict_proba(X), two.predict_proba(X))


@pytest.mark.parametrize("weights", [[2, 1, 0], (2.0, 1.0, 0.0), np.array([2, 1, 0])], ids=["list", "tuple", "array"])
@pytest.mark.parametrize("combine", ["gate", "mean"])
def test_a_list_of_weights_is_a_dict_in_the_order_of_the_estimators(combine, weights):
    listed = late(combine=combine, weights=weights).fit(X, Y)
    named = late(combine=combine, weights={"a": 2.0, "b": 1.0, "noise": 0.0}).fit(X, Y)
    assert listed.weights_ == named.weights_
    np.testing.assert_array_equal(listed.predict_proba(X), named.predict_proba(X))


def test_a_list_of_weights_has_one_for_what_is_dropped():
    fusion = late(combine="mean", weights=[2.0, 1.0, 5.0]).set_params(noise="drop").fit(X, Y)
    assert fusion.weights_ == {"a": 2.0, "b": 1.0}


@pytest.mark.parametrize("weights", [[1.0, 2.0], [[1.0], [2.0], [3.0]]], ids=["short", "2-D"])
@pytest.mark.parametrize("fusion", [LateFusionClassifier, LateFusionRegressor])
def test_a_list_of_weights_of_another_length_is_refused(fusion, weights):
    models = TRIPLES if fusion is LateFusionClassifier else [(name, Ridge(), columns) for name, _, columns in TRIPLES]
    with pytest.raises(ValueError, match="give one number for each"):
        fusion(models, combine="mean", weights=weights).fit(X, CODES)


def test_a_list_of_weights_of_regressors():
    models = [(name, Ridge(), columns) for name, _, columns in TRIPLES]
    listed, named = (
        LateFusionRegressor(models, combine="mean", weights=weights).fit(X, CODES).predict(X)
        for weights in ([2, 1, 1], {"a": 2, "b": 1, "noise": 1})
    )
    np.testing.assert_array_equal(listed, named)


def test_a_search_may_draw_weights_where_a_list_was_given():
    grid = weight_grid(late(combine="mean", weights=[1, 1, 1]), step=0.5)
    best = GridSearchCV(late(combine="mean", weights=[1, 1, 1]), grid, cv=3).fit(X, Y).best_params_
    assert list(best["weights"]) == list(SHARES)


# The memo -------------------------------------------------------------------------------------------------------------


class Counting(ClassifierMixin, BaseEstimator):
    """A logistic regression that counts its fits."""

    fits = 0

    def __init__(self, C=1.0):
        self.C = C

    def fit(self, X, y):
        Counting.fits += 1
        self.model_ = LogisticRegression(C=self.C).fit(X, y)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, X):
        return self.model_.predict_proba(X)


def counting(**parameters):
    return late([(name, Counting(), columns) for name, _, columns in TRIPLES], **parameters)


def test_a_search_over_weights_fits_each_model_once_a_fold(monkeypatch):
    monkeypatch.setattr(Counting, "fits", 0)
    grid = {"weights": simplex_weights(list(SHARES), 0.25)}
    search = GridSearchCV(counting(combine="product"), grid, cv=3).fit(X, Y)
    used = sum(share > 0 for share in search.best_params_["weights"].values())
    assert Counting.fits == 3 * 3 + used


def test_a_search_over_combinations_shares_what_is_out_of_fold(monkeypatch):
    monkeypatch.setattr(Counting, "fits", 0)
    grid = {"combine": ["gate", "stack", "product", "mean"], "final_estimator": [None, LogisticRegression(C=10.0)]}
    GridSearchCV(counting(cv=4), grid, cv=3, refit=False).fit(X, Y)
    assert Counting.fits == 3 * 3 * (1 + 4)


@pytest.mark.parametrize("combine", COMBINE)
def test_memo_on_and_off_give_equal_results(combine, monkeypatch):
    grid = {"a__C": [0.1, 1.0]}
    with_memo = GridSearchCV(late(combine=combine), grid, cv=3).fit(HOLES, Y)
    monkeypatch.setattr(memo, "max_bytes", 0)
    without = GridSearchCV(late(combine=combine), grid, cv=3).fit(HOLES, Y)
    np.testing.assert_array_equal(with_memo.cv_results_["mean_test_score"], without.cv_results_["mean_test_score"])
    np.testing.assert_array_equal(with_memo.predict_proba(X), without.predict_proba(X))


def test_labels_and_sample_weights_are_part_of_the_key():
    first = late(combine="mean").fit(X, Y).predict_proba(X)
    assert not np.allclose(late(combine="mean").fit(X, Y[::-1]).predict_proba(X), first)
    assert not np.allclose(late(combine="mean").fit(X, Y, sample_weight=CODES + 1.0).predict_proba(X), first)


# Reproducible ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("combine", ["gate", "stack"])
def test_twice_and_in_parallel_the_same(combine):
    forests = [(name, RandomForestClassifier(10), columns) for name, _, columns in TRIPLES]
    found = []
    for n_jobs in (1, 1, 2):
        memo.clear()
        fusion = late(forests, combine=combine, dropout=0.3, random_state=0, n_jobs=n_jobs)
        found.append(fusion.fit(X, Y).predict_proba(X))
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


def test_random_state_seeds_the_models_that_have_none():
    forest = RandomForestClassifier(3)
    fusion = late([("a", forest, ["a0"]), ("b", forest, ["b0"])], random_state=0).fit(X, Y)
    first, second = (model.random_state for model in fusion.estimators_)
    assert forest.random_state is None
    assert None not in (first, second)
    assert first != second
    own = late([("a", RandomForestClassifier(3, random_state=7), ["a0"])], random_state=0).fit(X, Y)
    assert own.estimators_[0].random_state == 7


def test_a_forest_without_a_seed_stays_random():
    forests = [("a", RandomForestClassifier(3), ["a0", "a1"])]
    found = [late(forests, combine="mean").fit(X, Y).predict_proba(X) for _ in range(2)]
    assert not np.array_equal(*found)


def test_the_same_after_pickling():
    fusion = late().fit(HOLES, Y)
    thawed = pickle.loads(pickle.dumps(fusion))
    np.testing.assert_array_equal(thawed.predict_proba(X), fusion.predict_proba(X))
