"""What a search over fusion weights tries: grids, and draws from a Dirichlet distribution."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state

from mmsk.fusion import KernelFusionClassifier, KernelFusionRegressor, LateFusionClassifier, LateFusionRegressor
from mmsk.fusion._blocks import branch_names
from mmsk.pipeline._scale import ignores_scale

__all__ = ["DirichletWeights", "simplex_weights", "weight_distributions", "weight_grid"]

KERNEL_FUSIONS = (KernelFusionClassifier, KernelFusionRegressor)
LATE_FUSIONS = (LateFusionClassifier, LateFusionRegressor)


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


class DirichletWeights:
    """Random shares of modalities that sum to one, for RandomizedSearchCV.

    Parameters
    ----------
    names : sequence of str
        The modalities.
    concentration : float, default=1.0
        1: all shares are equally likely; larger: near equal ones; smaller: most of it in few modalities.

    Examples
    --------
    >>> from mmsk.pipeline import DirichletWeights
    >>> shares = DirichletWeights(["text", "image"]).rvs(random_state=0)
    >>> sorted(shares), round(sum(shares.values()), 6)
    (['image', 'text'], 1.0)
    """

    def __init__(self, names: Sequence[str], concentration: float = 1.0) -> None:
        if not names or not concentration > 0:
            raise ValueError(f"names and a concentration above 0 are needed, got {list(names)} and {concentration}")
        self.names = list(names)
        self.concentration = concentration

    def rvs(self, random_state: int | np.random.RandomState | None = None) -> dict[str, float]:
        """Draw shares."""
        drawn = check_random_state(random_state).dirichlet([self.concentration] * len(self.names))
        return dict(zip(self.names, drawn.tolist(), strict=True))


class _RootOfGamma:
    """The root of a gamma distribution: shares of such energies have a Dirichlet distribution."""

    def __init__(self, concentration: float) -> None:
        self.concentration = concentration

    def rvs(self, random_state: int | np.random.RandomState | None = None) -> float:
        return float(np.sqrt(check_random_state(random_state).gamma(self.concentration)))


def weight_grid(model: Any, step: float = 0.25) -> list[dict[str, list[Any]]]:
    """Return the grid of fusion weights of a model, for GridSearchCV and HalvingGridSearchCV.

    For kernel and late fusion, the shares themselves. For a pipeline, square roots of shares that sum to one: a block's
    part in a kernel is the square of its weight, so all candidates have the same total energy and C means the same in
    each of them.

    Parameters
    ----------
    model : estimator
        What `fusion_pipeline` or `fusion_transformer` returns, a kernel fusion or a late fusion; or something around
        one of these, such as AugmentedClassifier, TransformedTargetRegressor, or a Pipeline that ends in one.
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
        For a model without scaled branches, and for an estimator that does not see weights, such as a forest or a late
        fusion that stacks: an hour of search over nothing is worse than an error.

    Examples
    --------
    >>> from mmsk import KernelFusionClassifier, fusion_pipeline, fusion_transformer, weight_grid
    >>> from mmsk.audio import MFCC
    >>> from mmsk.text import Tfidf
    >>> branches = [("text", Tfidf(), "caption"), ("audio", MFCC(), "clip")]
    >>> weight_grid(fusion_pipeline(branches), step=0.5)[0]
    {'fusion__text__scale__weight': [1.0], 'fusion__audio__scale__weight': [0.0]}
    >>> weight_grid(KernelFusionClassifier(fusion_transformer(branches)), step=0.5)[1]
    {'weights': [{'text': 0.5, 'audio': 0.5}]}
    """
    if (outer := _around(model)) is not None:
        return [_prefixed(outer, one) for one in weight_grid(model.get_params()[outer], step)]
    names, parameters = _weighed(model)
    candidates = simplex_weights(names, step)
    if parameters is None:
        return [{"weights": [shares]} for shares in candidates]
    return [{parameters[name]: [math.sqrt(share)] for name, share in shares.items()} for shares in candidates]


def weight_distributions(model: Any, concentration: float = 1.0) -> dict[str, Any]:
    """Return distributions of the fusion weights of a model, for RandomizedSearchCV.

    Parameters
    ----------
    model : estimator
        As in `weight_grid`.
    concentration : float, default=1.0
        As in `DirichletWeights`.

    Returns
    -------
    dict
        As `param_distributions` takes it. For a pipeline, each weight is drawn by itself: the root of a gamma
        distribution, so that the shares have a Dirichlet distribution.

    Raises
    ------
    ValueError
        As `weight_grid`.

    Examples
    --------
    >>> from sklearn.model_selection import RandomizedSearchCV
    >>> from mmsk import fusion_pipeline
    >>> from mmsk.pipeline import weight_distributions
    >>> from mmsk.text import Tfidf
    >>> model = fusion_pipeline([("text", Tfidf(), "caption"), ("price", "passthrough", ["price"])])
    >>> search = RandomizedSearchCV(model, {**weight_distributions(model), "classifier__C": [1, 10]}, n_iter=20)
    >>> sorted(search.param_distributions)[1:]
    ['fusion__price__scale__weight', 'fusion__text__scale__weight']
    """
    if (outer := _around(model)) is not None:
        return _prefixed(outer, weight_distributions(model.get_params()[outer], concentration))
    names, parameters = _weighed(model)
    if parameters is None:
        return {"weights": DirichletWeights(names, concentration)}
    return {parameter: _RootOfGamma(concentration) for parameter in parameters.values()}


def _around(model: Any) -> str | None:
    """Return the parameter that holds the model proper, if a model is something around another."""
    if isinstance(model, Pipeline):  # a fusion that it ends in has weights of its own; before others, it is the model
        name, last = model.steps[-1]
        return name if _is_fusion(last) else None
    given = model.get_params(deep=False)
    found = (name for name in ("estimator", "regressor") if hasattr(given.get(name), "get_params"))
    return next(found, None)


def _is_fusion(model: Any) -> bool:
    """Return whether a model is a kernel fusion or a late fusion, or something around one."""
    if isinstance(model, KERNEL_FUSIONS + LATE_FUSIONS):
        return True
    outer = _around(model) if hasattr(model, "get_params") else None
    return outer is not None and _is_fusion(model.get_params()[outer])


def _prefixed(outer: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return {f"{outer}__{name}": value for name, value in parameters.items()}


def _weighed(model: Any) -> tuple[list[str], dict[str, str] | None]:
    """Return the modalities of a model, and the parameter that is each one's weight; None where one holds all."""
    if isinstance(model, KERNEL_FUSIONS):
        return branch_names(model.fusion), None
    if isinstance(model, LATE_FUSIONS):
        if model.combine == "stack":
            raise ValueError("weights have no effect: combine='stack' learns what each modality counts for")
        return [name for name, estimator, _ in model.estimators if not isinstance(estimator, str)], None
    if isinstance(model, Pipeline) and (reason := ignores_scale(model.steps[-1][1])):
        advice = "search over its own parameters, or weigh predictions of one model a modality (late fusion)"
        raise ValueError(f"weights have no effect: {reason}; {advice}")
    parameters = dict(_weight_parameters(model))
    if not parameters:
        raise ValueError("no branch ends in a step 'scale' with a weight; build the model with fusion_pipeline")
    return list(parameters), parameters


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
