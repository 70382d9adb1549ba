"""LateFusion: what the classifier and the regressor of late fusion share."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, clone, is_classifier, is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.utils import Bunch, check_random_state
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from mmsk._params import N_JOBS, RANDOM_STATE, BaseComposition, HasMethods, Interval, Made, Real, StrOptions
from mmsk.fusion._folds import Folds, make_folds
from mmsk.fusion._late_models import Job, Response, respond, run_jobs
from mmsk.fusion._rows import by_name, present_cells, select
from mmsk.fusion._shares import checked_shares

__all__ = ["LateFusion"]

MODELS = "a list of (name, estimator, column), as modality_models(fusion_transformer(branches), estimator) makes it"


class LateFusion(BaseComposition):
    """One model a modality. What is made of their answers is up to the subclass."""

    _shared_constraints: ClassVar[dict[str, Any]] = {
        "estimators": [Made(list, MODELS)],
        "weights": [dict, "array-like", StrOptions({"learned"}), None],
        "final_estimator": [HasMethods(["fit", "predict"]), None],
        "cv": ["cv_object"],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "random_state": RANDOM_STATE,
        "n_jobs": N_JOBS,
    }

    estimators: Any
    combine: str
    weights: Any
    final_estimator: Any
    cv: Any
    random_state: Any
    n_jobs: int | None

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters, the modality models and theirs under ``name`` and ``name__parameter`` if `deep`."""
        params: dict[str, Any] = self._get_params("_pairs", deep=deep)
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters of the fusion, of a model (``name__parameter``), or a model itself (``name``)."""
        if "estimators" in params:
            self.estimators = params.pop("estimators")
        self._set_params("_pairs", **params)
        return self

    @property
    def named_estimators(self) -> Bunch:
        """The modality models by name, not fitted."""
        return Bunch(**dict(self._pairs))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags

    @property
    def _pairs(self) -> Any:
        """The models as scikit-learn's compositions keep them: (name, estimator)."""
        try:
            return [(name, estimator) for name, estimator, _ in self.estimators]
        except (TypeError, ValueError):
            return self.estimators

    @_pairs.setter
    def _pairs(self, pairs: Sequence[tuple[str, Any]]) -> None:
        columns = [column for _, _, column in self.estimators]
        self.estimators = [(*pair, column) for pair, column in zip(pairs, columns, strict=True)]

    def _fit_models(
        self,
        X: Any,
        y: np.ndarray,
        sample_weight: np.ndarray | None,
        groups: Any,
        *,
        stratify: bool,
        response_of: Callable[[str, Any], tuple[Response, bool]],
        n_outputs: int,
    ) -> tuple[list[Any], Folds, list[np.ndarray]]:
        """Fit the models of the modalities that have a share and rows to learn from.

        `response_of` takes a name and an estimator, and returns how it responds and whether its responses to rows that
        it has not seen are needed. Returns these, for each fitted model, the folds that they are from, and which rows
        each model was fitted on. Sets `modalities_`, `weights_`, `estimators_` and `named_estimators_`.
        """
        check_consistent_length(X, y, groups)
        self._combined_by = self.combine
        if self.combine == "stack":
            _check_kind(self.final_estimator, "final_estimator", classes=stratify)
        seed = _seed(self.random_state)
        triples = self._checked_triples()
        self.modalities_ = [name for name, _, _ in triples]
        self.weights_ = checked_shares(self._given_weights(), self.modalities_)
        self._columns = {name: by_name(X, column) for name, _, column in triples}
        folds = make_folds(self.cv, X, y, groups, stratify=stratify, seed=seed or 0)
        can_fit = _has_two if stratify else _has_one
        jobs = []
        for name, estimator, _ in triples:
            if not self.weights_[name]:
                continue
            _check_kind(estimator, f"the model of modality {name!r}", classes=stratify)
            estimator = _seeded(estimator, seed, name)
            response, unseen = response_of(name, estimator)
            columns = self._select(X, name)
            present = present_cells(estimator, columns)
            if sample_weight is not None:
                present &= sample_weight > 0  # some estimators fail over classes of no weight
            if not can_fit(y[present]):
                what = "no row" if not present.any() else "rows of one class only"
                warnings.warn(f"modality {name!r} has {what} to learn from: it is left out", UserWarning, stacklevel=3)
                continue
            job_folds = folds if unseen else None
            jobs.append(
                Job(name, estimator, columns, present, y, sample_weight, job_folds, response, n_outputs, can_fit)
            )
        if not jobs:
            raise ValueError(f"no modality has {'rows of two classes' if stratify else 'a row'} to learn from")
        done = run_jobs(jobs, self.n_jobs)
        self.named_estimators_ = Bunch(**{job.name: model for job, (model, _) in zip(jobs, done, strict=True)})
        self.estimators_ = [model for model, _ in done]
        self._how = {job.name: job.response for job in jobs}
        self._n_outputs = n_outputs
        return [unseen for _, unseen in done], folds, [job.present for job in jobs]

    def _respond(self, X: Any) -> np.ndarray:
        """Return the responses of the fitted models, of shape (n_models, n_rows, n_outputs); nan where absent."""
        responses = np.full((len(self.estimators_), X.shape[0], self._n_outputs), np.nan)
        for number, (name, model) in enumerate(self.named_estimators_.items()):
            columns = self._select(X, name)
            rows = np.flatnonzero(present_cells(model, columns))
            if len(rows):
                responses[number, rows] = respond(model, columns, rows, self._how[name])
        return responses

    def _learns(self) -> bool:
        """Return whether the combination is learned from out-of-fold predictions."""
        return self.combine in ("gate", "stack") or isinstance(self.weights, str)

    def _check_fitted(self) -> None:
        """Refuse to answer before `fit`, and as what was never fitted."""
        check_is_fitted(self)
        if self.combine != self._combined_by:
            before = f"it was fitted with combine={self._combined_by!r}"
            raise NotFittedError(f"{before}, which is now {self.combine!r}; fit it again")

    def _select(self, X: Any, name: str) -> Any:
        """Return a modality's columns."""
        return select(X, self._columns[name], name)

    def _given_weights(self) -> Mapping[str, float] | None:
        """Return the weights that were given by the names of the modalities, None where none were.

        Raises
        ------
        ValueError
            For a list of another length than that of the estimators, with those that are dropped.
        """
        if self.weights is None or isinstance(self.weights, (str, Mapping)):
            return None if isinstance(self.weights, str) else self.weights
        given, names = np.asarray(self.weights), [name for name, _, _ in self.estimators]
        if given.shape != (len(names),):
            advice = "give one number for each, or a dict by name"
            raise ValueError(f"weights is {self.weights!r}, and the estimators are {names}: {advice}")
        return {name: one for name, one in zip(names, given, strict=True) if name in self.modalities_}

    def _shares(self) -> np.ndarray:
        """Return the shares of the fitted models, summing to one."""
        shares = np.array([self.weights_[name] for name in self.named_estimators_])
        return np.asarray(shares / shares.sum())

    def _set_shares(self, learned: np.ndarray) -> None:
        """Set `weights_` to the shares of the fitted models that were learned, and to 0 where there is no model."""
        found = dict(zip(self.named_estimators_, learned.tolist(), strict=True))
        self.weights_ = dict.fromkeys(self.modalities_, 0.0) | found

    def _as_attention(self, shares: np.ndarray) -> np.ndarray:
        """Return shares of shape (n_models, n_rows) as an array of shape (n_rows, n_modalities)."""
        attention = np.zeros((shares.shape[1], len(self.modalities_)))
        attention[:, [self.modalities_.index(name) for name in self.named_estimators_]] = shares.T
        return attention

    def _checked_triples(self) -> list[tuple[str, Any, Any]]:
        """Return the modalities that are not dropped, or say what is wrong with one."""
        for triple in self.estimators:
            if not (isinstance(triple, tuple) and len(triple) == 3 and isinstance(triple[0], str)):
                raise ValueError(f"a modality is a tuple (name, estimator, column), got {triple!r}")
        self._validate_names([name for name, _, _ in self.estimators])
        triples = [triple for triple in self.estimators if not (isinstance(triple[1], str) and triple[1] == "drop")]
        if not triples:
            raise ValueError("at least one modality is needed, as in [('text', model, 'caption')]")
        for name, estimator, _ in triples:
            if isinstance(estimator, type) or not hasattr(estimator, "fit"):
                raise ValueError(f"the model of modality {name!r} has to be an estimator or 'drop', got {estimator!r}")
        return triples


