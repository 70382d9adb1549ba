"""Kernel alignment: how kernels have to be weighed to look as much as possible like the kernel of the answers.

Strategy: least squares between the mixture and the target kernel, nothing below 0; over all modalities at once
(`alignment_shares`), or for each block on its own (`alignment`), where what blocks have in common is counted afterwards
(`repetitions`). Three things differ from the paper. Rows are compared by their angle alone, so that a few broken items
far from all others do not decide. The diagonals are left out: every kernel has them, and in a modality of many columns
and few rows there is little else, so that noise would be taken for signal. And what is learned shrinks towards equal
shares, by n / (n + 50) for n rows (`trust`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import nnls
from sklearn.utils.multiclass import type_of_target

from mmsk.fusion._grams import linear_gram
from mmsk.fusion._rows import drawn, refuse_missing

__all__ = ["alignment", "alignment_shares", "as_target", "of_classes", "repetitions", "trust", "without_diagonal"]

HALFWAY = 50  # rows at which learned and equal shares count the same
CHANCE = 2  # standard deviations up to which likeness to the answers is taken for chance
ROWS_A_CLASS = 5  # whole numbers with fewer rows each than this are taken for measurements, not for classes


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
    array([0.9, 0.1])
    """
    count, n_rows = len(grams), len(target)
    equal = np.full(count, 1.0 / count)
    centred = [without_diagonal(_angles(one), there) for one, there in zip(grams, present, strict=True)]
    wanted = without_diagonal(target @ target.T, np.ones(n_rows, dtype=bool))
    likeness = np.array([float(np.vdot(one, wanted)) for one in centred])
    overlap = np.array([[float(np.vdot(one, other)) for other in centred] for one in centred])
    found = _nonnegative_solution(overlap, likeness)
    if not found.sum() > 0:
        return equal
    return np.asarray(trust(n_rows) * found / found.sum() + (1 - trust(n_rows)) * equal)


def trust(n_rows: Any) -> Any:
    """Return how far something learned from so many rows is believed, 0 to 1; the rest is left equal."""
    return n_rows / (n_rows + HALFWAY)


def alignment(block: Any, y: Any, kind: str = "auto") -> float:
    """Return how strongly the kernel of a block speaks for the kernel of the answers, 0 to about 1.

    The slope of the target's kernel over the block's (both centred and with a diagonal of about one) is 1 for a block
    that is the answer, 0 for noise. It is shrunk towards 0 by how far it could be chance, as in the positive part of
    James and Stein's rule: nothing is left of what is within two of the deviations that permuted answers would give.

    Parameters
    ----------
    block : {ndarray, sparse array} of shape (n_rows, n_features)
        The present rows.
    y : ndarray of shape (n_rows,) or (n_rows, n_outputs)
        Labels, or the numbers to predict.
    kind : {"auto", "classes", "numbers"}, default="auto"
        Which of these, see `of_classes`.

    Returns
    -------
    float
        1 where there is nothing to learn from: fewer than four rows, or equal answers.

    Examples
    --------
    >>> import numpy as np
    >>> labels = np.repeat([-1, 1], 300)
    >>> noise = np.random.default_rng(0).normal(size=(600, 1))
    >>> [round(alignment(block, labels), 2) for block in (labels[:, None].astype(float), noise)]
    [1.0, 0.0]
    """
    n_rows = block.shape[0]
    if n_rows < 4:
        return 1.0
    rows = drawn(n_rows)
    everyone = np.ones(len(rows), dtype=bool)
    some, target = block[rows], as_target(y, kind, rows)
    target = target - target.mean(axis=0)
    energy = float((target**2).sum(axis=1).mean())
    if not energy > 0 or not np.isfinite(energy):
        return 1.0
    gram = without_diagonal(_angles(linear_gram(some, some)), everyone)
    wanted = without_diagonal(target @ target.T / energy, everyone)
    overlap, likeness = float(np.vdot(gram, gram)), float(np.vdot(gram, wanted))
    if overlap <= 0 or likeness <= 0:
        return 0.0
    variance = 2 * overlap * float(np.vdot(wanted, wanted)) / (len(rows) * (len(rows) - 1))
    return likeness / overlap * max(0.0, 1 - CHANCE**2 * variance / likeness**2)


def repetitions(grams: Sequence[np.ndarray], present: Sequence[np.ndarray], target: np.ndarray) -> np.ndarray:
    """Return how many times what each kernel says is said: 1 plus its squared correlations with the other kernels.

    What counts is the correlation that the answers do not explain. Modalities that tell of the same answers, each in
    its own way, agree as far as the answers go, and are wanted both; copies agree beyond that.

    Parameters
    ----------
    grams, present, target
        As in `alignment_shares`.

    Returns
    -------
    ndarray of shape (n_kernels,)
        1 to n_kernels.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> one, other, target = rng.normal(size=(200, 5)), rng.normal(size=(200, 5)), np.eye(2)[np.arange(200) % 2]
    >>> repetitions([block @ block.T for block in (one, other, one)], [np.ones(200, dtype=bool)] * 3, target).round(1)
    array([2., 1., 2.])
    """
    answers = without_diagonal(target @ target.T, np.ones(len(target), dtype=bool))
    left = [_beyond(gram, there, answers) for gram, there in zip(grams, present, strict=True)]
    alike = np.array([[max(0.0, float(np.vdot(one, other))) for other in left] for one in left])
    np.fill_diagonal(alike, 1.0)
    return np.asarray((alike**2).sum(axis=1))


def _beyond(gram: np.ndarray, there: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Return a kernel without what is proportional to that of the answers, of norm 1, or 0."""
    kernel = without_diagonal(_angles(gram), there)
    answers = np.where(np.outer(there, there), answers, 0.0)
    energy = float(np.vdot(answers, answers))
    if energy > 0:
        kernel -= float(np.vdot(kernel, answers)) / energy * answers
    norm = np.linalg.norm(kernel)
    return kernel / norm if norm > 0 else kernel


def as_target(y: Any, kind: str, rows: np.ndarray) -> np.ndarray:
    """Return a column for each class, 1 in its rows, or the numbers to predict as columns of floats; of some rows."""
    y = np.asarray(y)
    if y.ndim > 1:
        return np.hstack([as_target(column, kind, rows) for column in y.T])
    refuse_missing(y)
    if of_classes(y, kind):
        return np.asarray(y[rows, None] == np.unique(y[rows]), dtype=np.float64)
    return np.asarray(y[rows, None], dtype=np.float64)


def of_classes(y: Any, kind: str = "auto") -> bool:
    """Return whether answers are classes: what is said, or labels, or whole numbers that come five times in the mean.

    >>> of_classes(["a", "b", "b"]), of_classes([0, 1] * 5), of_classes([3, 1, 4, 15, 9]), of_classes([0.5, 1.5] * 5)
    (True, True, False, False)
    """
    y = np.asarray(y)
    if y.ndim > 1:
        return all(of_classes(column, kind) for column in y.T)
    if kind == "numbers":
        return False
    few = kind == "classes" or y.dtype.kind not in "iuf" or len(np.unique(y)) * ROWS_A_CLASS <= len(y)
    return few and type_of_target(y) in ("binary", "multiclass")


def _angles(gram: np.ndarray) -> np.ndarray:
    """Return the cosines of the angles between the rows; 0 for rows of zeros, or next to them."""
    lengths = np.sqrt(np.maximum(np.diagonal(gram), 0.0))
    lengths = np.where(lengths > np.finfo(float).eps * lengths.max(initial=0.0), lengths, 1.0)
    return np.asarray(gram / lengths[:, None] / lengths)


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
