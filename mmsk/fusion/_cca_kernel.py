"""Kernel features: an RBF kernel written as columns, so that a linear method applied to them is the kernel method.

Strategy: of a branch of several descriptors the kernel is the mean of one RBF kernel a descriptor, each with its own
width; in one kernel over all columns the 1,764 of a HOG would drown the 9 of a shape. The columns are Nyström's: up to
`n_landmarks` rows they are the kernel itself, beyond that an approximation by rows that are drawn.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import linalg, sparse
from sklearn.compose import ColumnTransformer
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.pipeline import Pipeline

from mmsk._union import DescriptorUnion
from mmsk.fusion._block_scaler import BlockScaler
from mmsk.fusion._grams import fit_kernel
from mmsk.fusion._rows import drawn

__all__ = ["KernelMap", "descriptor_columns", "fit_kernel_map"]

TINY = 1e-10  # directions with less than this share of the largest eigenvalue are rounding errors


class KernelMap(NamedTuple):
    """Rows to compare with, the columns and the gamma of each descriptor, and what makes inner products of kernels."""

    landmarks: np.ndarray
    columns: tuple[tuple[int, int], ...]
    gammas: tuple[float, ...]
    whitening: np.ndarray

    def kernel(self, block: Any) -> np.ndarray:
        """Return the kernel between the rows of a block and the landmarks, of shape (n_rows, n_landmarks)."""
        total = np.zeros((block.shape[0], self.landmarks.shape[0]))
        for (start, stop), gamma in zip(self.columns, self.gammas, strict=True):
            left, right = _dense(block[:, start:stop]), self.landmarks[:, start:stop]
            total += np.exp(-gamma * euclidean_distances(left, right, squared=True))
        return total / len(self.columns)

    def features(self, block: Any) -> np.ndarray:
        """Return columns whose inner products are the kernel, of shape (n_rows, at most n_landmarks)."""
        return np.asarray(self.kernel(block) @ self.whitening)


def fit_kernel_map(block: Any, columns: tuple[tuple[int, int], ...], n_landmarks: int) -> KernelMap:
    """Choose landmarks and widths.

    Parameters
    ----------
    block : {ndarray, sparse array} of shape (n_rows, n_features)
        Rows that are present.
    columns : tuple of (int, int)
        First column of each descriptor, and the one after its last. The width of a descriptor's kernel is the median
        distance between rows, see `fit_kernel`.
    n_landmarks : int
        At most so many, drawn.
    """
    some = drawn(block.shape[0], n_landmarks)
    gammas = tuple(fit_kernel(block[:, start:stop], "rbf").gamma for start, stop in columns)
    unscaled = KernelMap(_dense(block[some]), columns, gammas, np.empty(0))
    energies, directions = linalg.eigh(unscaled.kernel(unscaled.landmarks))
    kept = energies > TINY * energies[-1]
    return unscaled._replace(whitening=directions[:, kept] / np.sqrt(energies[kept]))


def descriptor_columns(single: ColumnTransformer, n_features: int) -> tuple[tuple[int, int], ...]:
    """Return the columns of each descriptor in the block of a fitted branch; of all in one where they are not known."""
    branch = single.transformers_[0][1]
    steps = [step for _, step in branch.steps] if isinstance(branch, Pipeline) else [branch]
    if not isinstance(steps[0], DescriptorUnion) or not all(isinstance(step, BlockScaler) for step in steps[1:]):
        return ((0, n_features),)
    stops = np.cumsum([len(descriptor.names_) for _, descriptor in steps[0].descriptors_]).tolist()
    return tuple(zip([0, *stops[:-1]], stops, strict=True))


def _dense(block: Any) -> np.ndarray:
    return np.asarray(block.toarray() if sparse.issparse(block) else block, dtype=np.float64)
