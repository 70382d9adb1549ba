"""How well two sides of the same rows find each other: recall, reciprocal rank, average precision, and chance."""

from __future__ import annotations

import numpy as np

from mmsk.retrieval._ranking import average_precision, true_ranks

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
    ranks = true_ranks(queries, indexed)
    recall, chance = float((ranks <= k).mean()), min(1.0, k / n)
    found = {"n": n, "recall": recall, "chance": chance, "times_chance": recall / chance}
    found |= {"mrr": float((1 / ranks).mean()), "median_rank": float(np.median(ranks))}
    if labels is None:
        return found
    numbers = np.unique(labels[both], return_inverse=True)[1]
    by_chance = float((np.bincount(numbers) ** 2).sum()) / n**2
    return found | {"map": float(average_precision(queries, indexed, numbers).mean()), "map_chance": by_chance}
