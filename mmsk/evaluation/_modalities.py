"""The modalities of a model, and the same model with a few of them only.

Strategy: a model's modalities are the branches of the ColumnTransformer inside it, wherever that is, or the triples
(name, estimator, column) of a late fusion. Both are reached through `get_params` and `set_params`, so that this file
knows no estimator by name. A branch is dropped, never merely hidden: a model that is to do without a modality is
fitted without it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier, DummyRegressor

from mmsk.evaluation._shapley import MAX_PLAYERS
from mmsk.fusion._rows import column_names

__all__ = ["Modalities", "check_count", "check_droppable", "find_modalities"]

REMAINDER = "remainder"  # what ColumnTransformer calls the columns that no branch names


@dataclass(frozen=True)
class Modalities:
    """The modalities of a model: the parameter they are in, and the columns of each as the model was given them."""

    path: str
    late: bool
    columns: dict[str, Any]

    def only(self, model: Any, kept: Collection[str]) -> Any:
        """Return an unfitted clone with some of the modalities only; what predicts the prior, if none has a share."""
        owner = self.path.rpartition("__")[0]
        held = model.get_params(deep=True)[owner] if owner else model
        place = owner if self.late else self.path
        changes: dict[str, Any] = {_join(place, name): "drop" for name in self.columns if name not in kept}
        for key, value in held.get_params(deep=False).items():
            if self.late and key == "weights" and not isinstance(value, (str, Mapping, type(None))):
                named = zip(held.estimators, value, strict=True)  # a list, in the order of the models
                value = {one: share for (one, _, _), share in named if one in self.columns}
            by_modality = isinstance(value, Mapping) and len(value) > 0 and set(value) <= set(self.columns)
            if by_modality and key != "class_weight":  # weights={"text": 2, "image": 1}, kernel={"text": "linear"}
                changes[_join(owner, key)] = part = {name: value[name] for name in value if name in kept}
                if key == "weights" and not any(part.values()):
                    return prior(model)
                if key == "weights":  # the sum stays, so that C means the same for each coalition
                    total = sum(value.values()) / sum(part.values())
                    changes[_join(owner, key)] = {name: share * total for name, share in part.items()}
        return clone(model).set_params(**changes) if kept else prior(model)

    def column_names(self, X: pd.DataFrame) -> dict[str, list[Any]]:
        """Return the names of the columns of a frame that each modality reads."""
        if not isinstance(X, pd.DataFrame):
            raise TypeError(f"X has to be a DataFrame, so that cells can be hidden, got {type(X).__name__}")
        named = {name: column_names(X, column) for name, column in self.columns.items() if column is not None}
        read = {column for columns in named.values() for column in columns}
        rest = [column for column in X.columns if column not in read]
        return {name: named.get(name, rest) for name in self.columns}


def find_modalities(model: Any) -> Modalities:
    """Find the modalities of a model.

    Parameters
    ----------
    model : estimator
        Fitted or not.

    Returns
    -------
    Modalities

    Raises
    ------
    ValueError
        For a model without modalities, or with several places that have some.
    """
    params = model.get_params(deep=True)
    places = {key: value for key, value in params.items() if isinstance(value, ColumnTransformer) or _late(key, value)}
    outermost = [key for key in places if not any(_inside(key, other, params[other]) for other in places)]
    if len(outermost) != 1:
        found = f"several places have them: {', '.join(outermost)}; explain one at a time" if outermost else "none here"
        expected = "the branches of one ColumnTransformer (fusion_pipeline) or the estimators of a late fusion"
        raise ValueError(f"modalities are {expected}; {found} in {type(model).__name__}")
    place = places[outermost[0]]
    late = not isinstance(place, ColumnTransformer)
    columns = {name: column for name, part, column in (place if late else place.transformers) if not _dropped(part)}
    if not late and not _dropped(place.remainder):
        columns[REMAINDER] = None
    if not columns:
        raise ValueError(f"all modalities of this {type(model).__name__} are dropped; at least one is needed")
    return Modalities(outermost[0], late, columns)


def check_count(names: Sequence[str]) -> None:
    """Raise a ValueError for more modalities than all coalitions can be looked at of."""
    if len(names) > MAX_PLAYERS:
        reason = f"there are 2**{len(names)} coalitions of them, at most 2**{MAX_PLAYERS} are looked at"
        raise ValueError(f"{len(names)} modalities ({', '.join(names)}): {reason}; put what belongs together in one")


def check_droppable(model: Any, names: Sequence[str]) -> None:
    """Raise a ValueError for a search whose grid names modalities: it would not find them once they are dropped."""
    params = model.get_params(deep=False)
    for kind in ("param_grid", "param_distributions"):
        grids = params.get(kind) or []
        keys = [key.split("__") for grid in ([grids] if isinstance(grids, Mapping) else grids) for key in grid]
        if any({*names, "weights"} & set(key) for key in keys):
            raise ValueError(f"the {kind} of this search names modalities; fit it, and explain its best_estimator_")


def prior(model: Any) -> Any:
    """Return what predicts without looking at anything: the shares of the classes, or the mean."""
    if is_classifier(model):
        return DummyClassifier(strategy="prior")
    if is_regressor(model):
        return DummyRegressor()
    raise ValueError(f"{type(model).__name__} is neither a classifier nor a regressor")


def _late(key: str, value: Any) -> bool:
    """Return whether a parameter is the list of (name, estimator, column) of a late fusion."""
    listed = key.rpartition("__")[2] == "estimators" and isinstance(value, list) and len(value) > 0
    return listed and all(isinstance(part, tuple) and len(part) == 3 for part in value)


def _inside(key: str, place: str, value: Any) -> bool:
    """Return whether a parameter belongs to what holds the modalities at a place."""
    holder = place if isinstance(value, ColumnTransformer) else place.rpartition("__")[0]
    return key != place and (not holder or key.startswith(f"{holder}__"))


def _dropped(part: Any) -> bool:
    return isinstance(part, str) and part == "drop"


def _join(place: str, name: str) -> str:
    return f"{place}__{name}" if place else name
