"""How well two sides of the same rows find each other: recall, reciprocal rank, average precision, and chance.

Strategy: equally similar rows, as two pictures with the same caption make them, have no order. What is measured is the
mean over all their orders (McSherry and Najork 2008, Computing information retrieval performance measures efficiently
in the presence of tied scores), so that a space that tells nothing apart is exactly as good as chance.
"""

from __future__ import annotations

import numpy as np
from scipy.special import digamma

from mmsk.retrieval._ranking import average_precision, places

__all__ = ["measures"]


def measures(queries: np.ndarray, indexed: np.ndarray, labels: np.ndarray | None, k: int) -> dict[str, float]:
    """Return n, recall, chance, times_chance, mrr, median_rank, and with labels map and map_chance.

    Parameters
    ----------
    queries, indexed : ndarray of shape (n_rows, n_components)
        The same rows, seen from two sides; of unit length, or zeros where a side is missing. One has both at least.
    labels : ndarray of shape (n_rows,) or None
    k : int
        Results that recall looks at.

    Examples
    --------
    >>> found = measures(np.eye(4), np.eye(4), None, k=1)
    >>> found["recall"], found["times_chance"]
    (1.0, 4.0)
    """
    both = queries.any(axis=1) & indexed.any(axis=1)
    n = int(both.sum())
    queries, indexed = queries[both], indexed[both]
    before, equal = places(queries, indexed)
    recall, chance = float(np.clip((k - before) / equal, 0, 1).mean()), min(1.0, k / n)
    reciprocal = (digamma(before + equal + 1) - digamma(before + 1)) / equal  # the mean of 1 / rank over equal rows
    rank = before + (equal + 1) / 2
    found = {"n": n, "recall": recall, "chance": chance, "times_chance": recall / chance}
    found |= {"mrr": float(reciprocal.mean()), "median_rank": float(np.median(rank))}
    if labels is None:
        return found
    numbers = np.unique(labels[both], return_inverse=True)[1]
    precision = float(average_precision(queries, indexed, numbers).mean())
    return found | {"map": precision, "map_chance": _chance(np.bincount(numbers))}


def _chance(sizes: np.ndarray) -> float:
    """Return the mean average precision of rows in a random order, from how many have each label.

    That is more than the share of right rows: of one right row among n it is the mean of 1 / rank.
    """
    n = int(sizes.sum())
    others = (sizes - 1) / max(n - 1, 1)  # the share of right rows among those before a right one
    expected = others + (1 - others) * (digamma(n + 1) - digamma(1)) / n
    return float(sizes @ expected) / n
