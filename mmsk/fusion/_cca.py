"""Canonical correlation of many sets of variables, with a ridge, from rows that may lack some of the sets.

Strategy: each set is reduced to a few hundred orthogonal directions, in which a ridge is a number a direction, and
what is left is one symmetric eigenproblem whose blocks are products of thin matrices (Kettenring's sum of
correlations). The directions of greatest variance alone would lose what a set shares with the others: in text that is
spread over rare words. Hence half of them are those in which the set varies with the others; where exact computation
is possible at all it finds nothing more. A wide sparse set is only ever multiplied, never centred or made dense.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import linalg, sparse

from mmsk.fusion._grams import linear_gram

__all__ = ["Canonical", "Directions", "combine", "leading_directions", "linear_map", "meet", "solve"]

EXTRA = 10  # directions that the search for the leading ones takes along, and how often it goes over the data
PASSES = 6
COLUMNS = 64  # of a product with a wide set that are held at a time
TINY = 1e-10  # eigenvalues below this share of the largest are rounding errors
NOTHING = 1e-9  # a correlation below this is one of rounding errors


class Directions(NamedTuple):
    """Orthogonal directions in a set of variables X, centred.

    Attributes
    ----------
    scores : ndarray of shape (n_rows, n_directions)
        The rows in these directions, each of unit length.
    energies : ndarray of shape (n_directions,)
        Squared length that each direction had, in units of the mean squared row norm.
    dual : ndarray of shape (n_rows, n_directions)
        ``scores`` are ``X @ X.T @ dual``.
    """

    scores: np.ndarray
    energies: np.ndarray
    dual: np.ndarray


class Canonical(NamedTuple):
    """Canonical directions of sets.

    Attributes
    ----------
    correlations : ndarray of shape (n_components,)
        The mean correlation between sets, falling.
    weights : list of ndarray of shape (n_directions, n_components)
        For each set, what its scores are multiplied by.
    covariances : ndarray of shape (n_components, n_sets, n_sets)
        Of the sets' variates, the ridge included.
    """

    correlations: np.ndarray
    weights: list[np.ndarray]
    covariances: np.ndarray


def leading_directions(X: Any, max_rank: int) -> Directions:
    """Return the principal directions of a set: all, if it has no more than `max_rank`, else the leading half of them.

    Parameters
    ----------
    X : {ndarray, sparse array} of shape (n_rows, n_features)
    max_rank : int
    """
    n_rows, n_features = X.shape
    rank = max_rank if min(X.shape) <= max_rank else max(1, max_rank // 2)
    mean = _mean(X)
    if n_rows <= min(n_features, 2 * max_rank):
        products = linear_gram(X, X)
        centre = products.mean(axis=0)
        energies, scores = _largest(products - centre - centre[:, None] + centre.mean(), rank)
    elif n_features <= 2 * max_rank:
        products = np.asarray((X.T @ X).toarray()) if sparse.issparse(X) else linear_gram(X.T, X.T)
        energies, vectors = _largest(products - n_rows * np.outer(mean, mean), rank)
        scores = (X @ vectors - mean @ vectors) / np.sqrt(energies)
    else:
        energies, scores = _searched(X, rank)
    total = float(np.square(X.data if sparse.issparse(X) else X, dtype=np.float64).sum()) - n_rows * mean @ mean
    return Directions(scores, energies * n_rows / total, scores / energies)


def meet(X: Any, own: Directions, others: np.ndarray) -> Directions:
    """Return the directions of a set that its own leading ones, and those in which it varies with others, span.

    Parameters
    ----------
    X : {ndarray, sparse array} of shape (n_rows, n_features)
    own : Directions
    others : ndarray of shape (n_rows, n_others)
        Scores of other sets in the same rows, 0 where they are missing.
    """
    dual = np.hstack([own.scores, others])
    images = _gram_times(X, dual)
    energies, vectors = _largest(dual.T @ images, dual.shape[1])
    vectors /= np.sqrt(energies)
    scores = images @ vectors  # the set in an orthonormal basis of these directions
    energies, turned = _largest(scores.T @ scores, scores.shape[1])
    turned /= np.sqrt(energies)
    return Directions(scores @ turned, energies * len(scores) / energies.sum(), dual @ (vectors @ turned))


def solve(sets: Sequence[Directions], present: np.ndarray, regularization: float, n_components: int) -> Canonical:
    """Find the combinations of directions that agree most over the sets.

    Parameters
    ----------
    sets : sequence of Directions
    present : ndarray of shape (n_rows, n_sets), dtype=bool
        Which rows each set has.
    regularization : float
        Ridge, in units of the mean squared row norm of a set.
    n_components : int
        At most so many; those whose correlation is not above 0 are left out.

    Raises
    ------
    ValueError
        When no correlation is above 0.
    """
    roots = [np.sqrt(one.energies / (one.energies + regularization)) for one in sets]
    stops = np.cumsum([len(root) for root in roots]).tolist()
    parts = [slice(stop - len(root), stop) for stop, root in zip(stops, roots, strict=True)]
    scores = np.zeros((len(present), stops[-1]))
    for part, one, root, rows in zip(parts, sets, roots, present.T, strict=True):
        scores[rows, part] = one.scores * root
    products = scores.T @ scores
    for part in parts:
        products[part, part] = np.eye(part.stop - part.start)
    values, vectors = _largest(products, n_components)
    shared = values > 1 + NOTHING
    if not shared.any():
        raise ValueError("the modalities share nothing: in the rows that show two of them, all but one are constant")
    values, vectors = values[shared], vectors[:, shared]
    vectors *= np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(len(values))])  # either sign would do
    covariances = [[np.sum(vectors[a] * (products[a, b] @ vectors[b]), axis=0) for b in parts] for a in parts]
    weights = [root[:, None] * vectors[part] for root, part in zip(roots, parts, strict=True)]
    return Canonical((values - 1) / (len(sets) - 1), weights, np.array(covariances).transpose(2, 0, 1))


def linear_map(X: Any, found: Directions, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the matrix W and the vector c for which ``X @ W - c`` are the scores of X times weights."""
    dual = found.dual @ weights
    mean = _mean(X)
    matrix = np.asarray(X.T @ dual) - np.outer(mean, dual.sum(axis=0))
    return matrix, mean @ matrix


