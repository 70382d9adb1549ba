"""A table whose cells tell which row they come from, and an estimator that remembers what it was fitted on."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from mmsk.fusion import memo

LOG = []


class Spy(ClassifierMixin, BaseEstimator):
    """Notes down what `fit` and `predict` are given."""

    def __init__(self, C=1.0):
        self.C = C

    def fit(self, X, y, sample_weight=None, groups=None):
        self.classes_ = np.unique(y)
        LOG.append({"did": "fit", "X": X, "y": y, "sample_weight": sample_weight, "groups": groups})
        return self

    def predict(self, X):
        LOG.append({"did": "predict", "X": X})
        return np.repeat(self.classes_[0], len(X))


@pytest.fixture(autouse=True)
def forget():
    memo.clear()
    LOG.clear()
    yield
    memo.clear()


@pytest.fixture
def log():
    return LOG


@pytest.fixture
def spy():
    return Spy()


@pytest.fixture
def table():
    """Return a table of 12 rows: each picture, sound and text holds the number of its row."""
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 255, (20, 16, 3)).astype(np.uint8) for _ in range(12)]
    sounds = [(rng.standard_normal(4000).astype(np.float32), 8000.0) for _ in range(12)]
    for number in range(12):
        pictures[number][:] = 10 * number
        sounds[number][0][:] = number + 1
    frame = pd.DataFrame(
        {"title": [f"w{number} is the row number {number}" for number in range(12)], "price": range(12)}
    )
    frame["photo"] = pd.Series(pictures, dtype=object)
    frame["clip"] = pd.Series(sounds, dtype=object)
    frame.index = [f"r{number}" for number in range(12)]
    return frame


@pytest.fixture
def target():
    return np.array(["fox", "goose"] * 6)
