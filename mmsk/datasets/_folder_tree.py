"""Read a folder that holds one folder of files per class."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from mmsk.datasets._media_columns import ENDINGS

__all__ = ["read_tree"]

SPLITS = {"train", "training", "test", "testing", "val", "valid", "validation", "dev"}


class File(NamedTuple):
    """A file of the tree: its class, its path from the root without the ending, its ending, and what it holds."""

    label: str
    stem: str
    ending: str
    kind: str


def read_tree(root: Path) -> pd.DataFrame:
    """Return a table of the columns picture, sound and text, as far as there are any, and label.

    A label is the name of a top folder; files may lie deeper. Where there are several kinds of files, those that differ
    in the ending only (``cat/1.png``, ``cat/1.wav``, ``cat/1.txt``) make one row. Hidden files are left out.
    """
    classes = sorted(entry.name for entry in root.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    if not classes:
        raise ValueError(f"{root} has no folders in it; expected a folder for each class, or the path of a table")
    if {name.lower() for name in classes} <= SPLITS:
        raise ValueError(
            f"{root} holds {', '.join(classes)}: parts of a data set, not classes; read one part at a time"
        )
    files, others = _find(root, classes)
    if not files:
        raise ValueError(f"no picture, sound or text in the folders of {root}; known endings: {', '.join(ENDINGS)}")
    if others:
        counts = ", ".join(f"{ending or 'no ending'} ({count})" for ending, count in others.most_common())
        warnings.warn(f"files of {root} were left out for their ending: {counts}", UserWarning, stacklevel=3)
    present = {file.kind for file in files}
    kinds = [kind for kind in dict.fromkeys(ENDINGS.values()) if kind in present]
    rows: dict[str, dict[str, str | None]] = {}
    for file in files:
        name = file.stem if len(kinds) > 1 else file.stem + file.ending
        row = rows.setdefault(name, {**dict.fromkeys(kinds), "label": file.label})
        if row[file.kind] is not None:
            raise ValueError(f"two files of one kind would share a row: {root / file.stem}.*; rename one of them")
        path = root / (file.stem + file.ending)
        row[file.kind] = _read_text(path) if file.kind == "text" else str(path)
    return pd.DataFrame(list(rows.values()), dtype=object)


def _find(root: Path, classes: list[str]) -> tuple[list[File], Counter[str]]:
    """Return the files with a known ending, sorted by path, and how often other endings occur."""
    files, others = [], Counter[str]()
    for label in classes:
        for place, _, names in os.walk(root / label):
            for path in (Path(place, name) for name in names if not name.startswith(".")):
                kind = ENDINGS.get(path.suffix.lower())
                if kind is None:
                    others[path.suffix.lower()] += 1
                else:
                    files.append(File(label, path.relative_to(root).with_suffix("").as_posix(), path.suffix, kind))
    return sorted(files), others


def _read_text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text ({error}); save it as UTF-8") from error
