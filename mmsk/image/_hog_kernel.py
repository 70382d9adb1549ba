"""The arithmetic of HOG: what `skimage.feature.hog` computes, tens of times faster.

Strategy: a bin needs no arctangent. A gradient, turned into the upper half plane, lies in bin k if it is at or beyond
the directions where bins 1 to k start and before the start of bin k + 1; "at or beyond" is one comparison of two
products. So a row of pixels takes a few passes without branches over short arrays, which the compiler vectorises; only
adding the magnitudes up is left to a scalar loop. 8-bit pictures are computed in float32, in which their differences
and sums of squares are exact. Square roots of whole numbers are the exception: many of their gradients lie exactly
on a bin's edge, where scikit-image lets the rounding of the arctangent decide, so there the arctangent is taken.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from mmsk._numba import jit

__all__ = ["hog"]

NORMS = {"L1": 0, "L1-sqrt": 1, "L2": 2, "L2-Hys": 3}
EPS = 1e-5  # keeps an even block from division by zero, as in scikit-image
CLIP = 0.2  # of L2-Hys
TIES = {45.0: (1.0, 1.0), 90.0: (0.0, 1.0), 135.0: (-1.0, 1.0)}  # degrees where whole-numbered gradients can lie


def hog(
    gray: np.ndarray,
    orientations: int,
    pixels_per_cell: tuple[int, int],
    cells_per_block: tuple[int, int],
    block_norm: str,
    transform_sqrt: bool,
) -> np.ndarray:
    """Return the histograms of oriented gradients of a grey picture.

    Parameters
    ----------
    gray : ndarray of shape (rows, columns), dtype=uint8 or floating
        Non-negative if `transform_sqrt`.
    orientations, pixels_per_cell, cells_per_block, block_norm, transform_sqrt
        As in `skimage.feature.hog`.

    Returns
    -------
    ndarray of shape (n_blocks * cells a block * orientations,), dtype=float32 for uint8, else float64
    """
    dtype = np.float32 if gray.dtype == np.uint8 and not transform_sqrt else np.float64
    image = np.ascontiguousarray(gray, dtype=dtype)
    if transform_sqrt:
        magnitude, bins = _by_arctangent(np.sqrt(image), orientations)
    else:
        magnitude, bins = np.empty_like(image), np.empty(image.shape, dtype=np.int32)
        _by_comparison(image, *_directions(orientations, dtype), magnitude, bins)
    rows, columns = image.shape[0] // pixels_per_cell[0], image.shape[1] // pixels_per_cell[1]
    cells = np.zeros((rows, columns * orientations), dtype=dtype)
    _fill_cells(magnitude, bins, *pixels_per_cell, orientations, cells)
    high, wide = cells_per_block
    blocks = np.empty(((rows - high + 1) * (columns - wide + 1), high * wide * orientations), dtype=dtype)
    _fill_blocks(cells, orientations, high, wide, NORMS[block_norm], dtype(EPS), dtype(CLIP), blocks)
    return blocks.ravel()


def _starts(orientations: int) -> np.ndarray:
    """Return the degrees at which the bins start, in float32 as scikit-image has them: its rounding decides on ties."""
    return np.float32(180 / orientations) * np.arange(orientations, dtype=np.float32)


def _by_arctangent(image: np.ndarray, orientations: int) -> tuple[np.ndarray, np.ndarray]:
    """Return magnitude and bin of each pixel's gradient, by the operations of scikit-image in their order."""
    across, down = np.zeros_like(image), np.zeros_like(image)
    across[:, 1:-1] = image[:, 2:] - image[:, :-2]
    down[1:-1] = image[2:] - image[:-2]
    degrees = np.rad2deg(np.arctan2(down, across)) % 180
    bins = np.searchsorted(_starts(orientations), degrees, side="right") - 1
    return np.hypot(across, down), bins.astype(np.int32)


