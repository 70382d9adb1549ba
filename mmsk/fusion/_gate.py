"""The gate: for each row, how far each modality is to be trusted. Attention, the classical way.

Strategy: a(m, x) = softmax over the present modalities of g(m, x), where g is linear in a few signals: how sure the
modality's model is of this row, and how good the item is (blur, silence, length). Training minimises the negative
log-likelihood of what the modalities say together, on predictions for rows that their models have not seen. A ridge
penalty (`PULL` / 2 times the sum of the squared parameters, of signals with a deviation of 1) pulls g to 0, and the
weights to the given ones. It does not grow with the rows, as the likelihood does: a small table keeps about its fixed
weights, and a large one earns weights of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from mmsk.fusion._late_fit import relative_weights
from mmsk.fusion._pools import evidence, heard, pooled_evidence
from mmsk.fusion._quality import moments
from mmsk.fusion._shares import PULL

__all__ = ["SIGNALS", "Gate", "fit_gate", "response_signals"]

SIGNALS = ("confidence", "margin", "entropy")  # of each modality's own probabilities
SHARED = slice(1, 1 + len(SIGNALS))  # where they stand in what a modality is weighed by, after a 1
FARTHEST = 5.0  # deviations from the mean beyond which a signal says no more


@dataclass(frozen=True)
class Gate:
    """A fitted gate over M modalities.

    Attributes
    ----------
    prior : ndarray of shape (n_classes,)
    base : ndarray of shape (M,)
        Shares that the gate starts from, summing to one.
    means, scales : sequence of ndarray of shape (n_signals of the modality,)
        Of the signals of the present training rows: `SIGNALS` first, then those of quality.
    common : ndarray of shape (3,)
        Coefficients of `SIGNALS` that all modalities share.
    own : list of ndarray of shape (1 + n_signals of the modality,)
        Each modality's intercept and coefficients, on top of the shared ones.
    """

    prior: np.ndarray
    base: np.ndarray
    means: Sequence[np.ndarray]
    scales: Sequence[np.ndarray]
    common: np.ndarray
    own: list[np.ndarray]

    def attention(self, opinions: np.ndarray, qualities: Sequence[np.ndarray]) -> np.ndarray:
        """Return the weight of each modality in each row.

        Parameters
        ----------
        opinions : ndarray of shape (M, n_rows, n_classes)
            Probabilities; nan where a modality is absent.
        qualities : sequence of ndarray of shape (n_rows, n_qualities of the modality)

        Returns
        -------
        ndarray of shape (M, n_rows)
            Summing to one over the present modalities of a row; 0 for absent ones.
        """
        present = heard(opinions)
        return _attention(_heights(self._inputs(opinions, qualities), self.common, self.own), self.base, present)

    def probabilities(self, opinions: np.ndarray, qualities: Sequence[np.ndarray]) -> np.ndarray:
        """Return the probabilities of the classes, of shape (n_rows, n_classes); parameters as in `attention`.

        Evidence is pooled with exponents ``attention * number of present modalities``: the product rule, where all
        deserve the same attention.
        """
        attention = self.attention(opinions, qualities)
        exponents = attention * (attention > 0).sum(axis=0)
        return pooled_evidence(evidence(opinions, self.prior), exponents, self.prior)

    def _inputs(self, opinions: np.ndarray, qualities: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return for each modality a 1 and the standardised signals of each row."""
        inputs = []
        for opinion, quality, mean, scale in zip(opinions, qualities, self.means, self.scales, strict=True):
            signals = np.clip((_signals(opinion, quality) - mean) / scale, -FARTHEST, FARTHEST)
            inputs.append(np.hstack([np.ones((len(signals), 1)), np.where(np.isnan(signals), 0.0, signals)]))
        return inputs


def response_signals(opinions: np.ndarray) -> np.ndarray:
    """Return `SIGNALS` of the probabilities of one modality: an array of shape (n_rows, 3), nan where it is absent.

    Confidence is the largest probability, margin its distance from the second, entropy that of the row over the
    logarithm of the number of classes.

    Examples
    --------
    >>> response_signals(np.array([[0.5, 0.5], [1.0, 0.0]])).round(2)
    array([[0.5, 0. , 1. ],
           [1. , 1. , 0. ]])
    """
    ordered = np.sort(opinions, axis=1)
    logs = np.log(np.where(opinions > 0, opinions, 1.0))
    entropy = (opinions * -logs).sum(axis=1) / np.log(opinions.shape[1])
    return np.column_stack([ordered[:, -1], ordered[:, -1] - ordered[:, -2], entropy])


