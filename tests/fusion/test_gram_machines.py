"""Machines with a function as the kernel: those of scikit-learn's own linear kernel, with weights of 0 too."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.svm import SVC, SVR
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.multiclass import _ovr_decision_function

from mmsk import fusion_pipeline
from mmsk.fusion import GramSVC, GramSVR, linear_gram
from mmsk.text import Tfidf

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 5))
CODES = (X[:, 0] + (X[:, 1] > 0.3)).round().clip(-1, 1).astype(int)
WEIGHTS = np.where(np.arange(60) % 3, RNG.uniform(0.5, 2, 60), 0.0)


@pytest.mark.filterwarnings("ignore:Solver terminated early")  # a check allows 1,000 steps only
@parametrize_with_checks([GramSVC(kernel="linear", tol=1e-9), GramSVR(kernel="linear", tol=1e-9)])
def test_estimator_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize("wrap", [np.asarray, sparse.csr_array, pd.DataFrame], ids=["array", "sparse", "frame"])
@pytest.mark.parametrize("weights", [None, np.ones(60), WEIGHTS], ids=["none", "ones", "zeros among them"])
def test_the_machine_of_the_linear_kernel(wrap, weights):
    rows = wrap(X)
    expected = SVC(kernel="linear", C=10, tol=1e-8).fit(rows, CODES, sample_weight=weights)
    found = clone(GramSVC(kernel=linear_gram, C=10, tol=1e-8)).fit(rows, CODES, sample_weight=weights)
    np.testing.assert_allclose(found.decision_function(rows), expected.decision_function(rows), atol=1e-4)
    expected = SVR(kernel="linear", tol=1e-8).fit(rows, X[:, 2], sample_weight=weights)
    found = GramSVR(kernel=linear_gram, tol=1e-8).fit(rows, X[:, 2], sample_weight=weights)
    np.testing.assert_allclose(found.predict(rows), expected.predict(rows), atol=1e-4)


def test_the_default_machine_of_a_pipeline_passes_over_rows_of_weight_0():
    frame = pd.DataFrame(X, columns=list("abcde"))
    branches = [("left", "passthrough", ["a", "b"]), ("right", "passthrough", ["c", "d", "e"])]
    model = fusion_pipeline(branches, weights=None).fit(frame, CODES, classifier__sample_weight=WEIGHTS)
    blocks, kept = model["fusion"].transform(frame), WEIGHTS > 0
    machine = SVC(kernel="linear", C=2).fit(blocks[kept], CODES[kept], sample_weight=WEIGHTS[kept])
    np.testing.assert_allclose(model.decision_function(frame), machine.decision_function(blocks), atol=1e-2)


@pytest.mark.parametrize("wrap", [np.asarray, sparse.csr_array, pd.DataFrame], ids=["array", "sparse", "frame"])
@pytest.mark.parametrize("shape", ["ovr", "ovo"])
def test_a_row_of_zeros_is_answered_by_the_shares_of_the_classes(wrap, shape):
    y = np.array(list("aaabbbbbbbcc") * 5)
    nothing = wrap(np.zeros((2, 5)))
    machine = GramSVC(kernel=linear_gram, decision_function_shape=shape).fit(wrap(X), y)
    assert machine.predict(nothing).tolist() == ["b", "b"]
    logs = np.log([0.25, 7 / 12, 1 / 6])
    pairs = np.array([[logs[0] - logs[1], logs[0] - logs[2], logs[1] - logs[2]]])
    expected = pairs if shape == "ovo" else _ovr_decision_function(pairs < 0, -pairs, 3)  # what SVC makes of its pairs
    np.testing.assert_allclose(machine.decision_function(nothing), np.repeat(expected, 2, axis=0))
    two = GramSVC(kernel=linear_gram).fit(wrap(X), y == "b", sample_weight=WEIGHTS)
    share = WEIGHTS[y == "b"].sum() / WEIGHTS.sum()
    np.testing.assert_allclose(two.decision_function(nothing), np.log(share / (1 - share)))
    mean = GramSVR(kernel=linear_gram).fit(wrap(X), X[:, 0], sample_weight=WEIGHTS)
    np.testing.assert_allclose(mean.predict(nothing), np.average(X[:, 0], weights=WEIGHTS))


def test_that_nothing_is_known_may_tell_something():
    rows = np.vstack([X, np.zeros((6, 5))])
    y = np.array(["a", "b", "b"] * 20 + ["a"] * 6)
    assert GramSVC(kernel=linear_gram).fit(rows, y).predict(np.zeros((1, 5))) == "a"


def test_a_pipeline_answers_a_row_with_nothing_present_by_the_prior():
    frame = pd.DataFrame({"text": ["red fox", "grey goose", "red hen"] * 8, "size": np.arange(24.0)})
    y = np.array(["a", "b", "b", "b"] * 6)
    model = fusion_pipeline([("text", Tfidf(), "text"), ("size", "passthrough", ["size"])]).fit(frame, y)
    nothing = pd.DataFrame({"text": [None], "size": [np.nan]})
    assert model.predict(nothing).tolist() == ["b"]
    np.testing.assert_allclose(model.decision_function(nothing), np.log(3))
