"""Cells that hold a vector: arrays, lists and tuples of numbers.

Strategy: `count_numbers` judges a cell of any table, so it takes nothing for a vector that may be something else, such
as a picture; `as_vector` reads a cell of a column that is known to hold vectors.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mmsk._reference import is_missing

__all__ = ["as_vector", "count_numbers", "is_thin"]


def count_numbers(cell: Any) -> int:
    """Return how many numbers a cell holds that can only be a vector, 0 for any other cell.

    >>> [count_numbers(cell) for cell in ([1, 2, 3], np.zeros((1, 4)), np.zeros((4, 4)))]
    [3, 4, 0]
    """
    if isinstance(cell, np.ndarray):
        count = cell.size if (cell.ndim == 1 or is_thin(cell)) and cell.dtype.kind in "biuf" else 0
    elif isinstance(cell, (list, tuple)):
        numbers = _only_row(cell)
        count = len(numbers) if all(isinstance(one, (int, float, np.number)) for one in numbers) else 0
    else:
        count = 0
    return count if count > 1 else 0


def as_vector(cell: Any) -> np.ndarray:
    """Return a cell as an array: of one dimension where it is a vector, of objects where it is nothing of the kind.

    >>> as_vector(np.zeros((1, 2))), as_vector([0.5, 2]), as_vector("0.5, 2")
    (array([0., 0.]), array([0.5, 2. ]), array(None, dtype=object))
    """
    if isinstance(cell, (list, tuple)):
        try:
            cell = np.array([np.nan if is_missing(number) else number for number in _only_row(cell)])
        except ValueError:  # lists of several lengths
            return np.array(None, dtype=object)
    if not isinstance(cell, np.ndarray):
        return np.array(None, dtype=object)
    return cell.ravel() if cell.ndim == 2 and 1 in cell.shape else cell


def is_thin(array: np.ndarray) -> bool:
    """Return whether an array of two dimensions has one row, or one column of floats: no picture does."""
    return array.ndim == 2 and (len(array) == 1 or (array.shape[1] == 1 and array.dtype.kind == "f"))


def _only_row(cell: Any) -> Any:
    """Return the row of a list that holds one, the list itself if not."""
    if len(cell) != 1:
        return cell
    row = cell[0]
    return row if isinstance(row, (list, tuple)) or (isinstance(row, np.ndarray) and row.ndim == 1) else cell
