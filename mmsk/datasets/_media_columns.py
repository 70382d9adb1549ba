"""Paths in a table: which columns hold them, where they start from, and whether the files are there."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

import pandas as pd

from mmsk._reference import is_missing, object_array

__all__ = ["ENDINGS", "resolve_media"]

#: What a file holds, by the ending of its name.
ENDINGS: dict[str, str] = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".webp", ".bmp", ".ppm", ".pgm"), "picture"),
    **dict.fromkeys(
        (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au", ".m4a", ".aac"), "sound"
    ),
    ".txt": "text",
}
UNREADABLE = {".pbm", ".heic", ".avif", ".svg", ".wma", ".mp4", ".mov", ".avi", ".mkv", ".webm"}
MOST = 0.5  # share of a column's cells that name media before the column is taken for paths
SHOWN = 3


def resolve_media(frame: pd.DataFrame, root: Path, media: str | Sequence[str] | None) -> pd.DataFrame:
    """Return the frame with the relative paths of its media columns made absolute, and warn of files that do not exist.

    Parameters
    ----------
    frame : DataFrame
        A table as read.
    root : Path
        Where relative paths start.
    media : str, sequence of str or None
        The columns of paths. None: those in which more than half of the cells name a file by a known ending.
    """
    if media is None:
        media = [column for column in frame.columns if _names_media(frame[column])]
    media = [media] if isinstance(media, str) else media
    unknown = [column for column in media if column not in frame.columns]
    if unknown:
        raise ValueError(
            f"media: no column {unknown[0]!r} in the table; there are {', '.join(map(str, frame.columns))}"
        )
    resolved = {}
    for column in media:
        cells = [_resolve(cell, root) for cell in frame[column]]
        resolved[column] = pd.Series(object_array(cells), index=frame.index, dtype=object)
        _warn_of_absent(str(column), [path for cell in cells for path in _paths(cell)], root)
    return frame.assign(**resolved)


def _names_media(column: pd.Series) -> bool:
    if not (pd.api.types.is_object_dtype(column) or isinstance(column.dtype, pd.StringDtype)):
        return False
    present = [cell for cell in column if not is_missing(cell)]
    naming = sum(any(_ending(path) in ENDINGS.keys() | UNREADABLE for path in _paths(cell)) for cell in present)
    return naming > MOST * len(present)


def _ending(path: str) -> str:
    return "" if "\n" in path else PurePath(path).suffix.lower()


def _paths(cell: Any) -> list[str]:
    """Return the paths in a cell: its text, its list of texts, or the path of {"path", "bytes"} without bytes."""
    if isinstance(cell, list):
        return [path for one in cell for path in _paths(one)]
    if isinstance(cell, Mapping):
        return _paths(cell.get("path")) if cell.get("bytes") is None else []
    return [cell] if isinstance(cell, str) and cell else []


def _resolve(cell: Any, root: Path) -> Any:
    """Return a cell with its relative paths starting at the root; URLs and everything else stay as they are."""
    if isinstance(cell, list):
        return [_resolve(one, root) for one in cell]
    if isinstance(cell, Mapping) and _paths(cell):
        return {**cell, "path": _resolve(cell["path"], root)}
    if isinstance(cell, str) and cell and "://" not in cell:
        return str(root / cell)
    return None if cell == "" or is_missing(cell) else cell


def _warn_of_absent(column: str, paths: list[str], root: Path) -> None:
    local = [path for path in paths if "://" not in path]
    absent = [path for path in local if not os.path.isfile(path)]
    if absent:
        shown = ", ".join(absent[:SHOWN]) + (", ..." if len(absent) > SHOWN else "")
        warnings.warn(
            f"column {column!r}: {len(absent)} of {len(local)} files do not exist: {shown}. "
            f"Relative paths start at {root}; pass root= if they start elsewhere",
            UserWarning,
            stacklevel=4,
        )