def combine(variates: Mapping[int, np.ndarray], present: np.ndarray, covariances: np.ndarray) -> np.ndarray:
    """Return the expected sum of all sets' variates given those that are present in each row.

    Parameters
    ----------
    variates : dict of int to ndarray of shape (n_rows, n_components)
        By the number of a set.
    present : ndarray of shape (n_rows, n_sets), dtype=bool
    covariances : ndarray of shape (n_components, n_sets, n_sets)

    Returns
    -------
    ndarray of shape (n_rows, n_components)
        0 for a row in which nothing is present.
    """
    total = np.zeros((present.shape[0], covariances.shape[0]))
    for pattern in np.unique(present, axis=0):
        rows, known = (present == pattern).all(axis=1), np.flatnonzero(pattern).tolist()
        inverse = np.linalg.pinv(covariances[:, known][:, :, known], hermitian=True)
        factors = np.einsum("kij,kj->ik", inverse, covariances[:, known].sum(axis=2))
        for factor, number in zip(factors, known, strict=True):
            total[rows] += factor * variates[number][rows]
    return total


def _largest(symmetric: np.ndarray, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest eigenvalues of a matrix that are above 0, falling, and their vectors."""
    size = len(symmetric)
    if size == 0:
        return np.empty(0), np.empty((0, 0))
    values, vectors = linalg.eigh(symmetric, subset_by_index=(max(0, size - rank), size - 1))
    kept = np.flatnonzero(values > max(TINY * values[-1], 0))[::-1]
    return values[kept], vectors[:, kept]


def _searched(X: Any, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Return about the largest eigenvalues of the Gram matrix of a centred set, and their vectors.

    References
    ----------
    Halko, N., Martinsson, P.-G. and Tropp, J. (2011). Finding structure with randomness. SIAM Review 53.
    """
    basis = np.random.default_rng(0).normal(size=(X.shape[0], rank + EXTRA))
    for _ in range(PASSES):
        basis, _ = linalg.qr(_gram_times(X, basis), mode="economic")
    energies, turned = _largest(basis.T @ _gram_times(X, basis), rank)
    return energies, basis @ turned


def _gram_times(X: Any, right: np.ndarray) -> np.ndarray:
    """Return the Gram matrix of a set, centred, times a matrix of shape (n_rows, n_columns)."""
    mean = _mean(X)
    out = np.empty(right.shape)
    for start in range(0, right.shape[1], COLUMNS):
        part = right[:, start : start + COLUMNS]
        inner = X.T @ part - np.outer(mean, part.sum(axis=0))
        out[:, start : start + COLUMNS] = X @ inner - mean @ inner
    return out


def _mean(X: Any) -> np.ndarray:
    return np.asarray(X.mean(axis=0), dtype=np.float64).ravel()
