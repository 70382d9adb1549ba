"""LateFusionRegressor: a regressor of its own for each modality, and one number from all that are present."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import RegressorMixin, clone
from sklearn.linear_model import RidgeCV
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if

from mmsk._params import StrOptions, fit_context
from mmsk.fusion._folds import hide
from mmsk.fusion._late_base import LateFusion
from mmsk.fusion._late_fit import fit_parameter, relative_weights
from mmsk.fusion._late_models import Response, number_response
from mmsk.fusion._rows import as_table, checked_target, checked_weights
from mmsk.fusion._shares import learn_shares, shared_out

__all__ = ["LateFusionRegressor"]


class LateFusionRegressor(RegressorMixin, LateFusion):
    """Regression by one model a modality, each on the rows where its modality is present.

    Parameters
    ----------
    estimators : list of (name, estimator, column)
        The modalities, as in `LateFusionClassifier`; estimators are regressors, or "drop".
    combine : {"stack", "mean"}, default="stack"
        "stack": `final_estimator` on the predictions of all modalities, less the mean of the target and in units of its
        standard deviation, 0 where one is absent, and which are present; it learns from out-of-fold predictions.
        "mean": the mean of the predictions.
    weights : dict of str to float, list of float, "learned" or None, default=None
        For "mean": share of each modality, at least 0; a list is in the order of `estimators`, and who is not in a dict
        has 0, and no model. None = equal shares. "learned" = those of the least squared error out of fold, shrunk
        towards equal ones. In a row, the shares of absent modalities go to the present ones.
    final_estimator : regressor, default=None
        For "stack". None = ``RidgeCV()``.
    cv : int, splitter or iterable, default=5
        Folds for what is learned out of fold; an int makes shuffled ones, of whole groups where `fit` is given groups.
    dropout : float, default=0.0
        Share of the training cells that are hidden, never the last one of a row, from what is learned out of fold.
    random_state : int, RandomState instance or None, default=None
        Seed of the folds (0 for None), of `dropout`, and of all random states of the estimators that are None.
    n_jobs : int, default=None
        Modalities that are fitted at the same time.

    Attributes
    ----------
    mean_ : float
        Mean of the target: the answer for a row in which nothing is present.
    scale_ : float
        Standard deviation of the target, 1 for a constant one.
    modalities_ : list of str
    weights_ : dict of str to float
        The shares that were given or learned.
    estimators_ : list of estimators
        The fitted models; also by name, in `named_estimators_`. A modality of share 0, or without rows, has none.
    final_estimator_ : regressor
        With "stack".
    n_features_in_, feature_names_in_
        Columns seen in `fit`.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from sklearn.linear_model import LinearRegression
    >>> from mmsk.fusion import LateFusionRegressor
    >>> X = pd.DataFrame({"a": np.arange(8.0), "b": np.arange(8.0) * 10})
    >>> models = [("a", LinearRegression(), ["a"]), ("b", LinearRegression(), ["b"])]
    >>> fusion = LateFusionRegressor(models, combine="mean").fit(X, np.arange(8.0))
    >>> fusion.predict(pd.DataFrame({"a": [2.0, np.nan, np.nan], "b": [40.0, 50.0, np.nan]})).round(1)
    array([3. , 5. , 3.5])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **LateFusion._shared_constraints,
        "combine": [StrOptions({"mean", "stack"})],
    }

    def __init__(
        self,
        estimators: Sequence[tuple[str, Any, Any]],
        *,
        combine: str = "stack",
        weights: Mapping[str, float] | Sequence[float] | str | None = None,
        final_estimator: Any = None,
        cv: Any = 5,
        dropout: float = 0.0,
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.estimators = estimators
        self.combine = combine
        self.weights = weights
        self.final_estimator = final_estimator
        self.cv = cv
        self.dropout = dropout
        self.random_state = random_state
        self.n_jobs = n_jobs

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> Self:
        """Fit the models, and what combines them.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
        y : array-like of shape (n_rows,)
        sample_weight : array-like of shape (n_rows,), default=None
            Passed to the models, and to what is learned from them.
        groups : array-like of shape (n_rows,), default=None
            Rows that must not be on both sides of a fold.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For modalities of the wrong form, unknown columns, weights of unknown modalities or with "stack",
            classifiers, models that take no sample weights, and too few rows to learn from folds.
        """
        if self.combine == "stack" and self.weights is not None:
            raise ValueError("combine='stack' learns what each modality counts for; leave weights=None")
        X, y = as_table(self, X, reset=True), checked_target(y, classes=False)
        weight = checked_weights(sample_weight, len(y))
        self.mean_ = float(np.average(y, weights=weight))
        self.scale_ = float(np.sqrt(np.average((y - self.mean_) ** 2, weights=weight))) or 1.0
        unseen, *_ = self._fit_models(X, y, weight, groups, stratify=False, response_of=self._response_of, n_outputs=1)
        if self._learns():
            self._fit_combination(np.stack(unseen)[..., 0], y, weight)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Return the prediction for each row.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of shape (n_rows,)
            `mean_` for a row in which nothing is present.

        Raises
        ------
        NotFittedError
            Before `fit`, and after it when `combine` is set to another; so does `attention`.
        """
        self._check_fitted()
        predictions = self._respond(as_table(self, X, reset=False))[..., 0]
        if self.combine == "mean":
            return self._mean(predictions, self._shares())
        some = ~np.isnan(predictions).all(axis=0)
        numbers = np.full(len(some), self.mean_)
        if some.any():
            numbers[some] = self.final_estimator_.predict(self._stacked(predictions[:, some]))
        return numbers

    @available_if(lambda self: self.combine == "mean")
    def attention(self, X: Any) -> np.ndarray:
        """Return the share of each modality in each row, those of absent ones shared out; with "mean" only.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of shape (n_rows, n_modalities)
            Columns are in the order of `modalities_`; a row of zeros where none is present.
        """
        self._check_fitted()
        predictions = self._respond(as_table(self, X, reset=False))[..., 0]
        return self._as_attention(shared_out(self._shares(), ~np.isnan(predictions)))

    def _response_of(self, name: str, estimator: Any) -> tuple[Response, bool]:
        """Return how a model responds, and whether its responses to unseen rows are needed."""
        return number_response, self._learns()

    def _fit_combination(self, predictions: np.ndarray, y: np.ndarray, weight: np.ndarray | None) -> None:
        """Learn shares or a final estimator from out-of-fold predictions of shape (n_models, n_rows)."""
        if self.dropout:
            shown = hide(~np.isnan(predictions), self.dropout, check_random_state(self.random_state))
            predictions = np.where(shown, predictions, np.nan)
        some = ~np.isnan(predictions).all(axis=0)
        predictions, y = predictions[:, some], y[some]
        weight = None if weight is None else weight[some]
        if self.combine == "stack":
            if not some.any():
                raise ValueError("combine='stack' learns from folds and needs two rows, got n_samples=1")
            final = RidgeCV() if self.final_estimator is None else clone(self.final_estimator)
            parameters = fit_parameter(final, "sample_weight", weight)
            self.final_estimator_ = final.fit(self._stacked(predictions), y, **parameters)
            return
        weights = relative_weights(weight, len(y))
        count = len(predictions)

        def squares(shares: np.ndarray) -> float:
            return float(weights @ (y - self._mean(predictions, shares)) ** 2)

        variance = squares(np.full(count, 1.0 / count)) / max(len(y), 1) or 1.0  # of the errors under equal shares
        self._set_shares(learn_shares(lambda shares: squares(shares) / (2 * variance), count))

    def _mean(self, predictions: np.ndarray, shares: np.ndarray) -> np.ndarray:
        """Return the mean of predictions of shape (n_models, n_rows) under shares of shape (n_models,)."""
        attention = shared_out(shares, ~np.isnan(predictions))
        pooled = (attention * np.where(np.isnan(predictions), 0.0, predictions)).sum(axis=0)
        return np.asarray(np.where(attention.sum(axis=0) > 0, pooled, self.mean_))

    def _stacked(self, predictions: np.ndarray) -> np.ndarray:
        """Return what a final estimator is given, from predictions of shape (n_models, n_rows)."""
        present = ~np.isnan(predictions)
        return np.vstack([np.where(present, (predictions - self.mean_) / self.scale_, 0.0), present]).T
