"""A table, its target and weights as the fusers take them; a modality's columns, and the rows where it is present."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone
from sklearn.pipeline import Pipeline
from sklearn.utils import assert_all_finite, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, validate_data

from mmsk._base import ItemDescriptor
from mmsk._params import rows_of
from mmsk._reference import is_missing
from mmsk.fusion._presence import present_rows
from mmsk.text import Document, Tfidf

__all__ = [
    "as_table",
    "by_name",
    "checked_target",
    "checked_weights",
    "column_names",
    "counted_rows",
    "drawn",
    "present_cells",
    "refuse_missing",
    "select",
    "take",
]

MOST_ROWS = 1_000  # that shares and widths are learned from; more would hardly change them


def as_table(estimator: Any, X: Any, *, reset: bool) -> Any:
    """Return a DataFrame as it is, and anything else as a 2-D array; note its columns in `fit` (``reset=True``).

    Raises
    ------
    ValueError
        For a table without rows or columns, and for an array of another shape than the one seen in `fit`.
    TypeError
        For a sparse matrix.
    """
    if not isinstance(X, pd.DataFrame):
        return validate_data(estimator, X, reset=reset, dtype=None, ensure_all_finite=False)
    if reset:
        validate_data(estimator, X, skip_check_array=True)
    if not len(X):
        raise ValueError("X has 0 rows (0 samples), at least 1 is required")
    return X


def column_names(X: pd.DataFrame, column: Any) -> list[Any]:
    """Return the names of the columns that ColumnTransformer takes for this."""
    column = column(X) if callable(column) else column
    if isinstance(column, (str, int, np.integer)):
        column = [column]
    if isinstance(column, slice):
        by_name = isinstance(column.start, str) or isinstance(column.stop, str)
        return list((X.loc[:, column] if by_name else X.iloc[:, column]).columns)
    column = np.asarray(column).tolist()
    return column if all(isinstance(name, str) for name in column) else list(X.columns[column])


def by_name(X: Any, column: Any) -> Any:
    """Return columns that are given by position by name, so that a frame in another order is read alike.

    What cannot be named stays as it is: columns of an array, and of a frame whose names are no strings, or not unique.
    """
    column = column(X) if callable(column) else column
    named = isinstance(X, pd.DataFrame) and X.columns.is_unique and all(isinstance(name, str) for name in X.columns)
    if not named or isinstance(column, str):
        return column
    names = column_names(X, column)
    return names[0] if isinstance(column, (int, np.integer)) else names


def select(X: Any, column: Any, name: str) -> Any:
    """Return a modality's columns, as ColumnTransformer selects them: a Series for "photo", a frame for ["photo"].

    Raises
    ------
    ValueError
        For columns that a frame does not have.
    """
    wanted = [one for one in (column if isinstance(column, list) else [column]) if isinstance(one, str)]
    if wanted and not isinstance(X, pd.DataFrame):
        raise ValueError(f"modality {name!r}: columns are selected by name in a DataFrame only, got {type(X).__name__}")
    if absent := [one for one in wanted if one not in X.columns]:
        raise ValueError(f"modality {name!r}: no column {absent}; there are {list(X.columns)}")
    return rows_of(X, column, axis=1)


def checked_target(y: Any, *, classes: bool) -> np.ndarray:
    """Return a target as a 1-D array: of labels, or of finite numbers.

    Raises
    ------
    ValueError
        For several answers a row, and for those that are missing or infinite.
    """
    shape = np.asarray(y).shape
    if len(shape) == 2 and shape[1] > 1:
        one, several = ("label", "MultiOutputClassifier") if classes else ("number", "MultiOutputRegressor")
        other = "" if classes else "fusion_pipeline(branches, Ridge()), or "
        raise ValueError(
            f"y has shape {shape}, and this predicts one {one} a row, for which y should be a 1d array; "
            f"for several use {other}sklearn.multioutput.{several} around this"
        )
    y = column_or_1d(y, warn=True)
    refuse_missing(y)
    if not classes:
        y = np.asarray(y, dtype=np.float64)
    if y.dtype.kind == "f":
        assert_all_finite(y, input_name="y")
    if classes:
        check_classification_targets(y)
    return np.asarray(y)


def refuse_missing(y: np.ndarray) -> None:
    """Raise a ValueError if some of an array of objects, such as labels, are missing."""
    rows = [row for row, one in enumerate(y.tolist()) if is_missing(one)] if y.dtype == object else []
    if rows:
        raise ValueError(f"y is missing in {len(rows)} of {len(y)} rows (the first is {rows[0]}); leave them out")


def checked_weights(sample_weight: Any, n_rows: int) -> np.ndarray | None:
    """Return sample weights as an array of floats.

    Raises
    ------
    ValueError
        For weights that are not one a row, negative, not finite, or all zero.
    """
    if sample_weight is None:
        return None
    weights = np.asarray(sample_weight, dtype=np.float64)
    if weights.shape != (n_rows,):
        raise ValueError(f"sample_weight has to have shape ({n_rows},), one number a row, got {weights.shape}")
    if not np.isfinite(weights).all() or weights.min() < 0 or not weights.any():
        raise ValueError("sample_weight has to be finite, at least 0, and not all zero")
    return weights


def take(columns: Any, rows: np.ndarray | Sequence[int]) -> Any:
    """Return some rows of columns, by position."""
    return rows_of(columns, np.asarray(rows))


def drawn(n_rows: int, count: int = MOST_ROWS) -> np.ndarray:
    """Return some rows; drawn, since evenly spaced rows of a table in which classes take turns are of one class.

    >>> drawn(3), len(drawn(5_000))
    (array([0, 1, 2]), 1000)
    """
    return np.sort(np.random.default_rng(0).permutation(n_rows)[:count])


def counted_rows(X: Any, y: np.ndarray, sample_weight: Any) -> tuple[Any, np.ndarray, np.ndarray | None]:
    """Return a table, its target and weights without the rows that weigh nothing.

    SVC and SVR leave out such rows themselves, and number the others anew: on a precomputed kernel they would then
    answer from the wrong rows, and say nothing.
    """
    check_consistent_length(X, y)
    weights = checked_weights(sample_weight, len(y))
    if weights is None or weights.all():
        return X, y, weights
    rows = np.flatnonzero(weights)
    return take(X, rows), y[rows], weights[rows]


def present_cells(estimator: Any, columns: Any) -> np.ndarray:
    """Return in which rows a modality is present.

    A row is absent when its cell is missing (all cells, where there are several columns), when it is a blank text, or
    when the item cannot be read and the descriptor was told to take that for missing (``on_error="missing"``).

    Parameters
    ----------
    estimator : estimator
        The modality's model, fitted or not.
    columns : DataFrame, Series or array
        As `select` returns them.

    Returns
    -------
    ndarray of shape (n_rows,), dtype=bool
    """
    first = _first_step(estimator)
    if isinstance(columns, np.ndarray) and columns.ndim > 1 and columns.dtype == object:
        columns = pd.DataFrame(columns)
    if isinstance(columns, pd.DataFrame):
        present = np.zeros(len(columns), dtype=bool)
        for position in range(columns.shape[1]):
            present |= _holds(first, columns.iloc[:, position])
    elif getattr(columns, "ndim", 1) > 1:
        is_number = isinstance(columns, np.ndarray) and columns.dtype.kind in "fmM"  # numbers and times
        present = present_rows(columns) if is_number else np.ones(columns.shape[0], dtype=bool)
    else:
        present = _holds(first, columns)
    if isinstance(first, ItemDescriptor) and first.on_error == "missing" and present.any():
        rows = np.flatnonzero(present)
        present[rows] = present_rows(clone(first).fit_transform(take(columns, rows)))
    return present


def _first_step(estimator: Any) -> Any:
    """Return the first step of a pipeline, at any depth, also of one that is searched over or calibrated."""
    if isinstance(estimator, Pipeline):
        return _first_step(estimator.steps[0][1])
    inner = getattr(estimator, "estimator", None)
    return _first_step(inner) if isinstance(inner, BaseEstimator) else estimator


def _holds(first: Any, column: Any) -> np.ndarray:
    """Return which cells of one column hold something."""
    if isinstance(first, Tfidf):
        return np.array([bool(Document.references(cell)) for cell in column], dtype=bool)
    if isinstance(first, ItemDescriptor):
        return np.array([bool(first._item_class.references(cell)) for cell in column], dtype=bool)
    if isinstance(column, pd.Series) and column.dtype != object:
        return np.asarray(column.notna())
    return np.array([not is_missing(cell) for cell in column], dtype=bool)
