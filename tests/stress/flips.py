"""Bits of a store's file are flipped, between runs and under them: no value is wrong, and every fit comes to its end.

Each function takes a folder, the pictures in it and how often; `wrong` in what it returns is empty when all is well.
"""

from __future__ import annotations

import contextlib
import os
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mmsk._store import PAGE, Store
from mmsk.cache import FeatureCache
from mmsk.image import ColorHistogram

from .work import extract, settle, together, whole

__all__ = ["flipped", "flipped_at_work", "said_by"]

STORE_SAYS = "the feature store"
PAUSE = 0.004  # seconds between flips


def flipped(folder: Path, paths: list[str], count: int) -> dict[str, Any]:
    """A bit is flipped in the head of the file, in its table of tables, or anywhere; the pictures are described."""
    expected = np.asarray(ColorHistogram(cache=False).fit_transform(paths))
    store = folder / "store"
    ColorHistogram(cache=FeatureCache(store, max_memory=0)).fit_transform(paths)
    path = Store(store, 1).path
    sound, rng = path.read_bytes(), np.random.default_rng(0)
    outcomes: Counter[str] = Counter()
    wrong = []
    for number in range(count):
        for old in store.glob("*"):
            old.unlink()
        content = bytearray(sound)
        content[rng.integers((100, PAGE, len(content))[number % 3])] ^= 1 << rng.integers(8)
        path.write_bytes(content)
        # every other time the store is too large, so that what is damaged is also sorted and deleted
        cache = FeatureCache(store, max_memory=0, max_bytes=2**40 if number % 2 else len(sound) // 2)
        try:
            found, said = said_by(lambda cache=cache: ColorHistogram(cache=cache).fit_transform(paths))
            outcomes[said or "nothing is said"] += 1
            if found.tobytes() != expected.tobytes():
                wrong.append(f"flip {number}: other values")
        except Exception as error:
            wrong.append(f"flip {number}: {type(error).__name__}: {error}")
        cache.store.close()
    return {"flips": count, "outcomes": dict(outcomes.most_common()), "wrong": wrong[:10]}


def said_by(action: Callable[[], Any]) -> tuple[Any, str]:
    """Return what an action returns, and what the store said meanwhile, without paths; another warning is an error."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("error")
        warnings.filterwarnings("always", STORE_SAYS)
        answer = action()
    said = [str(warning.message).partition(" set aside as ")[0].split("sqlite3 ")[-1] for warning in caught]
    return answer, "; ".join(said)


def flipped_at_work(folder: Path, paths: list[str], count: int) -> dict[str, Any]:
    """Bits are flipped while two processes are reading and writing the file."""
    paths = paths[:60]
    settle(paths)
    expected = whole(paths)
    path = Store(folder / "store", 1).path

    def flip() -> None:
        rng = np.random.default_rng(0)
        for _ in range(count):
            time.sleep(PAUSE)
            with contextlib.suppress(FileNotFoundError), path.open("r+b") as file:
                _flip_one(file, rng)

    def describe() -> None:
        warnings.filterwarnings("ignore", STORE_SAYS)
        until = time.monotonic() + count * PAUSE
        while time.monotonic() < until:
            extract(folder / "store", paths, expected)

    _, failures = together(folder, [flip, describe, describe], 1)
    aside = len(list((folder / "store").glob("*.damaged-*")))
    return {"flips": count, "set aside": aside, "wrong": failures}


def _flip_one(file: Any, rng: np.random.Generator) -> None:
    if size := file.seek(0, os.SEEK_END):
        place = int(rng.integers(size))
        file.seek(place)
        byte = file.read(1)
        if byte:  # the file may have become shorter
            file.seek(place)
            file.write(bytes([byte[0] ^ 1 << int(rng.integers(8))]))
