"""The words that places in a shared space make one expect."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from mmsk.fusion import SharedSpace
from mmsk.text import Tfidf

__all__ = ["best_words", "only_words"]

CHUNK_BYTES = 64 * 2**20  # of expected blocks that are held at a time
WORDS = "word__"  # what the names of the words of a Tfidf begin with; beside them it may have character n-grams


def best_words(
    space: SharedSpace, coordinates: np.ndarray, modality: str, n_words: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the words of the greatest expected weight.

    Parameters
    ----------
    space : SharedSpace
        Fitted.
    coordinates : ndarray of shape (n_rows, n_components)
        Rows of zeros get no words.
    modality : str
        A branch of texts.
    n_words : int
        Words a row.

    Returns
    -------
    row, rank, word, weight : ndarray of shape (n_rows_present * n_words,)
        Positions, ranks from 1, words without prefix, weights in the scale of the branch.

    Raises
    ------
    ValueError
        For a branch that knows no words.
    """
    columns, words = _vocabulary(space, modality)
    n_words = min(n_words, len(words))
    rows = np.flatnonzero(coordinates.any(axis=1))
    best = np.empty((len(rows), n_words), dtype=int)
    weights = np.empty((len(rows), n_words))
    n_features = len(space.branches_[modality].get_feature_names_out())
    step = max(1, CHUNK_BYTES // (8 * n_features))
    for start in range(0, len(rows), step):
        expected = space.inverse_transform(coordinates[rows[start : start + step]], modality)[:, columns]
        order = np.argsort(-expected, axis=1, kind="stable")[:, :n_words]
        best[start : start + step] = order
        weights[start : start + step] = np.take_along_axis(expected, order, axis=1)
    ranks = np.tile(np.arange(1, n_words + 1), len(rows))
    return np.repeat(rows, n_words), ranks, words[best.ravel()], weights.ravel()


def only_words(space: SharedSpace) -> str:
    """Return the modality that knows words, or say that there is none, or more than one."""
    names = _with_words(space)
    if len(names) != 1:
        found = f"several modalities have words, {names}; say which" if names else "no modality has words"
        raise ValueError(found)
    return names[0]


def _vocabulary(space: SharedSpace, modality: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns of a block that are words, and the words."""
    if modality not in space.modalities_:
        raise ValueError(f"not in the shared space: {modality!r}; there are {space.modalities_}")
    single = space.branches_[modality]
    if not _knows_words(first := _first_step(single)):
        what = repr(first) if isinstance(first, str) else f"a {type(first).__name__}"
        others = _with_words(space)
        raise ValueError(
            f"modality {modality!r} has no words: its branch begins with {what}; modalities with words: "
            f"{', '.join(map(repr, others)) or 'none (a branch that begins with Tfidf() would be one)'}"
        )
    names = np.array([name.removeprefix(f"{modality}__") for name in single.get_feature_names_out()], dtype=object)
    are_words = np.array([name.startswith(WORDS) for name in names])
    columns = np.flatnonzero(are_words) if are_words.any() else np.arange(len(names))
    words = [name.removeprefix(WORDS) for name in names[columns]]
    return columns, np.array(words, dtype=object)


def _with_words(space: SharedSpace) -> list[str]:
    return [name for name in space.modalities_ if _knows_words(_first_step(space.branches_[name]))]


def _first_step(single: ColumnTransformer) -> Any:
    """Return what a fitted branch reads its column with: an estimator, or "passthrough"."""
    branch = single.transformers[0][1]  # as it was given: scikit-learn puts a FunctionTransformer for "passthrough"
    if isinstance(branch, str):
        return branch
    branch = single.transformers_[0][1]
    return branch.steps[0][1] if isinstance(branch, Pipeline) else branch


def _knows_words(first: Any) -> bool:
    return isinstance(first, Tfidf) or hasattr(first, "vocabulary_")
