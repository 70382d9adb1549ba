"""What a run of the benchmarks is asked for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

__all__ = ["ROOT", "THREADS", "Options", "child_environment"]

#: Where a new process finds this package.
ROOT = Path(__file__).resolve().parents[1]

#: One thread in every library that would take more; it has to be set before numpy is imported.
THREADS = dict.fromkeys(
    [
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "BLIS_NUM_THREADS",
        "NUMBA_NUM_THREADS",
    ],
    "1",
)


T = TypeVar("T")


@dataclass(frozen=True)
class Options:
    """What to measure on, and how much.

    Parameters
    ----------
    scratch : Path
        A folder for what is made on the way, the same for all claims of a run.
    stamps : Path, default=None
        The folder of the Tux Paint stamps; None = where `mmsk.datasets.fetch_stamps` finds or puts them.
    full : bool, default=False
        Whether to run the whole of what is extrapolated otherwise.
    tiny : bool, default=False
        Whether to run once on next to nothing, to see that it works.
    """

    scratch: Path
    stamps: Path | None = None
    full: bool = False
    tiny: bool = False

    def pick(self, usual: T, tiny: T) -> T:
        """Return the first, or the second in a tiny run."""
        return tiny if self.tiny else usual


def child_environment() -> dict[str, str]:
    """Return the environment of a process that measures: one thread, and no cache but those it makes."""
    return {name: value for name, value in os.environ.items() if name != "MMSK_CACHE"} | THREADS
