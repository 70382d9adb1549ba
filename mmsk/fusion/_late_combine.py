"""What makes one answer of the models' probabilities: shares that are the same in each row, or a final estimator.

Both have the methods of `Gate`, the third way, so that `LateFusionClassifier` need not know which it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from mmsk.fusion._late_fit import fit_parameter, relative_weights
from mmsk.fusion._late_priors import Priors
from mmsk.fusion._pools import POOLS, heard, product, stacked
from mmsk.fusion._shares import learn_shares, shared_out

__all__ = ["FixedShares", "Stack", "fit_stack", "gives_probabilities", "learn_fixed_shares"]

TINY = 1e-12  # added to probabilities before their logarithm is taken


@dataclass(frozen=True)
class FixedShares:
    """A pool with a share for each model."""

    pool: str
    shares: np.ndarray
    prior: np.ndarray

    def attention(self, opinions: np.ndarray, qualities: Sequence[np.ndarray]) -> np.ndarray:
        """Return the shares of each row, of shape (n_models, n_rows); those of absent models are shared out."""
        return shared_out(self.shares, heard(opinions))

    def probabilities(self, opinions: np.ndarray, qualities: Sequence[np.ndarray]) -> np.ndarray:
        """Return the probabilities of the classes, of shape (n_rows, n_classes)."""
        return POOLS[self.pool](opinions, self.attention(opinions, qualities), self.prior)


@dataclass(frozen=True)
class Stack:
    """A final estimator on the evidence of all models, see `stacked`: said against `prior`, and `raw` without any."""

    final: Any
    classes: np.ndarray
    prior: np.ndarray
    raw: np.ndarray

    def probabilities(self, opinions: np.ndarray, qualities: Sequence[np.ndarray]) -> np.ndarray:
        """Return the probabilities of the classes, of shape (n_rows, n_classes)."""
        some = heard(opinions).any(axis=0)
        probabilities = np.tile(self.raw, (opinions.shape[1], 1))
        if some.any():
            found = np.zeros((int(some.sum()), len(self.classes)))
            known = np.searchsorted(self.classes, self.final.classes_)
            found[:, known] = self.final.predict_proba(stacked(opinions[:, some], self.prior))
            probabilities[some] = found
        return probabilities

    def labels(self, opinions: np.ndarray) -> np.ndarray:
        """Return the class of each row, the most frequent one where nothing is present."""
        some = heard(opinions).any(axis=0)
        labels = np.full(opinions.shape[1], self.classes[self.raw.argmax()], dtype=self.classes.dtype)
        if some.any():
            labels[some] = self.final.predict(stacked(opinions[:, some], self.prior))
        return labels


def gives_probabilities(fusion: Any) -> bool:
    """Return whether a classifier of late fusion has probabilities: all but stacks whose final estimator has none."""
    final = getattr(fusion, "final_estimator_", fusion.final_estimator)
    return fusion.combine != "stack" or final is None or hasattr(final, "predict_proba")


def fit_stack(
    estimator: Any,
    opinions: np.ndarray,
    codes: np.ndarray,
    classes: np.ndarray,
    priors: Priors,
    weight: np.ndarray | None,
) -> Stack:
    """Fit a final estimator to out-of-fold probabilities of shape (n_models, n_rows, n_classes).

    The default one has the class weights of the models; one that was given has its own, or none.

    Raises
    ------
    ValueError
        When there are none, or of one class only: no class has two rows to make folds of.
    """
    some = heard(opinions).any(axis=0)
    if len(np.unique(codes[some])) < 2:
        raise ValueError("combine='stack' learns from folds, and needs two classes of at least two rows")
    if estimator is None:
        final, weight = LogisticRegression(C=0.1, max_iter=1000), priors.weighed(codes, weight)
    else:
        final = clone(estimator)
    parameters = fit_parameter(final, "sample_weight", None if weight is None else weight[some])
    final.fit(stacked(opinions[:, some], priors.fused), classes[codes[some]], **parameters)
    return Stack(final, classes, priors.fused, priors.raw)


def learn_fixed_shares(
    opinions: np.ndarray, codes: np.ndarray, prior: np.ndarray, weight: np.ndarray | None
) -> np.ndarray:
    """Return the shares under which the product rule is likeliest, shrunk towards equal ones.

    The product's, whatever the shares are used for: a mean of calibrated probabilities is less sure than it should be,
    so that its likelihood speaks for the surest model alone, and its accuracy falls.

    Parameters
    ----------
    opinions : ndarray of shape (n_models, n_rows, n_classes)
        Out-of-fold probabilities; nan where a modality is absent.
    codes : ndarray of shape (n_rows,)
        Positions of the true classes.
    prior : ndarray of shape (n_classes,)
    weight : ndarray of shape (n_rows,) or None
    """
    present, rows = heard(opinions), np.arange(len(codes))
    weights = relative_weights(weight, len(codes))

    def loss(shares: np.ndarray) -> float:
        pooled = product(opinions, shared_out(shares, present), prior)
        return -float(weights @ np.log(pooled[rows, codes] + TINY))

    return learn_shares(loss, len(opinions))
