"""A modality for the tests of the core: blobs, whose bytes are all there is to know about them."""

import sys
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest

from mmsk import _reference
from mmsk._base import ItemDescriptor
from mmsk._items import Item
from mmsk._params import COUNT
from mmsk.cache import FeatureCache
from mmsk.errors import MediaError

collect_ignore_glob = ["fuzzing/*.py", "stress/*.py", "traps/*.py"]  # what `make` runs: scripts, not tests


class Blob(Item, kind="blob"):
    """Some bytes."""

    def __init__(self, content, limits=None):
        super().__init__(content, limits)
        if not isinstance(content, bytes):
            raise MediaError("wrong_type", detail=f"expected bytes, got {type(content).__name__}")


class Bytes(ItemDescriptor):
    """Mean and length of a blob, times a factor; b"bad" is a corrupt blob, b"bug" makes the descriptor itself fail."""

    _item_class = Blob
    _schema = 1
    _parameter_constraints: ClassVar = {**ItemDescriptor._shared_constraints, "factor": COUNT}
    described: ClassVar = []  # the contents that were described

    def __init__(
        self,
        factor=1,
        *,
        pool="mean",
        on_error="raise",
        max_missing=0.1,
        limits=None,
        cache=None,
        n_jobs=None,
        verbose=False,
        isolate=False,
    ):
        super().__init__(
            pool=pool,
            on_error=on_error,
            max_missing=max_missing,
            limits=limits,
            cache=cache,
            n_jobs=n_jobs,
            verbose=verbose,
            isolate=isolate,
        )
        self.factor = factor

    def _describe(self, item):
        self.described.append(item.content)
        if item.content == b"bad":
            raise MediaError("corrupt", detail="it says so itself")
        if item.content == b"bug":
            raise ZeroDivisionError("a mistake of the descriptor's")
        return self.factor * np.array([np.mean(list(item.content)), len(item.content)])

    def _feature_names(self):
        return ["mean", "length"]


class Length(Bytes):
    """Length of a blob alone."""

    _schema = 1

    def _describe(self, item):
        return super()._describe(item)[1:]

    def _feature_names(self):
        return ["blob_length"]


try:
    from joblib.externals import cloudpickle
except ImportError:  # joblib >= 1.6 depends on it instead of bringing its own
    import cloudpickle

# worker processes cannot import this file: they are sent its classes, as they are sent those of a notebook
cloudpickle.register_pickle_by_value(sys.modules[__name__])


@pytest.fixture
def toy():
    """Return the classes of the modality."""
    return SimpleNamespace(Blob=Blob, Bytes=Bytes, Length=Length)


@pytest.fixture
def described(monkeypatch):
    """Return the list of the contents that are described from here on."""
    contents = []
    monkeypatch.setattr(Bytes, "described", contents)
    return contents


@pytest.fixture
def cache():
    """Return a cache that no other test knows."""
    return FeatureCache()


@pytest.fixture
def settled(monkeypatch):
    """Let the files of a test, which are fresh, pass for files that have not changed for a while."""
    monkeypatch.setattr(_reference, "SETTLED_NS", -(10**18))


@pytest.fixture
def reads(monkeypatch):
    """Return the list of the paths of the files that are read from here on."""
    paths = []
    read_file = _reference._read_file

    def counting(path, *args):
        paths.append(path)
        return read_file(path, *args)

    monkeypatch.setattr(_reference, "_read_file", counting)
    return paths
