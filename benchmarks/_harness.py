"""How two ways are compared: outputs first, then turns, then medians.

Strategy: on one thread what counts is the processor's time (`cpu`), which is the time on the wall on a machine that
does nothing else, and does not count what others do on one that does. Where processes or disks are what is measured,
it is the time on the wall (`wall`). Both are kept. The sides take turns, so that a machine that slows down slows down
both.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

import numpy as np

__all__ = [
    "NoDataError",
    "Row",
    "Timing",
    "UnequalError",
    "check_close",
    "check_cosine",
    "faster",
    "measure",
    "show",
    "within",
]

LEAST = 0.1  # seconds that a trial takes, by repeating what is faster


class NoDataError(Exception):
    """What a claim is measured on cannot be had."""


class UnequalError(Exception):
    """What is to be compared does not compute the same."""


@dataclass(frozen=True)
class Row:
    """One line of the table; `ok` is None where nothing was promised, or nothing could be measured."""

    id: str
    what: str
    mmsk: str = ""
    other: str = ""
    ratio: str = ""
    target: str = ""
    ok: bool | None = None
    figures: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Timing:
    """Seconds a call, or an item, trial by trial."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def median(self, clock: str = "cpu") -> float:
        return median(getattr(self, clock))

    def __add__(self, other: Timing) -> Timing:
        """Return the timing of one thing after the other."""
        pairs = ((self.cpu, other.cpu), (self.wall, other.wall))
        return Timing(*([sum(both) for both in zip(*pair, strict=True)] for pair in pairs))

    def per(self, items: int) -> Timing:
        """Return the timing of one of so many items."""
        return Timing([value / items for value in self.cpu], [value / items for value in self.wall])

    def rounded(self) -> dict[str, list[float]]:
        return {name: [float(f"{value:.4g}") for value in values] for name, values in asdict(self).items()}


def measure(
    sides: Mapping[str, Callable[[], Any]], repeats: int = 5, least: float = LEAST, warm: bool = True, items: int = 1
) -> dict[str, Timing]:
    """Time functions in turns.

    Parameters
    ----------
    sides : mapping of str to callable
        They take nothing.
    repeats : int, default=5
        Trials of each.
    least : float, default=0.1
        Seconds that a trial takes at least; what is faster is called several times.
    warm : bool, default=True
        Whether each is called once before, untimed; without it, and always with ``least=0``, a trial is one call.
    items : int, default=1
        How many items a call works on; the timings are per item.
    """
    numbers = dict.fromkeys(sides, 1)
    for name, function in sides.items() if warm else ():
        function()
        if least:
            numbers[name] = math.ceil(least / max(_once(function, 1)[1], 1e-7))
    timings = {name: Timing() for name in sides}
    gc.collect()
    for _ in range(repeats):
        for name, function in sides.items():
            cpu, wall = _once(function, numbers[name])
            timings[name].cpu.append(cpu)
            timings[name].wall.append(wall)
    return {name: timing.per(items) for name, timing in timings.items()}


def _once(function: Callable[[], Any], number: int) -> tuple[float, float]:
    """Return processor and wall seconds a call."""
    gc.disable()
    try:
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(number):
            function()
        return (time.process_time() - cpu) / number, (time.perf_counter() - wall) / number
    finally:
        gc.enable()


def faster(
    id_: str,
    what: str,
    timings: Mapping[str, Timing],
    at_least: float | None = None,
    clock: str = "cpu",
    **figures: Any,
) -> Row:
    """Return the row that says how many times as long "other" takes as "mmsk"."""
    mine, other = timings["mmsk"].median(clock), timings["other"].median(clock)
    target = "" if at_least is None else f">= {at_least:g}x"
    ok = None if at_least is None else other / mine >= at_least
    return _timed(id_, what, timings, other / mine, target, ok, clock, figures)


def within(
    id_: str, what: str, timings: Mapping[str, Timing], at_most: float, clock: str = "cpu", **figures: Any
) -> Row:
    """Return the row that says how many times as long "mmsk" takes as "other", which it cannot undercut."""
    mine, other = timings["mmsk"].median(clock), timings["other"].median(clock)
    return _timed(id_, what, timings, mine / other, f"<= {at_most:g}x", mine / other <= at_most, clock, figures)


def _timed(
    id_: str,
    what: str,
    timings: Mapping[str, Timing],
    ratio: float,
    target: str,
    ok: bool | None,
    clock: str,
    figures: dict[str, Any],
) -> Row:
    seconds = {name: timing.rounded() for name, timing in timings.items()}
    mine, other = (show(timings[name].median(clock)) for name in ("mmsk", "other"))
    kept = {"clock": clock, "seconds": seconds, **figures}
    return Row(id_, what, mine, other, f"{ratio:.3g}x", target, None if ok is None else bool(ok), kept)


def show(seconds: float) -> str:
    """Return seconds in a unit to read.

    >>> show(0.0000832), show(0.0123), show(75), show(1900)
    ('83.2 µs', '12.3 ms', '75 s', '31.7 min')
    """
    for unit, size in (("µs", 1e-6), ("ms", 1e-3), ("s", 1.0)):
        if seconds < 1000 * size and not (unit == "s" and seconds >= 100):
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 60:.3g} min"


def check_close(what: str, found: Any, expected: Any, atol: float, share: float = 1.0) -> float:
    """Return the largest difference, or raise if less than a share of the values are within a tolerance."""
    found, expected = np.asarray(found, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if found.shape != expected.shape:
        raise UnequalError(f"{what}: shape {found.shape} against {expected.shape}")
    difference = np.abs(np.nan_to_num(found) - np.nan_to_num(expected))
    same_holes = np.array_equal(np.isnan(found), np.isnan(expected))
    if not same_holes or np.mean(difference <= atol) < share:
        raise UnequalError(f"{what}: differs by up to {difference.max():.3g}, allowed are {atol:g}")
    return float(difference.max())


def check_cosine(what: str, found: np.ndarray, expected: np.ndarray, at_least: float) -> float:
    """Return the median cosine of the rows of two matrices, or raise if it is too small."""
    norms = np.linalg.norm(found, axis=1) * np.linalg.norm(expected, axis=1)
    cosines = (found * expected).sum(axis=1)[norms > 0] / norms[norms > 0]
    found_median = float(np.median(cosines)) if len(cosines) else 0.0
    if found_median < at_least:
        raise UnequalError(f"{what}: median cosine {found_median:.4f}, at least {at_least:g} is needed")
    return found_median
