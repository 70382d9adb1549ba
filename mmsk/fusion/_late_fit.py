"""What the fit of a model is given beside rows and a target: weights of the rows, and groups."""

from __future__ import annotations

from inspect import Parameter, signature
from typing import Any

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

__all__ = ["fit_parameter", "relative_weights", "taker_of"]


def fit_parameter(model: Any, name: str, value: Any) -> dict[str, Any]:
    """Return a parameter of `fit` under the name by which a model takes it; nothing for None.

    Raises
    ------
    ValueError
        For a model that does not take it.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.svm import SVC
    >>> fit_parameter(make_pipeline("passthrough", SVC()), "sample_weight", [1.0, 2.0])
    {'svc__sample_weight': [1.0, 2.0]}
    """
    if value is None:
        return {}
    full, taker = taker_of(model, name)
    if not has_fit_parameter(taker, name) and not _passes_on(taker):
        raise ValueError(f"{type(taker).__name__} takes no {name}")
    return {full: value}


def taker_of(model: Any, name: str) -> tuple[str, Any]:
    """Return by which name a parameter gets from the fit of a model to an estimator that may take it, and this one.

    It goes to the last step of a pipeline, and to what is searched over or has its target transformed, at any depth.
    """
    prefix = ""
    while not has_fit_parameter(model, name):
        if isinstance(model, Pipeline):
            step, model = model.steps[-1]
            prefix += "" if get_config()["enable_metadata_routing"] else f"{step}__"
            continue
        wrapped = getattr(model, "regressor", getattr(model, "estimator", None))
        if not isinstance(wrapped, BaseEstimator) or not _passes_on(model):
            break
        model = wrapped
    return prefix + name, model


def relative_weights(sample_weight: np.ndarray | None, n_rows: int) -> np.ndarray:
    """Return weights with a mean of 1 over the rows that have any; all 1 for None.

    So a likelihood grows with the rows that count, against a penalty that does not, and rows of no weight are as good
    as left out.

    Examples
    --------
    >>> relative_weights(np.array([3.0, 1.0, 0.0]), 3)
    array([1.5, 0.5, 0. ])
    """
    if sample_weight is None:
        return np.ones(n_rows)
    return np.asarray(sample_weight * ((sample_weight > 0).sum() / (sample_weight.sum() or 1.0)))


def _passes_on(model: Any) -> bool:
    """Return whether `fit` takes parameters of any name."""
    return any(parameter.kind is Parameter.VAR_KEYWORD for parameter in signature(model.fit).parameters.values())
