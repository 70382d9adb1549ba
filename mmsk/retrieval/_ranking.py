"""Ranking by cosine similarity, and how good a ranking is; in chunks, so that no square matrix is ever held."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

__all__ = ["Hits", "average_precision", "best_rows", "places", "unit_rows"]

CHUNK_BYTES = 64 * 2**20  # of similarities that are held at a time
ROUNDING = 1e-9  # by which the cosines of two pairs of the same rows may differ

Hits = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def unit_rows(Z: np.ndarray) -> np.ndarray:
    """Return rows of unit length; rows of zeros, which have no direction, as they are.

    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]]))
    array([[0.6, 0.8],
           [0. , 0. ]])
    """
    lengths = np.linalg.norm(Z, axis=1, keepdims=True)
    return np.asarray(Z / np.where(lengths > 0, lengths, 1.0))


def best_rows(queries: np.ndarray, indexed: np.ndarray, n_results: int, theta: float | None) -> Hits:
    """Return the most similar rows of each query, best first.

    Parameters
    ----------
    queries : ndarray of shape (n_queries, n_components)
        Of unit length, or zeros: then without results.
    indexed : ndarray of shape (n_rows, n_components)
        Of unit length, or zeros: then never a result.
    n_results : int
        Results a query, at most.
    theta : float or None
        Similarity that a result has to exceed.

    Returns
    -------
    query, rank, row, score : ndarray of shape (n_hits,)
        Positions, ranks from 1, and cosines. Of equally similar rows the first comes first.
    """
    there = indexed.any(axis=1)
    found: list[Hits] = []
    for start, similar in _similarities(queries, indexed):
        similar[:, ~there] = -np.inf
        similar[~queries[start : start + len(similar)].any(axis=1)] = -np.inf
        last = max(0, len(indexed) - n_results)
        least = np.partition(similar, last, axis=1)[:, last] if len(indexed) else np.empty(len(similar))
        hits = (similar >= least[:, None]) & (similar > (-np.inf if theta is None else theta))
        query, row = np.nonzero(hits)
        score = similar[query, row]
        order = np.lexsort((row, -score, query))
        query, row, score = query[order], row[order], score[order]
        rank = np.arange(len(query)) - np.searchsorted(query, query) + 1
        kept = rank <= n_results
        found.append((query[kept] + start, rank[kept], row[kept], score[kept]))
    if not found:
        return np.empty(0, int), np.empty(0, int), np.empty(0, int), np.empty(0)
    query, rank, row, score = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return query, rank, row, score


def places(queries: np.ndarray, indexed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return, for the row of the same number as each query, how many rows are more similar, and how many equally.

    The row itself is one of the latter. Similarities that differ by rounding only are equal.

    >>> before, equal = places(np.eye(2), np.array([[1.0, 0.0], [1.0, 0.0]]))
    >>> before, equal
    (array([0, 0]), array([2, 2]))
    """
    before, equal = np.empty((2, len(queries)), dtype=int)
    for start, similar in _similarities(queries, indexed):
        own = similar[np.arange(len(similar)), np.arange(start, start + len(similar))][:, None]
        chunk = slice(start, start + len(similar))
        before[chunk] = (similar > own + ROUNDING).sum(axis=1)
        equal[chunk] = (similar >= own - ROUNDING).sum(axis=1) - before[chunk]
    return before, equal


def average_precision(queries: np.ndarray, indexed: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return each query's average precision, where the rows of its own label are the right ones.

    Of equally similar rows each order counts alike: it is the mean over all of them. Similarities that differ by
    rounding only are equal.

    Parameters
    ----------
    queries, indexed : ndarray of shape (n_rows, n_components)
        The same rows, seen from two sides.
    labels : ndarray of shape (n_rows,)

    Examples
    --------
    >>> same = np.ones((2, 1))  # the own row comes first or second
    >>> average_precision(same, same, np.array(["a", "b"]))
    array([0.75, 0.75])
    """
    precision = np.empty(len(queries))
    for start, similar in _similarities(queries, indexed):
        order = np.argsort(-similar, axis=1)
        right = labels[order] == labels[start : start + len(similar), None]
        fallen = np.diff(np.take_along_axis(similar, order, axis=1), axis=1) < -ROUNDING
        precision[start : start + len(similar)] = _mean_precision(right, np.insert(fallen, 0, True, axis=1))
    return precision


def _mean_precision(right: np.ndarray, opens: np.ndarray) -> np.ndarray:
    """Return the average precision of rankings, the mean over the orders within groups of equal rows.

    At the place p (from 1) a group of n rows, r of them right, has a right one in the share r / n of its orders. These
    have on average (i - 1) * q other right ones of the group before it, where i is the place within the group, and
    q = (r - 1) / (n - 1); and all b that are right in groups before. The sum of (b + 1 + (i - 1) * q) / p over the
    group is what a sum of 1 / p gives.

    Parameters
    ----------
    right, opens : ndarray of shape (n_queries, n_rows), dtype=bool
        Best rows first: which are right, and which are the first of a group.
    """
    length = right.shape[1]
    first = np.flatnonzero(opens)
    size = np.diff(first, append=right.size)
    n_right = np.add.reduceat(right.ravel(), first, dtype=float)
    before = np.cumsum(right, axis=1).ravel()[first] - right.ravel()[first]
    reciprocal = np.add.reduceat(np.tile(1 / np.arange(1, length + 1), len(right)), first)
    query, ahead = np.divmod(first, length)
    q = (n_right - 1) / np.maximum(size - 1, 1)
    found = n_right / size * ((before + 1 - (ahead + 1) * q) * reciprocal + size * q)
    return np.asarray(np.bincount(query, weights=found) / right.sum(axis=1))


def _similarities(queries: np.ndarray, indexed: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the cosines of some queries with all rows, and the position of the first of these queries."""
    step = max(1, CHUNK_BYTES // (8 * max(1, len(indexed))))
    for start in range(0, len(queries), step):
        yield start, queries[start : start + step] @ indexed.T
