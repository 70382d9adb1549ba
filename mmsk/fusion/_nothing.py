"""What a row gets in which nothing is present: not a machine's intercept, but what is known of such rows."""

from __future__ import annotations

from itertools import combinations

import numpy as np

__all__ = ["decision_of_prior", "prior_of_nothing"]


def prior_of_nothing(
    y: np.ndarray, classes: np.ndarray, empty: np.ndarray, sample_weight: np.ndarray | None
) -> np.ndarray:
    """Return the shares of the classes among empty rows, drawn towards those among all as if by one row more.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)
    classes : ndarray of shape (n_classes,)
    empty : ndarray of shape (n_rows,), dtype=bool
    sample_weight : ndarray of shape (n_rows,) or None

    Returns
    -------
    ndarray of shape (n_classes,)

    Examples
    --------
    >>> import numpy as np
    >>> y, classes = np.array(["a", "a", "a", "b"]), np.array(["a", "b"])
    >>> prior_of_nothing(y, classes, np.zeros(4, dtype=bool), None)
    array([0.75, 0.25])
    >>> prior_of_nothing(y, classes, y == "b", None)
    array([0.375, 0.625])
    """
    weights = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    is_class = classes[:, None] == y
    counts = is_class @ (weights * empty) + is_class @ weights / weights.sum()
    return np.asarray(counts / counts.sum())


def decision_of_prior(prior: np.ndarray, shape: str = "ovr") -> np.ndarray:
    """Return a row of decision values in the order, the shape and on the scale of SVC's, so that they can be compared.

    Of a pair of classes it is the logarithm of the ratio of their shares. With "ovr" more than two classes get what SVC
    makes of its pairs: a class has a vote for each that it beats, and up to a third for how clearly it does.

    >>> decision_of_prior(np.array([0.5, 0.5])), decision_of_prior(np.array([0.5, 0.25, 0.25]), "ovo").round(2)
    (array([0.]), array([0.69, 0.69, 0.  ]))
    >>> decision_of_prior(np.array([0.5, 0.25, 0.25])).round(2)
    array([ 2.19,  0.86, -0.14])
    """
    logs, count = np.log(prior), len(prior)
    if count == 2:
        return np.array([logs[1] - logs[0]])
    pairs = [(one, other, logs[one] - logs[other]) for one, other in combinations(range(count), 2)]
    if shape == "ovo":
        return np.array([ratio for _, _, ratio in pairs])
    votes = np.bincount([one if ratio >= 0 else other for one, other, ratio in pairs], minlength=count)
    clearness = count * logs - logs.sum()
    return np.asarray(votes + clearness / (3 * (np.abs(clearness) + 1)))
