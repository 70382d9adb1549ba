"""Numbers of a block as they come: times are made days, and infinite values are refused by column and row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

__all__ = ["refuse_infinite", "without_times"]

SHOWN = 5  # rows of a column, and 4 times as many columns, that an error lists
DAY = np.timedelta64(1, "D")


def without_times(X: Any) -> Any:
    """Return a block whose dates are days since 1970, and whose spans of time are days.

    Read as float64, NaT would be -9.2e18, and a date would depend on the unit in which its column counts.

    Parameters
    ----------
    X : {DataFrame, array-like, sparse matrix}
        A block; of dates with a time zone the instant counts.

    Returns
    -------
    {DataFrame, ndarray, sparse matrix}
        X itself where there is no time in it; else a copy with float64 in the place of times, nan for NaT.

    Examples
    --------
    >>> import pandas as pd
    >>> without_times(pd.DataFrame({"when": pd.to_datetime(["1970-01-02 06:00", None])}))["when"].tolist()
    [1.25, nan]
    """
    if sparse.issparse(X):
        return X
    if not isinstance(X, pd.DataFrame):
        values = np.asarray(X)
        return _days(values) if values.dtype.kind in "mM" else X
    times = [place for place, dtype in enumerate(X.dtypes) if getattr(dtype, "kind", "O") in "mM"]
    if not times:
        return X
    columns = [X.iloc[:, place] for place in range(X.shape[1])]  # by position: names may come twice
    for place in times:
        columns[place] = pd.Series(_days(_unzoned(columns[place])), index=X.index)
    made = pd.concat(columns, axis=1)
    made.columns = X.columns
    return made


def _unzoned(column: pd.Series) -> np.ndarray:
    """Return a column of times as an array of numpy's, which has no time zones: instants are those of UTC."""
    if isinstance(column.dtype, np.dtype):
        return np.asarray(column)
    kind = column.dtype.kind
    column = pd.to_datetime(column, utc=True) if kind == "M" else column  # Arrow's days come as Python's dates
    return np.asarray(column.to_numpy(dtype=f"{kind}8[us]"))


def _days(times: np.ndarray) -> np.ndarray:
    """Return an array of numpy's times as days; the same bits whatever the unit, since whole days are taken out."""
    whole = times.astype(f"{times.dtype.kind}8[D]")
    since = whole - np.datetime64(0, "D") if times.dtype.kind == "M" else whole
    return np.asarray(since / DAY + (times - whole) / DAY, dtype=np.float64)


def refuse_infinite(values: Any, given: Any) -> None:
    """Raise if a block holds infinite values, and say where.

    Parameters
    ----------
    values : {ndarray, sparse matrix} of shape (n_rows, n_columns)
        The numbers.
    given : object
        What they were read from: the columns and rows of a frame are called by its labels, others by position.

    Raises
    ------
    ValueError
        With the columns, and the first rows of each.
    """
    infinite = np.isinf(values.data if sparse.issparse(values) else values)
    if not infinite.any():
        return
    if sparse.issparse(values):
        stored = values.tocoo()
        rows, columns = stored.row[infinite], stored.col[infinite]
    else:
        rows, columns = np.nonzero(infinite)
    frame = given if isinstance(given, pd.DataFrame) else pd.DataFrame(index=range(values.shape[0]))
    lines = []
    for column in np.unique(columns):
        found = rows[columns == column]
        named = ", ".join(_row(frame.index, row) for row in found[:SHOWN])
        name = frame.columns[column] if len(frame.columns) else int(column)
        lines.append(f"  column {name!r}: {len(found)} of {values.shape[0]} rows ({named}{_more(found, SHOWN)})")
    listed = "\n".join(lines[: 4 * SHOWN]) + _more(lines, 4 * SHOWN)
    remedy = "replace them by numbers, or by nan, which counts as missing: frame.replace([np.inf, -np.inf], np.nan)"
    raise ValueError(f"X contains infinity in {len(lines)} of {values.shape[1]} columns:\n{listed}\n{remedy}")


def _row(index: pd.Index, place: int) -> str:
    return f"row {index[place]}" + ("" if index.is_unique else f" at position {place}")


def _more(found: Any, shown: int) -> str:
    return f", and {len(found) - shown} more" if len(found) > shown else ""