def _check_kind(estimator: Any, role: str, *, classes: bool) -> None:
    """Refuse a regressor where classes are predicted, and a classifier where numbers are; what is neither may pass."""
    other = is_regressor if classes else is_classifier
    if hasattr(estimator, "__sklearn_tags__") and other(estimator):
        is_a, wanted = ("regressor", "classifier") if classes else ("classifier", "regressor")
        raise ValueError(f"{role} has to be a {wanted}; {type(estimator).__name__} is a {is_a}")


def _has_two(y: np.ndarray) -> bool:
    """Return whether there are two classes to tell apart."""
    return len(np.unique(y)) > 1


def _has_one(y: np.ndarray) -> bool:
    return len(y) > 0


def _seed(random_state: Any) -> int | None:
    """Return a whole number for a random state, None for None."""
    if random_state is None or isinstance(random_state, (int, np.integer)):
        return None if random_state is None else int(random_state)
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))


def _seeded(estimator: BaseEstimator, seed: int | None, name: str) -> Any:
    """Return a clone, with a seed of its own wherever it has no random_state yet."""
    estimator = clone(estimator)
    if seed is None:
        return estimator
    params = sorted(estimator.get_params(deep=True).items())
    unset = [key for key, value in params if key.rpartition("__")[2] == "random_state" and value is None]
    drawn = np.random.RandomState([seed, zlib.crc32(name.encode())]).randint(np.iinfo(np.int32).max, size=len(unset))
    return estimator.set_params(**{key: int(one) for key, one in zip(unset, drawn, strict=True)})
