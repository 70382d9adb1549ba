"""modality_models: the branches of a fusion, each with an estimator of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from mmsk.fusion._blocks import branch_names

__all__ = ["modality_models"]


def modality_models(fusion: ColumnTransformer, estimator: Any) -> list[tuple[str, Pipeline, Any]]:
    """Make a model of each branch, for `LateFusionClassifier` and `LateFusionRegressor`.

    Parameters
    ----------
    fusion : ColumnTransformer
        What `fusion_transformer` returns.
    estimator : estimator or dict of str to estimator
        What follows each branch, or each by name; cloned.

    Returns
    -------
    list of (name, Pipeline, column)
        Each pipeline has the steps of the branch, and a last one "model".

    Raises
    ------
    TypeError
        For a fusion that is no ColumnTransformer.
    ValueError
        For one without branches or with a remainder, and for a dict that does not name each branch.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from mmsk import fusion_transformer
    >>> from mmsk.fusion import modality_models
    >>> from mmsk.text import Tfidf
    >>> fusion = fusion_transformer([("text", Tfidf(), "caption"), ("number", "passthrough", ["price"])])
    >>> models = modality_models(fusion, LogisticRegression())
    >>> [(name, list(model.named_steps), column) for name, model, column in models]
    [('text', ['describe', 'scale', 'model'], 'caption'), ('number', ['describe', 'scale', 'model'], ['price'])]
    """
    names = branch_names(fusion)
    estimators = dict(estimator) if isinstance(estimator, Mapping) else dict.fromkeys(names, estimator)
    if set(estimators) != set(names):
        raise ValueError(f"estimator has to name each branch, {names}, got {list(estimators)}")
    models = []
    for name, branch, column in fusion.transformers:
        if name in names:
            steps = branch.steps if isinstance(branch, Pipeline) else [("describe", branch)]
            steps = [(step, part if isinstance(part, str) else clone(part)) for step, part in steps]
            models.append((name, Pipeline([*steps, ("model", clone(estimators[name]))]), column))
    return models
