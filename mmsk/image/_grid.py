"""Spatial grids: a picture cut into cells, each described by itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from mmsk._params import InvalidParameterError, check_pair

__all__ = ["cell_histograms", "cell_means", "cell_prefixes", "check_grid", "spread"]


def cell_histograms(codes: np.ndarray, n_bins: int, grid: tuple[int, int]) -> np.ndarray:
    """Return the share of each code in each cell, cell after cell, row by row.

    >>> cell_histograms(np.array([[0, 1, 1], [1, 1, 1]]), 2, (2, 1))
    array([0.33333333, 0.66666667, 0.        , 1.        ])
    """
    rows, columns = (np.repeat(np.arange(len(sizes)), sizes) for sizes in _cell_sizes(codes.shape, grid))
    cell = rows[:, np.newaxis] * grid[1] + columns
    counts = np.bincount((cell * n_bins + codes).ravel(), minlength=grid[0] * grid[1] * n_bins).reshape(-1, n_bins)
    shares: np.ndarray = counts / counts.sum(axis=1, keepdims=True)
    return shares.ravel()


def cell_means(values: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Return the mean of (rows, columns, channels) in each cell, shape (cell rows, cell columns, channels)."""
    high, wide = _cell_sizes(values.shape, grid)
    sums = np.add.reduceat(values, np.cumsum(high) - high, axis=0)
    sums = np.add.reduceat(sums, np.cumsum(wide) - wide, axis=1)
    means: np.ndarray = sums / (high[:, np.newaxis] * wide)[..., np.newaxis]
    return means


def spread(cells: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """Return an array of `size` in which each pixel has the value of its cell: what undoes `cell_means`."""
    high, wide = _cell_sizes(size, cells.shape)
    return cells.repeat(high, axis=0).repeat(wide, axis=1)


def cell_prefixes(grid: tuple[int, int]) -> list[str]:
    """Return what tells the features of one cell from another's; nothing where there is one cell.

    >>> cell_prefixes((1, 2)), cell_prefixes((1, 1))
    (['cell0_0_', 'cell0_1_'], [''])
    """
    high, wide = grid
    if high == wide == 1:
        return [""]
    return [f"cell{row}_{column}_" for row in range(high) for column in range(wide)]


def check_grid(size: Any, grid: Any, margin: int = 0) -> None:
    """Refuse a grid of more cells than `size` has pixels, a margin on each side left out."""
    rows, columns = check_pair("size", size)
    high, wide = check_pair("grid", grid)
    if rows - 2 * margin < high or columns - 2 * margin < wide:
        room = f"{max(0, rows - 2 * margin)} x {max(0, columns - 2 * margin)} pixels"
        raise InvalidParameterError(f"grid={grid!r} has more cells than size={size!r} has room for ({room})")


def _cell_sizes(size: tuple[int, ...], grid: tuple[int, ...]) -> list[np.ndarray]:
    """Return the heights and the widths of the cells, as equal as whole pixels allow."""
    sides = zip(size[:2], grid[:2], strict=True)
    return [np.diff(np.arange(parts + 1) * length // parts) for length, parts in sides]
