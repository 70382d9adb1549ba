"""Views: how a modality's block is seen from the shared space, and how it is told from there."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import linalg

from mmsk.fusion._cca import Directions, leading_directions, linear_map, meet
from mmsk.fusion._cca_kernel import KernelMap, fit_kernel_map
from mmsk.fusion._memo import memo
from mmsk.fusion._shares import per_modality

__all__ = [
    "KINDS",
    "Loadings",
    "Reduced",
    "View",
    "fit_loadings",
    "fit_view",
    "kernel_kinds",
    "let_meet",
    "reduce_block",
    "tied_rows",
]

KINDS = ("auto", "linear", "rbf")
FEWEST = 2  # rows in which a modality has to be seen beside another one

CHUNK = 4096  # rows whose kernel with the landmarks is held at a time


class Reduced(NamedTuple):
    """The rows of a block that are learned from, as columns for a linear method, and their directions."""

    kernel: KernelMap | None
    features: Any
    found: Directions


class View(NamedTuple):
    """From block to variates: ``features @ weights - offset``, the features being the kernel with the landmarks."""

    kernel: KernelMap | None
    weights: np.ndarray
    offset: np.ndarray

    def variates(self, block: Any) -> np.ndarray:
        """Return the canonical variates of the rows of a block, of shape (n_rows, n_components)."""
        out = np.empty((block.shape[0], len(self.offset)))
        for start in range(0, block.shape[0], CHUNK):
            rows = slice(start, start + CHUNK)
            features = block[rows] if self.kernel is None else self.kernel.kernel(block[rows])
            out[rows] = features @ self.weights - self.offset
        return out


class Loadings(NamedTuple):
    """From coordinates to block: ``(Z - center) @ slopes + mean``."""

    center: np.ndarray
    slopes: np.ndarray
    mean: np.ndarray


def reduce_block(
    block: Any, rows: np.ndarray, kind: str, columns: tuple[tuple[int, int], ...], max_rank: int
) -> Reduced:
    """Return the leading directions of some rows of a block, or of their RBF kernel.

    Parameters
    ----------
    block : {ndarray, sparse array} of shape (n_rows, n_features)
    rows : ndarray of shape (n_rows,), dtype=bool
    kind : {"linear", "rbf"}
    columns : tuple of (int, int)
        See `fit_kernel_map`.
    max_rank : int
        Directions at most; an RBF kernel is taken with up to twice as many rows.
    """

    def make() -> Reduced:
        shown = block[rows]
        if kind == "linear":
            return Reduced(None, shown, leading_directions(shown, max_rank))
        kernel = fit_kernel_map(shown, columns, 2 * max_rank)
        features = kernel.features(shown)
        return Reduced(kernel, features, leading_directions(features, max_rank))

    key = ("directions", id(block), rows.tobytes(), kind, columns, max_rank)
    reduced: Reduced = memo.recall(key, make, anchors=(block,))
    return reduced


def let_meet(reduced: Sequence[Reduced], present: np.ndarray, max_rank: int) -> list[Reduced]:
    """Return the blocks with the directions in which they vary with each other, where not all directions are known.

    Parameters
    ----------
    reduced : sequence of Reduced
    present : ndarray of shape (n_rows, n_blocks), dtype=bool
        Which rows each block has.
    max_rank : int
        Directions at most.
    """
    rank = max(1, (max_rank - max_rank // 2) // (len(reduced) - 1))
    met = []
    for number, one in enumerate(reduced):
        if min(one.features.shape) <= max_rank:
            met.append(one)
            continue
        others = []
        for other in range(len(reduced)):
            if other != number:
                scores = reduced[other].found.scores[:, :rank]
                filled = np.zeros((len(present), scores.shape[1]))
                filled[present[:, other]] = scores
                others.append(filled[present[:, number]])
        met.append(one._replace(found=meet(one.features, one.found, np.hstack(others))))
    return met


def fit_view(reduced: Reduced, weights: np.ndarray) -> View:
    """Return how blocks are mapped to their scores times weights of shape (n_directions, n_components)."""
    matrix, offset = linear_map(reduced.features, reduced.found, weights)
    kernel = reduced.kernel
    return View(kernel, matrix if kernel is None else kernel.whitening @ matrix, offset)


def fit_loadings(coordinates: np.ndarray, block: Any, regularization: float) -> Loadings:
    """Fit a ridge regression of a block on coordinates.

    Parameters
    ----------
    coordinates : ndarray of shape (n_rows, n_components)
    block : {ndarray, sparse array} of shape (n_rows, n_features)
        Sparse stays sparse.
    regularization : float
        Ridge, in units of the coordinates' mean energy.
    """
    center = coordinates.mean(axis=0)
    centred = coordinates - center
    energies = centred.T @ centred
    ridge = regularization * np.trace(energies) / len(energies)
    told = np.asarray((block.T @ centred).T)
    slopes = linalg.solve(energies + ridge * np.eye(len(energies)), told, assume_a="pos")
    return Loadings(center, slopes.astype(block.dtype), np.asarray(block.mean(axis=0), dtype=block.dtype).ravel())


def kernel_kinds(given: Any, names: list[str]) -> dict[str, str]:
    """Return the kernel of each branch from one for all, or from a dict of some."""
    if len(names) < 2:
        raise ValueError(f"a shared space needs two modalities at least, fusion has only {names[0]!r}")
    return per_modality(given, names, "kernel", "auto", set(KINDS))


def tied_rows(held: Mapping[str, np.ndarray]) -> tuple[list[str], np.ndarray]:
    """Return the modalities that are seen beside another one often enough, and the rows that show two of them."""
    names = list(held)
    while True:
        rows = np.sum([held[name] for name in names], axis=0) >= 2
        kept = [name for name in names if np.sum(held[name] & rows) >= FEWEST]
        if kept == names:
            break
        names = kept
    if not names:
        found = f"n_samples = {len(next(iter(held.values())))}"
        raise ValueError(f"a shared space needs at least {FEWEST} rows that show two modalities, of {found}")
    if left_out := [name for name in held if name not in names]:
        text = f"left out, since fewer than {FEWEST} rows show them beside another modality: {', '.join(left_out)}"
        warnings.warn(text, UserWarning, stacklevel=4)  # up to who called `fit`
    return names, rows
