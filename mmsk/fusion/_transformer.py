"""FusionTransformer: a ColumnTransformer whose learned weights know of each other.

Strategy: each `BlockScaler` learns from its own block what that is worth, and would give two modalities that say the
same the weight of both: a caption and its copy would drown the pictures. Only what sees all blocks can know, so this
divides the shares of blocks, once they are learned, by the number of times that what they say is said.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from mmsk.fusion._alignment import repetitions
from mmsk.fusion._block_scaler import BlockScaler

__all__ = ["FusionTransformer"]


class FusionTransformer(ColumnTransformer):
    """A ColumnTransformer that counts what several branches say alike once.

    Takes what scikit-learn's ColumnTransformer takes. It differs in `fit`, and there only for branches that end in a
    ``BlockScaler(weight="auto")``: a block's share in the sum of all kernels, the square of its learned weight, is
    divided by 1 plus its squared correlations with the other blocks, as far as the answers do not explain them. An
    exact copy of a modality then changes nothing, and modalities that agree on the answers alone keep their weights.

    Notes
    -----
    The correlation of two blocks is that of the cosines between their rows, centred and without the diagonal, less what
    is proportional to those of the answers; 0 where it is negative. At most 1,000 rows are looked at.

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
    >>> shares = {name: float(scaler.weight_**2) for name, scaler, _ in fusion.transformers_}
    >>> alone = float(BlockScaler("auto").fit(X[["a"]], y).weight_ ** 2)
    >>> round(shares["a"] / alone, 2), round(shares["copy"] / alone, 2)
    (0.5, 0.5)
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
        scalers = {name: _scaler(branch) for name, branch, _ in self.transformers_}
        learned = {name: scaler for name, scaler in scalers.items() if scaler is not None and scaler.weight == "auto"}
        if y is None or len(learned) < 2:
            return fused
        fused = np.array(fused) if hasattr(fused, "to_numpy") else fused  # scikit-learn makes it a frame again
        places = [self.output_indices_[name] for name in learned]
        factors = np.ones(fused.shape[1], dtype=fused.dtype)
        for scaler, place, count in zip(learned.values(), places, repetitions(fused, places, y), strict=True):
            scaler.weight_ /= float(np.sqrt(count))
            factors[place] /= np.sqrt(count)
        if sparse.issparse(fused):
            fused.data *= factors[fused.indices]
        else:
            fused *= factors
        return fused


def _scaler(branch: Any) -> BlockScaler | None:
    """Return what a branch is scaled by in the end, if it is a BlockScaler."""
    last = branch.steps[-1][1] if isinstance(branch, Pipeline) else branch
    return last if isinstance(last, BlockScaler) else None
