"""What a fitted model reads: its columns, and the kind of item in each."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import FeatureUnion, Pipeline

from mmsk._base import ItemDescriptor
from mmsk._vectors import Vectors
from mmsk.augmentation import AugmentedClassifier, AugmentedRegressor
from mmsk.errors import MmskError
from mmsk.text import Tfidf

__all__ = ["Input", "inputs_of"]


class Input(NamedTuple):
    """One column.

    Attributes
    ----------
    column : str, int or None
        Its name, or its position where the model was fitted to an array; None where the model takes a bare column.
    kind : str
        image, audio, text (or the kind of a user's own descriptor), number, category, vector.
    reader : object
        The fitted estimator that reads it.
    place : int
        Which of the columns that the reader takes it is.
    """

    column: Any
    kind: str
    reader: Any
    place: int = 0


def inputs_of(model: Any) -> list[Input]:
    """Return the columns that a fitted model reads, each once, in the order of its table.

    Raises
    ------
    MmskError
        Where that cannot be told.
    """
    found: dict[Any, Input] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # scikit-learn 1.6 warns who looks at the columns of a remainder
        for one in _inputs(model, None):
            found.setdefault(one.column, one)
    order = {name: place for place, name in enumerate(getattr(model, "feature_names_in_", ()))}
    return sorted(found.values(), key=lambda one: order.get(one.column, -1))


def _inputs(model: Any, columns: list[Any] | None) -> list[Input]:
    """Return what a fitted estimator reads that is given certain columns; None = whatever it was fitted to."""
    if isinstance(model, ColumnTransformer):
        return _of_branches(model, columns)
    for attribute in ("best_estimator_", "space_"):  # a search, a retriever
        if hasattr(model, attribute):
            return _inputs(getattr(model, attribute), columns)
    if isinstance(model, (AugmentedClassifier, AugmentedRegressor)):
        return _inputs(model.estimator_, columns)
    if isinstance(model, CalibratedClassifierCV) and hasattr(model, "calibrated_classifiers_"):
        return _inputs(model.calibrated_classifiers_[0].estimator, columns)
    if isinstance(model, Pipeline):
        steps = [step for _, step in model.steps if not (step is None or isinstance(step, str))]
        return _inputs(steps[0] if steps else model, columns)
    if isinstance(model, FeatureUnion):
        members = [member for _, member in model.transformer_list if not isinstance(member, str)]
        return [one for member in members for one in _inputs(member, columns)]
    if isinstance(getattr(model, "branches_", None), Mapping):  # a fusion of kernels, a shared space
        return [one for branch in model.branches_.values() for one in _inputs(branch, columns)]
    if isinstance(getattr(model, "_columns", None), Mapping):  # a late fusion
        models = model.named_estimators_.items()
        return [one for name, part in models for one in _inputs(part, _named(model._columns[name], model))]
    return _of_reader(model, columns)


def _of_branches(fusion: ColumnTransformer, columns: list[Any] | None) -> list[Input]:
    """Return what the branches of a ColumnTransformer read."""
    found: list[Input] = []
    for _, branch, chosen in fusion.transformers_:
        if isinstance(branch, str) and branch == "drop":
            continue
        names = _named(chosen, fusion)
        if columns is not None:
            names = [columns[name] if isinstance(name, int) else name for name in names]
        found += _inputs(branch, names)
    return found


def _named(chosen: Any, model: Any) -> list[Any]:
    """Return the columns that a column, a list, a slice or a mask chooses, by name where they have names."""
    names = getattr(model, "feature_names_in_", None)
    everything = list(range(getattr(model, "n_features_in_", 0))) if names is None else list(names)
    if isinstance(chosen, str):
        return [chosen]
    if isinstance(chosen, (int, np.integer)):
        return [everything[chosen]]
    if isinstance(chosen, slice):
        return everything[chosen]
    listed = list(chosen)
    if listed and isinstance(listed[0], (bool, np.bool_)):
        return [name for name, wanted in zip(everything, listed, strict=True) if wanted]
    return [name if isinstance(name, str) else everything[name] for name in listed]


def _of_reader(reader: Any, columns: list[Any] | None) -> list[Input]:
    """Return what an estimator reads that is no composition."""
    if isinstance(reader, ItemDescriptor):
        return [Input(column, reader._item_class.kind, reader) for column in columns or [None]]
    if isinstance(reader, Tfidf) or hasattr(reader, "vocabulary_"):
        return [Input(column, "text", reader) for column in columns or [None]]
    if isinstance(reader, Vectors):
        return [Input(column, "vector", reader) for column in columns or [None]]
    if columns is None:
        if not hasattr(reader, "n_features_in_"):
            raise MmskError(f"it cannot be told what {type(reader).__name__} reads, or it is not fitted")
        columns = list(getattr(reader, "feature_names_in_", range(reader.n_features_in_)))
    kind = "category" if hasattr(reader, "categories_") else "number"
    return [Input(column, kind, reader, place) for place, column in enumerate(columns)]
