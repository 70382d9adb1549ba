"""Read the file formats of tables.

Strategy: a table of captions is no table of measurements. In a text column "None", "null" and "NA" are words, so only
an empty cell is missing; in a column whose other cells are all numbers they are what they look like, missing. Whatever
pandas would do silently (take data for names, rename a column that comes twice, drop surplus cells) is an error here.
"""

from __future__ import annotations

import gzip
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mmsk.datasets._media_columns import ENDINGS

__all__ = ["READ", "ending"]

NOT_A_NUMBER = {"na", "n/a", "#n/a", "nan", "null", "none", "-", "?", "."}


def ending(path: Path) -> str:
    """Return a file's ending, or the one before ".gz"."""
    return (Path(path.stem) if path.suffix.lower() == ".gz" else path).suffix.lower()


def read_separated(path: Path) -> pd.DataFrame:
    """Read comma- or tab-separated values."""
    separator = "," if ending(path) == ".csv" else "\t"

    def read(**options: Any) -> pd.DataFrame:
        frame: pd.DataFrame = pd.read_csv(path, sep=separator, keep_default_na=False, encoding="utf-8-sig", **options)
        return frame

    try:
        names = read(header=None, nrows=1, dtype=str).iloc[0].tolist()
        _check_names(path, names, separator)
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # surplus cells
            frame = read(index_col=False, na_values=[""], low_memory=False)
    except pd.errors.EmptyDataError as error:
        raise ValueError(f"{path} is empty") from error
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        raise ValueError(f"{path}: the cells of some row do not fit the names in the first line: {error}") from error
    frame = pd.DataFrame({name: _numbers(column) for name, column in frame.items()})
    return frame if names[0] else frame.set_index(frame.columns[0]).rename_axis(None)


def _check_names(path: Path, names: list[str], separator: str) -> None:
    """Refuse a first line that is data, a column with no name or another's, and another separator."""
    if len(names) == 1 and any(other in names[0] for other in ",;\t|"):
        raise ValueError(f"{path}: only one column, {names[0]!r}; its cells must be separated by {separator!r}")
    for position, name in enumerate(names):
        if Path(name).suffix.lower() in ENDINGS:
            raise ValueError(f"{path}: the first line must hold the names of the columns, but {name!r} is a file")
        if name in names[:position]:
            raise ValueError(f"{path}: two columns are named {name!r}; rename one of them")
        if not name and (position or len(names) == 1):
            raise ValueError(f"{path}: column {position + 1} has no name in the first line; give it one")


def _numbers(column: pd.Series) -> pd.Series:
    """Return a column of words as numbers if each cell is a number, or a word for there being none."""
    if pd.api.types.is_numeric_dtype(column):
        return column
    words = column.dropna().astype(str).str.strip()
    told = words[~words.str.lower().isin(NOT_A_NUMBER)]
    numbers = pd.to_numeric(told, errors="coerce")
    return column if numbers.empty or numbers.isna().any() else numbers.reindex(column.index)


def read_json(path: Path) -> pd.DataFrame:
    """Read objects, a line each or in one list; pandas' own reader turns "007" into 7, and words into dates."""
    with (gzip.open if path.suffix.lower() == ".gz" else open)(path, "rt", encoding="utf-8-sig") as file:
        text = file.read()
    if text.lstrip().startswith("["):
        rows = _parse(text, path, 1)
    else:
        rows = [_parse(line, path, number) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    for row in rows:
        if not isinstance(row, dict):
            raise ValueError(f"{path}: each row must be an object {{name: value}}, got {row!r:.80}")
    return pd.DataFrame(rows)


def _parse(text: str, path: Path, line: int) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}: line {line + error.lineno - 1} is no JSON: {error.msg}") from error


def read_parquet(path: Path) -> pd.DataFrame:
    """Read Parquet; lists come back as lists, since an array in a cell is a picture or a sound."""
    try:
        frame = pd.read_parquet(path, engine="pyarrow")
    except ImportError as error:
        raise ImportError("reading Parquet needs pyarrow: pip install 'mmsk[parquet]'") from error
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} cannot be read as Parquet: {error}") from error
    for name, column in frame.items():
        if pd.api.types.is_object_dtype(column):
            frame[name] = column.map(_as_list)
    return frame


def _as_list(cell: Any) -> Any:
    return cell.tolist() if isinstance(cell, np.ndarray) and cell.dtype.hasobject else cell


READ: dict[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": read_separated,
    ".tsv": read_separated,
    ".jsonl": read_json,
    ".ndjson": read_json,
    ".json": read_json,
    ".parquet": read_parquet,
}
