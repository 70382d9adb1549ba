"""FeatureCache: what was described once is not described again.

Strategy: a descriptor of one item depends on nothing but the item's content and the descriptor's parameters, so a
digest of both names the vector for ever. The cache works below scikit-learn, item by item, and so is shared by folds,
candidates, refit and predict. It may never change a value or fail a fit.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

import numpy as np

__all__ = ["FeatureCache"]

MEMORY_BYTES = 256 * 2**20
ENTRY_OVERHEAD = 200  # bytes: the key, the array object and the table's own entry


class FeatureCache:
    """A bounded memo of (item content, descriptor) -> vector, least recently used out first.

    Parameters
    ----------
    max_memory : int, default=268_435_456
        Bytes of vectors kept in this process. 0 keeps none.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.cache import FeatureCache
    >>> cache = FeatureCache()
    >>> cache.put(b"key", np.zeros(3, dtype=np.float32))
    >>> cache.get(b"key")
    array([0., 0., 0.], dtype=float32)
    """

    def __init__(self, max_memory: int = MEMORY_BYTES) -> None:
        self.max_memory = max_memory
        self._start_empty()

    def _start_empty(self) -> None:
        self._vectors: OrderedDict[bytes, np.ndarray] = OrderedDict()
        self._used = 0
        self._lock = Lock()

    @property
    def enabled(self) -> bool:
        """Whether anything can be kept."""
        return self.max_memory > 0

    def get(self, key: bytes) -> np.ndarray | None:
        """Return the vector stored under a key, or None. It is read-only."""
        with self._lock:
            vector = self._vectors.get(key)
            if vector is not None:
                self._vectors.move_to_end(key)
            return vector

    def put(self, key: bytes, vector: np.ndarray) -> None:
        """Store a copy of a vector under a key."""
        size = vector.nbytes + ENTRY_OVERHEAD
        if size > self.max_memory:
            return
        kept = np.array(vector)
        kept.flags.writeable = False
        with self._lock:
            replaced = self._vectors.pop(key, None)
            if replaced is not None:
                self._used -= replaced.nbytes + ENTRY_OVERHEAD
            self._vectors[key] = kept
            self._used += size
            while self._used > self.max_memory:
                _, dropped = self._vectors.popitem(last=False)
                self._used -= dropped.nbytes + ENTRY_OVERHEAD

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._vectors.clear()
            self._used = 0

    def __getstate__(self) -> dict[str, int]:
        return {"max_memory": self.max_memory}  # a pickled model must not carry its training data's features

    def __setstate__(self, state: dict[str, int]) -> None:
        self.max_memory = state["max_memory"]
        self._start_empty()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FeatureCache) and self.max_memory == other.max_memory

    __hash__ = None  # type: ignore[assignment]  # equality is by parameters, which may change


_default = FeatureCache()
_off = FeatureCache(max_memory=0)


def resolve(cache: FeatureCache | bool | None) -> FeatureCache:
    """Return the cache that a descriptor's parameter means: None = this process's own, False = none."""
    if isinstance(cache, FeatureCache):
        return cache
    return _off if cache is False else _default
