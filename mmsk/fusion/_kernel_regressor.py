"""KernelFusionRegressor: support vector regression on a weighted sum of one kernel a modality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.compose import ColumnTransformer
from sklearn.svm import SVR
from sklearn.utils.validation import check_is_fitted

from mmsk._params import NON_NEGATIVE, POSITIVE, StrOptions, fit_context
from mmsk.fusion._kernel_mix import SHARED_CONSTRAINTS, fit_mix
from mmsk.fusion._rows import as_table, checked_target, counted_rows
from mmsk.fusion._submodels import fit_submodels, respond_by_pattern

__all__ = ["KernelFusionRegressor"]


class KernelFusionRegressor(RegressorMixin, BaseEstimator):
    """Support vector regression on a weighted sum of kernels, one a modality.

    Parameters
    ----------
    fusion : ColumnTransformer
        What `fusion_transformer` returns; its branches are the modalities.
    weights : {"auto", "alignment", "uniform"}, dict of str to float or None, default="auto"
        Share of each kernel, as in `KernelFusionClassifier`; "alignment" is with the target's products.
    kernel : {"linear", "rbf"} or dict of str to these, default="linear"
        Kernel of all, or of each, modality. The width of an RBF kernel is the median distance of the training rows.
    C : float, default=1.0
        Inverse strength of regularisation. The classifier's 2 would let it fit the noise of numbers.
    epsilon : float, default=0.1
        Error that costs nothing, in units of the target's standard deviation over the training rows. The machine is
        fitted to the standardised target, so that C and epsilon mean the same whatever its unit.
    absent : {"zero", "submodel"}, default="zero"
        What answers rows that lack a modality, as in `KernelFusionClassifier`.
    dropout : float, default=0.0
        Share of the present cells of the training rows that are hidden from the machine, never the last one of a row.
    random_state : int, RandomState instance or None, default=None
        Seed of `dropout`.
    tol : float, default=1e-3
        Tolerance of the solver.

    Attributes
    ----------
    weights_ : dict of str to float
        The shares that were given or learned.
    branches_ : dict of str to ColumnTransformer
        Each modality's fitted branch.
    kernels_ : dict of str to KernelForm
        Each modality's fitted kernel.
    svr_ : SVR
        The machine, fitted on the precomputed sum of kernels and the standardised target.
    mean_, scale_ : float
        Weighted mean and standard deviation of the target; the latter is 1 for a constant one.
    submodels_ : dict of str to KernelFusionRegressor
        By the names of their modalities, as in "image+audio"; empty with ``absent="zero"``.

    Notes
    -----
    A missing modality adds nothing to a row's kernel; a row with nothing present gets the target's mean. What fits of
    one search have in common is kept in ``mmsk.fusion.memo``.

    Examples
    --------
    >>> import pandas as pd
    >>> from mmsk import fusion_transformer
    >>> from mmsk.fusion import KernelFusionRegressor
    >>> X = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [0.0, 2.0, None, 6.0]})
    >>> fusion = fusion_transformer([("a", "passthrough", "a"), ("b", "passthrough", "b")])
    >>> model = KernelFusionRegressor(fusion, C=100.0, epsilon=0.01).fit(X, [0.0, 10.0, 20.0, 30.0])
    >>> model.predict(pd.DataFrame({"a": [1.5], "b": [3.0]})).round()
    array([15.])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **SHARED_CONSTRAINTS,
        "weights": [dict, StrOptions({"uniform", "auto", "alignment"}), None],
        "C": POSITIVE,
        "epsilon": NON_NEGATIVE,
        "absent": [StrOptions({"zero", "submodel"})],
        "tol": POSITIVE,
    }

    def __init__(
        self,
        fusion: ColumnTransformer,
        *,
        weights: Mapping[str, float] | str | None = "auto",
        kernel: str | Mapping[str, str] = "linear",
        C: float = 1.0,
        epsilon: float = 0.1,
        absent: str = "zero",
        dropout: float = 0.0,
        random_state: int | np.random.RandomState | None = None,
        tol: float = 1e-3,
    ) -> None:
        self.fusion = fusion
        self.weights = weights
        self.kernel = kernel
        self.C = C
        self.epsilon = epsilon
        self.absent = absent
        self.dropout = dropout
        self.random_state = random_state
        self.tol = tol

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the branches, mix their kernels and fit the machine.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
        y : array-like of shape (n_rows,)
        sample_weight : array-like of shape (n_rows,), default=None
            At least 0. A row of weight 0 is as if it were not there.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For shares or kernels of unknown branches, negative shares, and shares that are all 0.
        """
        X, y = as_table(self, X, reset=True), checked_target(y, classes=False)
        X, y, sample_weight = counted_rows(X, y, sample_weight)
        self.mean_ = float(np.average(y, weights=sample_weight))
        self.scale_ = float(np.sqrt(np.average((y - self.mean_) ** 2, weights=sample_weight))) or 1.0
        target = (y - self.mean_) / self.scale_
        self._mix = fit_mix(
            self.fusion,
            X,
            y,
            target[:, None],
            weights=self.weights,
            kernel=self.kernel,
            dropout=self.dropout,
            random_state=self.random_state,
            balanced=False,
        )
        self.weights_, self.branches_, self.kernels_ = self._mix.shares, self._mix.branches, self._mix.forms
        svr = SVR(kernel="precomputed", C=self.C, epsilon=self.epsilon, tol=self.tol)
        self.svr_ = svr.fit(self._mix.training(), target, sample_weight=sample_weight)
        self.submodels_: dict[str, KernelFusionRegressor] = {}
        if self.absent == "submodel":
            self.submodels_ = fit_submodels(self, X, y, self._mix.held(), self.weights_, sample_weight)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Return the prediction for each row.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of shape (n_rows,)
        """
        check_is_fitted(self)
        X = as_table(self, X, reset=False)
        mixed = self._mix.with_training(X)
        predictions = np.asarray(self.svr_.predict(mixed) * self.scale_ + self.mean_)
        predictions[~mixed.any(axis=1)] = self.mean_
        if self.submodels_:
            predictions = respond_by_pattern(predictions, X, self._mix.held(X), self.submodels_, "predict")
        return predictions

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        return tags
