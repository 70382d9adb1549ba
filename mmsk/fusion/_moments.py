"""Means and standard deviations of columns with gaps, also of columns in which a few values are absurd.

Strategy: an absurd value, such as a price in the wrong currency or a code for "unknown", makes the deviation of its
column so large that all other values are next to the mean; to limit it afterwards does not bring them back. So where
a hundredth of a column or less, taken out again and again for lying more than 4 deviations off, leaves a column whose
deviation is less than a quarter, what is left is what counts. That is no matter of long tails: a lognormal column
loses more than a hundredth of its values, and less than half of its deviation.
"""

from __future__ import annotations

import numpy as np

__all__ = ["moments", "moments_of_most"]

FAR = 4.0  # deviations from the mean beyond which a value may be absurd; and times that the deviation has to shrink
SHARE = 0.01  # of a column's values that may be absurd, rounded up
PASSES = 20  # each finds what the one before hid


def moments(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of each column over its values, 0 and 1 where there are none.

    >>> moments(np.array([[1.0, 5.0], [3.0, 5.0], [np.nan, 5.0]]))
    (array([2., 5.]), array([1., 1.]))
    """
    known = ~np.isnan(X)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, X, 0).sum(axis=0, dtype=np.float64) / count
    centred = np.where(known, X - mean, 0)
    scale = np.sqrt((centred**2).sum(axis=0) / count)
    # a column of one value may have a deviation of rounding errors; dividing by it would make noise of nothing
    constant = scale <= 10 * np.finfo(X.dtype).eps * np.abs(mean)
    return mean, np.where(constant | (scale == 0), 1.0, scale)


def moments_of_most(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of each column over its values but for a few absurd ones.

    >>> column = np.array([0.0, 2.0] * 50 + [1e6])[:, None]
    >>> [one.round(1).tolist() for one in moments(column)], [one.tolist() for one in moments_of_most(column)]
    ([[9902.0], [99009.8]], [[1.0], [1.0]])
    """
    mean, scale = moments(X)
    kept, mean_of_kept, scale_of_kept = X, mean, scale
    for _ in range(PASSES):
        far = np.abs(kept - mean_of_kept) > FAR * scale_of_kept
        if not far.any():
            break
        kept = np.where(far, X.dtype.type(np.nan), kept)
        mean_of_kept, scale_of_kept = moments(kept)
    count = (~np.isnan(X)).sum(axis=0)
    lost = count - (~np.isnan(kept)).sum(axis=0)
    varies = (np.nan_to_num(np.abs(kept - mean_of_kept)) > 0).any(axis=0)
    absurd = varies & (lost > 0) & (lost <= np.ceil(SHARE * count)) & (FAR * scale_of_kept < scale)
    return np.where(absurd, mean_of_kept, mean), np.where(absurd, scale_of_kept, scale)
