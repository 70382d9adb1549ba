"""Pools: the opinions of several models on a row, made into one.

Strategy: everything is said against the class prior, which is what one knows of a row without looking at it. An absent
modality says the prior, a row with nothing in it gets the prior, and a class that a model has never met keeps its prior
there, since the model cannot know of it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import softmax

__all__ = ["LEAST", "POOLS", "completed", "evidence", "heard", "pooled_evidence", "product", "stacked"]

#: Share of the prior in each opinion before its logarithm is taken, so that no model alone can rule a class out.
DOUBT = 1e-3
LEAST = 1e-12  # the prior of a class whose rows all have a sample weight of 0
TIE = 1e-6  # part of the mean of the probabilities in a vote

Pool = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def completed(opinions: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Return probabilities of all classes, where a model that does not know some of them has nan.

    Parameters
    ----------
    opinions : ndarray of shape (n_rows, n_classes)
        Rows of nothing but nan, of absent modalities, stay so.
    prior : ndarray of shape (n_classes,)

    Examples
    --------
    >>> completed(np.array([[0.8, 0.2, np.nan]]), np.array([0.3, 0.3, 0.4])).round(2)
    array([[0.48, 0.12, 0.4 ]])
    """
    known = ~np.isnan(opinions) & (prior > LEAST)  # a class of no weight is one that no model knows
    left = np.where(known, prior, 0.0).sum(axis=1, keepdims=True)
    total = np.where(known, opinions, 0.0).sum(axis=1, keepdims=True)
    full = np.where(known, opinions * left / np.where(total > 0, total, 1.0), prior)
    return np.where(known.any(axis=1, keepdims=True), full, np.nan)


def evidence(opinions: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Return log(opinion / prior), 0 where a modality is absent: how much it speaks for and against each class."""
    doubted = (1 - DOUBT) * np.where(np.isnan(opinions), prior, opinions) + DOUBT * prior
    return np.asarray(np.log(doubted / prior))


def heard(opinions: np.ndarray) -> np.ndarray:
    """Return which modalities have an opinion of which rows, from an array of (n_modalities, n_rows, n_classes)."""
    return np.asarray(~np.isnan(opinions).all(axis=2))


def stacked(opinions: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Return what a final estimator is given: the evidence of each modality side by side, and which are present.

    A modality has a column for each class, or one for two classes, and a column that is 1 where it is present.
    """
    found = evidence(opinions, prior)
    if len(prior) == 2:
        found = found[..., 1:] - found[..., :1]
    return np.hstack([*found, heard(opinions).T.astype(float)])


def mean(opinions: np.ndarray, shares: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Return the weighted mean of the probabilities (a linear opinion pool).

    Parameters
    ----------
    opinions : ndarray of shape (n_modalities, n_rows, n_classes)
        Probabilities; nan where a modality is absent.
    shares : ndarray of shape (n_modalities, n_rows)
        Summing to one over the present modalities of a row; 0 for absent ones.
    prior : ndarray of shape (n_classes,)

    Returns
    -------
    ndarray of shape (n_rows, n_classes)
    """
    pooled = np.einsum("mn,mnk->nk", shares, np.where(np.isnan(opinions), 0.0, opinions))
    return np.where(shares.sum(axis=0)[:, None] > 0, pooled, prior)


def product(opinions: np.ndarray, shares: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Return the product of what each modality adds to the prior; parameters as in `mean`.

    With equal shares this is Bayes' rule for modalities that are independent given the class: the prior counts once,
    where a mean of probabilities counts it once a modality. Other shares a_m are exponents a_m / sum(a^2): one each for
    equal shares, one for a modality that has all of it, and no jump in between.

    References
    ----------
    Kittler, J., Hatef, M., Duin, R. P. W. and Matas, J. (1998). On combining classifiers. IEEE Transactions on Pattern
    Analysis and Machine Intelligence 20(3).
    """
    squares = (shares**2).sum(axis=0)
    return pooled_evidence(evidence(opinions, prior), shares / np.where(squares > 0, squares, 1.0), prior)


def pooled_evidence(found: np.ndarray, exponents: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Return the probabilities that a prior and evidence of shape (n_modalities, n_rows, n_classes) make."""
    return np.asarray(softmax(np.log(prior) + np.einsum("mn,mnk->nk", exponents, found), axis=1))


def vote(opinions: np.ndarray, shares: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Return the share of the votes of each class; parameters as in `mean`, which breaks ties."""
    best = np.where(np.isnan(opinions), 0.0, opinions).argmax(axis=2)
    votes = np.einsum("mn,mnk->nk", shares, np.eye(len(prior))[best])
    votes = np.where(shares.sum(axis=0)[:, None] > 0, votes, prior)
    return (1 - TIE) * votes + TIE * mean(opinions, shares, prior)


POOLS: dict[str, Pool] = {"mean": mean, "product": product, "vote": vote}
