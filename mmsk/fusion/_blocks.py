"""Blocks: the matrices of a table's modalities, one by one, from the branches of a ColumnTransformer.

An estimator that must know the modalities takes the same unfitted ColumnTransformer that a pipeline begins with. Each
of its branches is fitted here as a ColumnTransformer of one, so that scikit-learn itself selects the columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import ColumnTransformer

from mmsk._params import Made
from mmsk.fusion._digests import content_key, rows_digest
from mmsk.fusion._memo import memo, repeatable

__all__ = ["FUSION", "branch_names", "fit_blocks", "held_rows", "shown_modalities", "transform_block"]

#: Constraint of the parameter `fusion`.
FUSION: list[Any] = [Made(ColumnTransformer, "a ColumnTransformer, as fusion_transformer(branches) makes it")]


def branch_names(fusion: Any) -> list[str]:
    """Return the names of the branches, or say why there are none, or not all that one would expect."""
    if not isinstance(fusion, ColumnTransformer):
        raise TypeError(f"fusion has to be a ColumnTransformer (see fusion_transformer), got {type(fusion).__name__}")
    names = [name for name, branch, _ in fusion.transformers if not (isinstance(branch, str) and branch == "drop")]
    if not names:
        raise ValueError("fusion has no branches")
    if not (isinstance(fusion.remainder, str) and fusion.remainder == "drop"):
        raise ValueError("fusion has a remainder, which is no modality; make it a branch that names its columns")
    return names


def fit_blocks(fusion: ColumnTransformer, X: Any, y: Any) -> dict[str, tuple[ColumnTransformer, Any]]:
    """Fit each branch, and return it with its block of the training rows.

    Parameters
    ----------
    fusion : ColumnTransformer
        Not fitted, and left so.
    X : DataFrame of shape (n_rows, n_columns)
    y : array-like of shape (n_rows,)

    Returns
    -------
    dict of name to (ColumnTransformer of one branch, {ndarray, sparse array} of shape (n_rows, n_features))
    """
    names = set(branch_names(fusion))
    headings = list(map(repr, getattr(X, "columns", ())))  # a fitted branch knows the names of all columns
    fitted = {}
    for name, branch, column in fusion.transformers:
        if name in names:
            single = _single(fusion, name, branch, column)
            key = content_key("fit", single, _select(X, column), y, headings)
            fitted[name] = memo.recall(key, partial(_fit_block, single, X, y))
    return fitted


def transform_block(single: ColumnTransformer, X: Any) -> Any:
    """Return the block of new rows, as a fitted branch makes it."""
    (_, branch, column) = single.transformers[0]
    columns = _select(X, column)
    rows = None if columns is None or not repeatable(branch) else rows_digest(branch, columns)
    key = None if rows is None else ("transform", id(single), rows)
    return memo.recall(key, partial(_transform_block, single, X), anchors=(single,))


def shown_modalities(branches: Mapping[str, ColumnTransformer], X: Any) -> list[str]:
    """Return the fitted branches whose columns a frame has; of anything but a frame, all.

    Raises
    ------
    ValueError
        For a frame with the columns of none.
    """
    if not isinstance(X, pd.DataFrame):
        return list(branches)
    columns = {name: _columns_of(single) for name, single in branches.items()}
    names = [name for name, needed in columns.items() if set(needed) <= set(X.columns)]
    if not names:
        raise ValueError(f"the frame has the columns of no modality; needed are {columns}, it has {list(X.columns)}")
    return names


def held_rows(block: Any) -> np.ndarray:
    """Return which rows of a scaled block hold something; a missing row is zeros there."""
    if sparse.issparse(block):
        return np.asarray(abs(block).sum(axis=1)).ravel() > 0
    return np.asarray((block != 0).any(axis=1))


def _fit_block(single: ColumnTransformer, X: Any, y: Any) -> tuple[ColumnTransformer, Any]:
    with config_context(transform_output="default"):  # a block is a matrix, whatever is to come out in the end
        return single, single.fit_transform(X, y)


def _transform_block(single: ColumnTransformer, X: Any) -> Any:
    with config_context(transform_output="default"):
        return single.transform(X)


def _single(fusion: ColumnTransformer, name: str, branch: Any, column: Any) -> ColumnTransformer:
    """Return an unfitted ColumnTransformer of one branch, which keeps a sparse block sparse."""
    weights = {name: (fusion.transformer_weights or {}).get(name, 1.0)}
    branch = branch if isinstance(branch, str) else clone(branch)
    return ColumnTransformer([(name, branch, column)], sparse_threshold=1.0, transformer_weights=weights)


def _select(X: Any, column: Any) -> Any:
    """Return a branch's columns of a frame; None where they are selected in another way than by name."""
    names = column if isinstance(column, list) else [column]
    if isinstance(X, pd.DataFrame) and all(isinstance(name, str) and name in X.columns for name in names):
        return X[names]
    return None


def _columns_of(single: ColumnTransformer) -> list[str]:
    """Return the columns that a branch reads; all, where they are not given by name."""
    column = single.transformers[0][2]
    columns = [column] if isinstance(column, str) else column
    by_name = isinstance(columns, list) and all(isinstance(name, str) for name in columns)
    return columns if by_name else list(getattr(single, "feature_names_in_", ()))
