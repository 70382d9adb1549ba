"""Numbers in a model that compiled code takes for positions without looking: those of trees and of sparse matrices.

Strategy: skops sees that a tree is a tree, not where its nodes point; a crafted one makes scikit-learn read memory that
is not its own. So every node has to point forward, within the tree, and to a column that the model has. Forward also
means that each walk through a tree ends.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator

from mmsk.persistence._parts import parts_of

__all__ = ["bounds_problem"]

TREES = ("sklearn.tree.", "sklearn.ensemble.")  # where the estimators live that hand columns to trees


def bounds_problem(model: Any) -> str:
    """Return what points outside of its bounds in a loaded model; nothing if all is fine."""
    for part in parts_of(model):
        if sparse.issparse(part):
            try:
                part.check_format(full_check=True) if hasattr(part, "check_format") else part.tocsr()
            except Exception as error:  # ValueError, and whatever a crafted one may raise
                return f"a sparse matrix is no matrix ({error})"
        if isinstance(part, BaseEstimator) and type(part).__module__.startswith(TREES):
            columns = getattr(part, "n_features_in_", None)
            if columns is not None and any(not _fits(tree, int(columns)) for tree in parts_of(part)):
                return f"a tree of {type(part).__name__} points to nodes or columns that are not there"
    return ""


def _fits(part: Any, columns: int) -> bool:
    """Return whether the nodes of a tree stay within it; True for what is no tree."""
    if type(part).__name__ == "Tree":
        count = part.node_count
        if not 0 < count <= part.capacity:
            return False
        return _points_forward(
            part.children_left, part.children_right, part.feature, part.children_left == -1, count, columns
        )
    if type(part).__name__ == "TreePredictor":
        nodes = part.nodes
        leaf, sets = nodes["is_leaf"].astype(bool), len(part.raw_left_cat_bitsets)
        categorical = nodes["is_categorical"].astype(bool) & ~leaf
        known = (nodes["bitset_idx"][categorical] < min(sets, len(part.binned_left_cat_bitsets))).all()
        return bool(known) and _points_forward(
            nodes["left"].astype(np.int64),
            nodes["right"].astype(np.int64),
            nodes["feature_idx"],
            leaf,
            len(nodes),
            columns,
        )
    return True


def _points_forward(
    left: np.ndarray, right: np.ndarray, feature: np.ndarray, leaf: np.ndarray, count: int, columns: int
) -> bool:
    """Return whether all inner nodes have later nodes below them, and split by a column that there is."""
    place, inner = np.arange(count), ~leaf
    sides = [(side > place) & (side < count) for side in (left, right)]
    return bool(np.all((sides[0] & sides[1] & (feature >= 0) & (feature < columns))[inner]))
