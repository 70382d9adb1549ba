"""The memo: what the fits of one search have in common, computed once.

Strategy: the candidates of a search over weights or C fit the same branches on the same rows of each fold, and differ
only in what is done with the blocks afterwards. This memo keeps fitted branches, blocks and Gram matrices between
clones. It lives in one process, is bounded, is never pickled, and may never change a value: a key is made of the
parameters, the rows and the labels, or of the identity of objects that it watches: when one of them is gone, what was
made of it is never handed out again, and its memory is freed when the next is kept. Where a fit is not a function of
these (a random_state that is no int, a function whose code a key cannot see, a class of others that gets texts, which
may be the names of files) it is bypassed.
"""

from __future__ import annotations

import pickle
import sys
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator

__all__ = ["Memo", "memo", "parts_of", "repeatable", "trusted"]

MEMO_BYTES = 512 * 2**20
TRUSTED = {"mmsk", "numpy", "scipy", "sklearn"}  # packages whose code stays the same while a process runs

#: When estimators with a random_state draw at all, by the name of their class.
DRAWS: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "LinearSVC": lambda params: params["dual"] is not False,
    "LogisticRegression": lambda params: params["solver"] in ("liblinear", "sag", "saga"),
    "NuSVC": lambda params: params["probability"] is True,
    "Ridge": lambda params: params["solver"] in ("sag", "saga"),
    "RidgeClassifier": lambda params: params["solver"] in ("sag", "saga"),
    "SVC": lambda params: params["probability"] is True,
}


class Entry(NamedTuple):
    """A value, the objects it belongs to, and how many bytes it takes."""

    value: Any
    anchors: tuple[weakref.ref[Any], ...]
    size: int

    def belongs_to(self, anchors: tuple[Any, ...]) -> bool:
        return all(known() is anchor for known, anchor in zip(self.anchors, anchors, strict=True))


class Counter:
    """A file that keeps nothing of what is written, but how much it was."""

    total = 0

    def write(self, data: Any) -> None:
        self.total += memoryview(data).nbytes


class Memo:
    """A bounded table of things that were computed, least recently used out first.

    Parameters
    ----------
    max_bytes : int, default=536_870_912
        What it may hold; 0 switches it off. May be set at any time.

    Examples
    --------
    >>> from mmsk.fusion import memo
    >>> memo.recall(("sum", 2, 3), lambda: 2 + 3)
    5
    """

    def __init__(self, max_bytes: int = MEMO_BYTES) -> None:
        self.max_bytes = max_bytes
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()
        self._used = 0
        self._lock = Lock()

    def recall(self, key: Hashable, make: Callable[[], Any], anchors: tuple[Any, ...] = ()) -> Any:
        """Return what `make` returned for this key before, or call it now.

        Parameters
        ----------
        key : hashable or None
            None = always make anew.
        make : callable
            Takes nothing.
        anchors : tuple
            Objects whose ``id`` is part of the key: when one of them is gone another object may have the same, and
            the entry does not count any more.
        """
        if key is None or not self.max_bytes:
            return make()
        with self._lock:
            if (known := self._entries.get(key)) is not None and known.belongs_to(anchors):
                self._entries.move_to_end(key)
                return known.value
        value = make()
        entry = Entry(value, tuple(map(weakref.ref, anchors)), _size(value))
        with self._lock:
            if entry.size <= self.max_bytes:
                gone = [old for old, kept in self._entries.items() if any(known() is None for known in kept.anchors)]
                for old in [key, *gone]:
                    self._drop(old)
                self._entries[key] = entry
                self._used += entry.size
            while self._used > self.max_bytes:
                self._drop(next(iter(self._entries)))
        return value

    def knows(self, key: Hashable) -> bool:
        """Return whether something is kept under a key that has no anchors."""
        with self._lock:
            return bool(self.max_bytes) and key in self._entries

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._used = 0

    def _drop(self, key: Hashable) -> None:
        if (dropped := self._entries.pop(key, None)) is not None:
            self._used -= dropped.size


memo = Memo()


def repeatable(estimator: Any) -> bool:
    """Return whether fitting an estimator twice on the same data must give the same, so far as parameters tell.

    Examples
    --------
    >>> from sklearn.decomposition import PCA
    >>> repeatable(PCA(random_state=0)), repeatable(PCA(random_state=None))
    (True, False)
    """
    if not isinstance(estimator, BaseEstimator):
        return isinstance(estimator, str)
    return all(map(_settled, parts_of(estimator)))


def parts_of(estimator: Any) -> list[BaseEstimator]:
    """Return an estimator and all that are in its parameters, at any depth.

    Examples
    --------
    >>> from sklearn.decomposition import PCA
    >>> from sklearn.pipeline import make_pipeline
    >>> parts_of(make_pipeline(PCA(), "passthrough"))[1:]
    [PCA()]
    """
    if isinstance(estimator, (list, tuple)):
        return [found for part in estimator for found in parts_of(part)]
    if not isinstance(estimator, BaseEstimator):
        return []
    return [estimator, *(found for value in estimator.get_params(deep=False).values() for found in parts_of(value))]


def _settled(estimator: BaseEstimator) -> bool:
    """Return whether an estimator, its parts aside, does the same each time."""
    params = estimator.get_params(deep=False)
    draws = DRAWS.get(type(estimator).__name__, _draws)
    if "random_state" in params and not isinstance(params["random_state"], (int, np.integer)) and draws(params):
        return False
    functions = [value for value in params.values() if callable(value)]
    return all(isinstance(value, (type, BaseEstimator)) or trusted(value) for value in functions)


def _draws(params: Mapping[str, Any]) -> bool:
    return bool(params.get("dropout", True))


def trusted(function: Any) -> bool:
    """Return whether a function or class is a package's own, which has one name and does one thing."""
    named = getattr(function, "__qualname__", getattr(function, "__name__", "<"))
    return "<" not in named and (getattr(function, "__module__", None) or "").partition(".")[0] in TRUSTED


def _size(value: Any) -> int:
    """Return about how many bytes a value takes."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if sparse.issparse(value):
        return int(value.data.nbytes + value.indices.nbytes + value.indptr.nbytes)
    if isinstance(value, tuple):
        return sum(map(_size, value))
    written = Counter()
    try:
        pickle.Pickler(written, protocol=pickle.HIGHEST_PROTOCOL).dump(value)
        return written.total
    except Exception:  # it cannot be measured: not to be kept
        return sys.maxsize
