"""What late fusion learns out of fold counts rows by their weight: those of none are as good as left out."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.svm import SVC

from mmsk.fusion import LateFusionClassifier, LateFusionRegressor
from mmsk.fusion._calibration import fit_calibration
from mmsk.fusion._late_combine import learn_fixed_shares

RNG = np.random.default_rng(0)
N = 60
CODES = np.arange(N) % 2
SURE, UNSURE = (np.column_stack([1 - p, p]) for p in (0.2 + 0.6 * CODES, 0.45 + 0.1 * CODES))
EXTRA = [0, 60, 540]


def padded(values, extra, fill):
    """Return rows, and as many again as are asked for."""
    return np.concatenate([values, np.full((extra, *values.shape[1:]), fill, dtype=values.dtype)])


@pytest.mark.parametrize("extra", EXTRA)
def test_shares(extra):
    prior = np.full(2, 0.5)
    expected = learn_fixed_shares(np.stack([SURE, UNSURE]), CODES, prior, None)
    found = np.stack([padded(SURE, extra, 0.5), padded(UNSURE, extra, 0.5)])
    learned = learn_fixed_shares(found, padded(CODES, extra, 0), prior, padded(np.full(N, 3.0), extra, 0.0))
    np.testing.assert_allclose(learned, expected, atol=1e-5)
    assert expected[0] > 0.52


@pytest.mark.parametrize("extra", EXTRA)
def test_calibration(extra):
    decisions = SURE + RNG.normal(0, 0.3, SURE.shape)
    expected = fit_calibration(decisions, CODES, None)
    weights = padded(np.full(N, 3.0), extra, 0.0)
    found = fit_calibration(padded(decisions, extra, 9.0), padded(CODES, extra, 0), weights)
    assert found.slope == pytest.approx(expected.slope)
    np.testing.assert_allclose(found.bias, expected.bias)


def test_a_class_of_no_weight_is_none_to_calibrate_on():
    assert fit_calibration(SURE, CODES, CODES * 1.0) is None
    assert fit_calibration(SURE, CODES, CODES * 0.0) is None


@pytest.mark.parametrize("extra", EXTRA)
def test_shares_of_numbers(extra):
    y = RNG.normal(size=N)
    X = pd.DataFrame({"a": y + RNG.normal(0, 0.3, N), "b": y + RNG.normal(0, 2, N)})
    folds = [(np.arange(N)[np.arange(N) % 4 != k], np.arange(N)[np.arange(N) % 4 == k]) for k in range(4)]
    models = [(name, LinearRegression(), [name]) for name in X]
    fusion = LateFusionRegressor(models, combine="mean", weights="learned", cv=folds)
    expected = fusion.fit(X, y).weights_["a"]
    more = pd.concat([X, X.iloc[np.arange(extra) % N]], ignore_index=True)
    weighed = fusion.fit(more, padded(y, extra, 9.0), sample_weight=padded(np.full(N, 3.0), extra, 0.0))
    assert weighed.weights_["a"] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("extra", EXTRA)
def test_the_whole_classifier(extra):
    X = pd.DataFrame({"a": CODES + RNG.normal(0, 0.7, N), "b": CODES + RNG.normal(0, 3, N)})
    folds = [(np.arange(N)[np.arange(N) // 6 % 4 != k], np.arange(N)[np.arange(N) // 6 % 4 == k]) for k in range(4)]
    fusion = LateFusionClassifier([(name, SVC(kernel="linear"), [name]) for name in X], cv=folds)
    expected = fusion.fit(X, CODES).predict_proba(X)
    more = pd.concat([X, 99 * X.iloc[np.arange(extra) % N]], ignore_index=True)
    weighed = fusion.fit(more, padded(CODES, extra, 0), sample_weight=padded(np.full(N, 1.0), extra, 0.0))
    np.testing.assert_allclose(weighed.predict_proba(X), expected, atol=1e-3)
