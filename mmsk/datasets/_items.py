"""The items of one modality of a synthetic data set, and the columns that they become.

Strategy: each item has a random stream of its own, named by seed, modality and row, so that nothing that is asked of
one modality changes another.
"""

from __future__ import annotations

import wave
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from mmsk._reference import object_array
from mmsk.datasets._drawing import DRAW, N_NUMBERS, SAMPLE_RATE, Common, Look
from mmsk.datasets._structure import Codes

__all__ = ["as_columns", "choose", "draw_items", "stream"]


def stream(seed: int, name: str, row: int = 0) -> np.random.Generator:
    """Return the random numbers for one purpose."""
    return np.random.default_rng([seed, zlib.crc32(name.encode()), row])


def choose(share: float, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return a mask of n rows with that share, rounded, chosen at random."""
    chosen = np.zeros(n, dtype=bool)
    chosen[rng.permutation(n)[: round(share * n)]] = True
    return chosen


def draw_items(
    name: str, kind: str, codes: Codes, damaged: np.ndarray, hidden: np.ndarray, common: Common, seed: int
) -> list[Any]:
    """Return the items of a modality, None where hidden; a damaged item shows a random code."""
    items: list[Any] = []
    for row, (position, together) in enumerate(zip(codes.position, codes.together, strict=True)):
        rng = stream(seed, name, row)
        if damaged[row]:
            n_classes = common.n_classes
            position = (rng.integers(n_classes) + 0.5) / n_classes if n_classes else rng.random()
        shown = None if np.isnan(position) else float(position)
        look = Look(**asdict(common), position=shown, together=bool(together), damaged=bool(damaged[row]))
        items.append(None if hidden[row] else DRAW[kind](look, rng))
    return items


def as_columns(name: str, kind: str, items: list[Any], folder: Path | None) -> dict[str, pd.Series]:
    """Return the items as columns of a table: one, or one for each number."""
    if kind == "number":
        numbers = np.array([np.full(N_NUMBERS, np.nan) if item is None else item for item in items])
        return {f"{name}_{column}": pd.Series(numbers[:, column]) for column in range(N_NUMBERS)}
    if kind in WRITE and folder is not None:
        (folder / name).mkdir(parents=True, exist_ok=True)
        ending, write = WRITE[kind]
        paths = [None if item is None else folder / name / f"{row:05d}{ending}" for row, item in enumerate(items)]
        for path, item in zip(paths, items, strict=True):
            if path is not None:
                write(path, item)
        items = [None if path is None else str(path) for path in paths]
    elif kind == "audio":
        # What a decoder makes of the file, so that files and arrays give the same features.
        items = [None if item is None else (item.astype(np.float32) / 32768, SAMPLE_RATE) for item in items]
    return {name: pd.Series(object_array(items), dtype=object)}


def _write_png(path: Path, pixels: np.ndarray) -> None:
    Image.fromarray(pixels).save(path)


def _write_wav(path: Path, samples: np.ndarray) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(samples.astype("<i2").tobytes())


WRITE = {"image": (".png", _write_png), "audio": (".wav", _write_wav)}
