"""Variance components: shares of kernels that explain the answers together, and whether they do it better.

Strategy: alignment asks of each kernel how much it looks like that of the answers. It is quick, steady, and blind to
two things: a modality that tells something only beside another one, as what was before does of a change, and how much
of a modality is noise. The answers' covariance as a sum of kernels and noise knows of both, but with few rows it is
less steady. So both are asked, and their mean; alignment stays unless predictions of left out rows say otherwise by
more than a standard error.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmsk.fusion._alignment import trust
from mmsk.fusion._rows import drawn
from mmsk.fusion._shares import shared_out

__all__ = ["component_shares", "judged_shares"]

ROWS = 600  # that are looked at: each step inverts a matrix of so many
STEPS = 10  # from the start; more would follow noise where rows are few
RIDGES = np.geomspace(0.05, 4, 7)  # of which the best is taken, in units of a kernel's diagonal
TINY = 1e-12


def component_shares(grams: Sequence[np.ndarray], target: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Return the shares of kernels in the covariance of the answers, likelier by some steps than those at the start.

    Parameters
    ----------
    grams : sequence of ndarray of shape (n_rows, n_rows)
    target : ndarray of shape (n_rows, n_outputs)
        One column for each class, 1 in its rows; or the numbers to predict. Not constant.
    start : ndarray of shape (n_kernels,)
        Positive, summing to one. Copies of a kernel that start as its parts stay so.

    Returns
    -------
    ndarray of shape (n_kernels,)
        Summing to one; shrunk towards those at the start, by n / (n + 50) for n rows.

    References
    ----------
    Zhou, H., Hu, L., Zhou, J. and Lange, K. (2019). MM algorithms for variance components models. Journal of
    Computational and Graphical Statistics 28.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> before, change = rng.normal(size=(2, 300, 1))
    >>> grams = [block @ block.T for block in (before, before + change, rng.normal(size=(300, 1)))]
    >>> component_shares(grams, change, np.full(3, 1 / 3)).round(1)
    array([0.3, 0.6, 0. ])
    """
    n_rows = len(target)
    kernels = [_centred(gram) for gram in grams]
    kernels = [kernel / max(np.trace(kernel) / n_rows, TINY) for kernel in kernels]
    answers = target - target.mean(axis=0)
    n_outputs = max(1, np.linalg.matrix_rank(answers))
    answers = answers / np.sqrt(np.square(answers).sum() / n_rows / n_outputs)
    shares, noise = start / 2, 0.5
    for _ in range(STEPS):
        inverse = np.linalg.inv(np.tensordot(shares, kernels, 1) + noise * np.eye(n_rows))
        told = inverse @ answers
        wanted = np.array([max(0.0, float(np.vdot(told, kernel @ told))) for kernel in kernels]) / n_outputs
        there = np.array([max(TINY, float(np.vdot(inverse, kernel))) for kernel in kernels])
        shares = np.maximum(shares * np.sqrt(wanted / there), TINY)
        noise = max(TINY, noise * float(np.sqrt(np.vdot(told, told) / n_outputs / np.trace(inverse))))
    believed = trust(n_rows)
    return np.asarray(believed * shares / shares.sum() + (1 - believed) * start)


def judged_shares(
    aligned: np.ndarray,
    grams: Sequence[np.ndarray],
    target: np.ndarray,
    count: np.ndarray,
    present: Sequence[np.ndarray] | None = None,
) -> np.ndarray:
    """Return the shares that predict left out rows best: some that are given, variance components, or their mean.

    Parameters
    ----------
    aligned : ndarray of shape (n_kernels,)
        Shares that stay unless others are better by a standard error.
    grams : sequence of ndarray of shape (n_rows, n_rows)
    target : ndarray of shape (n_rows, n_outputs)
    count : ndarray of shape (n_kernels,)
        How many times what each says is said.
    present : sequence of ndarray of shape (n_rows,), dtype=bool; default=None
        Which rows have each modality, where the shares of absent ones are shared out among the others.

    Returns
    -------
    ndarray of shape (n_kernels,)
        With the sum of the given ones.
    """
    rows = drawn(len(target), ROWS)
    target = target[rows]
    if len(grams) < 2 or len(rows) < 4 or not np.isfinite(target).all() or not np.ptp(target, axis=0).any():
        return aligned
    grams = [gram[np.ix_(rows, rows)] for gram in grams]
    there = None if present is None else np.array([one[rows] for one in present])
    given = aligned / aligned.sum()
    components = component_shares(grams, target, (1 / count) / (1 / count).sum())
    candidates = [given, (given + components) / 2, components]
    errors = np.array([_left_out_errors(_mixed(shares, grams, there), target) for shares in candidates])
    # all under the ridge that is best for the given shares: otherwise a kernel of noise may win, by being a ridge
    errors = errors[:, errors[0].mean(axis=1).argmin()]
    best = int(errors.mean(axis=1).argmin())
    gain = errors[0] - errors[best]
    better = gain.mean() > gain.std() / np.sqrt(len(gain))
    return np.asarray(aligned.sum() * candidates[best] if better else aligned)


def _mixed(shares: np.ndarray, grams: Sequence[np.ndarray], present: np.ndarray | None) -> np.ndarray:
    """Return the sum of kernels between rows of unit length."""
    if present is None:
        return np.asarray(np.tensordot(shares, grams, 1))
    roots = np.sqrt(shared_out(shares, present))
    return np.asarray(sum(gram * np.outer(root, root) for gram, root in zip(grams, roots, strict=True)))


def _left_out_errors(kernel: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the squared errors of ridge regressions on all rows but one, of shape (n_ridges, n_rows)."""
    values, vectors = np.linalg.eigh(_centred(kernel))
    told = vectors.T @ (target - target.mean(axis=0))
    errors = []
    for ridge in RIDGES:
        kept = 1 / (np.maximum(values, 0.0) + ridge)
        residuals = (vectors @ (kept[:, None] * told)) / (np.square(vectors) @ kept)[:, None]
        errors.append(np.square(residuals).sum(axis=1))
    return np.array(errors)


def _centred(gram: np.ndarray) -> np.ndarray:
    means = gram.mean(axis=0)
    return np.asarray(gram - means - means[:, None] + means.mean())
