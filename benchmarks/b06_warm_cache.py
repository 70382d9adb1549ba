"""B6: a warm cache against a cold one, on the stamps: in memory, and on disk as a new process finds it."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import numpy as np

from benchmarks._counting import counting
from benchmarks._data import Table, table
from benchmarks._harness import Row, UnequalError, check_close, faster, measure
from benchmarks._options import Options

CLAIM = "warm cache against cold, the stamps"
TARGET = ">= 50x, 0 decodes"

ROWS = 250


def rows(options: Options) -> list[Row]:
    from mmsk import FeatureCache

    X = table(options).spread(options.pick(ROWS, 8))
    folder = options.scratch / "store"
    memory = FeatureCache()

    def cold_store() -> list[np.ndarray]:
        shutil.rmtree(folder, ignore_errors=True)
        return describe(X, FeatureCache(folder))

    ways: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "in memory": (lambda: describe(X, FeatureCache()), lambda: describe(X, memory)),
        "on disk, a new process": (cold_store, lambda: describe_as_new(X, FeatureCache(folder))),
    }
    expected = describe(X, memory)
    found = []
    for name, (cold, warm) in ways.items():
        cold()
        decodes = _decodes(options, X, warm, expected)
        timings = measure({"other": cold, "mmsk": warm}, repeats=options.pick(3, 1), least=0, items=len(X))
        what = f"{len(X)} rows of the stamps again, {name} / the first time ({decodes} decodes)"
        found.append(faster("B6", what, timings, at_least=50, decodes=decodes))
    return found


def describe(X: Table, cache: object) -> list[np.ndarray]:
    """Return the vectors of the pictures and of the sounds."""
    from mmsk import DescriptorUnion
    from mmsk.audio import MFCC, Chroma
    from mmsk.image import HOG

    audio = DescriptorUnion([("mfcc", MFCC()), ("chroma", Chroma())], cache=cache)
    return [HOG(cache=cache).fit_transform(X["picture"]), audio.fit_transform(X["speech"])]


def describe_as_new(X: Table, cache: object) -> list[np.ndarray]:
    """As a process that has never seen these files: it has to read them to know them again."""
    from mmsk import _reference

    _reference._remembered.clear()
    return describe(X, cache)


def _decodes(options: Options, X: Table, warm: Callable[[], object], expected: list[np.ndarray]) -> int:
    """Return how much a warm run decodes, and check what it returns."""
    with counting(options.scratch / "b06", []) as counts:
        found = warm()
    for vectors, wanted in zip(found, expected, strict=True):
        check_close("warm", vectors, wanted, 0)
    decodes = counts[0].decodes.total()
    if decodes:
        raise UnequalError(f"a warm cache decoded {decodes} items")
    return decodes
