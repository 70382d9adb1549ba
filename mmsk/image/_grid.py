"""Spatial grids: a picture cut into cells, each described by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mmsk._params import InvalidParameterError, check_pair

__all__ = ["cell_prefixes", "cells_of", "check_grid"]


def cells_of(size: tuple[int, ...], grid: tuple[int, int]) -> Iterator[tuple[slice, slice]]:
    """Cut rows and columns into a grid of cells, row by row, their sizes as equal as whole pixels allow.

    >>> list(cells_of((5, 4), (2, 1)))
    [(slice(0, 2, None), slice(0, 4, None)), (slice(2, 5, None), slice(0, 4, None))]
    """
    (rows, columns), (high, wide) = size, grid
    for row in range(high):
        for column in range(wide):
            yield (
                slice(row * rows // high, (row + 1) * rows // high),
                slice(column * columns // wide, (column + 1) * columns // wide),
            )


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
