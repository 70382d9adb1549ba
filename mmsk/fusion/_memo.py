"""The memo: what the fits of one search have in common, computed once.

Strategy: the candidates of a search over weights or C fit the same branches on the same rows of each fold, and differ
only in what is done with the blocks afterwards. This memo keeps fitted branches, blocks and Gram matrices between
clones. It lives in one process, is bounded, is never pickled, and may never change a value: a key is made of the
parameters, the rows and the labels, or of the identity of objects that the memo itself keeps alive; where a fit is not
a function of these (a random_state that is no int, a function whose code a key cannot see) it is bypassed.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator

__all__ = ["Memo", "memo", "repeatable"]

MEMO_BYTES = 512 * 2**20


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
        self._entries: OrderedDict[Hashable, tuple[Any, tuple[Any, ...], int]] = OrderedDict()
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
            Objects whose ``id`` is part of the key: kept alive as long as the entry, so that no other object can have
            the same.
        """
        if key is None or not self.max_bytes:
            return make()
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                return self._entries[key][0]
        value = make()
        size = _size(value)
        with self._lock:
            if size <= self.max_bytes and key not in self._entries:
                self._entries[key] = value, anchors, size
                self._used += size
            while self._used > self.max_bytes:
                _, (_, _, dropped) = self._entries.popitem(last=False)
                self._used -= dropped
        return value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._used = 0


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
    params = estimator.get_params(deep=False)
    for name, value in params.items():
        random = name == "random_state" and not isinstance(value, (int, np.integer)) and params.get("dropout", True)
        if random or (callable(value) and not isinstance(value, (type, BaseEstimator))):
            return False
        if not all(map(repeatable, _estimators(value))):
            return False
    return True


def _estimators(value: Any) -> list[Any]:
    """Return the estimators in a parameter: itself, or those in a list of (name, estimator, ...)."""
    if isinstance(value, (list, tuple)):
        return [found for part in value for found in _estimators(part)]
    return [value] if isinstance(value, BaseEstimator) else []


def _size(value: Any) -> int:
    """Return about how many bytes a value takes."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if sparse.issparse(value):
        return int(value.data.nbytes + value.indices.nbytes + value.indptr.nbytes)
    if isinstance(value, tuple):
        return sum(map(_size, value))
    return len(pickle.dumps(value))