def fit_gate(
    opinions: np.ndarray,
    qualities: Sequence[np.ndarray],
    codes: np.ndarray,
    prior: np.ndarray,
    base: np.ndarray,
    sample_weight: np.ndarray | None = None,
) -> Gate:
    """Fit a gate to predictions for rows that the modality models have not seen.

    Parameters
    ----------
    opinions : ndarray of shape (M, n_rows, n_classes)
        Out-of-fold probabilities; nan where a modality is absent. Rows with nothing, or of no weight, are passed over.
    qualities : sequence of M ndarray of shape (n_rows, n_qualities of the modality)
        nan where nothing is known.
    codes : ndarray of shape (n_rows,)
        Positions of the true classes.
    prior : ndarray of shape (n_classes,)
        Positive.
    base : ndarray of shape (M,)
        Positive shares that the gate is pulled to.
    sample_weight : ndarray of shape (n_rows,), default=None

    References
    ----------
    Jacobs, R. A., Jordan, M. I., Nowlan, S. J. and Hinton, G. E. (1991). Adaptive mixtures of local experts. Neural
    Computation 3(1). Here the experts are given, and speak through a product instead of a mixture.
    """
    weight = relative_weights(sample_weight, len(codes))
    usable = ~np.isnan(opinions).all(axis=(0, 2)) & (weight > 0)
    opinions, codes, weight = opinions[:, usable], codes[usable], weight[usable]
    qualities = [quality[usable] for quality in qualities]
    signals = [_signals(*of_one) for of_one in zip(opinions, qualities, strict=True)]
    means, scales = map(list, zip(*map(moments, signals), strict=True))
    sizes = [1 + len(mean) for mean in means]

    def as_gate(theta: np.ndarray) -> Gate:
        common, rest = theta[: len(SIGNALS)], theta[len(SIGNALS) :]
        return Gate(prior, base, means, scales, common, np.split(rest, np.cumsum(sizes)[:-1]))

    start = np.zeros(len(SIGNALS) + sum(sizes))
    inputs = as_gate(start)._inputs(opinions, qualities)
    objective = _Objective(inputs, opinions, codes, prior, base, weight)
    return as_gate(minimize(objective, start, jac=True, method="L-BFGS-B").x)


class _Objective:
    """The penalised negative log-likelihood of a gate, and its gradient."""

    def __init__(
        self,
        inputs: list[np.ndarray],
        opinions: np.ndarray,
        codes: np.ndarray,
        prior: np.ndarray,
        base: np.ndarray,
        weight: np.ndarray,
    ) -> None:
        self.inputs, self.codes, self.base, self.weight = inputs, codes, base, weight
        self.present = heard(opinions)
        # the number of present modalities scales the attention, see Gate.probabilities
        self.evidence = evidence(opinions, prior) * self.present.sum(axis=0)[:, None]
        self.log_prior = np.log(prior)
        self.rows = np.arange(len(codes))

    def __call__(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        common, own = theta[: len(SIGNALS)], theta[len(SIGNALS) :]
        parts = np.split(own, np.cumsum([design.shape[1] for design in self.inputs])[:-1])
        attention = _attention(_heights(self.inputs, common, parts), self.base, self.present)
        logs = log_softmax(self.log_prior + np.einsum("mn,mnk->nk", attention, self.evidence), axis=1)
        excess = np.exp(logs)
        excess[self.rows, self.codes] -= 1
        excess *= self.weight[:, None]
        pull = np.einsum("nk,mnk->mn", excess, self.evidence)
        slopes = attention * (pull - (attention * pull).sum(axis=0))
        gradient = [
            sum(slope @ design[:, SHARED] for slope, design in zip(slopes, self.inputs, strict=True)),
            *(slope @ design for slope, design in zip(slopes, self.inputs, strict=True)),
        ]
        loss = -float(self.weight @ logs[self.rows, self.codes]) + PULL / 2 * float(theta @ theta)
        return loss, np.concatenate(gradient) + PULL * theta


def _heights(inputs: Sequence[np.ndarray], common: np.ndarray, own: Sequence[np.ndarray]) -> np.ndarray:
    """Return g(m, x) of shape (M, n_rows), for parameters as `Gate` has them."""
    parts = zip(inputs, own, strict=True)
    return np.array([design @ part + design[:, SHARED] @ common for design, part in parts])


def _attention(heights: np.ndarray, base: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Return base * exp(heights), made to sum to one over the present modalities; shape (M, n_rows)."""
    some = present.any(axis=0)
    logits = np.where(present, np.log(base)[:, None] + heights, -np.inf)
    attention = np.zeros(present.shape)
    attention[:, some] = softmax(logits[:, some], axis=0)
    return attention


def _signals(opinions: np.ndarray, quality: np.ndarray) -> np.ndarray:
    """Return all signals of one modality, not yet standardised."""
    return np.hstack([response_signals(opinions), quality])
