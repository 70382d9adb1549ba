"""Exact Shapley values and interaction indices of a few players, from the worth of every coalition.

Strategy: with at most eight modalities nothing has to be sampled. A coalition is a bit mask, bit m for player m, and a
game is an array whose first axis runs over the masks; the other axes (folds, rows) are games of their own.
"""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np

__all__ = ["MAX_PLAYERS", "members", "shapley_interactions", "shapley_values"]

MAX_PLAYERS = 8  # 256 coalitions


def members(mask: int, n_players: int) -> list[int]:
    """Return the players of a coalition.

    >>> members(0b101, 3)
    [0, 2]
    """
    return [player for player in range(n_players) if mask >> player & 1]


def shapley_values(worth: np.ndarray) -> np.ndarray:
    """Return each player's Shapley value: what it adds to a coalition, the mean over all orders of joining.

    Parameters
    ----------
    worth : ndarray of shape (2**n_players, ...)
        Worth of each coalition, the empty one first.

    Returns
    -------
    ndarray of shape (n_players, ...)
        They sum to the worth of all players less that of none.

    References
    ----------
    Shapley, L. S. (1953). A value for n-person games. Contributions to the Theory of Games 2.

    Examples
    --------
    >>> shapley_values(np.array([0.0, 1.0, 0.0, 3.0]))
    array([2., 1.])
    """
    worth, n_players = _checked(worth)
    masks = np.arange(len(worth))
    values = []
    for player in range(n_players):
        without = masks[masks >> player & 1 == 0]
        gained = worth[without | 1 << player] - worth[without]
        values.append(_mean_over_orders(gained, without, n_players - 1))
    return np.array(values)


def shapley_interactions(worth: np.ndarray) -> dict[tuple[int, int], np.ndarray]:
    """Return the Shapley interaction index of each pair of players.

    What two players add together beyond what each of them adds, averaged over the coalitions of the others: positive =
    they help each other, negative = they replace each other or are in conflict.

    Parameters
    ----------
    worth : ndarray of shape (2**n_players, ...)
        Worth of each coalition, the empty one first.

    Returns
    -------
    dict of (int, int) to ndarray of shape (...)

    References
    ----------
    Grabisch, M. and Roubens, M. (1999). An axiomatic approach to the concept of interaction among players in
    cooperative games. International Journal of Game Theory 28.

    Examples
    --------
    >>> either, both = np.array([0.0, 1.0, 1.0, 1.0]), np.array([0.0, 0.0, 0.0, 1.0])
    >>> float(shapley_interactions(either)[0, 1]), float(shapley_interactions(both)[0, 1])
    (-1.0, 1.0)
    """
    worth, n_players = _checked(worth)
    masks = np.arange(len(worth))
    found = {}
    for one, other in combinations(range(n_players), 2):
        first, second = 1 << one, 1 << other
        rest = masks[masks & (first | second) == 0]
        gained = worth[rest | first | second] - worth[rest | first] - worth[rest | second] + worth[rest]
        found[one, other] = _mean_over_orders(gained, rest, n_players - 2)
    return found


def _mean_over_orders(gained: np.ndarray, coalitions: np.ndarray, n_others: int) -> np.ndarray:
    """Return the mean of what was gained: over the sizes of the coalitions, and within a size over the coalitions."""
    sizes = [int(mask).bit_count() for mask in coalitions]
    weights = np.array([1 / ((n_others + 1) * comb(n_others, size)) for size in sizes])
    return np.tensordot(weights, gained, axes=1)


def _checked(worth: np.ndarray) -> tuple[np.ndarray, int]:
    worth = np.asarray(worth, dtype=np.float64)
    n_players = len(worth).bit_length() - 1
    if len(worth) != 1 << n_players:
        raise ValueError(f"a game of n players has 2**n coalitions, got {len(worth)}")
    return worth, n_players
