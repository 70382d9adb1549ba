"""Shares: what each modality counts for, given by hand, equal, or learned and shrunk towards equal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import softmax

__all__ = ["PULL", "checked_shares", "learn_shares", "per_modality", "refuse_unknown", "shared_out"]

#: Strength of the pull towards given or equal shares, for all that is learned of shares: with 80 rows a gate then loses
#: at most a point to fixed shares that could not be better, with 400 it wins.
PULL = 30.0


def checked_shares(given: Mapping[str, float] | None, names: Sequence[str]) -> dict[str, float]:
    """Return a share for each modality: equal ones for None, 0 for those that a dict leaves out.

    Raises
    ------
    ValueError
        For unknown names, negative shares, and shares that are all 0.
    """
    if given is None:
        return dict.fromkeys(names, 1.0 / len(names))
    refuse_unknown(given, names, "weights")
    shares = {name: float(given.get(name, 0.0)) for name in names}
    if min(shares.values()) < 0 or not 0 < sum(shares.values()) < np.inf:
        raise ValueError(f"weights have to be at least 0 and not all 0, got {dict(given)}")
    return shares


def per_modality(given: Any, names: Sequence[str], parameter: str, default: Any, known: set[Any]) -> dict[str, Any]:
    """Return a value for each modality from one value, or from a dict of some."""
    values = dict(given) if isinstance(given, Mapping) else dict.fromkeys(names, given)
    refuse_unknown(values, names, parameter)
    if wrong := set(values.values()) - known:
        raise ValueError(f"{parameter} has to be one of {', '.join(sorted(known))}, got {wrong}")
    return {name: values.get(name, default) for name in names}


def refuse_unknown(given: Mapping[str, Any], names: Sequence[str], parameter: str) -> None:
    """Raise a ValueError if a dict names a modality that is not there."""
    if unknown := set(given) - set(names):
        raise ValueError(f"{parameter} for unknown branches {sorted(unknown)}; there are {list(names)}")


def shared_out(shares: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Return the shares of each row, those of its absent modalities shared out among the present ones.

    Parameters
    ----------
    shares : ndarray of shape (n_modalities,)
    present : ndarray of shape (n_modalities, n_rows), dtype=bool

    Returns
    -------
    ndarray of shape (n_modalities, n_rows)
        Columns that sum to one, or to zero where nothing of a share above 0 is present.

    Examples
    --------
    >>> import numpy as np
    >>> shared_out(np.array([0.5, 0.3, 0.2]), np.array([[True, False], [False, False], [True, False]])).round(2)
    array([[0.71, 0.  ],
           [0.  , 0.  ],
           [0.29, 0.  ]])
    """
    held = shares[:, None] * present
    total = held.sum(axis=0)
    return np.asarray(held / np.where(total > 0, total, 1.0))


def learn_shares(loss: Callable[[np.ndarray], float], count: int) -> np.ndarray:
    """Return the shares of least loss, shrunk towards equal ones.

    The shares are ``softmax(b)`` and minimise ``loss + PULL / 2 * |b|^2``. A loss that is a sum over rows grows with
    them while the penalty does not: with few rows the shares stay about equal, with many the rows decide.

    Parameters
    ----------
    loss : callable
        Takes shares of shape (count,), returns a negative log-likelihood, summed over the rows.
    count : int
        How many shares.

    Returns
    -------
    ndarray of shape (count,)

    Examples
    --------
    >>> from functools import partial
    >>> cross_entropy = lambda n_rows, shares: -n_rows * (0.9 * np.log(shares[0]) + 0.1 * np.log(shares[1]))
    >>> learn_shares(partial(cross_entropy, 4), 2).round(1), learn_shares(partial(cross_entropy, 4000), 2).round(1)
    (array([0.5, 0.5]), array([0.9, 0.1]))
    """
    found = minimize(lambda b: loss(softmax(b)) + PULL / 2 * float(b @ b), np.zeros(count), method="L-BFGS-B")
    return np.asarray(softmax(found.x))
