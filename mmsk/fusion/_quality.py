"""Quality: how good a row's item of a modality is, whatever it shows; what a gate may go by.

Strategy: a model that was trained on sharp pictures is not to be trusted on a blurred one, and its own confidence does
not tell. A few numbers for each kind of item do, computed by a `FunctionDescriptor`, so that the limits, the cache and
the workers are those of the modality's own descriptor. Columns of numbers have how far a row lies from the mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mmsk._function import FunctionDescriptor
from mmsk.fusion._digests import descriptors_of
from mmsk.fusion._memo import parts_of
from mmsk.fusion._rows import take
from mmsk.text import Tfidf

__all__ = ["Quality", "fit_quality", "moments"]

SILENCE = 1e-3  # amplitude, -60 dB of full scale
DARK = 1e-3  # added to deviations of pixels in [0, 1] before their logarithm is taken


def picture_quality(pixels: np.ndarray) -> list[float]:
    """Return brightness, log contrast and log sharpness: the deviation of the Laplacian of the green channel."""
    green = np.pad(pixels[..., 1], 1, mode="edge").astype(np.int16)
    middle = green[1:-1, 1:-1]
    laplacian = 4 * middle - green[:-2, 1:-1] - green[2:, 1:-1] - green[1:-1, :-2] - green[1:-1, 2:]
    contrast, sharpness = float(middle.std()) / 255, float(laplacian.std()) / 255
    return [float(middle.mean()) / 255, float(np.log(contrast + DARK)), float(np.log(sharpness + DARK))]


def sound_quality(samples: np.ndarray, rate: float) -> list[float]:
    """Return the log level (root mean square), the share of silent samples, and the log length in seconds."""
    level = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0
    silent = float(np.mean(np.abs(samples) < SILENCE)) if len(samples) else 1.0
    return [float(np.log(level + SILENCE)), silent, float(np.log1p(len(samples) / rate))]


def text_quality(text: str) -> list[float]:
    """Return the log number of characters, and the share of capitals among the letters that have case."""
    cased = sum(letter.isupper() or letter.islower() for letter in text)
    return [float(np.log1p(len(text))), sum(map(str.isupper, text)) / max(cased, 1)]


#: For each kind of item the function and the names of what it returns.
MEASURES: dict[str, tuple[Callable[..., list[float]], list[str]]] = {
    "image": (picture_quality, ["brightness", "contrast", "sharpness"]),
    "audio": (sound_quality, ["level", "silence", "length"]),
    "text": (text_quality, ["length", "capitals"]),
}


@dataclass(frozen=True)
class Quality:
    """What to measure in a modality; `names` is empty where nothing can be measured."""

    names: tuple[str, ...] = ()
    descriptor: FunctionDescriptor | None = None
    mean: np.ndarray | None = None
    scale: np.ndarray | None = None

    def measure(self, columns: Any, present: np.ndarray) -> np.ndarray:
        """Return an array of shape (n_rows, n_names), nan for absent rows and items that cannot be read."""
        found = np.full((len(present), len(self.names)), np.nan)
        rows = np.flatnonzero(present)
        if not len(rows) or not self.names:
            return found
        if self.descriptor is not None:
            found[rows] = self.descriptor.fit_transform(take(columns, rows))
        else:
            numbers = (_numbers(columns)[rows] - self.mean) / self.scale
            known = ~np.isnan(numbers)
            energy = np.where(known, numbers, 0.0) ** 2
            found[rows, 0] = np.log1p(energy.sum(axis=1) / np.maximum(known.sum(axis=1), 1))
            found[rows, 1] = 1 - known.mean(axis=1)
        return found


def fit_quality(estimator: Any, columns: Any, present: np.ndarray) -> Quality:
    """Return what to measure in the rows that an estimator reads.

    Parameters
    ----------
    estimator : estimator
        The kind of its descriptors is the kind of the items.
    columns : DataFrame, Series or ndarray
        Items are measured in one column; of several columns, numbers only.
    present : ndarray of shape (n_rows,), dtype=bool
    """
    if not _is_numeric(columns) and columns.ndim > 1 and columns.shape[1] > 1:
        return Quality()
    descriptors = descriptors_of(estimator)
    is_text = any(isinstance(part, Tfidf) for part in parts_of(estimator))
    kinds = {descriptor._item_class.kind for descriptor in descriptors} | ({"text"} if is_text else set())
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind in MEASURES:
        measure, names = MEASURES[kind]
        settings = {}
        if descriptors:
            settings = {name: getattr(descriptors[0], name) for name in ("limits", "cache", "n_jobs")}
        descriptor = FunctionDescriptor(
            measure, kind, names=names, version="1", on_error="missing", max_missing=1.0, **settings
        )
        return Quality(tuple(names), descriptor)
    if descriptors or not _is_numeric(columns) or not present.any():
        return Quality()
    return Quality(("distance", "unknown"), None, *moments(_numbers(columns)[present]))


def moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and deviation of each column over the values that are known, 0 and 1 where there are none."""
    known = ~np.isnan(values)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, values, 0.0).sum(axis=0) / count
    scale = np.sqrt(np.where(known, (values - mean) ** 2, 0.0).sum(axis=0) / count)
    return mean, np.where(scale > 0, scale, 1.0)


def _is_numeric(columns: Any) -> bool:
    if isinstance(columns, (pd.DataFrame, pd.Series)):
        frame = columns.to_frame() if isinstance(columns, pd.Series) else columns
        return all(pd.api.types.is_numeric_dtype(dtype) for dtype in frame.dtypes)
    return isinstance(columns, np.ndarray) and columns.dtype.kind in "biuf"


def _numbers(columns: Any) -> np.ndarray:
    """Return columns of numbers as an array of shape (n_rows, n_columns)."""
    frame = pd.DataFrame(columns)
    return np.asarray(frame.to_numpy(dtype=np.float64, na_value=np.nan))
