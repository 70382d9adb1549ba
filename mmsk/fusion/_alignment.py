"""Kernel alignment: shares of kernels so that their sum looks as much as possible like the kernel of the answers.

Strategy: the shares of least squares between the mixture and the target kernel, none below 0. Two things differ from
the paper. The diagonals are left out: every kernel has them, and in a modality of many columns and few rows there is
little else, so that noise would be taken for signal. And shares shrink towards equal ones, by n / (n + 200) for n rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import nnls

__all__ = ["alignment_shares", "without_diagonal"]

HALFWAY = 200  # rows at which learned and equal shares count the same


def alignment_shares(grams: Sequence[np.ndarray], present: Sequence[np.ndarray], target: np.ndarray) -> np.ndarray:
    """Return the shares of some kernels.

    Parameters
    ----------
    grams : sequence of ndarray of shape (n_rows, n_rows)
        Of the training rows.
    present : sequence of ndarray of shape (n_rows,), dtype=bool
        Which rows each modality has.
    target : ndarray of shape (n_rows, n_outputs)
        One column for each class, 1 in its rows; or the numbers to predict.

    Returns
    -------
    ndarray of shape (n_kernels,)
        Summing to one; equal ones where no kernel has to do with the target.

    References
    ----------
    Cortes, C., Mohri, M. and Rostamizadeh, A. (2012). Algorithms for learning kernels based on centered alignment.
    Journal of Machine Learning Research 13. (Their `alignf`.)

    Song, L., Smola, A., Gretton, A., Bedo, J. and Borgwardt, K. (2012). Feature selection via dependence maximization.
    Journal of Machine Learning Research 13. (The estimate without diagonals.)

    Examples
    --------
    >>> import numpy as np
    >>> labels = np.repeat([0.0, 1.0], 100)[:, None]
    >>> noise = np.random.default_rng(0).normal(size=(200, 1))
    >>> grams = [labels @ labels.T, noise @ noise.T]
    >>> alignment_shares(grams, [np.ones(200, dtype=bool)] * 2, labels).round(2)
    array([0.75, 0.25])
    """
    count, n_rows = len(grams), len(target)
    equal = np.full(count, 1.0 / count)
    centred = [without_diagonal(one, there) for one, there in zip(grams, present, strict=True)]
    wanted = without_diagonal(target @ target.T, np.ones(n_rows, dtype=bool))
    likeness = np.array([float(np.vdot(one, wanted)) for one in centred])
    overlap = np.array([[float(np.vdot(one, other)) for other in centred] for one in centred])
    found = _nonnegative_solution(overlap, likeness)
    if not found.sum() > 0:
        return equal
    trust = n_rows / (n_rows + HALFWAY)
    return np.asarray(trust * found / found.sum() + (1 - trust) * equal)


def without_diagonal(gram: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Return a centred Gram matrix with a diagonal of 0, and 0 wherever a row is absent.

    Centred so that rows sum to zero and the inner product of two such matrices is, but for a factor, an unbiased
    estimate of that of the kernels.

    Examples
    --------
    >>> without_diagonal(np.ones((4, 4)), np.ones(4, dtype=bool)).any()
    np.False_
    """
    centred = np.zeros(gram.shape)
    n = int(present.sum())
    if n < 4:  # there is nothing to estimate
        return centred
    inner = gram[np.ix_(present, present)].copy()
    np.fill_diagonal(inner, 0.0)
    sums = inner.sum(axis=1)
    inner -= (sums[:, None] + sums) / (n - 2) - sums.sum() / ((n - 1) * (n - 2))
    np.fill_diagonal(inner, 0.0)
    centred[np.ix_(present, present)] = inner
    return centred


def _nonnegative_solution(overlap: np.ndarray, likeness: np.ndarray) -> np.ndarray:
    """Return the v >= 0 that minimises v' overlap v - 2 v' likeness; overlap may be singular, as copies make it."""
    values, vectors = np.linalg.eigh(overlap)
    roots = np.sqrt(np.maximum(values, 0.0))
    kept = roots > 1e-6 * max(roots.max(), np.finfo(float).tiny)
    vectors, roots = vectors[:, kept], roots[kept]
    if not len(roots):
        return np.zeros(len(likeness))
    return np.asarray(nnls((vectors * roots).T, vectors.T @ likeness / roots)[0])
