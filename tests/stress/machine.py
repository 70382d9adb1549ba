"""The cache against dictionaries: random steps of several handles on one store and in memory, each answer compared.

``python -m tests.stress.machine 10000`` or `make machine STEPS=10000`; the tests take a few hundred steps.

Strategy: the model keeps what each handle has in memory (in order of use, by size) and what the store has (with the day
of its last use), as plain dictionaries. Where the store evicts, the model asks what is left, and checks that nothing
that was used later went before it. Time is the model's own.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections import OrderedDict
from pathlib import Path
from unittest import mock

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mmsk import _reference
from mmsk._store import DAY, ROW_OVERHEAD, Store
from mmsk.cache import ENTRY_OVERHEAD, FeatureCache

__all__ = ["CacheMachine", "run"]

KEYS = st.integers(0, 11).map(lambda number: bytes([number]) * 32)
VECTORS = st.tuples(st.integers(0, 40), st.integers(0, 255)).map(lambda pair: np.full(pair[0], pair[1], np.float32))
FILES = st.integers(0, 5)
DIGESTS = st.integers(0, 255).map(lambda number: bytes([number]) * 32)
HANDLES = st.integers(0, 3)
MEMORIES = (0, 600, 1_500, 10**6)  # bytes, of the handles; the last has no store


class Memory(OrderedDict):
    """What a handle has in memory: a dictionary that forgets what was used least recently."""

    def __init__(self, limit):
        super().__init__()
        self.limit = limit

    def use(self, key):
        if key in self:
            self.move_to_end(key)
        return self.get(key)

    def keep(self, key, vector):
        if vector.nbytes + ENTRY_OVERHEAD > self.limit:
            return  # what was known under this key stays: it is the same vector, by its key
        self.pop(key, None)
        self[key] = vector
        while sum(one.nbytes + ENTRY_OVERHEAD for one in self.values()) > self.limit:
            self.popitem(last=False)


class CacheMachine(RuleBasedStateMachine):
    """Three handles on one store and one without, and what they ought to answer."""

    steps = 0  # of all runs

    def __init__(self):
        super().__init__()
        self.resources = contextlib.ExitStack()
        self.folder = Path(self.resources.enter_context(tempfile.TemporaryDirectory()))
        self.now = 1_000_000_000.5
        self.resources.enter_context(mock.patch("mmsk._store.time.time", self._time))
        self.resources.enter_context(mock.patch("mmsk._reference._remembered", {}))
        self.disk, self.days, self.digests, self.remembered = {}, {}, {}, {}

    def _time(self):
        return self.now

    @initialize()
    def open_all(self):
        self.handles = [self._open(number) for number in range(len(MEMORIES))]
        self.memories = [Memory(limit) for limit in MEMORIES]

    def _open(self, number):
        with_store = number < len(MEMORIES) - 1
        return FeatureCache(self.folder if with_store else None, max_memory=MEMORIES[number])

    # What is put and got

    @rule(handle=HANDLES, key=KEYS, vector=VECTORS)
    def put(self, handle, key, vector):
        self.handles[handle].put(key, vector)
        self._keep(handle, key, vector)

    @rule(handle=HANDLES, vectors=st.dictionaries(KEYS, VECTORS, max_size=5), files=st.dictionaries(FILES, DIGESTS))
    def put_many(self, handle, vectors, files):
        self.handles[handle].put_many(vectors, {_stat(file): digest for file, digest in files.items()})
        for key, vector in vectors.items():
            self._keep(handle, key, vector)
        for file, digest in files.items():
            self.remembered[file] = digest
            if self._stores(handle) and file:  # the change time of file 0 is a whole second
                self.digests[file] = digest

    def _keep(self, handle, key, vector):
        self.memories[handle].keep(key, vector)
        if self._stores(handle):
            self.disk[key] = vector
            self.days[key] = self.now // DAY

    @rule(handle=HANDLES, key=KEYS)
    def get(self, handle, key):
        self._same(self.handles[handle].get(key), self._expected(handle, [key]).get(key))

    @rule(handle=HANDLES, keys=st.lists(KEYS, max_size=6, unique=True))
    def get_many(self, handle, keys):
        found, expected = self.handles[handle].get_many(keys), self._expected(handle, keys)
        assert set(found) == set(expected)
        for key in found:
            self._same(found[key], expected[key])

    def _expected(self, handle, keys):
        """Return what a handle ought to know; what comes from the store is kept in memory then."""
        memory = self.memories[handle]
        found = {key: memory.use(key) for key in keys if key in memory}
        for key in sorted(set(keys) - set(found)) if self._stores(handle) else []:
            if key in self.disk:
                found[key] = self.disk[key]
                self.days[key] = self.now // DAY
        for key in [key for key in found if key not in memory]:
            memory.keep(key, found[key])
        return found

    def _same(self, found, expected):
        assert (found is None) == (expected is None)
        if found is not None:
            np.testing.assert_array_equal(found, expected)
            assert found.dtype == np.float32
            assert not found.flags.writeable

    @rule(handle=HANDLES, files=st.lists(FILES, max_size=4, unique=True))
    def get_digests(self, handle, files):
        known = {**self.digests, **self.remembered} if self._stores(handle) else self.remembered
        expected = {file: known[file] for file in files if file in known}
        found = self.handles[handle].digests_of([_stat(file) for file in files])
        assert found == {_stat(file): digest for file, digest in expected.items()}
        self.remembered.update(expected)

    # What is forgotten

    @rule(handle=HANDLES)
    def clear(self, handle):
        self.handles[handle].clear()
        self.memories[handle].clear()
        if self._stores(handle):
            self.disk, self.days, self.digests = {}, {}, {}

    @rule(handle=HANDLES)
    def reopen(self, handle):
        """As in another process: what is in memory is gone."""
        if self._stores(handle):
            self.handles[handle].store.close()
        self.handles[handle] = self._open(handle)
        self.memories[handle].clear()

    @rule()
    def forget_files(self):
        _reference._remembered.clear()
        self.remembered.clear()

    @rule(days=st.integers(1, 3))
    def days_pass(self, days):
        self.now += days * DAY

    @precondition(lambda self: self.disk)
    @rule(share=st.floats(0, 1.2))
    def evict(self, share):
        """The store is opened by somebody who wants it smaller."""
        for handle in range(len(MEMORIES) - 1):
            self.handles[handle].store.close()  # writes what was used
        smaller = Store(self.folder, 2**40)
        payloads = [vector.nbytes + ROW_OVERHEAD for vector in self.disk.values()]
        limit = int(share * (sum(payloads) + len(self.digests) * (32 + ROW_OVERHEAD)))
        size = smaller.info()["bytes"]
        smaller.prune(limit)
        left = smaller.get_many(list(self.disk))
        smaller.close()
        gone = set(self.disk) - set(left)
        assert not gone or size > limit
        assert sum(len(payload) + ROW_OVERHEAD for payload in left.values()) <= limit or not gone
        assert max((self.days[key] for key in gone), default=0) <= min((self.days[key] for key in left), default=10**9)
        for key in gone:
            del self.disk[key], self.days[key]
        self.days.update(dict.fromkeys(left, self.now // DAY))  # this look was a use
        probe = FeatureCache(self.folder)
        with mock.patch("mmsk._reference._remembered", {}):
            known = {file: probe.digest_of(_stat(file)) for file in self.digests}
        probe.store.close()
        assert all(digest in (None, self.digests[file]) for file, digest in known.items())
        self.digests = {file: digest for file, digest in known.items() if digest}

    # What always holds

    @invariant()
    def memory_is_as_it_should_be(self):
        CacheMachine.steps += 1
        for cache, memory in zip(getattr(self, "handles", []), getattr(self, "memories", []), strict=True):
            assert list(cache._vectors) == list(memory)
            assert cache._used == sum(one.nbytes + ENTRY_OVERHEAD for one in memory.values()) <= cache.max_memory

    def teardown(self):
        for cache in getattr(self, "handles", []):
            if cache.store is not None:
                cache.store.close()
        self.resources.close()

    @staticmethod
    def _stores(handle):
        return handle < len(MEMORIES) - 1


def _stat(file):
    """Return the stat key of a file that has not changed for long."""
    return (1, file, 100, 5, 7_000_000_000 + file)


def run(steps, per_run, derandomize=False):
    """Take at least so many steps, in runs of so many at most."""
    CacheMachine.steps = 0
    while CacheMachine.steps < steps:
        chosen = settings(
            max_examples=max(1, steps // per_run),
            stateful_step_count=per_run,
            derandomize=derandomize,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(CacheMachine, settings=chosen)
    return CacheMachine.steps


if __name__ == "__main__":
    taken = run(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, per_run=50)
    print(f"{taken:,} steps, no divergence")
