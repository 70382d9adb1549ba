"""compare_models: several models on the same folds, in one table."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.base import clone, is_classifier
from sklearn.metrics import accuracy_score, f1_score, mean_absolute_error, r2_score, roc_auc_score
from sklearn.model_selection import check_cv
from sklearn.preprocessing import label_binarize

from mmsk._params import rows_of
from mmsk.fusion._decisions import decides_by_pair

__all__ = ["compare_models"]


def compare_models(
    models: Mapping[str, Any],
    X: Any,
    y: Any,
    *,
    cv: Any = 5,
    groups: Any = None,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Cross-validate models on the same folds and score what they say of the rows they have not seen.

    Parameters
    ----------
    models : dict of str to estimator
        Classifiers, or regressors.
    X : DataFrame of shape (n_rows, n_columns)
        The table.
    y : array-like of shape (n_rows,)
        The target.
    cv : int or splitter, default=5
        Stratified folds for an int and classifiers, as in scikit-learn.
    groups : array-like of shape (n_rows,), default=None
        For a splitter that keeps groups together.
    n_jobs : int, default=None
        Folds fitted at the same time.

    Returns
    -------
    DataFrame with a row for each model
        For classifiers ``accuracy``, its standard deviation over the folds ``sd``, ``macro_f1`` and ``roc_auc`` (one
        class against the rest, the mean over the classes, from pooled out-of-fold decision values or probabilities;
        nan for a model that has neither for each class, as an SVC with ``decision_function_shape="ovo"``, and where a
        fold is trained on two of more classes); for regressors ``r2``, its ``sd``, and ``mae``. ``seconds`` is the time
        of all fits and predictions.

    Raises
    ------
    ValueError
        Where there are no models.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> from mmsk.evaluation import compare_models
    >>> X, y = load_iris(return_X_y=True)
    >>> scores = compare_models({"linear": SVC(kernel="linear")}, X, y)
    >>> scores.loc["linear", ["accuracy", "macro_f1"]].round(2).to_dict()
    {'accuracy': 0.98, 'macro_f1': 0.98}
    """
    if not models:
        raise ValueError("at least one model is needed")
    y = np.asarray(y)
    stratified = all(map(is_classifier, models.values()))
    # once for all models: a splitter may shuffle anew each time that it is asked
    folds = list(check_cv(cv, y, classifier=stratified).split(X, y, groups))
    rows = {}
    for name, model in models.items():
        start = time.perf_counter()
        results = Parallel(n_jobs=n_jobs)(delayed(_fit_and_predict)(model, X, y, *fold) for fold in folds)
        seconds = time.perf_counter() - start
        score = _class_scores if is_classifier(model) else _regression_scores
        rows[name] = {**score(y, folds, results), "seconds": seconds}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def _fit_and_predict(model: Any, X: Any, y: np.ndarray, train: np.ndarray, test: np.ndarray) -> tuple[Any, Any, Any]:
    """Return predictions, decision values or None, and the classes they belong to, of one fold."""
    fitted = clone(model).fit(rows_of(X, train), y[train])
    held_out = rows_of(X, test)
    values = _class_values(fitted, held_out) if is_classifier(fitted) else None
    return fitted.predict(held_out), values, None if values is None else fitted.classes_


def _class_values(fitted: Any, X: Any) -> np.ndarray | None:
    """Return a decision value or a probability for each class, or None of a model that has neither."""
    if hasattr(fitted, "decision_function"):
        values = np.asarray(fitted.decision_function(X))
        if not decides_by_pair(fitted, values):
            return values
    return np.asarray(fitted.predict_proba(X)) if hasattr(fitted, "predict_proba") else None


def _class_scores(y: np.ndarray, folds: list[Any], results: list[Any]) -> dict[str, float]:
    classes = np.unique(y)
    scored = np.concatenate([test for _, test in folds])
    predicted = np.concatenate([predictions for predictions, _, _ in results])
    by_fold = [
        accuracy_score(y[test], predictions) for (_, test), (predictions, _, _) in zip(folds, results, strict=True)
    ]
    return {
        "accuracy": accuracy_score(y[scored], predicted),
        "sd": float(np.std(by_fold, ddof=1)) if len(by_fold) > 1 else np.nan,
        "macro_f1": f1_score(y[scored], predicted, average="macro", zero_division=0),
        "roc_auc": _roc_auc(y[scored], [result[1:] for result in results], classes),
    }


def _roc_auc(y: np.ndarray, decisions: list[tuple[Any, Any]], classes: np.ndarray) -> float:
    """Return the mean over the classes of the area under the ROC curve of one class against the rest."""
    n = len(classes)
    if n < 2 or any(values is None for values, _ in decisions):
        return np.nan
    pooled = []
    for values, known in decisions:
        # a fold that has seen two of the classes only ranks no third one, and one value needs two classes
        if (n > 2 and len(known) < 3) or (values.ndim == 1 and len(known) != 2):
            return np.nan
        if values.ndim == 1:
            values = np.column_stack([-values, values])
        # a class that a fold has never seen is ranked below all that it has
        full = np.full((len(values), n), values.min() - 1)
        full[:, np.searchsorted(classes, known)] = values
        pooled.append(full)
    scores = np.concatenate(pooled)
    if n == 2:
        return float(roc_auc_score(y == classes[1], scores[:, 1]))
    return float(roc_auc_score(label_binarize(y, classes=classes), scores, average="macro"))


def _regression_scores(y: np.ndarray, folds: list[Any], results: list[Any]) -> dict[str, float]:
    scored = np.concatenate([test for _, test in folds])
    predicted = np.concatenate([predictions for predictions, _, _ in results])
    by_fold = [r2_score(y[test], predictions) for (_, test), (predictions, _, _) in zip(folds, results, strict=True)]
    return {
        "r2": r2_score(y[scored], predicted),
        "sd": float(np.std(by_fold, ddof=1)) if len(by_fold) > 1 else np.nan,
        "mae": mean_absolute_error(y[scored], predicted),
    }
