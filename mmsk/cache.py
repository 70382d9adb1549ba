"""FeatureCache: what was described once is not described again.

Strategy: a descriptor of one item depends on nothing but the item's content and the descriptor's parameters, so a
digest of both names the vector for ever. The cache works below scikit-learn, item by item, and so is shared by folds,
candidates, refit and predict; on disk, by processes too. It may never change a value or fail a fit.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from mmsk._reference import known_digest, remember_digest
from mmsk._store import Store

__all__ = ["FeatureCache"]

MEMORY_BYTES = 256 * 2**20
DISK_BYTES = 5 * 2**30
SECOND_NS = 1_000_000_000  # where change times are whole seconds, in a disk image, they do not tell versions apart
ENTRY_OVERHEAD = 200  # bytes: the key, the array object and the table's own entry


class FeatureCache:
    """A bounded memo of (item content, descriptor) -> vector, in memory and, if a folder is given, on disk.

    Parameters
    ----------
    folder : str or Path, default=None
        Where vectors are kept on disk, to be shared by processes and later runs. None = in this process's memory only.
    max_memory : int, default=268_435_456
        Bytes of vectors kept in this process, least recently used out first. 0 keeps none.
    max_bytes : int, default=5_368_709_120
        Bytes kept on disk; the vectors that were not used for the longest time are deleted when a store is opened.

    Notes
    -----
    A store that is damaged, full, read-only or another user's warns once, and work goes on without it. A pickled cache
    is its parameters, never its content.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.cache import FeatureCache
    >>> cache = FeatureCache()
    >>> cache.put(b"key", np.zeros(3, dtype=np.float32))
    >>> cache.get(b"key")
    array([0., 0., 0.], dtype=float32)
    """

    def __init__(
        self, folder: str | Path | None = None, *, max_memory: int = MEMORY_BYTES, max_bytes: int = DISK_BYTES
    ) -> None:
        self.folder = folder
        self.max_memory = max_memory
        self.max_bytes = max_bytes
        self._start_empty()

    def _start_empty(self) -> None:
        self._vectors: OrderedDict[bytes, np.ndarray] = OrderedDict()
        self._used = 0
        self._lock = Lock()
        self.store = None if self.folder is None else Store(self.folder, self.max_bytes)

    @property
    def enabled(self) -> bool:
        """Whether anything can be kept."""
        return self.max_memory > 0 or self.store is not None

    def get(self, key: bytes) -> np.ndarray | None:
        """Return the vector stored under a key, or None. It is read-only."""
        with self._lock:
            vector = self._vectors.get(key)
            if vector is not None:
                self._vectors.move_to_end(key)
        if vector is None and self.store is not None:
            payload = self.store.get(key)
            if payload is not None and len(payload) % 4 == 0:
                vector = _as_vector(payload)
                self._remember(key, vector)
        return vector

    def get_many(self, keys: Sequence[bytes]) -> dict[bytes, np.ndarray]:
        """Return the vectors that are stored under some keys; the store is asked once."""
        with self._lock:
            found = {key: self._vectors[key] for key in keys if key in self._vectors}
            for key in found:
                self._vectors.move_to_end(key)
        if self.store is not None:
            for key, payload in self.store.get_many([key for key in keys if key not in found]).items():
                if len(payload) % 4 == 0:
                    found[key] = _as_vector(payload)
                    self._remember(key, found[key])
        return found

    def put(self, key: bytes, vector: np.ndarray) -> None:
        """Store a copy of a vector under a key."""
        self.put_many({key: vector})

    def put_many(
        self, vectors: Mapping[bytes, np.ndarray], digests: Mapping[tuple[int, ...], bytes] | None = None
    ) -> None:
        """Store copies of vectors under their keys, and digests of files under their stat keys; in one transaction."""
        for key, vector in vectors.items():
            self._remember(key, np.array(vector))
        payloads = {}
        if self.store is not None:
            payloads = {key: np.ascontiguousarray(vector, dtype="<f4").tobytes() for key, vector in vectors.items()}
        for stat, value in (digests or {}).items():
            if remember_digest(stat, value) and stat[-1] % SECOND_NS:
                payloads[_file_key(stat)] = value
        if payloads and self.store is not None:
            self.store.put_many(payloads)

    def digest_of(self, stat: tuple[int, ...] | None) -> bytes | None:
        """Return the digest of the file with a stat key, if any process that shares the store has read it before."""
        return self.digests_of([stat]).get(stat)

    def digests_of(self, stats: Sequence[tuple[int, ...] | None]) -> dict[tuple[int, ...] | None, bytes]:
        """Return the digests of the files with some stat keys, as far as they are known."""
        found = {stat: known for stat in stats if (known := known_digest(stat)) is not None}
        if self.store is not None:
            unknown = {_file_key(stat): stat for stat in stats if stat is not None and stat not in found}
            for key, value in self.store.get_many(list(unknown)).items():
                found[unknown[key]] = value
                remember_digest(unknown[key], value)
        return found

    def clear(self) -> None:
        """Forget everything, in memory and on disk."""
        with self._lock:
            self._vectors.clear()
            self._used = 0
        if self.store is not None:
            self.store.clear()

    def _remember(self, key: bytes, vector: np.ndarray) -> None:
        """Keep a vector that nobody else holds in memory."""
        size = vector.nbytes + ENTRY_OVERHEAD
        if size > self.max_memory:
            return
        vector.flags.writeable = False
        with self._lock:
            replaced = self._vectors.pop(key, None)
            if replaced is not None:
                self._used -= replaced.nbytes + ENTRY_OVERHEAD
            self._vectors[key] = vector
            self._used += size
            while self._used > self.max_memory:
                _, dropped = self._vectors.popitem(last=False)
                self._used -= dropped.nbytes + ENTRY_OVERHEAD

    def _parameters(self) -> dict[str, Any]:
        return {"folder": self.folder, "max_memory": self.max_memory, "max_bytes": self.max_bytes}

    def __getstate__(self) -> dict[str, Any]:
        return self._parameters()  # a pickled model must not carry its training data's features

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._start_empty()

    def __deepcopy__(self, memo: Any) -> FeatureCache:
        return self  # scikit-learn's clone copies parameters; clones are to share what they know

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FeatureCache) and self._parameters() == other._parameters()

    __hash__ = None  # type: ignore[assignment]  # equality is by parameters, which may change

    def __repr__(self) -> str:
        return f"FeatureCache({str(self.folder)!r})" if self.folder is not None else "FeatureCache()"


_default = FeatureCache()
_off = FeatureCache(max_memory=0)
_by_folder: dict[str, FeatureCache] = {}


def _as_vector(payload: bytes) -> np.ndarray:
    return np.frombuffer(payload, dtype="<f4").astype(np.float32, copy=False)


def _file_key(stat: tuple[int, ...]) -> bytes:
    """Return the key under which the store keeps the digest of a file."""
    return b"file" + np.array(stat, dtype="<u8").tobytes()


def resolve(cache: FeatureCache | str | Path | bool | None) -> FeatureCache:
    """Return the cache that a descriptor's parameter means.

    A folder = a store there, one a process; None or True = the folder named by the environment variable MMSK_CACHE, or
    else this process's memory; False = none.
    """
    if isinstance(cache, FeatureCache):
        return cache
    if cache is False:
        return _off
    folder = os.environ.get("MMSK_CACHE") if cache is None or cache is True else cache
    if not folder:
        return _default
    name = os.path.abspath(folder)
    return _by_folder.setdefault(name, _by_folder.get(name) or FeatureCache(name))
