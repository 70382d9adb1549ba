"""Tables of scores: several models on the same folds, the best one pointed out."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mmsk.cli._console import complain, grid

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

__all__ = ["baseline", "baseline_score", "score_models", "score_table", "warn_if_useless"]

#: Column of a table of scores -> (heading, format). A deviation is shown beside the score it belongs to.
SHOWN: dict[str, tuple[str, str]] = {
    "accuracy": ("accuracy", "{:.3f}"),
    "r2": ("R²", "{:.3f}"),
    "score": ("score", "{:.3f}"),
    "sd": ("± folds", "{:.3f}"),
    "macro_f1": ("macro-F1", "{:.3f}"),
    "roc_auc": ("ROC-AUC", "{:.3f}"),
    "mae": ("mean abs. error", "{:.3g}"),
    "seconds": ("seconds", "{:.1f}"),
}


def baseline(number: bool) -> tuple[str, Any]:
    """Return the name and the model of what needs no features: the commonest class, or the mean."""
    from sklearn.dummy import DummyClassifier, DummyRegressor

    return ("(always the mean)", DummyRegressor()) if number else ("(most frequent)", DummyClassifier())


def baseline_score(problem: Any, folds: Any, scoring: str | None) -> float:
    """Return the mean score of what needs no features, as a search on these folds would score it."""
    from sklearn.exceptions import UndefinedMetricWarning
    from sklearn.model_selection import cross_val_score

    _, dummy = baseline(problem.number)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)  # of classes that it never names
        scores = cross_val_score(dummy, problem.X, problem.y, groups=problem.groups, cv=folds, scoring=scoring)
    return float(scores.mean())


def warn_if_useless(best: float, base: float, number: bool, scoring: str | None) -> None:
    """Say so where the best score is no better than that of the baseline."""
    if not best <= base:
        return
    score = scoring or ("R²" if number else "accuracy")
    said = f"the best is no better than {'the mean' if number else 'the most frequent class'} ({score} {base:.3f})"
    hint = "" if number or scoring else "; try --scoring balanced_accuracy, for which each class counts alike"
    complain(f"warning: {said}{hint}", "yellow")


def score_models(models: Mapping[str, Any], problem: Any, folds: Any, scoring: str | None) -> pd.DataFrame:
    """Return the scores of models on the same folds: the usual ones, or the one that is named."""
    from mmsk.evaluation import compare_models

    if scoring is None:
        return compare_models(models, problem.X, problem.y, cv=folds, groups=problem.groups)
    import pandas as pd
    from sklearn.model_selection import cross_validate

    rows = {}
    for name, model in models.items():
        found = cross_validate(
            model, problem.X, problem.y, groups=problem.groups, cv=folds, scoring=scoring, error_score="raise"
        )
        scores = found["test_score"]
        seconds = float(found["fit_time"].sum() + found["score_time"].sum())
        rows[name] = {"score": scores.mean(), "sd": scores.std(ddof=1), "seconds": seconds}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def score_table(scores: pd.DataFrame, scoring: str | None = None) -> Table:
    """Return a table of scores to look at; the best row by its first column is pointed out."""
    columns = [name for name in SHOWN if name in scores.columns]
    headings = [scoring if name == "score" and scoring else SHOWN[name][0] for name in columns]
    rows = [
        (str(name), *(SHOWN[column][1].format(row[column]) for column in columns)) for name, row in scores.iterrows()
    ]
    best = int(scores[columns[0]].to_numpy().argmax())
    return grid(["model", *headings], rows, right=headings, optional=["seconds", "± folds"], best=best)
