"""SharedSpace: the space in which modalities agree, reached from any of them.

Strategy: canonical correlation analysis finds, for each modality, the directions that the others can tell as well.
Dense blocks take part through an RBF kernel, sparse ones as they are. A coordinate is what is expected of all
modalities' canonical variates together given those of the modalities that are present, so that a row with its picture
alone and a row with everything can be compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.utils.validation import check_array, check_is_fitted

from mmsk._params import COUNT, NON_NEGATIVE, POSITIVE, StrOptions, fit_context
from mmsk.fusion._blocks import FUSION, branch_names, fit_blocks, held_rows, shown_modalities, transform_block
from mmsk.fusion._cca import combine, solve
from mmsk.fusion._cca_kernel import descriptor_columns
from mmsk.fusion._cca_views import (
    KINDS,
    Reduced,
    fit_loadings,
    fit_view,
    kernel_kinds,
    let_meet,
    reduce_block,
    tied_rows,
)
from mmsk.fusion._rows import as_table

__all__ = ["SharedSpace"]


class SharedSpace(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Regularised canonical correlation analysis of any number of modalities, for rows that may lack some of them.

    Parameters
    ----------
    fusion : ColumnTransformer
        What `fusion_transformer` returns; its branches are the modalities. Their weights do not matter here, except 0,
        which leaves a modality out.
    n_components : int, default=200
        Coordinates, at most; there are no more than canonical correlations above 0. With more than two modalities some
        are spent on what two of them share and a third one does not, so it should not be small.
    regularization : float, default=1.0
        Ridge, in units of a block's mean squared row norm: the share of noise to signal in a block.
    kernel : {"auto", "linear", "rbf"} or dict of str to these, default="auto"
        How all, or each, modality takes part. "rbf": through the mean of one RBF kernel for each descriptor of the
        branch, of the width of the median distance. "auto": "linear" for sparse blocks, "rbf" for dense ones.
    power : float, default=2.0
        Coordinates are multiplied by their canonical correlation to this power, so that what modalities hardly share
        hardly counts; 0 leaves them alike.
    max_rank : int, default=500
        Principal directions of each modality that take part. With more than twice as many rows, an RBF kernel is
        approximated from that many rows (Nyström), and a wide block's directions by randomised search.

    Attributes
    ----------
    correlations_ : ndarray of shape (n_components_out,)
        Mean correlation between the modalities' variates, with the ridge in their variances; falling.
    modalities_ : list of str
        The modalities that take part: those that are seen beside another one in two rows at least.
    branches_ : dict of str to ColumnTransformer
        Their fitted branches.
    n_features_in_ : int
        Number of columns seen in `fit`.

    Notes
    -----
    The space is learned from the rows in which two modalities at least are present. For two complete modalities it is
    ridge CCA; for more, the generalised eigenproblem ``R w = lambda D w`` of the correlations' sum, in which a row
    that lacks a modality counts as its mean.

    Coordinates of all rows learned from have a mean squared norm of 1. A row with nothing present is 0, the mean.

    Blocks, kernels and their principal directions come from ``mmsk.fusion.memo`` where a fit before had the same: a
    search over `n_components`, `power` and `regularization` computes them once a fold.

    References
    ----------
    Carroll, J. D. (1968). Generalization of canonical correlation analysis to three or more sets of variables.
    Proceedings of the 76th Convention of the American Psychological Association.

    Kettenring, J. R. (1971). Canonical analysis of several sets of variables. Biometrika 58.

    Tenenhaus, A. and Tenenhaus, M. (2011). Regularized generalized canonical correlation analysis. Psychometrika 76.

    Gong, Y., Ke, Q., Isard, M. and Lazebnik, S. (2014). A multi-view embedding space for modeling Internet images,
    tags, and their semantics. International Journal of Computer Vision 106. (The power of the correlations.)

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from mmsk import fusion_transformer
    >>> from mmsk.fusion import SharedSpace
    >>> from mmsk.text import Tfidf
    >>> X = pd.DataFrame({"title": ["red fox", "grey goose"] * 3, "weight": [6.0, 3.0, 6.5, 3.2, 5.8, None]})
    >>> fusion = fusion_transformer([("text", Tfidf(), "title"), ("number", "passthrough", "weight")])
    >>> space = SharedSpace(fusion, n_components=1).fit(X)
    >>> foxes, geese = space.project(X, "text")[[0, 1], 0] > 0
    >>> light = space.project(pd.DataFrame({"weight": [3.1]}), "number")[0, 0] > 0
    >>> bool(light == geese), bool(light == foxes)
    (True, False)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "fusion": FUSION,
        "n_components": COUNT,
        "regularization": POSITIVE,
        "kernel": [StrOptions(set(KINDS)), dict],
        "power": NON_NEGATIVE,
        "max_rank": COUNT,
    }

    def __init__(
        self,
        fusion: ColumnTransformer,
        n_components: int = 200,
        regularization: float = 1.0,
        *,
        kernel: str | Mapping[str, str] = "auto",
        power: float = 2.0,
        max_rank: int = 500,
    ) -> None:
        self.fusion = fusion
        self.n_components = n_components
        self.regularization = regularization
        self.kernel = kernel
        self.power = power
        self.max_rank = max_rank

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any = None) -> Self:
        """Fit the branches, and learn what the modalities share.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
        y : array-like of shape (n_rows,), default=None
            Given to the branches, which may be supervised; the space itself does not look at it.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For fewer than two modalities that are present together in at least two rows, for modalities that do not
            vary, and for kernels of unknown branches.

        Warns
        -----
        UserWarning
            For a modality that is left out because it is never, or once only, seen beside another one.
        """
        X = as_table(self, X, reset=True)
        kinds = kernel_kinds(self.kernel, branch_names(self.fusion))
        fitted = fit_blocks(self.fusion, X, y)
        held = {name: held_rows(block) for name, (_, block) in fitted.items()}
        self.modalities_, rows = tied_rows(held)
        self.branches_ = {name: fitted[name][0] for name in self.modalities_}
        blocks = {name: fitted[name][1] for name in self.modalities_}
        present = np.column_stack([held[name][rows] for name in self.modalities_])
        reduced = [self._reduced(name, block, held[name] & rows, kinds[name]) for name, block in blocks.items()]
        coordinates = self._learn(let_meet(reduced, present, self.max_rank), present)
        self._loadings = {}
        for (name, block), shown in zip(blocks.items(), present.T, strict=True):
            self._loadings[name] = fit_loadings(coordinates[shown], block[rows & held[name]], self.regularization)
        self._n_features_out = len(self.correlations_)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Return the coordinates of rows, from all that is present in each.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
            With the columns of one modality at least.

        Returns
        -------
        ndarray of shape (n_rows, n_components_out)
            0 for a row with nothing present.

        Raises
        ------
        ValueError
            For a frame with the columns of no modality.
        """
        check_is_fitted(self)
        return self.project(X, shown_modalities(self.branches_, X))

    def project(self, X: Any, modalities: str | Sequence[str]) -> np.ndarray:
        """Return the coordinates of rows, from some modalities only.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
            With the columns of these modalities; others need not be there.
        modalities : str or sequence of str
            Of `modalities_`.

        Returns
        -------
        ndarray of shape (n_rows, n_components_out)
            0 for a row in which none of them is present.

        Raises
        ------
        ValueError
            For modalities that are not in the space.
        """
        check_is_fitted(self)
        X = as_table(self, X, reset=False)
        names = self._known([modalities] if isinstance(modalities, str) else modalities)
        present = np.zeros((len(X), len(self.modalities_)), dtype=bool)
        variates = {}
        for name in names:
            block = transform_block(self.branches_[name], X)
            number = self.modalities_.index(name)
            present[:, number] = held_rows(block)
            variates[number] = self._views[name].variates(block)
        coordinates: np.ndarray = combine(variates, present, self._covariances) * self._factors
        return coordinates

    def inverse_transform(self, Z: Any, modality: str) -> np.ndarray:
        """Return the block of a modality that coordinates make one expect, by ridge regression.

        Parameters
        ----------
        Z : array-like of shape (n_rows, n_components_out)
            Coordinates, as `transform` returns them.
        modality : str
            Of `modalities_`.

        Returns
        -------
        ndarray of shape (n_rows, n_features)
            In the scale of the branch (of `BlockScaler`, where it was built by `fusion_transformer`); dense, also where
            the block is sparse. Its columns are ``branches_[modality].get_feature_names_out()``.

        Raises
        ------
        ValueError
            For a modality that is not in the space, and for coordinates of another number.
        """
        check_is_fitted(self)
        loadings = self._loadings[self._known([modality])[0]]
        Z = check_array(Z, dtype=np.float64)
        if Z.shape[1] != self._n_features_out:
            raise ValueError(f"the space has {self._n_features_out} coordinates, got {Z.shape[1]}")
        return np.asarray((Z - loadings.center) @ loadings.slopes + loadings.mean)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _reduced(self, name: str, block: Any, rows: np.ndarray, kind: str) -> Reduced:
        if kind == "auto":
            kind = "linear" if sparse.issparse(block) else "rbf"
        columns = descriptor_columns(self.branches_[name], block.shape[1])
        return reduce_block(block, rows, kind, columns, self.max_rank)

    def _learn(self, reduced: Sequence[Reduced], present: np.ndarray) -> np.ndarray:
        """Learn the canonical directions, and return the coordinates of the rows that they were learned from."""
        canonical = solve([one.found for one in reduced], present, self.regularization, self.n_components)
        self.correlations_ = canonical.correlations
        self._covariances = canonical.covariances
        self._views = {}
        variates = {}
        for number, (name, one) in enumerate(zip(self.modalities_, reduced, strict=True)):
            weights = canonical.weights[number]
            self._views[name] = fit_view(one, weights)
            variates[number] = np.zeros((len(present), weights.shape[1]))
            variates[number][present[:, number]] = one.found.scores @ weights
        expected = combine(variates, present, canonical.covariances)
        variance = 1 + (len(reduced) - 1) * self.correlations_  # of the sum that is expected
        factors = self.correlations_**self.power / variance
        self._factors = factors / np.sqrt(np.square(expected * factors).sum(axis=1).mean())
        coordinates: np.ndarray = expected * self._factors
        return coordinates

    def _known(self, names: Sequence[str]) -> Sequence[str]:
        if unknown := set(names) - set(self.modalities_):
            raise ValueError(f"not in the shared space: {sorted(unknown)}; there are {self.modalities_}")
        return names
