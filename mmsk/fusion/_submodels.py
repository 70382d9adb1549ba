"""Submodels: a model for each set of modalities that a row may have.

Strategy: what a model with everything has learned of pictures is what they add to the text; where there is no text that
is not what one wants to know. A model of the pictures alone, fitted to the same rows, is. There is one for each set of
modalities while these are few; descriptors and blocks come from the cache and the memo, so that each costs a solve.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.compose import ColumnTransformer

from mmsk.fusion._rows import take

__all__ = ["fit_submodels", "respond_by_pattern"]

FEW = 4  # modalities up to which each set of them has a model
Pattern = tuple[str, ...]


def fit_submodels(
    model: Any,
    X: Any,
    y: np.ndarray,
    held: Mapping[str, np.ndarray],
    shares: Mapping[str, float],
    sample_weight: np.ndarray | None,
) -> dict[str, Any]:
    """Fit a copy of a kernel fusion for each set of modalities, on the rows that have some of it.

    Parameters
    ----------
    model : KernelFusionClassifier or KernelFusionRegressor
    X : DataFrame of shape (n_rows, n_columns)
    y : ndarray of shape (n_rows,)
    held : mapping of str to ndarray of shape (n_rows,), dtype=bool
        Which rows have a modality.
    shares : mapping of str to float
        Those of the model that has everything; where they were given, its submodels have them too.
    sample_weight : ndarray of shape (n_rows,) or None

    Returns
    -------
    dict of str to KernelFusionClassifier or KernelFusionRegressor
        By the names of the modalities, as in "image+audio". Sets whose rows have one answer only are left out.
    """
    names = [name for name, share in shares.items() if share]
    submodels = {}
    for pattern in _patterns(names):
        rows = np.flatnonzero(np.any([held[name] for name in pattern], axis=0))
        if len(np.unique(y[rows])) < 2:
            continue
        single = clone(model).set_params(absent="zero", fusion=_restricted(model.fusion, pattern))
        if not isinstance(model.weights, str):
            single.set_params(weights={name: shares[name] for name in pattern})
        if isinstance(model.kernel, Mapping):
            single.set_params(kernel={name: kind for name, kind in model.kernel.items() if name in pattern})
        if isinstance(getattr(model, "class_weight", None), Mapping):  # SVC refuses classes that it does not meet
            known = set(y[rows].tolist())
            single.set_params(class_weight={one: value for one, value in model.class_weight.items() if one in known})
        weights = None if sample_weight is None else sample_weight[rows]
        submodels["+".join(pattern)] = single.fit(take(X, rows), y[rows], sample_weight=weights)
    return submodels


def respond_by_pattern(
    responses: np.ndarray,
    X: Any,
    held: Mapping[str, np.ndarray],
    submodels: Mapping[str, Any],
    method: str,
    classes: np.ndarray | None = None,
) -> np.ndarray:
    """Put the responses of submodels in the place of those of the model, for the rows that lack a modality.

    Parameters
    ----------
    responses : ndarray of shape (n_rows,) or (n_rows, n_classes)
        Of the model that has everything.
    X : DataFrame of shape (n_rows, n_columns)
    held : mapping of str to ndarray of shape (n_rows,), dtype=bool
    submodels : mapping of str to fitted model
    method : {"predict", "decision_function", "predict_proba"}
    classes : ndarray of shape (n_classes,), default=None
        Those of the columns, where there are any. A class that a submodel has never met gets a probability of 0, or
        the least of its decision values.
    """
    responses = responses.copy()
    present = np.column_stack(list(held.values()))
    for found in np.unique(present, axis=0):
        pattern = "+".join(name for name, there in zip(held, found, strict=True) if there)
        if pattern not in submodels:
            continue
        rows = np.flatnonzero((present == found).all(axis=1))
        answers = getattr(submodels[pattern], method)(take(X, rows))
        if responses.ndim == 2 and classes is not None:
            if answers.ndim == 1:
                answers = np.column_stack([-answers, answers])
            known = np.searchsorted(classes, submodels[pattern].classes_)
            responses[rows] = 0.0 if method == "predict_proba" else answers.min(axis=1, keepdims=True)
            responses[np.ix_(rows, known)] = answers
        else:
            responses[rows] = answers
    return responses


def _patterns(names: Sequence[str]) -> list[Pattern]:
    """Return the sets of modalities that have a model; with many, those that lack one and those of one alone."""
    sizes = range(1, len(names)) if len(names) <= FEW else (1, len(names) - 1)
    return [pattern for size in sizes for pattern in combinations(names, size)]


def _restricted(fusion: ColumnTransformer, pattern: Pattern) -> ColumnTransformer:
    """Return a fusion of some branches."""
    return clone(fusion).set_params(transformers=[branch for branch in fusion.transformers if branch[0] in pattern])
