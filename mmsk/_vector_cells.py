"""Cells that hold a vector: arrays, lists and tuples of numbers, and how a CSV file writes these.

Strategy: `count_numbers` judges a cell of any table, so it takes nothing for a vector that may be something else (a
picture, a sentence in brackets); `as_vector` reads a cell of a column that is known to hold vectors. Both are strict
with strings, which may come from strangers: one pass of a regular expression without choices, then numbers only.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from mmsk._reference import is_missing

__all__ = ["as_vector", "count_numbers", "is_cut_short", "is_thin"]

WRITTEN = re.compile(r"\[[-+0-9.eE,\s]*\]|\[\s*\[[-+0-9.eE,\s]*\]\s*\]", re.ASCII)
SCALAR = re.compile(r"np\.(?:float|int)\d\d?\(([-+0-9.eE]+)\)", re.ASCII)  # how a list writes numpy's numbers


def count_numbers(cell: Any) -> int:
    """Return how many numbers a cell holds that can only be a vector, 0 for any other cell.

    >>> [count_numbers(cell) for cell in ([1, 2, 3], np.zeros((1, 4)), "[0.5 1e-3]", "[sic]", np.zeros((4, 4)))]
    [3, 4, 2, 0, 0]
    """
    if isinstance(cell, str):
        count = _parsed(cell).size
    elif isinstance(cell, np.ndarray):
        count = cell.size if (cell.ndim == 1 or is_thin(cell)) and cell.dtype.kind in "biuf" else 0
    elif isinstance(cell, (list, tuple)):
        numbers = _only_row(cell)
        count = len(numbers) if all(isinstance(one, (int, float, np.number)) for one in numbers) else 0
    else:
        count = 0
    return count if count > 1 else 0


def as_vector(cell: Any) -> np.ndarray:
    """Return a cell as an array: of one dimension where it is a vector, of objects where it is nothing of the kind.

    >>> as_vector(np.zeros((1, 2))), as_vector("[0.5, 2]"), as_vector("0.5, 2")
    (array([0., 0.]), array([0.5, 2. ]), array(None, dtype=object))
    """
    if isinstance(cell, str):
        return _parsed(cell)
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


def is_cut_short(cell: Any) -> bool:
    """Return whether a cell is an array as numpy writes long ones: its middle is lost.

    >>> is_cut_short(str(np.zeros(2000))), is_cut_short("[...]")
    (True, False)
    """
    if not (isinstance(cell, str) and cell.startswith("[") and cell.count("...") == 1):
        return False
    return _parsed(cell.replace(", ...", "").replace("...", "")).size > 1


def _only_row(cell: Any) -> Any:
    """Return the row of a list that holds one, the list itself if not."""
    if len(cell) != 1:
        return cell
    row = cell[0]
    return row if isinstance(row, (list, tuple)) or (isinstance(row, np.ndarray) and row.ndim == 1) else cell


def _parsed(text: str) -> np.ndarray:
    """Return the numbers between brackets, apart by commas or by spaces; an array of None where there are not two."""
    if text.startswith("[np."):
        text = SCALAR.sub(r"\1", text)
    if text.startswith("[") and WRITTEN.fullmatch(text):
        inner = text.strip("[] \t\r\n")
        try:
            numbers = np.array(list(map(float, inner.split("," if "," in inner else None))))
        except ValueError:  # "1 2, 3", "1,,2", "1e"
            return np.array(None, dtype=object)
        if len(numbers) > 1 and np.isfinite(numbers).all():
            return numbers
    return np.array(None, dtype=object)
