"""Augmented: what the classifier and the regressor share, which is all but the target."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_consistent_length, check_is_fitted, has_fit_parameter

from mmsk._params import N_JOBS, RANDOM_STATE, WHOLE, HasMethods, fit_context, rows_of
from mmsk._reference import object_array
from mmsk.augmentation._cells import Plan, copies_of_column
from mmsk.augmentation._changes import changes_of
from mmsk.augmentation._columns import media_columns
from mmsk.augmentation._folds import refuse_folds
from mmsk.fusion._late_fit import fit_parameter, taker_of
from mmsk.fusion._rows import as_table, checked_target, checked_weights

__all__ = ["Augmented"]

LARGEST_SEED = np.iinfo(np.int32).max


def _inner_has(name: str) -> Callable[[Any], bool]:
    """Return a check of whether the inner estimator has a method."""

    def check(self: Any) -> bool:
        getattr(getattr(self, "estimator_", self.estimator), name)
        return True

    return check


class Augmented(MetaEstimatorMixin, BaseEstimator):
    """An estimator that is fitted on the rows that it is given and on changed copies of them."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "estimator": [HasMethods(["fit", "predict"])],
        "image": [list, tuple],
        "audio": [list, tuple],
        "text": [list, tuple],
        "columns": [dict, None],
        "n_copies": WHOLE,
        "random_state": RANDOM_STATE,
        "n_jobs": N_JOBS,
    }
    _classes: ClassVar[bool]

    def __init__(
        self,
        estimator: Any,
        *,
        image: Sequence[Any] = ("rotate", "crop", "brightness"),
        audio: Sequence[Any] = ("shift", "noise", "gain", "stretch"),
        text: Sequence[Any] = ("mask",),
        columns: Mapping[str, Any] | None = None,
        n_copies: int = 1,
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.estimator = estimator
        self.image = image
        self.audio = audio
        self.text = text
        self.columns = columns
        self.n_copies = n_copies
        self.random_state = random_state
        self.n_jobs = n_jobs

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> Self:
        """Fit a clone of the estimator on the rows and their copies.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
        y : array-like of shape (n_rows,)
        sample_weight : array-like of shape (n_rows,), default=None
            A row's weight is shared out equally among it and its copies.
        groups : array-like of shape (n_rows,), default=None
            For an estimator that splits the training rows into folds and takes groups (`LateFusionClassifier`, also as
            the last step of a pipeline). None = each row is a group, with its copies.

        Returns
        -------
        self

        Raises
        ------
        InvalidParameterError
            For unknown augmentations, kinds and columns, and for what would validate on copies in the estimator.
        ValueError
            For sample weights and groups that the estimator does not take.
        MmskError
            Where a function of the user's own fails.
        """
        refuse_folds(self.estimator, type(self).__name__)
        X, y = as_table(self, X, reset=True), checked_target(y, classes=self._classes)
        check_consistent_length(X, y, groups)
        weights = checked_weights(sample_weight, len(y))
        plans = self._plans(X)
        self.columns_ = {plan.column: plan.kind for plan in plans}
        rows = np.tile(np.arange(len(y)), 1 + self.n_copies if plans else 1)
        if weights is not None:
            weights = weights[rows] * (len(y) / len(rows))
        estimator = clone(self.estimator)
        if groups is None and plans and has_fit_parameter(taker_of(estimator, "groups")[1], "groups"):
            groups = np.arange(len(y))
        parameters = fit_parameter(estimator, "sample_weight", weights)
        parameters |= fit_parameter(estimator, "groups", None if groups is None else np.asarray(groups)[rows])
        self.estimator_ = estimator.fit(self._with_copies(X, plans, rows), y[rows], **parameters)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Return the inner estimator's predictions for rows as they are.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of shape (n_rows,)
        """
        return np.asarray(self._fitted().predict(as_table(self, X, reset=False)))

    @available_if(_inner_has("predict_proba"))
    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probability of each class, if the inner estimator gives probabilities.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of shape (n_rows, n_classes)
        """
        return np.asarray(self._fitted().predict_proba(as_table(self, X, reset=False)))

    @available_if(_inner_has("decision_function"))
    def decision_function(self, X: Any) -> np.ndarray:
        """Return the inner estimator's decision values, if it has any.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of shape (n_rows,) or (n_rows, n_classes)
        """
        return np.asarray(self._fitted().decision_function(as_table(self, X, reset=False)))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags

    def _fitted(self) -> Any:
        check_is_fitted(self)
        return self.estimator_

    def _plans(self, X: Any) -> list[Plan]:
        """Return what is done with each column that is augmented."""
        changes = {kind: changes_of(kind, getattr(self, kind)) for kind in ("image", "audio", "text")}
        media = media_columns(X, self.estimator, self.columns)
        if not media and isinstance(X, pd.DataFrame) and self.n_copies and any(changes.values()):
            advice = "name them, as in columns={'image': ['photo']}"
            text = f"no column of pictures, sounds or texts was found: fitted without copies; {advice}"
            warnings.warn(text, UserWarning, stacklevel=4)
        seed, repeats = self.random_state, True
        if not isinstance(seed, (int, np.integer)):
            seed, repeats = check_random_state(seed).randint(LARGEST_SEED), False
        return [
            Plan(column, medium.kind, medium.limits, changes[medium.kind], int(seed), self.n_copies, repeats)
            for column, medium in media.items()
            if changes[medium.kind] and self.n_copies
        ]

    def _with_copies(self, X: Any, plans: list[Plan], rows: np.ndarray) -> Any:
        """Return the rows, after them all first copies, all second ones and so on, under the labels of their rows."""
        augmented = rows_of(X, rows)
        if plans:
            augmented = augmented.copy(deep=False)  # pandas 2 warns of columns that are set in a selection
        for plan in plans:
            cells = object_array(X[plan.column])
            made = copies_of_column(plan, cells, list(X.index), self.n_jobs)
            column = object_array([*cells, *(copies[number] for number in range(self.n_copies) for copies in made)])
            dtype = X[plan.column].dtype
            is_string = isinstance(dtype, pd.StringDtype) and plan.kind == "text"
            dtype = dtype if is_string else np.dtype(object)  # left to itself, pandas makes strings of objects
            augmented[plan.column] = pd.Series(column, index=augmented.index, dtype=dtype)
        return augmented
