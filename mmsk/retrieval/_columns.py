"""The modalities of a shared space that a frame has the columns of."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sklearn.compose import ColumnTransformer

from mmsk.fusion import SharedSpace

__all__ = ["modalities_of", "refuse_array"]


def refuse_array(X: Any) -> None:
    """Raise a TypeError for anything but a DataFrame: only by the names of its columns is it known what a cell is."""
    if not isinstance(X, pd.DataFrame):
        advice = "one text is pd.DataFrame({'caption': [text]})"
        raise TypeError(f"a DataFrame is needed, got {type(X).__name__}; {advice}")


def modalities_of(space: SharedSpace, X: pd.DataFrame) -> list[str]:
    """Return the modalities whose columns a frame has.

    Parameters
    ----------
    space : SharedSpace
        Fitted.
    X : DataFrame of shape (n_rows, n_columns)

    Raises
    ------
    TypeError
        For an X that is no DataFrame.
    ValueError
        For a frame with the columns of no modality.
    """
    refuse_array(X)
    columns = {name: _columns_of(space.branches_[name]) for name in space.modalities_}
    names = [name for name, needed in columns.items() if set(needed) <= set(X.columns)]
    if not names:
        raise ValueError(f"the frame has the columns of no modality; needed are {columns}, it has {list(X.columns)}")
    return names


def _columns_of(single: ColumnTransformer) -> list[str]:
    """Return the columns that a branch reads; all, where they are not given by name."""
    column = single.transformers[0][2]
    columns = [column] if isinstance(column, str) else column
    by_name = isinstance(columns, list) and all(isinstance(name, str) for name in columns)
    return columns if by_name else list(single.feature_names_in_)
