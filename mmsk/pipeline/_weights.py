"""Grids of fusion weights."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from mmsk.pipeline._scale import ignores_scale

__all__ = ["simplex_weights", "weight_grid"]


def simplex_weights(names: Sequence[str], step: float = 0.25) -> list[dict[str, float]]:
    """List all shares in multiples of a step that sum to one.

    Parameters
    ----------
    names : sequence of str
        The modalities.
    step : float, default=0.25
        A whole number of steps must make one.

    Returns
    -------
    list of dict
        (k + m - 1)! / (k! (m - 1)!) of them for m names and k = 1 / step: 15 for three names and a step of 0.25.

    Raises
    ------
    ValueError
        For a step that does not divide one, and for no names.

    Examples
    --------
    >>> from mmsk import simplex_weights
    >>> simplex_weights(["text", "image"], step=0.5)
    [{'text': 1.0, 'image': 0.0}, {'text': 0.5, 'image': 0.5}, {'text': 0.0, 'image': 1.0}]
    """
    if not names:
        raise ValueError("at least one name is needed")
    steps = round(1 / step) if 0 < step <= 1 else 0
    if not steps or not math.isclose(steps * step, 1, rel_tol=1e-6):
        raise ValueError(f"a whole number of steps must make one, as 0.5, 0.25, 0.2 and 0.1 do; got step={step}")
    return [
        dict(zip(names, (part / steps for part in parts), strict=True)) for parts in _compositions(steps, len(names))
    ]


def weight_grid(model: Any, step: float = 0.25) -> list[dict[str, list[float]]]:
    """Return the grid of fusion weights of a pipeline, for GridSearchCV.

    The weights are square roots of shares that sum to one. A block's part in a kernel is the square of its weight, so
    all candidates have the same total energy and C means the same in each of them.

    Parameters
    ----------
    model : Pipeline or ColumnTransformer
        What `fusion_pipeline` or `fusion_transformer` returns.
    step : float, default=0.25
        Step of the shares, see `simplex_weights`.

    Returns
    -------
    list of dict
        One dict a candidate, as `param_grid` takes them. Shares of zero are among them, so that a search may find that
        a modality does not help.

    Raises
    ------
    ValueError
        For a model without scaled branches, and for an estimator that does not see weights, such as a forest: an hour
        of search over nothing is worse than an error.

    Examples
    --------
    >>> from mmsk import fusion_pipeline, weight_grid
    >>> from mmsk.audio import MFCC
    >>> from mmsk.text import Tfidf
    >>> model = fusion_pipeline([("text", Tfidf(), "caption"), ("audio", MFCC(), "clip")])
    >>> weight_grid(model, step=0.5)[0]
    {'fusion__text__scale__weight': [1.0], 'fusion__audio__scale__weight': [0.0]}
    """
    if isinstance(model, Pipeline) and (reason := ignores_scale(model.steps[-1][1])):
        advice = "search over its own parameters, or weigh predictions of one model a modality (late fusion)"
        raise ValueError(f"weights have no effect: {reason}; {advice}")
    parameters = dict(_weight_parameters(model))
    if not parameters:
        raise ValueError("no branch ends in a step 'scale' with a weight; build the model with fusion_pipeline")
    return [
        {parameters[name]: [math.sqrt(share)] for name, share in shares.items()}
        for shares in simplex_weights(list(parameters), step)
    ]


def _weight_parameters(model: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield (branch, name of the parameter that is its weight) of the first ColumnTransformer in a model."""
    if isinstance(model, ColumnTransformer):
        known = model.get_params(deep=True)
        for name, _, _ in model.transformers:
            if f"{name}__scale__weight" in known:
                yield name, f"{prefix}{name}__scale__weight"
    elif isinstance(model, Pipeline):
        for name, step in model.steps:
            if isinstance(step, (ColumnTransformer, Pipeline)):
                yield from _weight_parameters(step, f"{prefix}{name}__")
                return


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Yield all ways to write a whole number as an ordered sum of that many parts >= 0, largest first part first."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total, -1, -1):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)
