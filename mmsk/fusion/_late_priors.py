"""Class weights in late fusion: which class shares each model speaks relative to, and which all of them together.

Strategy: a model with ``class_weight`` answers as if the classes had other shares than they have: their own ones times
their weights. Divided by the raw shares, as pools divide, each of its answers would be evidence for the rare classes
once more. So each opinion is carried over from its model's shares to one set of them, the mean of what the models ask
for, before anything is made of it. Priors that are stated (``priors`` of discriminant analysis, ``class_prior`` of
naive Bayes) are class weights by another name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from mmsk.fusion._pools import LEAST, completed

__all__ = ["Priors", "class_weights", "fit_priors"]

INSIDE = ("best_estimator_", "estimator_", "final_estimator_")  # of a search, a tuned threshold, a stack


@dataclass(frozen=True)
class Priors:
    """Class shares, each of shape (n_classes,).

    Attributes
    ----------
    raw : ndarray
        Those of the training rows.
    fused : ndarray
        Those that the combined opinions refer to: `raw` itself where no model has class weights.
    own : list of ndarray or None
        Those that each model speaks relative to, nan for classes that it does not know; None without class weights.
    """

    raw: np.ndarray
    fused: np.ndarray
    own: Sequence[np.ndarray | None]

    @property
    def shifted(self) -> bool:
        """Whether some model has class weights."""
        return self.fused is not self.raw

    def opinions(self, number: int, probabilities: np.ndarray) -> np.ndarray:
        """Return a model's probabilities of shape (n_rows, n_classes) as they were if the classes had fused shares.

        A class of weight 0 is one that the model does not know; such a class keeps its fused share, see `completed`.
        """
        if self.shifted:
            own = self._own(number)
            probabilities = probabilities * np.where(own > LEAST, self.fused / np.maximum(own, LEAST), np.nan)
        return completed(probabilities, self.fused)

    def settled(self, answers: np.ndarray, present: np.ndarray) -> np.ndarray:
        """Return the answers of shape (n_rows, n_classes), the raw shares for rows in which no model has an opinion."""
        return np.where(present.any(axis=0, keepdims=True).T, answers, self.raw) if self.shifted else answers

    def weighed_by(self, number: int, codes: np.ndarray, sample_weight: np.ndarray | None) -> np.ndarray | None:
        """Return the weights of rows of some classes as a model sees them."""
        return self._weighed(self._own(number), codes, sample_weight)

    def weighed(self, codes: np.ndarray, sample_weight: np.ndarray | None) -> np.ndarray | None:
        """Return the weights of rows of some classes, for what is learned of all models."""
        return self._weighed(self.fused, codes, sample_weight)

    def _own(self, number: int) -> np.ndarray:
        own = self.own[number]
        return self.raw if own is None else own

    def _weighed(self, shares: np.ndarray, codes: np.ndarray, sample_weight: np.ndarray | None) -> np.ndarray | None:
        if shares is self.raw:
            return sample_weight
        of_rows: np.ndarray = np.nan_to_num(shares / self.raw, nan=1.0)[codes]
        return of_rows if sample_weight is None else of_rows * sample_weight


def fit_priors(
    models: Sequence[Any],
    held: Sequence[np.ndarray],
    y: np.ndarray,
    sample_weight: np.ndarray | None,
    classes: np.ndarray,
    raw: np.ndarray,
) -> Priors:
    """Find out which class shares fitted models speak relative to.

    What weights a model was given is a matter of the rows that it has seen, what it asks for one of all rows: of these
    "balanced" makes equal shares, whichever classes its modality is missing from.

    Parameters
    ----------
    models : sequence of classifiers
        Fitted.
    held : sequence of ndarray of shape (n_rows,), dtype=bool
        Rows that each was fitted on.
    y : ndarray of shape (n_rows,)
    sample_weight : ndarray of shape (n_rows,) or None
    classes : ndarray of shape (n_classes,)
        Sorted.
    raw : ndarray of shape (n_classes,)
        Positive shares of the classes.
    """
    counted = np.ones(len(y), dtype=bool) if sample_weight is None else sample_weight > 0

    def shares(model: Any, rows: np.ndarray) -> np.ndarray | None:
        weights = class_weights(model, y[rows], None if sample_weight is None else sample_weight[rows], classes)
        return None if weights is None else _as_shares(raw * weights, raw)

    own = [shares(model, rows) for model, rows in zip(models, held, strict=True)]
    if all(one is None for one in own):
        return Priors(raw, raw, own)
    asked = [shares(model, counted) for model in models]
    fused = np.mean([raw if one is None else np.where(np.isnan(one), raw, one) for one in asked], axis=0)
    return Priors(raw, np.where(raw > LEAST, np.maximum(fused / fused.sum(), LEAST), LEAST), own)


def class_weights(
    model: Any, y: np.ndarray, sample_weight: np.ndarray | None, classes: np.ndarray
) -> np.ndarray | None:
    """Return the class weights that the probabilities of a model show, up to a factor; None for a model without.

    Probabilities that were calibrated afterwards, on rows as they come, show none: those of ``CalibratedClassifierCV``,
    and of ``SVC``, ``NuSVC`` and ``KernelFusionClassifier`` with ``probability=True``.

    Parameters
    ----------
    model : classifier
        Fitted; what is inside a pipeline, a search or a tuned threshold is looked at.
    y : ndarray of shape (n_rows,)
        Rows that "balanced" and stated priors are relative to.
    sample_weight : ndarray of shape (n_rows,) or None
    classes : ndarray of shape (n_classes,)
        Sorted.

    Returns
    -------
    ndarray of shape (n_classes,)
        nan for classes without rows, and for those that stated priors do not name.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array(["few", "many", "many", "many"])
    >>> weights = class_weights(LogisticRegression(class_weight="balanced").fit(X, y), y, None, np.unique(y))
    >>> weights / weights.sum()
    array([0.75, 0.25])
    """
    last = _innermost(model)
    if getattr(last, "probability", None) is True:
        return None
    setting, stated = getattr(last, "class_weight", None), _stated(last)
    codes = np.searchsorted(classes, y)
    known = np.isin(np.arange(len(classes)), codes)
    if setting and isinstance(setting, Mapping):
        return np.where(known, [float(setting.get(label, 1.0)) for label in classes.tolist()], np.nan)
    if stated is None and not isinstance(setting, str):
        return None
    if stated is None and not isinstance(last, LogisticRegression):
        sample_weight = None  # the others balance numbers of rows, not their weights
    if isinstance(stated, np.ndarray):
        known = np.isin(classes, model.classes_)
    totals = np.bincount(codes, weights=sample_weight, minlength=len(classes))
    weights = np.full(len(classes), np.nan)
    weights[known] = (1.0 if stated is None else stated) / totals[known]
    return weights


def _innermost(model: Any) -> Any:
    """Return the estimator that makes the probabilities of a model: what takes class weights, or holds nothing else."""
    while not hasattr(model, "class_weight"):
        inside = [getattr(model, name) for name in INSIDE if hasattr(model, name)]
        if not inside and not isinstance(model, Pipeline):
            break
        model = inside[0] if inside else model.steps[-1][1]
    return model


def _stated(model: Any) -> np.ndarray | float | None:
    """Return the class shares that a model was told, one number where they are equal; None where it learns them."""
    for name in ("priors", "class_prior"):
        if getattr(model, name, None) is not None:
            return np.asarray(getattr(model, name), dtype=np.float64)
    return 1.0 if getattr(model, "fit_prior", True) is False else None


def _as_shares(masses: np.ndarray, raw: np.ndarray) -> np.ndarray:
    """Return class shares in proportion to some masses; classes of nan leave theirs, the raw one, to themselves."""
    known = ~np.isnan(masses)
    return np.asarray(masses * (raw[known].sum() / masses[known].sum()))
