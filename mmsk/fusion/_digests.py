"""Digests: what a fit depends on, as a key of the memo.

Strategy: a key has to say everything that a result is a function of, and None where it cannot: the estimator with its
parameters and classes, the rows it reads (files by path, size and times), and arrays such as labels. None is no key
at all, so that nothing is ever recalled for the wrong rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping
from pathlib import PurePath
from typing import Any

import joblib
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from mmsk._base import ItemDescriptor
from mmsk._reference import digest, is_missing
from mmsk.fusion._memo import parts_of, repeatable, trusted

__all__ = ["content_key", "descriptors_of", "fingerprint", "rows_digest"]


def content_key(what: str, estimator: Any, columns: Any, *arrays: Any) -> Hashable | None:
    """Return a key for what an estimator makes of some rows and arrays, None where there can be none.

    Parameters
    ----------
    what : str
        Names the result.
    estimator : estimator
        Not fitted.
    columns : DataFrame, Series, ndarray or None
        What it reads; None where nobody knows.
    *arrays : array-like or None
        Labels, sample weights and the like.
    """
    if (known := fingerprint(estimator)) is None:
        return None
    rows = None if columns is None else rows_digest(estimator, columns)
    others = [digest(()) if array is None else digest(_flat(array)) for array in arrays]
    if rows is None or None in others:
        return None
    return (what, *known, rows, *others)


def fingerprint(estimator: Any) -> tuple[Hashable, ...] | None:
    """Return what names an estimator: its parameters and its classes; None if it does not do the same each time.

    The estimator is not fitted. The classes count as objects: one that a notebook has defined anew is another one.
    """
    if not repeatable(estimator):
        return None
    try:
        return joblib.hash(estimator), *map(type, parts_of(estimator))
    except Exception:  # something in it cannot be pickled
        return None


def descriptors_of(estimator: Any) -> list[ItemDescriptor]:
    """Return the descriptors of items in an estimator, at any depth."""
    return [part for part in parts_of(estimator) if isinstance(part, ItemDescriptor)]


def rows_digest(estimator: Any, columns: Any) -> bytes | None:
    """Return a digest of what an estimator reads; files count by path, size and times.

    None for cells that nobody can compare, for URLs (what is behind one changes unseen), and for texts that are read by
    a class of somebody else's, to which they may be the names of files.
    """
    readers = {(one._item_class, str((one.limits or {}).get("root"))): one for one in descriptors_of(estimator)}
    foreign = any(not isinstance(one, ItemDescriptor) and not trusted(type(one)) for one in _reading(estimator))
    if isinstance(columns, np.ndarray) and not columns.dtype.hasobject and not readers:
        return digest(columns)
    if isinstance(columns, pd.Series):
        columns = columns.to_frame()
    if not isinstance(columns, pd.DataFrame):
        return None
    hashed = hashlib.sha256()
    for position in range(columns.shape[1]):
        column = columns.iloc[:, position]
        cells = column.tolist()
        if foreign and any(isinstance(cell, (str, PurePath)) for cell in cells):
            return None
        content = digest([str(column.name), *_values(column, cells)])
        for found in (content, *(_files_digest(descriptor, cells) for descriptor in readers.values())):
            if found is None:
                return None
            hashed.update(found)
    return hashed.digest()


def _reading(estimator: Any) -> list[BaseEstimator]:
    """Return the parts of an estimator that see the cells themselves: of a pipeline those of its first step."""
    if isinstance(estimator, Pipeline):
        return next((_reading(step) for _, step in estimator.steps if isinstance(step, BaseEstimator)), [])
    if isinstance(estimator, (list, tuple)):
        return [found for part in estimator for found in _reading(part)]
    if not isinstance(estimator, BaseEstimator):
        return []
    return [estimator, *(found for value in estimator.get_params(deep=False).values() for found in _reading(value))]


def _files_digest(descriptor: ItemDescriptor, cells: list[Any]) -> bytes | None:
    """Return a digest of the state of the files that a descriptor reads, None for URLs."""
    limits: Mapping[str, Any] = descriptor._item_class.merge_limits(descriptor.limits)
    flat = [one for cell in cells for one in descriptor._item_class.references(cell)]
    if descriptor._item_class.kind != "text" and any(isinstance(one, str) and "://" in one for one in flat):
        return None
    return digest(repr([descriptor._item_class.stat_key(one, limits) for one in flat]))


def _values(column: pd.Series, cells: list[Any]) -> list[Any]:
    """Return the type and the cells of a column in the forms that `digest` knows."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biuf":
        return [column.to_numpy()]
    levels = column.cat.categories.tolist() if isinstance(column.dtype, pd.CategoricalDtype) else []
    plain = [cell if isinstance(cell, str) else _plain(cell) for cell in cells]
    return [str(column.dtype), levels, _texts(plain)]


def _plain(cell: Any) -> Any:
    """Return a cell in the forms that `digest` knows."""
    if is_missing(cell):
        return (type(cell).__name__,)  # to a OneHotEncoder, None and nan are two categories
    if isinstance(cell, Mapping):
        return [(key, _plain(value)) for key, value in cell.items()]
    if isinstance(cell, list):
        return [_plain(one) for one in cell]
    return str(cell) if isinstance(cell, PurePath) else cell


def _flat(array: Any) -> Any:
    """Return labels, weights or positions in the form that `digest` knows."""
    array = np.asarray(array)
    return _texts(array.tolist()) if array.dtype.hasobject and array.ndim else array


def _texts(values: list[Any]) -> Any:
    """Return texts and missing cells as one text, which is digested many times faster; others as they are."""
    simple = all(isinstance(one, str) or (isinstance(one, tuple) and list(map(type, one)) == [str]) for one in values)
    return repr(values) if simple else values
