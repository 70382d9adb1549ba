"""The models of late fusion: one a modality, fitted on the rows where it is present, and what it says of unseen rows.

Strategy: what costs time is a fit and what costs nothing is to combine. So fitted models, out-of-fold responses and
responses to new rows are kept in the memo, and the candidates of a search over weights share them. A worker gets a
modality, not a fold, so that no item is described by two of them; it has one thread for linear algebra, as it has when
there is one worker only, so that the number of workers never shows.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.utils.parallel import Parallel, delayed
from threadpoolctl import threadpool_limits

from mmsk.fusion._decisions import decides_by_pair
from mmsk.fusion._digests import content_key, rows_digest
from mmsk.fusion._late_fit import fit_parameter
from mmsk.fusion._memo import memo, repeatable
from mmsk.fusion._rows import take

__all__ = ["Job", "class_response", "number_response", "respond", "response_method", "run_jobs"]

Response = Callable[[Any, Any], np.ndarray]  # of a fitted model to some rows: shape (n_rows, n_outputs)


@dataclass(frozen=True)
class Job:
    """What is to be fitted for one modality.

    `can_fit` says of some targets whether a model can be fitted to them at all. `folds` is None where no responses to
    unseen rows are needed.
    """

    name: str
    estimator: Any
    columns: Any
    present: np.ndarray
    y: np.ndarray
    sample_weight: np.ndarray | None
    folds: Sequence[tuple[np.ndarray, np.ndarray]] | None
    response: Response
    n_outputs: int
    can_fit: Callable[[np.ndarray], bool]

    def key(self, what: str) -> Hashable | None:
        """Return the key of the model, or of the out-of-fold responses."""
        folds = [] if what == "model" else [row for fold in self.folds or () for part in fold for row in (*part, -1)]
        return content_key(f"late {what}", self.estimator, self.columns, self.y, self.sample_weight, folds)

    def fit(self, rows: np.ndarray) -> Any:
        """Return a model fitted on some rows."""
        weights = None if self.sample_weight is None else self.sample_weight[rows]
        model = clone(self.estimator)
        given = _class_weights(model)
        model.set_params(**_of_classes(given, self.y[rows]))  # for the fit only: what was given stays to be seen
        try:
            model = model.fit(take(self.columns, rows), self.y[rows], **fit_parameter(model, "sample_weight", weights))
            return model.set_params(**given) if given else model
        except Exception as error:
            error.add_note(f"while fitting the model of modality {self.name!r} on {len(rows)} rows")
            raise

    def model(self) -> Any:
        """Return the model of all present rows."""
        with threadpool_limits(1):
            return self.fit(np.flatnonzero(self.present))

    def unseen(self) -> np.ndarray:
        """Return responses to rows that a model has not seen; nan where the modality is absent, or in no fold."""
        responses = np.full((len(self.y), self.n_outputs), np.nan)
        with threadpool_limits(1):
            for train, test in self.folds or ():
                train, test = train[self.present[train]], test[self.present[test]]
                if len(test) and self.can_fit(self.y[train]):
                    responses[test] = self.response(self.fit(train), take(self.columns, test))
        responses.flags.writeable = False  # the memo may hand it out again
        return responses


def run_jobs(jobs: Sequence[Job], n_jobs: int | None) -> list[tuple[Any, np.ndarray | None]]:
    """Return for each job the model, and the out-of-fold responses where it has folds.

    Only what the memo does not know is computed, a modality a worker.
    """
    wanted = [["model"] if job.folds is None else ["model", "unseen"] for job in jobs]
    keys = [{what: job.key(what) for what in parts} for job, parts in zip(jobs, wanted, strict=True)]
    missing = [[what for what, key in of_job.items() if key is None or not memo.knows(key)] for of_job in keys]
    todo = [(number, job) for number, job in enumerate(jobs) if missing[number]]
    done = Parallel(n_jobs=n_jobs)(delayed(_run)(job, missing[number]) for number, job in todo)
    fresh = {number: results for (number, _), results in zip(todo, done, strict=True)}
    results = []
    for number, job in enumerate(jobs):
        ready = fresh.get(number, {})
        # another thread may have pushed out meanwhile what the memo knew
        found = {what: memo.recall(key, partial(_get, ready, job, what)) for what, key in keys[number].items()}
        results.append((found["model"], found.get("unseen")))
    return results


def respond(model: Any, columns: Any, rows: np.ndarray, response: Response) -> np.ndarray:
    """Return a fitted model's responses to some rows of columns."""
    some = take(columns, rows)
    digested = rows_digest(model, some) if repeatable(model) else None
    key = None if digested is None else ("late response", id(model), digested)
    return np.asarray(memo.recall(key, partial(response, model, some), anchors=(model,)))


def response_method(name: str, estimator: Any) -> str:
    """Return by which method a classifier says what it thinks of a row.

    Raises
    ------
    ValueError
        For a classifier with no such method.
    """
    for method in ("predict_proba", "decision_function"):
        if hasattr(estimator, method):
            return method
    raise ValueError(f"modality {name!r}: {type(estimator).__name__} has neither predict_proba nor decision_function")


def class_response(model: Any, columns: Any, name: str, classes: np.ndarray, method: str) -> np.ndarray:
    """Return probabilities or decision values of all classes, nan for those that the model does not know.

    Raises
    ------
    ValueError
        For decision values of pairs of classes.
    """
    values = np.asarray(getattr(model, method)(columns), dtype=np.float64)
    if method == "decision_function" and decides_by_pair(model, values):
        told = f"{values.shape[1]} decision values a row, of pairs of its {len(model.classes_)} classes"
        raise ValueError(f"modality {name!r}: {type(model).__name__} has {told}; use decision_function_shape='ovr'")
    if values.ndim == 1:
        values = np.column_stack([-values, values]) / 2
    responses = np.full((values.shape[0], len(classes)), np.nan)
    responses[:, np.searchsorted(classes, model.classes_)] = values
    return responses


def number_response(model: Any, columns: Any) -> np.ndarray:
    """Return the predictions of a regressor as one column."""
    return np.asarray(model.predict(columns), dtype=np.float64).reshape(-1, 1)


def _class_weights(model: Any) -> dict[str, Mapping[Any, float]]:
    """Return the parameters of a model, at any depth, that are class weights by class."""
    params = model.get_params().items()
    return {key: one for key, one in params if key.rpartition("__")[2] == "class_weight" and isinstance(one, Mapping)}


def _of_classes(weights: Mapping[str, Mapping[Any, float]], y: np.ndarray) -> dict[str, dict[Any, float]]:
    """Return class weights without those of classes that have no row: scikit-learn refuses these."""
    known = set(y.tolist())
    return {key: {one: weight for one, weight in given.items() if one in known} for key, given in weights.items()}


def _run(job: Job, parts: Sequence[str]) -> dict[str, Any]:
    """Return some parts of a job: what a worker does."""
    return {what: getattr(job, what)() for what in parts}


def _get(ready: dict[str, Any], job: Job, what: str) -> Any:
    return ready[what] if what in ready else getattr(job, what)()
