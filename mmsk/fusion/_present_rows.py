"""PresentRows: any scikit-learn transformer, fitted and applied where there is something to transform."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, MetaEstimatorMixin, TransformerMixin, clone
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted, validate_data

from mmsk._params import HasMethods, fit_context
from mmsk.fusion._presence import present_rows

__all__ = ["PresentRows"]


class PresentRows(MetaEstimatorMixin, TransformerMixin, BaseEstimator):
    """Apply a transformer to the rows that are present; rows that are missing stay missing.

    Lets transformers that refuse nan, PCA and TruncatedSVD among them, take part in a branch.

    Parameters
    ----------
    transformer : estimator
        Any transformer of numbers. What it returns is made dense.

    Attributes
    ----------
    transformer_ : estimator
        The clone that was fitted on the present rows.
    n_features_in_ : int
        Number of columns seen in `fit`.

    Raises
    ------
    ValueError
        In `fit`, when no row is present, and for what the transformer itself refuses (single nan values, say).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.decomposition import PCA
    >>> from mmsk.fusion import PresentRows
    >>> X = np.array([[0.0, 0.0], [np.nan, np.nan], [2.0, 2.0]])
    >>> np.abs(PresentRows(PCA(1)).fit_transform(X)).round(3)
    array([[1.414],
           [  nan],
           [1.414]])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {"transformer": [HasMethods(["fit", "transform"])]}

    def __init__(self, transformer: Any) -> None:
        self.transformer = transformer

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any = None) -> Self:
        """Fit the transformer on the present rows.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The block.
        y : array-like of shape (n_samples,), default=None
            The target, for a supervised transformer.

        Returns
        -------
        self
        """
        X = self._validated(X, reset=True)
        present = present_rows(X)
        if not present.any():
            raise ValueError(f"all {X.shape[0]} rows are missing: nothing to fit {type(self.transformer).__name__} on")
        y = None if y is None else np.asarray(y)[present]
        self.transformer_ = clone(self.transformer).fit(X[present], y)
        self._nothing = _dense(self.transformer_.transform(X[present][:1]))[:0]
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Transform the present rows.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The block.

        Returns
        -------
        ndarray of shape (n_samples, n_features_out)
            Rows of nan where the input has none.
        """
        check_is_fitted(self)
        X = self._validated(X, reset=False)
        present = present_rows(X)
        made = _dense(self.transformer_.transform(X[present])) if present.any() else self._nothing
        out = np.full((X.shape[0], made.shape[1]), np.nan, dtype=np.result_type(made, X.dtype))
        out[present] = made
        return out

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names that the transformer gives."""
        check_is_fitted(self)
        if input_features is None:  # the transformer itself has seen an array
            input_features = getattr(self, "feature_names_in_", None)
        names: np.ndarray = self.transformer_.get_feature_names_out(input_features)
        return names

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        inner = get_tags(self.transformer).input_tags  # rows of nan are fine here, single nan where they are fine there
        tags.input_tags.allow_nan = inner.allow_nan
        tags.input_tags.sparse = inner.sparse
        return tags

    def _validated(self, X: Any, *, reset: bool) -> Any:
        return validate_data(
            self,
            X,
            reset=reset,
            accept_sparse="csr",
            dtype=[np.float64, np.float32],
            ensure_all_finite="allow-nan",
        )


def _dense(X: Any) -> np.ndarray:
    return X.toarray() if sparse.issparse(X) else np.asarray(X)
