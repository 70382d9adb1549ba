"""The process that decodes mutated files, and says of each what came of it, on a line of its own.

Strategy: what an item is follows from the seed and its number alone, so that a run can be taken up again, and any item
made again to look at it. A line is written when an item is done: the parent knows which item a silence is about.
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings

import numpy as np

from mmsk import DescriptorUnion
from mmsk.audio import MFCC, CancelledWarning, SpectralShape
from mmsk.image import HOG, ColorMoments

from .mutate import mutate
from .seeds import seeds

__all__ = ["describe", "describers", "make_item", "work"]

HEADROOM = 2**30  # bytes of address space above what a first call has taken


def make_item(seed: int, number: int, files: dict[str, tuple[str, bytes]]) -> tuple[str, str, bytes]:
    """Return the name of the file that an item was made of, its kind, and the mutated content."""
    rng = np.random.default_rng([seed, number])
    names = list(files)
    name = names[number % len(names)]
    other = files[names[int(rng.integers(len(names)))]][1]
    kind, content = files[name]
    return name, kind, mutate(content, other, rng)


def describers() -> dict[str, DescriptorUnion]:
    """Return a fitted union for each kind: cheap descriptors, behind all the decoders."""
    members = {
        "image": [("hog", HOG()), ("moments", ColorMoments())],
        "audio": [("mfcc", MFCC()), ("shape", SpectralShape())],
    }
    samples = {"image": np.zeros((40, 40, 3), dtype=np.uint8), "audio": (np.ones(4_000), 8_000)}
    made = {}
    for kind, parts in members.items():
        made[kind] = DescriptorUnion(parts, on_error="missing", max_missing=1.0, cache=False)
        made[kind].fit_transform([samples[kind]])
    return made


def describe(union: DescriptorUnion, content: bytes) -> str:
    """Return what came of a content: "features", the kind of its `MediaError`, or what should not have happened."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", CancelledWarning)
        try:
            (row,) = union.transform([content])
        except Exception as error:
            return f"exception {type(error).__name__}: {error}"
    if caught:
        return f"warning {caught[0].category.__name__}: {caught[0].message}"
    if union.n_bad_:
        return str(union.report_[0]["kind"]) if np.isnan(row).all() else "half a row"
    return "features" if np.isfinite(row).all() else "nonfinite row"


def work(seed: int, start: int, stop: int) -> None:
    """Describe the items `start` to `stop`."""
    import resource  # of Unix alone

    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    files, unions = seeds(), describers()
    with open("/proc/self/statm") as statm:
        taken = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + HEADROOM, taken + HEADROOM))
    for number in range(start, stop):
        name, kind, content = make_item(seed, number, files)
        before = time.perf_counter()
        outcome = describe(unions[kind], content)
        seconds = time.perf_counter() - before
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        out.write(json.dumps([number, name, round(seconds, 4), outcome, peak]) + "\n")


if __name__ == "__main__":
    work(*map(int, sys.argv[1:4]))
