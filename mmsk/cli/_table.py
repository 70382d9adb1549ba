"""From a file to rows that can be learned from: the table, the target, the groups."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mmsk.cli._console import note
from mmsk.cli._options import TaskName, meant

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["is_number", "load_table", "require_columns", "split_groups", "split_target"]

SHOWN = 5  # rows that a message lists
MAX_CLASSES = 20  # classes that a message lists


def load_table(path: Path, root: Path | None) -> pd.DataFrame:
    """Return the table in a file or a folder."""
    from mmsk.datasets import read_table

    return read_table(path, root=root)


def require_columns(frame: pd.DataFrame, names: list[str]) -> None:
    """Say which columns are not there, and what they may have been meant to be."""
    known = [str(column) for column in frame.columns]
    for name in names:
        if name not in known:
            raise ValueError(f"the table has no column {name!r}; it has {', '.join(known)}{meant(name, known)}")


def split_target(frame: pd.DataFrame, target: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the table without the target, and the target, for the rows that have one.

    Raises
    ------
    ValueError
        When the column is not there, or has no two values to tell apart.
    """
    require_columns(frame, [target])
    known = frame[target].notna()
    if not known.all():
        note(
            f"{(~known).sum()} of {len(frame)} rows have no {target!r} and are left out ({_rows(frame.index[~known])})"
        )
        frame = frame[known]
    if frame.empty:
        raise ValueError(f"the target {target!r} is missing in every row")
    y = frame[target]
    if y.nunique() < 2:
        raise ValueError(f"the target {target!r} has one value only, {y.iloc[0]!r}: there is nothing to learn")
    types = {type(value) for value in y}
    if str in types and len(types) > 1:
        names = ", ".join(sorted(kind.__name__ for kind in types))
        raise ValueError(f"the target {target!r} mixes words and other values ({names}); make them all words")
    return frame.drop(columns=target), np.array(y.tolist())


def is_number(y: np.ndarray, task: TaskName) -> bool:
    """Return whether a target is a number to estimate, and not a class; say so.

    Where nobody tells, floats are numbers, unless all are whole: a column of whole numbers with gaps is read as floats.
    """
    if task is TaskName.AUTO:
        number = y.dtype.kind == "f" and not bool(np.all(y == np.round(y)))
    else:
        number = task is TaskName.NUMBER
    if number and y.dtype.kind not in "fiu":
        raise ValueError(f"--task number needs a target of numbers, got for example {y[0]!r}")
    if number:
        note(f"target: a number, {y.min():g} to {y.max():g}, in {len(y)} rows")
        return True
    classes = [str(name) for name in np.unique(y)]
    if len(classes) > MAX_CLASSES:
        classes = [*classes[:MAX_CLASSES], "..."]
    note(f"target: {len(np.unique(y))} classes in {len(y)} rows ({', '.join(classes)})")
    return False


def split_groups(frame: pd.DataFrame, groups: str | None) -> tuple[pd.DataFrame, np.ndarray | None]:
    """Return the table without the column of groups, and the groups."""
    if groups is None:
        return frame, None
    require_columns(frame, [groups])
    missing = frame[groups].isna()
    if missing.any():
        raise ValueError(f"{missing.sum()} rows have no {groups!r} ({_rows(frame.index[missing])}); give each a group")
    return frame.drop(columns=groups), frame[groups].factorize()[0]


def _rows(labels: pd.Index) -> str:
    """Return some row labels for a message."""
    shown = [str(label) for label in labels[:SHOWN]]
    return ("row " if len(labels) == 1 else "rows ") + ", ".join(shown) + (", ..." if len(labels) > SHOWN else "")
