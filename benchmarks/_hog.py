"""What the claims about HOG have in common: one set of parameters, and both ways to call ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks._harness import Row, faster, measure
from benchmarks._options import Options

__all__ = ["N_PICTURES", "SETTINGS", "against", "kernel", "skimage_hog"]

SETTINGS: dict[str, Any] = {
    "orientations": 9,
    "pixels_per_cell": (8, 8),
    "cells_per_block": (2, 2),
    "block_norm": "L2-Hys",
}
N_PICTURES = 20  # that HOG is given at a time


def skimage_hog(gray: np.ndarray) -> np.ndarray:
    """Return scikit-image's HOG of a grey array."""
    from skimage.feature import hog

    return np.asarray(hog(gray, **SETTINGS))


def kernel(gray: np.ndarray) -> np.ndarray:
    """Return the HOG of a grey array by our arithmetic alone."""
    from mmsk.image._hog_kernel import hog

    return hog(gray, **SETTINGS, transform_sqrt=False)


def against(
    id_: str,
    grays: Sequence[np.ndarray],
    theirs: Callable[[np.ndarray], Any],
    name: str,
    at_least: float,
    options: Options,
) -> list[Row]:
    """Compare `HOG().transform`, and the kernel alone, with another function of a grey array."""
    from mmsk.image import HOG

    size = grays[0].shape
    descriptor = HOG(size=size, cache=False).fit(grays)
    sides = {
        "other": lambda: [theirs(gray) for gray in grays],
        "kernel": lambda: [kernel(gray) for gray in grays],
        "column": lambda: descriptor.transform(grays),
    }
    timings = measure(sides, repeats=options.pick(7, 1), least=options.pick(0.1, 0), items=len(grays))
    found = []
    for side, ours in (("column", "HOG().transform"), ("kernel", "its kernel alone")):
        what = f"a grey picture of {size[0]} x {size[1]} px: {ours} / {name}"
        found.append(faster(id_, what, {"mmsk": timings[side], "other": timings["other"]}, at_least=at_least))
    return found
