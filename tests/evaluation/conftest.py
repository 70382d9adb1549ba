"""A table of three modalities of numbers, quick to describe, in which it is known where the signal lies."""

import pytest
from sklearn.svm import SVC

from mmsk import fusion_pipeline
from mmsk.datasets import make_multimodal
from mmsk.fusion import memo

NAMES = ("a", "b", "c")


@pytest.fixture(autouse=True)
def forget():
    """Let no test know what another has computed."""
    memo.clear()
    yield
    memo.clear()


@pytest.fixture
def make():
    """Return a function that makes the table."""

    def make(structure="shared", n_samples=240, n_classes=2, **parameters):
        modalities = dict.fromkeys(NAMES, "number")
        parameters = {"noise": 0.3, "random_state": 0, **parameters}
        return make_multimodal(n_samples, n_classes, modalities=modalities, structure=structure, **parameters)

    return make


@pytest.fixture
def branches_of():
    """Return a function that returns the branches of a table."""
    return lambda made: [(name, "passthrough", made.columns[name]) for name in NAMES]


@pytest.fixture
def rbf(branches_of):
    """Return a function that returns a model that can learn XOR; all modalities weigh the same to it."""
    return lambda made: fusion_pipeline(branches_of(made), SVC(), weights=None)
