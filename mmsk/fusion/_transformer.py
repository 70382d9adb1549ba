"""FusionTransformer: a ColumnTransformer whose learned weights know of each other, and of what a row lacks.

Strategy: each `BlockScaler` learns from its own block what that is worth, and there are things it cannot know. What
little it leaves to a block of noise is much where the others are weak too. Two modalities that say the same would get
the weight of both: a caption and its copy would drown the pictures. Rows would be the longer, and a machine's C the
looser, the more modalities there are. And a row that lacks one would be short, and near to every decision. Only what
sees all blocks can mend that: shares are relative to their mean, divided by the number of times that what they say is
said, and brought to a sum of 1 over the modalities that a row has.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from mmsk.fusion._alignment import as_target, of_classes, repetitions, trust
from mmsk.fusion._block_scaler import BlockScaler
from mmsk.fusion._blocks import held_rows
from mmsk.fusion._components import judged_shares
from mmsk.fusion._grams import linear_gram
from mmsk.fusion._rows import drawn

__all__ = ["FusionTransformer"]


class FusionTransformer(ColumnTransformer):
    """A ColumnTransformer that balances branches whose weights are learned.

    Takes what scikit-learn's ColumnTransformer takes, and is one unless it is fitted with answers and has branches that
    end in a ``BlockScaler(weight="auto")``. Then, with the share of a branch for the square of its weight:

    - Weights are relative. A share is what the branch tells of the answers over the mean of all branches, shrunk to 1
      by n / (n + 50) for n rows. Noise gets nearly nothing, and where no branch tells anything they are all equal.
    - Where variance components, or the mean of both, predict rows that are left out better by a standard error, they
      are taken: they know of modalities that tell something only beside another one, as a value before does of a
      change.
    - Copies count once. The learned share of a branch is divided by 1 plus its squared correlations with the other
      branches, as far as the answers do not explain them. An exact copy of a modality changes nothing, and modalities
      that agree on the answers alone keep their weights.
    - Rows are of unit length, all in all: the columns of all branches that end in a BlockScaler are divided by the root
      of the sum of their shares, so that a machine's C or alpha means the same for two modalities and for ten.
    - Where the answers are classes, that is the sum over what is present in a row: the shares of absent modalities are
      shared out among the others. Numbers are taken for sums of what each modality adds, where one that is absent adds
      the mean.

    Notes
    -----
    The correlation of two blocks is that of the cosines between their rows, centred and without the diagonal, less what
    is proportional to those of the answers; 0 where it is negative. At most 1,000 rows are looked at, and 600 for the
    variance components; rows are left out of ridge regressions on the mixed kernel, one at a time.

    References
    ----------
    Zhou, H., Hu, L., Zhou, J. and Lange, K. (2019). MM algorithms for variance components models. Journal of
    Computational and Graphical Statistics 28.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from mmsk.fusion import BlockScaler, FusionTransformer
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame({"a": rng.normal(size=100), "b": rng.normal(size=100)}).assign(copy=lambda X: X["a"])
    >>> y = X["a"] + X["b"] > 0
    >>> branches = [(name, BlockScaler("auto"), [name]) for name in X]
    >>> fusion = FusionTransformer(branches).fit(X, y)
    >>> {name: round(float(scaler.weight_**2), 2) for name, scaler, _ in fusion.transformers_}
    {'a': 0.5, 'b': 1.0, 'copy': 0.5}
    """

    def fit_transform(self, X: Any, y: Any = None, **params: Any) -> Any:
        """Fit all branches, bring their learned weights into line, and transform; `fit` does the same.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
        y : array-like of shape (n_rows,) or (n_rows, n_outputs), default=None
            Labels, or the numbers to predict. Nothing is learned without.
        **params : dict
            As in ColumnTransformer.

        Returns
        -------
        {ndarray, sparse array, DataFrame} of shape (n_rows, n_features)
        """
        fused: Any = super().fit_transform(X, y, **params)
        found = {name: _scaler(branch) for name, branch, _ in self.transformers_}
        scalers = {name: scaler for name, scaler in found.items() if scaler is not None}
        learned = [name for name, scaler in scalers.items() if scaler.weight == "auto"]
        self._shares: dict[str, float] = {}
        if y is None or not learned:
            return fused
        given, fused = fused, np.array(fused) if hasattr(fused, "to_numpy") else fused
        places = [self.output_indices_[name] for name in learned]
        factors = np.ones(fused.shape[1], dtype=fused.dtype)
        kind = scalers[learned[0]].target
        self._by_row = of_classes(y, kind)
        shares = self._learned([scalers[name] for name in learned], [fused[:, place] for place in places], y)
        for name, place, share in zip(learned, places, shares, strict=True):
            factors[place] = np.sqrt(share) / scalers[name].weight_
            scalers[name].weight_ = float(np.sqrt(share))
        if sparse.issparse(fused):
            fused.data *= factors[fused.indices]
        else:
            fused *= factors
        # the column that says whether a row is present is as long again as the row
        self._shares = {name: scaler.weight_**2 * (1 + scaler.indicator) for name, scaler in scalers.items()}
        return _typed(self._balanced(fused), given)

    def transform(self, X: Any, **params: Any) -> Any:
        """Transform rows by the fitted branches, and balance them.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
        **params : dict
            As in ColumnTransformer.

        Returns
        -------
        {ndarray, sparse array, DataFrame} of shape (n_rows, n_features)
        """
        fused = super().transform(X, **params)
        if not self._shares:
            return fused
        return _typed(self._balanced(np.array(fused) if hasattr(fused, "to_numpy") else fused), fused)

    def _learned(self, scalers: Sequence[BlockScaler], blocks: Sequence[Any], y: Any) -> np.ndarray:
        """Return the shares of branches, from their scalers and the blocks that these have made."""
        if len(blocks) == 1:  # there is nothing to be relative to
            return np.ones(1)
        held = [held_rows(block) for block in blocks]
        rows = drawn(len(held[0]))
        present = [there[rows] for there in held]
        drawn_blocks = (block[rows] / scaler.weight_ for scaler, block in zip(scalers, blocks, strict=True))
        grams = [linear_gram(block, block) for block in drawn_blocks]
        target = as_target(y, scalers[0].target, rows)
        told = np.array([scaler.alignment_ for scaler in scalers])
        believed = trust(np.array([there.sum() for there in held]))
        count = repetitions(grams, present, target)
        return judged_shares(_aligned(told, believed, count), grams, target, count, present if self._by_row else None)

    def _balanced(self, fused: Any) -> Any:
        """Divide each row by the root of the shares in it, in place."""
        energy = np.zeros(fused.shape[0])
        columns = np.zeros(fused.shape[1], dtype=bool)
        for name, share in self._shares.items():
            place = self.output_indices_[name]
            energy += share * held_rows(fused[:, place]) if self._by_row else share
            columns[place] = True
        factors = (1 / np.sqrt(np.where(energy > 0, energy, 1.0))).astype(fused.dtype)
        if sparse.issparse(fused):
            fused.data *= np.where(columns[fused.indices], np.repeat(factors, np.diff(fused.indptr)), 1)
        elif columns.all():
            fused *= factors[:, None]
        else:
            fused[:, columns] *= factors[:, None]
        return fused


def _aligned(told: np.ndarray, believed: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Return the shares of blocks: what they tell, relative to the mean, shrunk to 1, over how often it is said."""
    evidence = believed / count
    mean = float(evidence @ told / evidence.sum()) if evidence.any() else 0.0
    relative = told / mean if mean > 0 else np.ones(len(told))
    return np.asarray((believed * relative + 1 - believed) / count)


def _typed(values: Any, given: Any) -> Any:
    """Return values, of which scikit-learn makes a frame again where one was given, with the types of its columns."""
    if values.dtype != object or not isinstance(given, pd.DataFrame):
        return values
    return pd.DataFrame(values, index=given.index, columns=given.columns).astype(given.dtypes)


def _scaler(branch: Any) -> BlockScaler | None:
    """Return what a branch is scaled by in the end, if it is a BlockScaler."""
    last = branch.steps[-1][1] if isinstance(branch, Pipeline) else branch
    return last if isinstance(last, BlockScaler) else None
