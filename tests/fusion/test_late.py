"""LateFusionClassifier: how what one model a modality says is combined and calibrated, and what is refused."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from ._late_data import CODES, COMBINE, HOLES, SHARES, TRIPLES, N, X, Y, draw, late


def by_hand(frame, labels, new):
    """Return the probabilities of the three models, each fitted on the rows that it has."""
    found = []
    for _, model, columns in TRIPLES:
        there = frame[columns].notna().all(axis=1)
        found.append(clone(model).fit(frame.loc[there, columns], labels[there]).predict_proba(new[columns]))
    return np.array(found)


# Combinations ---------------------------------------------------------------------------------------------------------


def test_the_mean_is_that_of_models_fitted_on_the_rows_that_they_have():
    expected = np.average(by_hand(HOLES, Y, X), axis=0, weights=[0.5, 0.3, 0.2])
    np.testing.assert_allclose(late(combine="mean", weights=SHARES).fit(HOLES, Y).predict_proba(X), expected)


def test_the_product_is_bayes_rule_for_independent_modalities():
    opinions = by_hand(X, Y, X)
    prior = np.full(3, 1 / 3)
    expected = prior * (opinions / prior).prod(axis=0)
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(late(combine="product").fit(X, Y).predict_proba(X), expected, atol=0.01)


def test_a_vote_counts_and_ties_go_to_the_mean():
    opinions = by_hand(X, Y, X)
    votes = np.eye(3)[opinions.argmax(axis=2)].sum(axis=0)
    most = votes + 1e-3 * opinions.mean(axis=0)
    fusion = late(combine="vote").fit(X, Y)
    np.testing.assert_allclose(fusion.predict_proba(X), votes / 3, atol=1e-5)
    np.testing.assert_array_equal(fusion.predict(X), fusion.classes_[most.argmax(axis=1)])
    assert (votes.max(axis=1) == 1).any()


def test_a_stack_learns_which_modality_counts():
    fusion = late(combine="stack").fit(X, Y)
    assert fusion.score(X, Y) > late(combine="mean").fit(X, Y).score(X, Y) - 0.02
    per_modality = np.abs(fusion.final_estimator_.coef_[:, :9]).reshape(3, 3, 3).sum(axis=(0, 2))
    assert per_modality[0] > 3 * per_modality[2]
    assert fusion.final_estimator_.n_features_in_ == 3 * 3 + 3


def test_a_stack_of_two_classes_has_one_column_a_modality():
    fusion = late(combine="stack").fit(X, Y == "bee")
    assert fusion.final_estimator_.n_features_in_ == 3 + 3


def test_a_final_estimator_without_probabilities_predicts():
    fusion = late(combine="stack", final_estimator=LinearSVC()).fit(HOLES, Y)
    assert not hasattr(fusion, "predict_proba")
    assert fusion.score(HOLES, Y) > 0.5
    nothing = HOLES.iloc[:1] * np.nan
    assert fusion.predict(nothing)[0] == fusion.classes_[fusion.prior_.argmax()]


@pytest.mark.parametrize("combine", COMBINE)
def test_probabilities_sum_to_one_and_labels_are_the_likeliest(combine):
    fusion = late(combine=combine).fit(HOLES, Y)
    probabilities = fusion.predict_proba(HOLES)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_array_equal(fusion.predict(HOLES), fusion.classes_[probabilities.argmax(axis=1)])
    assert fusion.score(HOLES, Y) > 0.45


# Calibration ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("machine", [SVC(kernel="linear"), LinearSVC(), RidgeClassifier()])
def test_models_without_probabilities_are_calibrated(machine):
    codes, new = draw(3000)
    fusion = late([("a", machine, ["a0", "a1"])], combine="mean").fit(X, CODES)
    probabilities = fusion.predict_proba(new)
    right = probabilities.argmax(axis=1) == codes
    assert probabilities.max(axis=1).mean() == pytest.approx(right.mean(), abs=0.1)
    assert -np.log(probabilities[np.arange(3000), codes]).mean() < 0.95 < np.log(3)


def test_classes_of_one_row_each_get_a_softmax_and_a_warning():
    with pytest.warns(UserWarning, match="'a' has too few rows .* not calibrated"):
        fusion = late([("a", SVC(), ["a0", "a1"])], combine="mean").fit(X.iloc[:5], list("abcde"))
    assert fusion.predict_proba(X.iloc[:5]).shape == (5, 5)


@pytest.mark.parametrize("n_classes", [3, 4])  # three classes make three pairs
@pytest.mark.parametrize("nested", [False, True], ids=["bare", "nested"])
def test_decision_values_of_pairs_are_refused(n_classes, nested):
    pairs = SVC(decision_function_shape="ovo")
    if nested:
        pairs = GridSearchCV(make_pipeline(StandardScaler(), pairs), {"svc__C": [1.0]}, cv=2)
    with pytest.raises(ValueError, match=r"modality 'b': .* of pairs .* use decision_function_shape='ovr'"):
        late([("a", SVC(), ["a0", "a1"]), ("b", pairs, ["b0"])]).fit(X, np.arange(N) % n_classes)


# Refusals -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"triples": []}, "at least one modality"),
        ({"triples": [("a", SVC())]}, "tuple"),
        ({"triples": [TRIPLES[0]] * 2}, "not unique"),
        ({"triples": [("cv", SVC(), ["a0"])]}, "conflict"),
        ({"triples": [("a", SVC, ["a0"])]}, "an estimator or 'drop'"),
        ({"triples": [("a", SVC(), ["a9"])]}, r"no column \['a9'\]"),
        ({"weights": {"sound": 1.0}}, "weights for unknown"),
        ({"weights": {"a": -1.0}}, "at least 0"),
        ({"weights": "learned"}, "learns what each modality counts for"),
        ({"combine": "stack", "weights": SHARES}, "learns what each modality counts for"),
        ({"combine": "blend"}, "'combine' parameter"),
        ({"dropout": 1.0}, "'dropout' parameter"),
    ],
)
def test_bad_parameters_are_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        late(**parameters).fit(X, Y)


@pytest.mark.parametrize(
    ("weights", "message"),
    [(np.ones(3), "one number a row"), (-np.ones(N), "at least 0"), (np.full(N, np.nan), "finite")],
)
def test_bad_sample_weights_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        late().fit(X, Y, sample_weight=weights)


def test_a_model_that_takes_no_sample_weights_is_named():
    with pytest.raises(ValueError, match="KNeighborsClassifier takes no sample_weight") as caught:
        late([("a", KNeighborsClassifier(), ["a0"])]).fit(X, Y, sample_weight=np.ones(N))
    assert "modality 'a'" in caught.value.__notes__[0]


def test_a_single_class_and_models_without_an_opinion_are_refused():
    with pytest.raises(ValueError, match="one class only, 'ant'"):
        late().fit(X, ["ant"] * N)

    class Silent(ClassifierMixin, BaseEstimator):
        def fit(self, X, y):
            return self

    with pytest.raises(ValueError, match="neither predict_proba nor decision_function"):
        late([("a", Silent(), ["a0"])]).fit(X, Y)


def test_a_stack_says_when_it_has_nothing_to_learn_from():
    with pytest.raises(ValueError, match="two classes of at least two rows"):
        late(combine="stack").fit(X.iloc[:5], list("abcde"))
