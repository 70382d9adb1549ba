"""Late fusion of classes takes classifiers, of numbers regressors: others are refused before a model is fitted."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from mmsk.fusion import LateFusionClassifier, LateFusionRegressor

X = pd.DataFrame({"a": np.arange(20.0), "b": np.arange(20.0) ** 2})
CLASSES, NUMBERS = np.arange(20) % 2, np.arange(20)
FUSIONS = {"classes": (LateFusionClassifier, CLASSES), "numbers": (LateFusionRegressor, NUMBERS)}
WRONG = {"classes": Ridge(), "numbers": LogisticRegression()}
TOLD = {"classes": "has to be a classifier; {} is a regressor", "numbers": "has to be a regressor; {} is a classifier"}


class NeverFitted(BaseEstimator):
    """A model that no test wants to see fitted."""

    def fit(self, X, y):
        raise AssertionError("fitted before all parameters were looked at")

    def predict(self, X):
        raise AssertionError

    predict_proba = predict


@pytest.mark.parametrize("kind", FUSIONS)
@pytest.mark.parametrize("nested", [False, True], ids=["bare", "nested"])
def test_a_final_estimator_of_the_other_kind_is_refused_before_anything_is_fitted(kind, nested):
    fusion, y = FUSIONS[kind]
    final = WRONG[kind]
    if nested:
        final = make_pipeline(StandardScaler(), GridSearchCV(final, {"fit_intercept": [True, False]}))
    model = fusion([("a", NeverFitted(), ["a"])], combine="stack", final_estimator=final)
    with pytest.raises(ValueError, match="^final_estimator " + TOLD[kind].format(type(final).__name__)):
        model.fit(X, y)


@pytest.mark.parametrize("kind", FUSIONS)
def test_the_model_of_a_modality_of_the_other_kind_is_refused(kind):
    fusion, y = FUSIONS[kind]
    wrong = DecisionTreeRegressor() if kind == "classes" else DecisionTreeClassifier()
    model = fusion([("a", NeverFitted(), ["a"]), ("b", wrong, ["b"])], combine="mean")
    with pytest.raises(ValueError, match="^the model of modality 'b' " + TOLD[kind].format(type(wrong).__name__)):
        model.fit(X, y)


def test_a_final_estimator_that_nothing_is_made_of_may_be_anything():
    models = [("a", LinearRegression(), ["a"])]
    LateFusionRegressor(models, combine="mean", final_estimator=LogisticRegression()).fit(X, NUMBERS)


def test_what_does_not_say_what_it_is_may_pass():
    class Final(BaseEstimator):
        def fit(self, X, y):
            self.mean_ = np.mean(y)
            return self

        def predict(self, X):
            return np.full(len(X), self.mean_)

    model = LateFusionRegressor([("a", LinearRegression(), ["a"])], final_estimator=Final())
    np.testing.assert_allclose(model.fit(X, NUMBERS).predict(X), NUMBERS.mean())
