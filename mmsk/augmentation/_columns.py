"""Which columns are augmented, as what, and under which limits their items are read."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from mmsk._base import ItemDescriptor
from mmsk._params import InvalidParameterError
from mmsk.augmentation._changes import KINDS
from mmsk.fusion._memo import parts_of
from mmsk.pipeline import infer_kinds
from mmsk.text import Tfidf

__all__ = ["Medium", "media_columns"]


class Medium(NamedTuple):
    """What a column holds, and the limits that its descriptor has been given."""

    kind: str
    limits: Mapping[str, Any] | None = None


def media_columns(X: Any, estimator: Any, given: Mapping[str, Any] | None) -> dict[Hashable, Medium]:
    """Return the columns of pictures, sounds and texts.

    Parameters
    ----------
    X : DataFrame, or an array, which has no columns of media
    estimator : estimator
        Its branches tell which columns it describes as what.
    given : mapping of kind to column or list of columns, or None
        What is told wins. None = what the branches tell; where they tell nothing, what `infer_kinds` says.

    Raises
    ------
    InvalidParameterError
        For an unknown kind or column.
    """
    if not isinstance(X, pd.DataFrame):
        if given:
            raise InvalidParameterError(f"columns: X has to be a DataFrame, got {type(X).__name__}")
        return {}
    described = {column: medium for column, medium in _described(estimator).items() if column in X.columns}
    if given is None:
        kinds = {} if described else infer_kinds(X)["kind"].to_dict()
        return described or {column: Medium(kind) for column, kind in kinds.items() if kind in KINDS}
    found = {}
    for kind, columns in given.items():
        if kind not in KINDS:
            raise InvalidParameterError(f"columns: {kind!r} is no kind; there are {', '.join(KINDS)}")
        for column in columns if isinstance(columns, (list, tuple)) else [columns]:
            if column not in X.columns:
                raise InvalidParameterError(f"columns: no column {column!r}; there are {list(X.columns)}")
            known = described.get(column, Medium(kind))
            found[column] = known if known.kind == kind else Medium(kind)
    return found


def _described(estimator: Any) -> dict[Hashable, Medium]:
    """Return the columns that an estimator names, with what their first descriptor reads them as."""
    found: dict[Hashable, Medium] = {}
    for part in parts_of(estimator):
        params = part.get_params(deep=False)
        for branch in params.get("transformers") or params.get("estimators") or ():
            if not isinstance(branch, tuple) or len(branch) != 3:
                continue
            medium = next(filter(None, map(_medium, parts_of(branch[1]))), None)
            for column in branch[2] if isinstance(branch[2], list) else [branch[2]]:
                if medium is not None and isinstance(column, str):
                    found.setdefault(column, medium)
    return found


def _medium(part: Any) -> Medium | None:
    if isinstance(part, Tfidf):
        return Medium("text")
    return Medium(part._item_class.kind, part.limits) if isinstance(part, ItemDescriptor) else None
