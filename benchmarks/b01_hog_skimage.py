"""B1: HOG against scikit-image's.

Strategy: two rows a size. "Its kernel alone" is the arithmetic on both sides; `HOG().transform` is what a user calls,
with the checks of the column, the picture and the vector that scikit-image's function does not have.
"""

from __future__ import annotations

import numpy as np

from benchmarks._data import made_gray
from benchmarks._harness import Row, check_close
from benchmarks._hog import N_PICTURES, against, kernel, skimage_hog
from benchmarks._options import Options

CLAIM = "HOG against skimage.feature.hog"
TARGET = ">= 20x"


def rows(options: Options) -> list[Row]:
    found = []
    for side in options.pick((64, 128, 256), (64,)):
        grays = [made_gray(side, seed) for seed in range(N_PICTURES)]
        _check(grays)
        found += against("B1", grays, skimage_hog, "skimage.feature.hog", 20, options)
    return found


def _check(grays: list[np.ndarray]) -> None:
    """Compare all values of 8-bit pictures, and of floating ones all but 1 in 10,000.

    There a gradient may lie on a bin's edge, and scikit-image's own float32 and float64 differ as well.
    """
    from mmsk.image import HOG

    expected = np.stack([skimage_hog(gray) for gray in grays])
    check_close("HOG", HOG(size=grays[0].shape, cache=False).fit_transform(grays), expected, 1e-5)
    check_close("kernel", np.stack([kernel(gray) for gray in grays]), expected, 1e-5)
    shares = [gray / 255 for gray in grays]
    found = np.stack([kernel(gray) for gray in shares])
    check_close("kernel, float64", found, np.stack([skimage_hog(gray) for gray in shares]), 1e-5, share=0.9999)
