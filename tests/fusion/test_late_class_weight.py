"""LateFusionClassifier over models with class weights: what they ask for is what comes out, once."""

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV, PredefinedSplit
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.utils.class_weight import compute_sample_weight

from mmsk.fusion import LateFusionClassifier
from mmsk.fusion._late_priors import class_weights, fit_priors
from mmsk.fusion._pools import completed

from ._late_data import COMBINE

RNG = np.random.default_rng(0)
N = 1600
RARE = RNG.random(N) < 0.08
Y = np.where(RARE, "rare", "usual")
X = pd.DataFrame({name: RARE * 0.8 + RNG.normal(size=N) for name in "abcd"})
SEEN, NEW = slice(0, 1000), slice(1000, N)
USUAL = LogisticRegression()
BALANCED = LogisticRegression(class_weight="balanced")
FOREST = RandomForestClassifier(50, min_samples_leaf=40, class_weight="balanced", random_state=0)


def fused(models, combine="gate", rows=SEEN, **parameters):
    """Return a fitted fusion of a model for each of some columns, or of the same one for all."""
    models = models if isinstance(models, dict) else dict.fromkeys("abcd", models)
    triples = [(name, model, [name]) for name, model in models.items()]
    return LateFusionClassifier(triples, combine=combine, random_state=0).fit(X[rows], Y[rows], **parameters)


def rate(predicted):
    return np.mean(predicted == "rare")


@pytest.mark.parametrize("model", [BALANCED, FOREST, SVC(class_weight="balanced")], ids=lambda one: type(one).__name__)
def test_the_rare_class_is_predicted_as_often_as_by_one_balanced_model(model):
    one = model.fit(X[SEEN], Y[SEEN]).predict(X[NEW])
    for combine in COMBINE:
        predicted = fused(model, combine).predict(X[NEW])
        assert rate(one) / 2 < rate(predicted) < rate(one) * 2, combine
        found, wanted = (balanced_accuracy_score(Y[NEW], labels) for labels in (predicted, one))
        assert found > wanted - 0.06, combine


@pytest.mark.parametrize("combine", COMBINE)
def test_class_weights_are_sample_weights(combine):
    weight = compute_sample_weight("balanced", Y[SEEN])
    weights = dict(zip(Y[SEEN].tolist(), weight.tolist(), strict=True))
    by_class = fused(LogisticRegression(class_weight=weights), combine)
    by_row = fused(USUAL, combine, sample_weight=weight)
    np.testing.assert_allclose(by_class.predict_proba(X[NEW]), by_row.predict_proba(X[NEW]), atol=1e-3)
    np.testing.assert_allclose(by_class.prior_, [np.mean(Y[SEEN] == "rare"), np.mean(Y[SEEN] == "usual")])


@pytest.mark.parametrize("combine", COMBINE)
def test_weights_of_one_change_nothing(combine):
    ones = {"rare": 1.0, "usual": 1.0}
    plain = fused({"a": USUAL, "b": SVC()}, combine).predict_proba(X)
    weighed = fused({"a": LogisticRegression(class_weight=ones), "b": SVC(class_weight=ones)}, combine)
    np.testing.assert_allclose(weighed.predict_proba(X), plain, rtol=1e-6)


@pytest.mark.parametrize("combine", COMBINE)
def test_a_row_with_nothing_in_it_gets_the_raw_shares(combine):
    fusion = fused(BALANCED, combine)
    nothing = pd.DataFrame({name: [np.nan] for name in "abcd"})
    np.testing.assert_array_equal(fusion.predict_proba(nothing), [fusion.prior_])
    assert fusion.predict(nothing) == ["usual"]


def test_labels_of_a_stack_without_probabilities():
    triples = [(name, BALANCED, [name]) for name in "abcd"]
    final = SVC(kernel="linear", class_weight="balanced")
    fusion = LateFusionClassifier(triples, combine="stack", final_estimator=final).fit(X[SEEN], Y[SEEN])
    assert 0.15 < rate(fusion.predict(X[NEW])) < 0.6
    assert fusion.predict(pd.DataFrame({name: [np.nan] for name in "abcd"})) == ["usual"]


@pytest.mark.parametrize("combine", ["gate", "product", "mean"])
def test_one_of_two_models_balanced_lies_between(combine):
    none, one, both = (
        rate(fused({"a": first, "b": second}, combine).predict(X[NEW]))
        for first, second in [(USUAL, USUAL), (BALANCED, USUAL), (BALANCED, BALANCED)]
    )
    assert none < one < both


WRAPPED = {
    "pipeline": make_pipeline(StandardScaler(), BALANCED),
    "search": GridSearchCV(USUAL, {"class_weight": ["balanced"]}, cv=3),
    "threshold": FixedThresholdClassifier(BALANCED, threshold=0.3, pos_label="rare"),
    "both": GridSearchCV(make_pipeline(StandardScaler(), BALANCED), {"logisticregression__C": [1.0]}, cv=3),
}


