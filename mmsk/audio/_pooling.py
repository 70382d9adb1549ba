"""Pooling over time: from a value a frame to a few numbers a clip."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from mmsk._params import InvalidParameterError

__all__ = ["check_statistics", "pool", "statistic_names"]

QUANTILE = re.compile(r"q(\d+(?:\.\d+)?)")


def _skewness(frames: np.ndarray) -> np.ndarray:
    """Return the third standardised moment; 0 where the values do not differ by more than rounding."""
    mean = frames.mean(axis=-1, keepdims=True)
    second = np.square(frames - mean).mean(axis=-1)
    third = ((frames - mean) ** 3).mean(axis=-1)
    constant = second <= (np.finfo(np.float32).eps * mean[..., 0]) ** 2
    return np.where(constant, 0.0, third / np.where(constant, 1.0, second) ** 1.5)


STATISTICS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "mean": lambda frames: frames.mean(axis=-1),
    "std": lambda frames: frames.std(axis=-1),
    "min": lambda frames: frames.min(axis=-1),
    "max": lambda frames: frames.max(axis=-1),
    "median": lambda frames: np.median(frames, axis=-1),
    "skewness": _skewness,
}


def pool(frames: np.ndarray, statistics: Iterable[str | float]) -> np.ndarray:
    """Return statistics over time.

    Parameters
    ----------
    frames : ndarray of shape (n_values, n_frames)
        At least one frame.
    statistics : sequence of str or float
        "mean", "std" (of the population), "min", "max", "median", "skewness", quantiles as "q10" or 0.1.

    Returns
    -------
    ndarray of shape (n_statistics * n_values,), dtype=float64
        All values' first statistic, then all values' second.

    Examples
    --------
    >>> pool(np.array([[1.0, 2.0, 6.0], [0.0, 0.0, 0.0]]), ["mean", "max", "q50"])
    array([3., 0., 6., 0., 2., 0.])
    """
    frames = frames.astype(np.float64)
    pooled = []
    for statistic in statistics:
        quantile = _quantile(statistic)
        if quantile is None:
            pooled.append(STATISTICS[str(statistic)](frames))
        else:
            pooled.append(np.quantile(frames, quantile, axis=-1))
    return np.concatenate(pooled)


def statistic_names(statistics: Iterable[str | float]) -> list[str]:
    """Return the names of statistics.

    >>> statistic_names(["mean", 0.1, "q97.5"])
    ['mean', 'q10', 'q97.5']
    """
    return [f"q{100 * one:g}" if not isinstance(one, str) else one for one in statistics]


def check_statistics(statistics: Sequence[Any]) -> None:
    """Refuse statistics that are not known, come twice, or are none at all."""
    known = f"{', '.join(STATISTICS)}, and quantiles such as 'q10' or 0.1"
    for one in statistics:
        quantile = _quantile(one)
        if (quantile is None and not (isinstance(one, str) and one in STATISTICS)) or (
            quantile is not None and not 0 <= quantile <= 1
        ):
            raise InvalidParameterError(f"statistics: unknown {one!r}; known are {known}")
    if not len(statistics) or len(set(statistic_names(statistics))) < len(statistics):
        raise InvalidParameterError(f"statistics must be one or more, each once, got {statistics!r}; known are {known}")


def _quantile(statistic: Any) -> float | None:
    """Return the share that a quantile's name or number stands for, None for anything else."""
    if isinstance(statistic, str):
        match = QUANTILE.fullmatch(statistic)
        return float(match[1]) / 100 if match else None
    return float(statistic) if isinstance(statistic, (float, np.floating)) else None
