"""B2: HOG against OpenCV's HOGDescriptor.

Strategy: OpenCV spreads each gradient over neighbouring cells and weighs it by its place in the block, so its numbers
are not ours: checked is that both see the same outlines (how strongly the directions vary, block by block).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks._data import made_gray
from benchmarks._harness import NoDataError, Row, UnequalError
from benchmarks._hog import N_PICTURES, against, kernel
from benchmarks._options import Options

CLAIM = "HOG against OpenCV's HOGDescriptor"
TARGET = ">= 1x"

ALIKE = 0.7  # correlation of what the two see


def rows(options: Options) -> list[Row]:
    try:
        import cv2
    except ImportError as error:
        raise NoDataError("not installed: opencv-python-headless") from error

    cv2.setNumThreads(1)
    found = []
    for side in options.pick((64, 128, 256), (64,)):
        grays = [made_gray(side, seed) for seed in range(N_PICTURES)]
        opencv = cv2.HOGDescriptor((side, side), (16, 16), (8, 8), (8, 8), 9)
        _check([kernel(gray) for gray in grays], [opencv.compute(gray) for gray in grays], side)
        found += against("B2", grays, opencv.compute, "cv2.HOGDescriptor", 1, options)
    return found


def _check(ours: list[np.ndarray], theirs: list[Any], side: int) -> None:
    """Compare the deviation of each block's values; OpenCV walks through the blocks column by column."""
    blocks = side // 8 - 1
    mine = np.stack(ours).reshape(-1, blocks, blocks, 36)
    other = np.stack(theirs).reshape(-1, blocks, blocks, 36).transpose(0, 2, 1, 3)
    correlation = np.corrcoef(mine.std(axis=3).ravel(), other.std(axis=3).ravel())[0, 1]
    if correlation < ALIKE:
        raise UnequalError(f"OpenCV sees something else: correlation {correlation:.2f}, at least {ALIKE} is needed")
