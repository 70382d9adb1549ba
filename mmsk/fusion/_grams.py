"""Gram matrices of blocks: one a modality, normalised so that modalities can be compared and mixed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.metrics.pairwise import euclidean_distances

from mmsk.fusion._blocks import held_rows
from mmsk.fusion._memo import memo
from mmsk.fusion._rows import drawn

__all__ = ["KernelForm", "fit_kernel", "gram", "linear_gram"]

CROWDED = 0.1  # a column with more entries than this share of its rows is multiplied as a dense one
FEW = 4  # rows for which taking the other matrix apart costs more than it saves


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
        For "rbf", gamma is 1 over the median squared distance of the present rows (of 1,000 of them, where there are
        more).
    """
    present = block[held_rows(block)]
    if present.shape[0] == 0:
        return KernelForm(kind, 1.0, 1.0)
    if kind == "linear":
        energy = float(_squares(present).mean())
        return KernelForm(kind, 0.0, 1.0 / energy if energy else 1.0)
    some = present[drawn(present.shape[0])]
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
    matrix: np.ndarray = memo.recall(key, lambda: _gram(left, right, form), anchors=(left, right))
    return matrix


def linear_gram(left: Any, right: Any) -> np.ndarray:
    """Return the inner products of the rows of two matrices.

    ``SVC(kernel=linear_gram)`` is the machine that ``SVC(kernel="linear")`` is. The latter multiplies the same rows
    anew for each pair of classes, one product at a time; this is one matrix product, many times faster on wide data.
    Of a sparse matrix in which some blocks are dense, the crowded columns are multiplied as a dense matrix.

    Where rows may have a sample weight of 0, `GramSVC` and `GramSVR` are to be preferred: scikit-learn's own, given a
    function as the kernel, then mistake other rows for their support vectors, and say nothing.

    Parameters
    ----------
    left : {ndarray, sparse array} of shape (n_left, n_features)
    right : {ndarray, sparse array} of shape (n_right, n_features)

    Returns
    -------
    ndarray of shape (n_left, n_right), dtype=float64

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import linear_gram
    >>> linear_gram(np.eye(2), np.array([[1.0, 2.0]]))
    array([[1.],
           [2.]])
    """
    same = left is right
    if not sparse.issparse(left) and not sparse.issparse(right):
        left = np.asarray(left, dtype=np.float64)
        return np.asarray(left @ (left if same else np.asarray(right, dtype=np.float64)).T)
    if left.shape[0] <= FEW and not same:
        few = left.toarray() if sparse.issparse(left) else np.asarray(left)
        return np.ascontiguousarray((sparse.csr_array(right, dtype=np.float64) @ few.T.astype(np.float64)).T)
    left = sparse.csc_array(left, dtype=np.float64)
    right = left if same else sparse.csc_array(right, dtype=np.float64)
    crowded = np.diff(right.indptr) > CROWDED * right.shape[0]
    dense_left = left[:, crowded].toarray()
    dense_right = dense_left if same else right[:, crowded].toarray()
    thin_left = left[:, ~crowded].tocsr()
    thin_right = thin_left if same else right[:, ~crowded].tocsr()
    return np.asarray(dense_left @ dense_right.T + (thin_left @ thin_right.T).toarray())


def _gram(left: Any, right: Any, form: KernelForm) -> np.ndarray:
    if form.kind == "linear":
        matrix = form.scale * linear_gram(left, right)
    else:
        squared = euclidean_distances(left.astype(np.float64), right.astype(np.float64), squared=True)
        matrix = form.scale * np.exp(-form.gamma * squared)
        matrix *= held_rows(left)[:, None] & held_rows(right)[None, :]
    matrix.flags.writeable = False
    return matrix


def _squares(block: Any) -> np.ndarray:
    """Return the squared norm of each row."""
    squares = block.multiply(block).sum(axis=1) if sparse.issparse(block) else np.square(block, dtype=np.float64).sum(1)
    return np.asarray(squares, dtype=np.float64).ravel()