@pytest.mark.parametrize("how", WRAPPED)
def test_wrapped_models_are_looked_into(how):
    bare, wrapped = (fused({"a": model, "b": model}, "product") for model in (BALANCED, WRAPPED[how]))
    np.testing.assert_allclose(wrapped.predict_proba(X[NEW]), bare.predict_proba(X[NEW]), atol=0.01)


@pytest.mark.parametrize("model", [LinearDiscriminantAnalysis, GaussianNB])
def test_stated_priors_are_class_weights(model):
    stated, learned = (fused(one, "product").predict_proba(X[NEW]) for one in (model(priors=[0.5, 0.5]), model()))
    odds, raw = (found[:, 0] / found[:, 1] for found in (stated, learned))
    shift = np.mean(Y[SEEN] == "usual") / np.mean(Y[SEEN] == "rare")
    np.testing.assert_allclose(odds, raw * shift, rtol=0.1)


def test_calibrated_probabilities_show_no_class_weights():
    calibrated = CalibratedClassifierCV(BALANCED)
    assert rate(fused(calibrated, "product").predict(X[NEW])) < 0.15
    model = calibrated.fit(X[SEEN], Y[SEEN])
    assert class_weights(model, Y[SEEN], None, model.classes_) is None


def test_a_class_that_a_modality_and_a_fold_lack():
    y = np.where(np.arange(N) % 40 == 0, "other", Y)
    table = X.assign(b=X["b"] + 2 * (y == "other"))
    table.loc[y == "other", "a"] = np.nan
    folds = PredefinedSplit(np.where(y == "other", 0, np.arange(N) % 3))
    weights = {"rare": 6.0, "other": 20.0}
    for combine in COMBINE:
        plain, *found = (
            LateFusionClassifier([(name, model, [name]) for name in "ab"], combine=combine, cv=folds)
            .fit(table, y)
            .predict_proba(table)
            for model in (USUAL, LogisticRegression(class_weight=weights), BALANCED)
        )
        for probabilities in found:
            np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
            assert (probabilities.mean(axis=0)[:2] > 1.5 * plain.mean(axis=0)[:2]).all(), combine


def test_a_class_of_weight_zero_is_never_predicted():
    for combine in COMBINE:
        found = fused(LogisticRegression(class_weight={"rare": 0.0}), combine, rows=slice(None)).predict_proba(X)
        assert found[:, 0].max() < 1e-3, combine


# Which shares --------------------------------------------------------------------------------------------------------

LABELS = np.array(["few"] * 2 + ["many"] * 6 + ["some"] * 4)
POINTS = np.arange(12.0)[:, None]
CLASSES = np.unique(LABELS)
ALL = np.ones(12, dtype=bool)
RAW = np.array([2, 6, 4]) / 12


@pytest.mark.parametrize("model", [BALANCED, FOREST, SVC(class_weight="balanced")], ids=lambda one: type(one).__name__)
def test_balanced_is_what_scikit_learn_makes_of_it(model):
    sample_weight = np.arange(1.0, 13.0)
    found = class_weights(model.fit(POINTS, LABELS), LABELS, sample_weight, CLASSES)
    by_rows = sample_weight if model is BALANCED else np.ones(12)  # only logistic regression counts weights of rows
    totals = np.array([by_rows[one == LABELS].sum() for one in CLASSES])
    np.testing.assert_allclose(found * totals / (found * totals).sum(), 1 / 3)


def test_a_class_that_one_model_does_not_know_is_in_what_it_asks_for():
    two = LABELS != "some"
    weighed = LogisticRegression(class_weight={"few": 3.0})
    models = [BALANCED.fit(POINTS[two], LABELS[two]), weighed.fit(POINTS, LABELS)]
    priors = fit_priors(models, [two, ALL], LABELS, None, CLASSES, RAW)
    np.testing.assert_allclose(priors.own[0], [1 / 3, 1 / 3, np.nan])
    np.testing.assert_allclose(priors.own[1], np.array([6, 6, 4]) / 16)
    np.testing.assert_allclose(priors.fused, (np.array([6, 6, 4]) / 16 + 1 / 3) / 2)


def test_balanced_asks_for_equal_shares_whichever_rows_its_modality_is_in():
    held = np.array([True] * 2 + [False] * 4 + [True] * 2 + [False] * 2 + [True] * 2)
    model = BALANCED.fit(POINTS[held], LABELS[held])
    priors = fit_priors([model], [held], LABELS, None, CLASSES, RAW)
    np.testing.assert_allclose(priors.fused, 1 / 3)
    np.testing.assert_allclose(priors.own[0], RAW)


def test_without_class_weights_not_a_bit_changes():
    priors = fit_priors([USUAL.fit(POINTS, LABELS)], [ALL], LABELS, None, CLASSES, RAW)
    opinions = RNG.dirichlet(np.ones(3), size=5)
    assert priors.fused is RAW
    assert priors.weighed(np.zeros(12, dtype=int), None) is priors.weighed_by(0, np.zeros(12, dtype=int), None) is None
    assert priors.settled(opinions, np.zeros((1, 5), dtype=bool)) is opinions
    np.testing.assert_array_equal(priors.opinions(0, opinions), completed(opinions, RAW))
