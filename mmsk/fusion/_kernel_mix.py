"""The mixture of kernels that the classifier and the regressor of kernel fusion share.

Strategy: for a kernel machine a search over fusion weights needs no features. K = sum of share_m K_m, and the K_m of a
fold are the same for every candidate: branches, blocks, Gram matrices and learned shares come from the memo, and a
candidate costs one weighted sum and one solve.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.utils import check_random_state

from mmsk._params import RANDOM_STATE, Interval, Real, StrOptions
from mmsk._reference import digest
from mmsk.fusion._alignment import alignment_shares, repetitions
from mmsk.fusion._blocks import FUSION, branch_names, fit_blocks, held_rows, transform_block
from mmsk.fusion._components import judged_shares
from mmsk.fusion._easymkl import easymkl_shares
from mmsk.fusion._folds import hide
from mmsk.fusion._grams import KernelForm, fit_kernel, gram
from mmsk.fusion._memo import memo
from mmsk.fusion._rows import drawn
from mmsk.fusion._shares import checked_shares, per_modality

__all__ = ["SHARED_CONSTRAINTS", "KernelMix", "fit_mix"]

KINDS = {"linear", "rbf"}
Grams = Sequence[np.ndarray]

SHARED_CONSTRAINTS: dict[str, Any] = {
    "fusion": FUSION,
    "kernel": [StrOptions(KINDS), dict],
    "dropout": [Interval(Real, 0, 1, closed="left")],
    "random_state": RANDOM_STATE,
}


@dataclass(frozen=True)
class KernelMix:
    """A weighted sum of one kernel a modality, fitted on training rows.

    Attributes
    ----------
    shares : dict of str to float
    branches : dict of str to ColumnTransformer
    forms : dict of str to KernelForm
    blocks : dict of str to {ndarray, sparse array} of shape (n_training_rows, n_features)
    shown : dict of str to ndarray of shape (n_training_rows,), dtype=bool
        Which training rows modality dropout has left; empty without dropout.
    balanced : bool
        Whether the shares of modalities that a row lacks are shared out among the others, so that all rows are of one
        length: a short one is near to every decision.
    """

    shares: dict[str, float]
    branches: dict[str, ColumnTransformer]
    forms: dict[str, KernelForm]
    blocks: dict[str, Any]
    shown: dict[str, np.ndarray]
    balanced: bool

    def training(self) -> np.ndarray:
        """Return the sum of the kernels between the training rows."""
        return self._mixed(self.blocks, self.shown)

    def with_training(self, X: Any) -> np.ndarray:
        """Return the sum of the kernels between some rows and the training rows."""
        used = [name for name, share in self.shares.items() if share]
        return self._mixed({name: transform_block(self.branches[name], X) for name in used}, {})

    def held(self, X: Any = None) -> dict[str, np.ndarray]:
        """Return which of some rows, or of the training rows, have each modality that has a share."""
        used = [name for name, share in self.shares.items() if share]
        if X is None:
            return {name: held_rows(self.blocks[name]) for name in used}
        return {name: held_rows(transform_block(self.branches[name], X)) for name in used}

    def _mixed(self, blocks: Mapping[str, Any], shown: Mapping[str, np.ndarray]) -> np.ndarray:
        total: Any = None
        for name, block in blocks.items():
            if self.shares[name]:
                part = self.shares[name] * gram(block, self.blocks[name], self.forms[name])
                if name in self.shown:
                    part *= self.shown[name]
                if name in shown:
                    part *= shown[name][:, None]
                total = part if total is None else np.add(total, part, out=total)
        if self.balanced:
            total /= self._lengths(blocks, shown)[:, None]
            total /= self._lengths(self.blocks, self.shown)
        return np.asarray(total)

    def _lengths(self, blocks: Mapping[str, Any], shown: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the root of the sum of the shares that each row has, 1 where it has none."""
        held = sum(share * held_rows(blocks[name]) * shown.get(name, 1) for name, share in self.shares.items() if share)
        return np.sqrt(np.where(held > 0, held, 1.0))


def fit_mix(
    fusion: ColumnTransformer,
    X: Any,
    y: np.ndarray,
    target: np.ndarray,
    *,
    weights: Mapping[str, float] | str | None,
    kernel: str | Mapping[str, str],
    dropout: float,
    random_state: int | np.random.RandomState | None,
    balanced: bool,
) -> KernelMix:
    """Fit the branches and kernels, and find the shares.

    Parameters
    ----------
    fusion, X, weights, kernel, dropout, random_state
        As in `KernelFusionClassifier`.
    y : ndarray of shape (n_rows,)
    target : ndarray of shape (n_rows, n_outputs)
        What shares are learned from: one column for each class, 1 in its rows; or the numbers to predict.
    balanced : bool
        As in `KernelMix`.
    """
    names = branch_names(fusion)
    kinds = per_modality(kernel, names, "kernel", "linear", KINDS)
    given = None if isinstance(weights, str) else weights
    shares = checked_shares(given, names)
    fitted = fit_blocks(fusion, X, y)
    blocks = {name: block for name, (_, block) in fitted.items()}
    forms = {name: fit_kernel(blocks[name], kinds[name]) for name in names}
    if isinstance(weights, str) and weights in LEARN and len(names) > 1:
        key = (weights, digest(target), *((id(blocks[name]), forms[name]) for name in names))
        learned = memo.recall(
            key, partial(_learned, weights, blocks, forms, target, balanced), anchors=tuple(blocks.values())
        )
        shares = dict(zip(names, learned.tolist(), strict=True))
    shown = {}
    if dropout:
        present = np.array([held_rows(blocks[name]) for name in names])
        shown = dict(zip(names, hide(present, dropout, check_random_state(random_state)), strict=True))
    branches = {name: branch for name, (branch, _) in fitted.items()}
    return KernelMix(shares, branches, forms, blocks, shown, balanced)


def _learned(
    weights: str, blocks: Mapping[str, Any], forms: Mapping[str, KernelForm], target: np.ndarray, balanced: bool
) -> np.ndarray:
    """Return the shares that are learned by a rule; from some rows, but for EasyMKL, which is about their margin."""
    rows = np.arange(len(target)) if weights == "easymkl" else drawn(len(target))
    some = {name: block[rows] for name, block in blocks.items()}
    grams = [gram(block, block, forms[name]) for name, block in some.items()]
    return LEARN[weights](grams, [held_rows(block) for block in some.values()], target[rows], balanced)


def _align(grams: Grams, present: Sequence[np.ndarray], target: np.ndarray, balanced: bool) -> np.ndarray:
    return alignment_shares(grams, present, target)


def _judge(grams: Grams, present: Sequence[np.ndarray], target: np.ndarray, balanced: bool) -> np.ndarray:
    aligned, count = alignment_shares(grams, present, target), repetitions(grams, present, target)
    return judged_shares(aligned, grams, target, count, present if balanced else None)


def _easymkl(grams: Grams, present: Sequence[np.ndarray], target: np.ndarray, balanced: bool) -> np.ndarray:
    return easymkl_shares(grams, target.argmax(axis=1))


LEARN: dict[str, Callable[..., np.ndarray]] = {"auto": _judge, "alignment": _align, "easymkl": _easymkl}
