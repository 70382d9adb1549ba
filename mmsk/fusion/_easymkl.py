"""EasyMKL: shares of kernels by how far each of them keeps the classes apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.svm import SVC

__all__ = ["closest_points", "easymkl_shares"]

#: lambda: from 0, the distance of the hulls of two classes, to 1, the distance of their means. What keeps hulls alone
#: apart best is noise in many dimensions.
BALANCE = 0.5
HARD = 1e6  # C: the ridge of the kernel softens the margin, nothing else does


def easymkl_shares(grams: Sequence[np.ndarray], codes: np.ndarray) -> np.ndarray:
    """Return the shares of some kernels, the mean over the classes against the rest of them.

    A kernel's share is in proportion to g' Y K Y g, its part in the squared distance between two points, one of each
    side, that stand for the classes (see `closest_points`); a kernel of noise has them close to each other.

    Parameters
    ----------
    grams : sequence of ndarray of shape (n_rows, n_rows)
        Of the training rows, of comparable scale.
    codes : ndarray of shape (n_rows,)
        The classes.

    Returns
    -------
    ndarray of shape (n_kernels,)
        Summing to one.

    References
    ----------
    Aiolli, F. and Donini, M. (2015). EasyMKL: a scalable multiple kernel learning algorithm. Neurocomputing 169.

    Examples
    --------
    >>> import numpy as np
    >>> sides = np.array([[-1.0], [-1.0], [1.0], [1.0]])
    >>> other = np.array([[-1.0], [1.0], [-1.0], [1.0]])
    >>> easymkl_shares([sides @ sides.T, other @ other.T], np.array([0, 0, 1, 1])).round(2)
    array([1., 0.])
    """
    mixed = np.mean(grams, axis=0)
    classes = np.unique(codes)
    total = np.zeros(len(grams))
    for one in classes if len(classes) > 2 else classes[:1]:
        signed = closest_points(mixed, codes == one)
        total += [float(signed @ gram @ signed) for gram in grams]
    total = np.maximum(total, 0.0)
    return np.asarray(total / total.sum() if total.sum() > 0 else np.full(len(grams), 1.0 / len(grams)))


def closest_points(gram: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Return the weights of the rows that make two points as close as they get, one of each class.

    They minimise ``(1 - BALANCE) * |p - q|^2 + BALANCE * |weights|^2``, where p and q are means of the rows of each
    class under weights that are at least 0 and sum to one. That is the dual of a hard-margin support vector machine
    with a ridge on its kernel, divided by half the sum of its coefficients.

    Parameters
    ----------
    gram : ndarray of shape (n_rows, n_rows)
    inside : ndarray of shape (n_rows,), dtype=bool
        Which rows are of the one class; there must be some of both.

    Returns
    -------
    ndarray of shape (n_rows,)
        At least 0 inside, where they sum to 1; at most 0 outside, where they sum to -1.
    """
    ridged = (1 - BALANCE) * gram + BALANCE * np.eye(len(gram))
    machine = SVC(kernel="precomputed", C=HARD, tol=1e-4).fit(ridged, inside)
    signed = np.zeros(len(gram))
    signed[machine.support_] = machine.dual_coef_[0]
    return np.asarray(signed / (np.abs(signed).sum() / 2))
