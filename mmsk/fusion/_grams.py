"""Gram matrices of blocks: one a modality, normalised so that modalities can be compared and mixed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.metrics.pairwise import euclidean_distances

from mmsk.fusion._blocks import held_rows
from mmsk.fusion._memo import memo

__all__ = ["KernelForm", "fit_kernel", "gram"]

MEDIAN_ROWS = 1_000  # rows among which the median distance is taken


class KernelForm(NamedTuple):
    """A kernel of one modality as it was fitted.

    ``scale * <x, y>`` for "linear", ``scale * exp(-gamma * |x - y|^2)`` for "rbf"; 0 wherever a row is missing, since
    an absent modality is like nothing.
    """

    kind: str
    gamma: float
    scale: float


def fit_kernel(block: Any, kind: str) -> KernelForm:
    """Return the kernel whose Gram matrix has a mean diagonal of 1 over the present training rows.

    Parameters
    ----------
    block : {ndarray, sparse array} of shape (n_rows, n_features)
        The training rows of a modality.
    kind : {"linear", "rbf"}
        For "rbf", gamma is 1 over the median squared distance of the present rows (of at most 1,000 of them, evenly
        spaced).
    """
    present = block[held_rows(block)]
    if present.shape[0] == 0:
        return KernelForm(kind, 1.0, 1.0)
    if kind == "linear":
        energy = float(_squares(present).mean())
        return KernelForm(kind, 0.0, 1.0 / energy if energy else 1.0)
    some = present[np.linspace(0, present.shape[0] - 1, min(MEDIAN_ROWS, present.shape[0])).astype(int)]
    distances = euclidean_distances(some, squared=True)[np.triu_indices(some.shape[0], 1)]
    median = float(np.median(distances)) if distances.size else 0.0
    return KernelForm(kind, 1.0 / median if median else 1.0, 1.0)


def gram(left: Any, right: Any, form: KernelForm) -> np.ndarray:
    """Return the Gram matrix of two blocks of one modality.

    Parameters
    ----------
    left : {ndarray, sparse array} of shape (n_left, n_features)
    right : {ndarray, sparse array} of shape (n_right, n_features)
    form : KernelForm

    Returns
    -------
    ndarray of shape (n_left, n_right), dtype=float64
        Read-only: the memo may hand it out again.
    """
    key = ("gram", id(left), id(right), form)
    return memo.recall(key, lambda: _gram(left, right, form), anchors=(left, right))


def _gram(left: Any, right: Any, form: KernelForm) -> np.ndarray:
    left, right = _as_float64(left), _as_float64(right)
    if form.kind == "linear":
        product = left @ right.T
        matrix = form.scale * (product.toarray() if sparse.issparse(product) else product)
    else:
        matrix = form.scale * np.exp(-form.gamma * euclidean_distances(left, right, squared=True))
        matrix *= held_rows(left)[:, None] & held_rows(right)[None, :]
    matrix = np.ascontiguousarray(matrix)
    matrix.flags.writeable = False
    return matrix


def _as_float64(block: Any) -> Any:
    """Return a block in double precision, in which sums over thousands of features keep their digits."""
    return block.astype(np.float64)


def _squares(block: Any) -> np.ndarray:
    """Return the squared norm of each row."""
    squares = block.multiply(block).sum(axis=1) if sparse.issparse(block) else np.square(block, dtype=np.float64).sum(1)
    return np.asarray(squares, dtype=np.float64).ravel()
