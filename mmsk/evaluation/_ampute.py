"""ampute_modalities: cells hidden at random, to see what a model does without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

from mmsk._reference import is_missing, object_array

__all__ = ["ampute_modalities", "blanked", "filled_cells"]


def ampute_modalities(
    X: pd.DataFrame,
    rate: float | Mapping[Any, float],
    random_state: int | np.random.RandomState | None = None,
    *,
    columns: Sequence[Any] | Mapping[Any, Any] | None = None,
    keep_one: bool = False,
) -> pd.DataFrame:
    """Hide a share of the cells of a table.

    Parameters
    ----------
    X : DataFrame of shape (n_rows, n_columns)
        The table; it is not changed.
    rate : float, or dict of name to float
        Share of the present cells of each column that are hidden, 0 to 1, to within one cell; or a share for each
        name, 0 for those that are left out.
    random_state : int, RandomState instance or None, default=None
        An int hides the same cells each time, and those of a smaller rate are among those of a larger one.
    columns : list, or dict of name to columns, default=None
        The columns to hide cells of. A list of names inside the list is a modality of several columns, whose cells are
        hidden together; a dict names modalities, as ``make_multimodal(...).columns`` does. None = each column on its
        own.
    keep_one : bool, default=False
        Whether the last present cell of a row is never hidden; then fewer than `rate` may be.

    Returns
    -------
    DataFrame of shape (n_rows, n_columns)
        A copy, with None in the hidden cells of a column of objects and the column's own missing value in others;
        columns of whole numbers become float where a cell is hidden.

    Raises
    ------
    TypeError
        For an X that is no DataFrame.
    ValueError
        For a rate outside of 0 to 1, for unknown columns, and for a name that several columns have.

    Examples
    --------
    >>> import pandas as pd
    >>> from mmsk.evaluation import ampute_modalities
    >>> X = pd.DataFrame({"title": ["a fox", "a goose", "an owl", "a bee"], "price": [3.0, 1.0, 2.0, 4.0]})
    >>> ampute_modalities(X, 0.5, columns=["title"], random_state=0).isna().sum().to_dict()
    {'title': 2, 'price': 0}
    """
    groups = _groups(X, columns)
    rates = _rates(rate, list(groups))
    generator = check_random_state(random_state)
    present = {name: filled_cells(X, group) for name, group in groups.items()}
    places = {name: _places(shown, generator) for name, shown in present.items()}
    hidden = {name: places[name] <= round(rates[name] * present[name].sum()) for name in groups}
    if keep_one:
        _show_last(hidden, present, places)
    amputed = X.copy()
    for name, group in groups.items():
        amputed = blanked(amputed, group, hidden[name])
    return amputed


def blanked(X: pd.DataFrame, columns: Sequence[Any], rows: np.ndarray) -> pd.DataFrame:
    """Return a copy of a frame with the cells of some columns missing in some rows."""
    X = X.copy()
    for name in columns if rows.any() else ():
        if X[name].dtype == object:
            cells = object_array(X[name])
            cells[rows] = None
            X[name] = pd.Series(cells, index=X.index, dtype=object)
        else:
            X[name] = X[name].mask(rows)
    return X


def filled_cells(X: pd.DataFrame, columns: Sequence[Any]) -> np.ndarray:
    """Return in which rows at least one of some columns holds something, as an array of bool of shape (n_rows,).

    A blank text counts, though fusers take it for missing where a branch reads texts: in a column of categories it is
    one of them, which a rate of 1 has to hide. To a branch that takes it for missing, hiding it changes nothing.
    """
    shown = np.zeros(len(X), dtype=bool)
    for name in columns:
        shown |= np.array([not is_missing(cell) for cell in object_array(X[name])], dtype=bool)
    return shown


def _groups(X: Any, columns: Any) -> dict[Any, list[Any]]:
    """Return the columns of each modality by its name."""
    if not isinstance(X, pd.DataFrame):
        raise TypeError(f"X has to be a DataFrame, so that cells can be hidden, got {type(X).__name__}")
    if isinstance(columns, str):
        raise ValueError(f"columns has to be a list or a dict, got {columns!r}; put it into a list")
    named = columns if isinstance(columns, Mapping) else None
    listed = list(X.columns) if columns is None else list(columns)
    pairs = named.items() if named is not None else [(_name(one), one) for one in listed]
    groups = {name: list(group) if isinstance(group, (list, tuple)) else [group] for name, group in pairs}
    for name in [name for group in groups.values() for name in group]:
        if name not in X.columns:
            raise ValueError(f"no column {name!r}; there are {', '.join(map(str, X.columns))}")
        if (count := list(X.columns).count(name)) > 1:
            raise ValueError(f"{count} columns are named {name!r}; rename them, or name other columns in columns=")
    return groups


def _name(group: Any) -> Any:
    return tuple(group) if isinstance(group, list) else group


def _rates(rate: float | Mapping[Any, float], names: Sequence[Any]) -> dict[Any, float]:
    given = dict(rate) if isinstance(rate, Mapping) else dict.fromkeys(names, rate)
    if unknown := set(given) - set(names):
        raise ValueError(f"rate for unknown {', '.join(map(str, unknown))}; there are {', '.join(map(str, names))}")
    for name, share in given.items():
        if not 0 <= share <= 1:
            raise ValueError(f"rate has to be between 0 and 1, got {share!r} for {name!r}")
    return {name: given.get(name, 0.0) for name in names}


def _places(present: np.ndarray, generator: np.random.RandomState) -> np.ndarray:
    """Return in which order the present cells of a modality go, from 1; infinity for those that are missing already."""
    places = np.full(len(present), np.inf)
    places[present] = generator.permutation(present.sum()) + 1
    return places


def _show_last(hidden: dict[Any, np.ndarray], present: dict[Any, np.ndarray], places: dict[Any, np.ndarray]) -> None:
    """In rows where everything present is hidden, show again what would go last; in place."""
    names = list(hidden)
    shown = np.array([present[name] & ~hidden[name] for name in names])
    share = np.array([np.where(present[name], places[name] / max(present[name].sum(), 1), -1.0) for name in names])
    emptied = ~shown.any(axis=0) & np.array([present[name] for name in names]).any(axis=0)
    last = share.argmax(axis=0)
    for number, name in enumerate(names):
        hidden[name] = hidden[name] & ~(emptied & (last == number))
