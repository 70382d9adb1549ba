"""Folds within a training set, and the one mask of modality dropout."""

from __future__ import annotations

import warnings
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, check_cv

__all__ = ["Folds", "hide", "make_folds"]

Folds = list[tuple[np.ndarray, np.ndarray]]


def make_folds(cv: Any, X: Any, y: np.ndarray, groups: Any, *, stratify: bool, seed: int) -> Folds:
    """Return folds as pairs of positions.

    A whole number makes shuffled folds: tables are often sorted, and what stands together is alike, so that unshuffled
    folds make every modality look worse than it is. Stratified ones take classes of any size, down to one row.

    Parameters
    ----------
    cv : int, splitter, or iterable of (train, test)
    X : DataFrame of shape (n_rows, n_columns)
    y : ndarray of shape (n_rows,)
    groups : array-like of shape (n_rows,) or None
        Rows of one group stay together; classes are spread over the folds as evenly as that allows.
    stratify : bool
        Whether y holds classes.
    seed : int
        Shuffles the rows.

    Returns
    -------
    list of (train, test)
        Empty where the rows, classes or groups are too few for two folds.

    Examples
    --------
    >>> y = np.array(["a", "a", "a", "b", "b"])
    >>> [y[test].tolist() for _, test in make_folds(2, y, y, None, stratify=True, seed=0)]
    [['a', 'a', 'b'], ['a', 'b']]
    """
    if not isinstance(cv, Integral):
        return list(check_cv(cv, y, classifier=stratify).split(X, y, groups))
    codes = np.unique(y, return_inverse=True)[1] if stratify else np.zeros(len(y), dtype=int)
    count = min(int(cv), int(np.bincount(codes).max()))
    if groups is not None:
        count = min(count, len(set(np.asarray(groups).tolist())))
    if count < 2:
        return []
    if groups is not None:
        splitter = (StratifiedGroupKFold if stratify else GroupKFold)(count, shuffle=True, random_state=seed)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The least populated class", UserWarning)  # such classes are welcome
            folds = list(splitter.split(codes, codes, groups))
        return [(train, test) for train, test in folds if len(train) and len(test)]
    shuffled = np.random.default_rng(seed).permutation(len(y))
    fold = np.empty(len(y), dtype=int)
    fold[shuffled[np.argsort(codes[shuffled], kind="stable")]] = np.arange(len(y)) % count
    return [(np.flatnonzero(fold != number), np.flatnonzero(fold == number)) for number in range(count)]


def hide(present: np.ndarray, share: float, rng: np.random.RandomState) -> np.ndarray:
    """Hide modalities at random, but never the last one of a row.

    Parameters
    ----------
    present : ndarray of shape (n_modalities, n_rows), dtype=bool
    share : float
        How many of the present cells are drawn to be hidden.
    rng : RandomState

    Returns
    -------
    ndarray of shape (n_modalities, n_rows), dtype=bool
        What is left to be seen.

    Examples
    --------
    >>> present = np.array([[True, True, False], [True, False, False]])
    >>> hide(present, 1.0, np.random.RandomState(0)).sum(axis=0)
    array([1, 1, 0])
    """
    drawn = np.where(present, rng.uniform(size=present.shape), -1.0)
    kept = present & (drawn >= share)
    lost = present.any(axis=0) & ~kept.any(axis=0)
    kept[drawn.argmax(axis=0)[lost], np.flatnonzero(lost)] = True
    return kept
