"""A parameter that is changed after fit: no answer of a model that is half of one kind and half of the other."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from mmsk.fusion import KernelFusionClassifier, LateFusionClassifier, LateFusionRegressor

RNG = np.random.default_rng(0)
X = pd.DataFrame({"a": RNG.normal(size=40), "b": RNG.normal(size=40)})
Y = X["a"] + X["b"] > 0
FUSION = ColumnTransformer([(name, StandardScaler(), [name]) for name in X])
MODELS = [(name, LogisticRegression(), [name]) for name in X]
NUMBERS = [(name, LinearRegression(), [name]) for name in X]


def test_probabilities_of_kernels_need_a_fit_that_was_asked_for_them():
    model = KernelFusionClassifier(FUSION, absent="submodel").fit(X, Y).set_params(probability=True)
    with pytest.raises(NotFittedError, match="fitted with probability=False; fit it again"):
        model.predict_proba(X)
    asked = KernelFusionClassifier(FUSION, absent="submodel", probability=True).fit(X, Y)
    np.testing.assert_array_equal(model.fit(X, Y).predict_proba(X), asked.predict_proba(X))
    assert not hasattr(model.set_params(probability=False), "predict_proba")


@pytest.mark.parametrize("final", [None, LinearSVC()], ids=["probabilities", "labels"])
@pytest.mark.parametrize(
    ("before", "after"), [("stack", "gate"), ("stack", "mean"), ("gate", "stack"), ("mean", "vote")]
)
def test_what_combines_classes_needs_a_fit_of_its_own(before, after, final):
    model = LateFusionClassifier(MODELS, combine=before, final_estimator=final).fit(X, Y).set_params(combine=after)
    for method in {"predict", "predict_proba", "attention"} & {name for name in dir(model) if hasattr(model, name)}:
        with pytest.raises(
            NotFittedError, match=f"fitted with combine='{before}', which is now '{after}'; fit it again"
        ):
            getattr(model, method)(X)
    again = LateFusionClassifier(MODELS, combine=after, final_estimator=final).fit(X, Y)
    np.testing.assert_array_equal(model.fit(X, Y).predict(X), again.predict(X))


@pytest.mark.parametrize(("before", "after"), [("stack", "mean"), ("mean", "stack")])
def test_what_combines_numbers_needs_a_fit_of_its_own(before, after):
    model = LateFusionRegressor(NUMBERS, combine=before).fit(X, X["a"]).set_params(combine=after)
    for method in ("predict", "attention") if after == "mean" else ("predict",):
        with pytest.raises(
            NotFittedError, match=f"fitted with combine='{before}', which is now '{after}'; fit it again"
        ):
            getattr(model, method)(X)
    again = LateFusionRegressor(NUMBERS, combine=after).fit(X, X["a"])
    np.testing.assert_array_equal(model.fit(X, X["a"]).predict(X), again.predict(X))


def test_parameters_of_fitting_may_change_without_a_word():
    model = LateFusionClassifier(MODELS, combine="mean").fit(X, Y)
    before = model.predict_proba(X)
    np.testing.assert_array_equal(model.set_params(cv=2, weights={"a": 1.0}).predict_proba(X), before)
