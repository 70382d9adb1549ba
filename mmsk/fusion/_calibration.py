"""Calibration: decision values of a model made into probabilities, from rows that the model has not seen.

Strategy: one slope for the model and one bias a class, in a softmax (temperature scaling with bias correction), fitted
on out-of-fold decision values. It is Platt's sigmoid for two classes; for more it has far fewer parameters than a
sigmoid a class, so that classes of a few rows need no rule of their own. Penalties keep both finite where the decision
values separate the classes.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from mmsk.fusion._late_fit import relative_weights
from mmsk.fusion._memo import memo

__all__ = ["Calibration", "calibrate", "fit_calibration"]


@dataclass(frozen=True)
class Calibration:
    """``softmax(slope * decisions + bias)``.

    >>> Calibration(1.0, np.zeros(2)).apply(np.array([[-0.5, 0.5], [np.nan, np.nan]])).round(3)
    array([[0.269, 0.731],
           [  nan,   nan]])
    """

    slope: float
    bias: np.ndarray

    def apply(self, decisions: np.ndarray) -> np.ndarray:
        """Return probabilities.

        Parameters
        ----------
        decisions : ndarray of shape (n_rows, n_classes)
            nan for classes that the model does not know; they get nan.
        """
        known = ~np.isnan(decisions)
        some = known.any(axis=1)
        probabilities = np.full(decisions.shape, np.nan)
        logits = np.where(known, self.slope * decisions + self.bias, -np.inf)
        probabilities[some] = softmax(logits[some], axis=1)
        return np.where(known, probabilities, np.nan)


def fit_calibration(decisions: np.ndarray, codes: np.ndarray, sample_weight: np.ndarray | None) -> Calibration | None:
    """Fit slope and biases, or return None where there is nothing to learn them from.

    Parameters
    ----------
    decisions : ndarray of shape (n_rows, n_classes)
        Out-of-fold decision values; nan for absent rows, and for classes that a fold's model does not know.
    codes : ndarray of shape (n_rows,)
        Positions of the true classes.
    sample_weight : ndarray of shape (n_rows,) or None

    References
    ----------
    Alexandari, A., Kundaje, A. and Shrikumar, A. (2020). Maximum likelihood with bias-corrected calibration is
    hard-to-beat at label shift adaptation. International Conference on Machine Learning.
    """
    weight = relative_weights(sample_weight, len(codes))
    usable = ~np.isnan(decisions[np.arange(len(codes)), codes]) & (weight > 0)
    decisions, codes, weight = decisions[usable], codes[usable], weight[usable]
    if len(np.unique(codes)) < 2:
        return None
    spread = float(np.nanstd(decisions)) or 1.0
    scaled, known = np.where(np.isnan(decisions), 0.0, decisions / spread), ~np.isnan(decisions)
    rows = np.arange(len(codes))

    def loss(theta: np.ndarray) -> tuple[float, np.ndarray]:
        slope, bias = np.exp(theta[0]), theta[1:]
        logs = log_softmax(np.where(known, slope * scaled + bias, -np.inf), axis=1)
        excess = np.exp(logs)
        excess[rows, codes] -= 1
        excess *= weight[:, None]
        value = -float(weight @ logs[rows, codes]) + float(theta @ theta) / 2
        return value, np.concatenate([[slope * float((excess * scaled).sum())], excess.sum(axis=0)]) + theta

    theta = minimize(loss, np.zeros(1 + decisions.shape[1]), jac=True, method="L-BFGS-B").x
    return Calibration(float(np.exp(theta[0])) / spread, theta[1:])


def calibrate(
    name: str,
    decisions: np.ndarray,
    codes: np.ndarray,
    sample_weight: np.ndarray | None,
    folds: Iterable[tuple[np.ndarray, np.ndarray]],
) -> tuple[Calibration, np.ndarray]:
    """Calibrate the model of a modality on its out-of-fold decision values, once for each array of them.

    Parameters are those of `fit_calibration`, the name of the modality, and the folds that the decision values are of.

    Returns
    -------
    calibration : Calibration
        For decision values of the model that was fitted on all rows.
    probabilities : ndarray of shape (n_rows, n_classes)
        Out of fold: those of each fold are calibrated on the decision values of the others.

    Warns
    -----
    UserWarning
        Where there is nothing to learn from; probabilities are then a softmax of the decision values.
    """
    # which array it is says of which labels, weights and folds
    key = ("calibration", id(decisions))
    found: tuple[Calibration, np.ndarray] | None = memo.recall(
        key, partial(_calibrate, decisions, codes, sample_weight, folds), anchors=(decisions,)
    )
    if found is not None:
        return found
    text = f"modality {name!r} has too few rows of each class: its probabilities are not calibrated"
    warnings.warn(text, UserWarning, stacklevel=4)
    identity = Calibration(1.0, np.zeros(decisions.shape[1]))
    return identity, identity.apply(decisions)


def _calibrate(
    decisions: np.ndarray,
    codes: np.ndarray,
    sample_weight: np.ndarray | None,
    folds: Iterable[tuple[np.ndarray, np.ndarray]],
) -> tuple[Calibration, np.ndarray] | None:
    calibration = fit_calibration(decisions, codes, sample_weight)
    if calibration is None:
        return None
    probabilities = np.full(decisions.shape, np.nan)
    for _, test in folds:
        others = np.ones(len(codes), dtype=bool)
        others[test] = False
        weight = None if sample_weight is None else sample_weight[others]
        held_out = fit_calibration(decisions[others], codes[others], weight)
        probabilities[test] = (held_out or calibration).apply(decisions[test])
    return calibration, probabilities