@lru_cache(maxsize=64)
def _directions(orientations: int, dtype: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return cosine and sine of the directions where the bins start.

    Whole-numbered gradients of 8 bits can lie on a start at 45, 90 and 135 degrees only, and no other comes nearer to
    one than 2e-4 degrees; a start that rounding has put beside such a direction is moved away from it until float32
    products feel it.
    """
    starts = _starts(orientations).astype(np.float64)
    if dtype == np.float32:
        for tie in TIES:
            beside = np.abs(starts - tie) < 1e-4
            starts[beside] = tie + 1e-5 * np.sign(starts[beside] - tie)
    radians = np.deg2rad(starts)
    vectors = np.stack([np.cos(radians), np.sin(radians)])
    for tie, vector in TIES.items():
        vectors[:, starts == tie] = np.array(vector)[:, np.newaxis]
    cosines, sines = vectors.astype(dtype)
    return cosines, sines


@jit
def _by_comparison(
    image: np.ndarray, cosines: np.ndarray, sines: np.ndarray, magnitude: np.ndarray, bins: np.ndarray
) -> None:
    """Write magnitude and bin of each pixel's gradient."""
    last_row, last_column = image.shape[0] - 1, image.shape[1] - 1
    across, down = np.zeros_like(image[0]), np.zeros_like(image[0])
    for y in range(last_row + 1):
        row, length, found = image[y], magnitude[y], bins[y]
        inner = 0 < y < last_row  # no gradient across the outermost rows and columns, as in scikit-image
        above, below = (image[y - 1], image[y + 1]) if inner else (row, row)
        across[0] = across[last_column] = 0
        for x in range(1, last_column):
            across[x] = row[x + 1] - row[x - 1]
        for x in range(last_column + 1):
            dx, dy = across[x], below[x] - above[x]
            length[x] = np.sqrt(dx * dx + dy * dy)
            turn = (dy < 0) | ((dy == 0) & (dx < 0))
            across[x] = -dx if turn else dx
            down[x] = -dy if turn else dy
            found[x] = 0
        for start in range(1, len(cosines)):
            cosine, sine = cosines[start], sines[start]
            for x in range(last_column + 1):
                found[x] += down[x] * cosine >= across[x] * sine


@jit
def _fill_cells(
    magnitude: np.ndarray, bins: np.ndarray, high: int, wide: int, orientations: int, cells: np.ndarray
) -> None:
    """Add up the magnitudes in each cell by bin, and divide by the cell's pixels.

    A pixel of each cell in turn: neighbours mostly share a bin, and an addition would have to wait for the one before.
    """
    for y in range(cells.shape[0] * high):
        length, found, row = magnitude[y], bins[y], cells[y // high]
        for offset in range(wide):
            for column in range(cells.shape[1] // orientations):
                x = column * wide + offset
                row[column * orientations + found[x]] += length[x]
    cells /= high * wide


@jit
def _fill_blocks(
    cells: np.ndarray, orientations: int, high: int, wide: int, norm: int, eps: float, clip: float, blocks: np.ndarray
) -> None:
    """Copy the cells of each block into it and normalise it."""
    run = wide * orientations
    blocks_a_row = cells.shape[1] // orientations - wide + 1
    for number in range(blocks.shape[0]):
        top, left = number // blocks_a_row, number % blocks_a_row * orientations
        block = blocks[number]
        total = eps * eps if norm > 1 else eps
        for row in range(high):
            source = cells[top + row, left : left + run]
            for i in range(run):
                value = source[i]
                block[row * run + i] = value
                total += value * value if norm > 1 else value
        if norm > 1:
            total = np.sqrt(total)
        if norm == 3:
            again = eps * eps
            for i in range(block.size):
                value = min(block[i] / total, clip)
                block[i] = value
                again += value * value
            total = np.sqrt(again)
        for i in range(block.size):
            value = block[i] / total
            block[i] = np.sqrt(value) if norm == 1 else value
