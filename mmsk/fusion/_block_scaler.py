"""BlockScaler: one modality's columns, brought to the scale at which modalities can be compared, times a weight.

Strategy: in a concatenation a block counts by its squared norm, so 1,764 HOG columns drown 200 words whatever their
worth. Here the columns of a dense block are standardised, then the whole block is divided by the root of its mean
squared row norm: each modality has the same energy, and a weight of 1 means equal. The weight comes last, where
nothing after it can cancel it. Means and norms are those of the rows that are present; an absent row becomes zeros,
the mean of the standardised block, which adds nothing to any inner product. A row that is present and happens to be
the mean gets a value next to 0, so that zeros always mean absent.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_consistent_length, check_is_fitted, validate_data

from mmsk._params import BOOL, NON_NEGATIVE, POSITIVE_OR_NONE, RANDOM_STATE, Interval, Real, StrOptions, fit_context
from mmsk.fusion._alignment import alignment, trust
from mmsk.fusion._moments import moments, moments_of_most
from mmsk.fusion._numbers import refuse_infinite, without_times
from mmsk.fusion._presence import present_rows

__all__ = ["BlockScaler"]


class BlockScaler(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Standardise a block of columns, give it unit mean squared row norm, and multiply it by a weight.

    Parameters
    ----------
    weight : float or "auto", default=1.0
        What the block counts for: 1 means as much as any other block of weight 1, 0 switches it off. In a linear or
        kernel machine the block's share of the kernel is the square of it. "auto" = learned from the labels in `fit`:
        how strongly the block's inner products speak for those of the labels (centred kernel alignment without
        diagonals), shrunk to 1, with 50 rows half way; 1 where there are no labels. A block that tells
        something only in combination with another one, as in XOR, is taken for noise.
    standardize : bool or "auto", default="auto"
        Whether columns are brought to mean 0 and variance 1 first. "auto" does so for dense input, and leaves sparse
        input as it is: TF-IDF weighs its columns on purpose, and centring would fill the matrix.
    indicator : bool, default=False
        Whether to append a column that is `weight_` where a row is present and 0 where it is missing.
    dropout : float, default=0.0
        Share of the present rows that `fit_transform` hides, so that what is trained on it learns to do without this
        block. `transform` hides nothing, hence ``fit_transform(X)`` and ``fit(X).transform(X)`` differ on purpose, as
        they do in scikit-learn's TargetEncoder. Branches of one pipeline need seeds of their own, or all modalities of
        a row are hidden together: `fusion_pipeline` sees to that.
    random_state : int, RandomState instance or None, default=None
        Seed of `dropout`.
    target : {"auto", "classes", "numbers"}, default="auto"
        What ``weight="auto"`` learns from. "auto": labels are classes, and so are whole numbers of which each comes
        five times in the mean. `fusion_pipeline` knows by its estimator.
    clip : float or None, default=None
        Standardised columns are limited to so many deviations on either side of the mean, in `fit` (before the norm is
        taken) and `transform`, so that one absurd value cannot outweigh all others in a linear model. Means and
        deviations are then learned without up to 1% of a column's values that make its deviation more than 4 times what
        it is of the others. Without effect on sparse input under ``standardize="auto"``, which is not standardised.
        `fusion_transformer` sets 4 for columns of numbers.

    Attributes
    ----------
    mean_ : ndarray of shape (n_features,) or None
        Mean of each column over the present rows, where columns are standardised.
    scale_ : ndarray of shape (n_features,) or None
        Standard deviation of each column, 1 for constant ones.
    weight_ : float
        The weight that was given or learned.
    alignment_ : float
        Where a weight is learned: how strongly the block speaks for the answers, from 0 for noise to 1 for the answers
        themselves.
    norm_ : float
        Root of the mean squared row norm of the standardised block, 1 for a block of zeros.
    n_features_in_ : int
        Number of columns seen in `fit`.

    Notes
    -----
    A row is missing when all its values are nan, or, in sparse input, when it stores no value other than zero. Single
    nan values in a dense row count as the column's mean. Dates are read as days since 1970 and spans of time as days,
    in whatever unit a column counts them; NaT is nan.

    References
    ----------
    Cortes, C., Mohri, M. and Rostamizadeh, A. (2012). Algorithms for learning kernels based on centered alignment.
    Journal of Machine Learning Research 13.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import BlockScaler
    >>> X = np.array([[0.0, 10.0], [2.0, 30.0], [np.nan, np.nan]])
    >>> BlockScaler(weight=2).fit_transform(X).round(3)
    array([[-1.414, -1.414],
           [ 1.414,  1.414],
           [ 0.   ,  0.   ]])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "weight": [*NON_NEGATIVE, StrOptions({"auto"})],
        "standardize": [*BOOL, StrOptions({"auto"})],
        "indicator": BOOL,
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "random_state": RANDOM_STATE,
        "target": [StrOptions({"auto", "classes", "numbers"})],
        "clip": POSITIVE_OR_NONE,
    }

    def __init__(
        self,
        weight: float | str = 1.0,
        *,
        standardize: bool | str = "auto",
        indicator: bool = False,
        dropout: float = 0.0,
        random_state: int | np.random.RandomState | None = None,
        target: str = "auto",
        clip: float | None = None,
    ) -> None:
        self.weight = weight
        self.standardize = standardize
        self.indicator = indicator
        self.dropout = dropout
        self.random_state = random_state
        self.target = target
        self.clip = clip

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the means, deviations, the norm and the weight of the block from the rows that are present.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The block.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Labels, or the numbers to predict, for ``weight="auto"``; ignored otherwise.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For infinite values, for a sparse block with ``standardize=True``, and for a `clip` with
            ``standardize=False``.
        """
        if self.clip is not None and not self.standardize:
            raise ValueError(
                f"clip={self.clip:g} is in deviations of a standardised block; use clip=None, or standardize"
            )
        X = self._validated(X, reset=True)
        standardize = not sparse.issparse(X) if self.standardize == "auto" else bool(self.standardize)
        if standardize and sparse.issparse(X):
            raise ValueError("a sparse block cannot be standardised without filling it; use standardize='auto'")
        check_consistent_length(X, y)
        there = present_rows(X)
        present = X[there]
        self.mean_: np.ndarray | None = None
        self.scale_: np.ndarray | None = None
        if standardize:
            self.mean_, self.scale_ = (moments if self.clip is None else moments_of_most)(present)
        present = self._standardized(present)
        energy = _energy(present) if present.shape[0] else 0.0
        self.norm_ = float(np.sqrt(energy)) or 1.0
        self._varies = energy > 0
        self.weight_ = 1.0 if self.weight == "auto" else float(self.weight)
        if self.weight == "auto" and y is not None:
            self.alignment_ = alignment(present, np.asarray(y)[there], self.target)
            believed = trust(present.shape[0])
            self.weight_ = float(np.sqrt(believed * self.alignment_ + 1 - believed))
        return self

    def transform(self, X: Any) -> Any:
        """Standardise, normalise and weigh a block.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The block.

        Returns
        -------
        {ndarray, sparse array} of shape (n_samples, n_features) or (n_samples, n_features + 1)
            Sparse if the input is. Missing rows are zeros.
        """
        check_is_fitted(self)
        X = self._validated(X, reset=False)
        return self._transformed(X, present_rows(X))

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> Any:
        """Fit, and transform with a share of `dropout` of the rows hidden; for training rows only.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The block.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            As in `fit`.
        **fit_params : dict
            Ignored; scikit-learn's signature.

        Returns
        -------
        {ndarray, sparse array} of shape (n_samples, n_features) or (n_samples, n_features + 1)
        """
        self.fit(X, y)
        X = self._validated(X, reset=False)
        shown = present_rows(X)
        if self.dropout:
            shown &= check_random_state(self.random_state).uniform(size=X.shape[0]) >= self.dropout
        return self._transformed(X, shown)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the input's names, and "present" where there is an indicator."""
        names: np.ndarray = super().get_feature_names_out(input_features)
        return np.append(names, "present").astype(object) if self.indicator else names

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _validated(self, X: Any, *, reset: bool) -> Any:
        dtypes = [np.float64, np.float32]
        values = validate_data(
            self, without_times(X), reset=reset, accept_sparse="csr", dtype=dtypes, ensure_all_finite=False
        )
        refuse_infinite(values, X)
        return values

    def _standardized(self, X: Any) -> Any:
        """Return X with mean 0 and deviation 1 a column, clipped, and with 0 for nan."""
        if sparse.issparse(X):
            return _without_nan(X)
        if self.mean_ is not None:
            X = ((X - self.mean_) / self.scale_).astype(X.dtype, copy=False)
            X = X if self.clip is None else np.clip(X, -self.clip, self.clip, out=X)
        return np.where(np.isnan(X), X.dtype.type(0), X)

    def _transformed(self, X: Any, shown: np.ndarray) -> Any:
        factor = X.dtype.type(self.weight_ / self.norm_)
        block = self._standardized(X)
        if sparse.issparse(X):
            block = sparse.diags_array(shown * factor, dtype=X.dtype, format="csr") @ block
            column = sparse.csr_array((shown * self.weight_).astype(X.dtype)[:, None])
            return sparse.hstack([block, column], format="csr") if self.indicator else block
        block *= factor
        block[~shown] = 0
        if self._varies and factor:  # a row at the mean is there, and zeros would say that it is not
            block[shown & ~block.any(axis=1), 0] = np.sqrt(np.finfo(block.dtype).tiny)
        column = (shown * self.weight_).astype(X.dtype)[:, None]
        return np.hstack([block, column]) if self.indicator else block


def _energy(X: Any) -> float:
    """Return the mean squared norm of the rows."""
    values = X.data if sparse.issparse(X) else X
    return float(np.square(values, dtype=np.float64).sum() / X.shape[0])


def _without_nan(X: Any) -> Any:
    """Return a sparse X with 0 for nan."""
    X = X.copy()
    X.data[np.isnan(X.data)] = 0
    return X
