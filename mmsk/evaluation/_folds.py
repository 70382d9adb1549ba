"""Folds: how a table is split for an explanation, and how much a mean over folds may be off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.model_selection import KFold, StratifiedKFold, check_cv

__all__ = ["scoring_name", "split", "spread"]


def split(
    model: Any, X: Any, y: np.ndarray, cv: Any, groups: Any, random_state: int | np.random.RandomState | None = None
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the folds as pairs of positions; shuffled, where `cv` is a number and there is a random state."""
    if isinstance(cv, (int, np.integer)) and random_state is not None:
        splitter = StratifiedKFold if is_classifier(model) else KFold
        cv = splitter(int(cv), shuffle=True, random_state=random_state)
    return list(check_cv(cv, y, classifier=is_classifier(model)).split(X, y, groups))


def scoring_name(model: Any, scoring: Any) -> str:
    """Return what a score is called."""
    if scoring is None:
        return "accuracy" if is_classifier(model) else "R²"
    return scoring if isinstance(scoring, str) else getattr(scoring, "__name__", "score")


def spread(values: np.ndarray, folds: Sequence[tuple[np.ndarray, np.ndarray]] | None = None) -> np.ndarray:
    """Return the standard deviation over folds, or, given the folds, the standard error of their mean.

    The folds share training rows, so that their scores are not independent: the variance is multiplied by
    ``1 / n_folds + n_test / n_train`` (Nadeau & Bengio 2003) and not by ``1 / n_folds``. nan for a single fold.

    Parameters
    ----------
    values : ndarray of shape (n_values, n_folds)
    folds : sequence of (train, test), default=None

    Returns
    -------
    ndarray of shape (n_values,)
    """
    if values.shape[1] < 2:
        return np.full(len(values), np.nan)
    deviation: np.ndarray = values.std(axis=1, ddof=1)
    if folds is None:
        return deviation
    overlap = np.mean([len(test) / len(train) for train, test in folds])
    return np.asarray(deviation * np.sqrt(1 / len(folds) + overlap))
