"""shared_files: the same file in training and in test, which makes every score too good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

from mmsk._items import as_cells
from mmsk._reference import digest, is_missing, known_digest, read, stat_key
from mmsk.errors import MediaError

__all__ = ["shared_files"]

MAX_BYTES = 2**30  # a larger file is a bad item for every descriptor


def shared_files(cells: Any, folds: Iterable[tuple[np.ndarray, np.ndarray]]) -> list[list[Any]]:
    """Find items with the same content that some fold has on both of its sides.

    Contents are compared, by their SHA-256, and not names: copies of a file are found, and a file that several rows
    refer to. Items that cannot be read are passed over; a descriptor will say what is wrong with them.

    Parameters
    ----------
    cells : list, 1-D array, Series, or frame of one column
        Pictures or sounds, in any form that a descriptor takes. A cell may hold a list of them.
    folds : iterable of (train, test)
        Positions of the rows, as a splitter's ``split`` yields them.

    Returns
    -------
    list of list
        For each such content the rows that hold it: index labels where there is an index, positions elsewhere.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.model_selection import KFold
    >>> from mmsk.evaluation import shared_files
    >>> pictures = [b"cat", b"dog", b"cat", b"fox"]
    >>> shared_files(pictures, KFold(2).split(pictures))
    [[0, 2]]
    """
    column, labels = as_cells(cells)
    holders: defaultdict[bytes, list[int]] = defaultdict(list)
    for position, cell in enumerate(column):
        contents = {_content(reference) for reference in (cell if isinstance(cell, list) else [cell])}
        for content in filter(None, contents):
            holders[content].append(position)
    repeated = [np.array(rows) for rows in holders.values() if len(rows) > 1]
    crossing: set[int] = set()
    for train, test in folds if repeated else ():
        trained, tested = np.zeros((2, len(column)), dtype=bool)
        trained[train], tested[test] = True, True
        crossing.update(number for number, rows in enumerate(repeated) if trained[rows].any() and tested[rows].any())
    return [[labels[row] for row in repeated[number]] for number in sorted(crossing)]


def _content(reference: Any) -> bytes | None:
    """Return the digest of what a reference stands for, None where there is nothing or it cannot be read."""
    if is_missing(reference):
        return None
    try:
        known = known_digest(stat_key(reference, None))
        return digest(read(reference, max_bytes=MAX_BYTES)) if known is None else known
    except (MediaError, TypeError):
        return None
