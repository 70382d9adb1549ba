"""How models are judged: the folds, the workers, the score, and a look for files on both sides of a fold."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import typer

from mmsk.cli._options import meant

if TYPE_CHECKING:
    from mmsk.cli._problem import Problem

__all__ = ["check_scoring", "splitter", "threads", "warn_of_duplicates"]

MEDIA = ("image", "audio")


def splitter(problem: Problem, cv: int, seed: int) -> Any:
    """Return the folds: shuffled, stratified for classes, and with groups kept together if there are any."""
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    if problem.groups is None:
        return (KFold if problem.number else StratifiedKFold)(cv, shuffle=True, random_state=seed)
    if (count := len(set(problem.groups))) < cv:
        raise ValueError(f"--cv {cv} needs at least {cv} groups; there are {count}")
    return GroupKFold(cv) if problem.number else StratifiedGroupKFold(cv, shuffle=True, random_state=seed)


def threads(jobs: int) -> Any:
    """Return a context in which folds and candidates run in threads, which share the memo of described items."""
    from joblib import parallel_config

    return parallel_config(backend="threading", n_jobs=jobs)


def check_scoring(name: str | None) -> None:
    """Refuse a score that scikit-learn does not know, before any work is done."""
    from sklearn.metrics import get_scorer_names

    if name is not None and name not in get_scorer_names():
        message = f"scikit-learn has no score {name!r}{meant(name, get_scorer_names())}"
        raise typer.BadParameter(message, param_hint="--scoring")


def warn_of_duplicates(problem: Problem, folds: Any) -> None:
    """Warn when the same file is trained on and tested on."""
    from mmsk import infer_kinds
    from mmsk.evaluation import shared_files

    if problem.groups is not None:
        return
    kinds = infer_kinds(problem.X)["kind"]
    media = [column for _, _, column in problem.branches if isinstance(column, str) and kinds[column] in MEDIA]
    for column in media:
        found = shared_files(problem.X[column], folds.split(problem.X, problem.y))
        if found:
            rows = " and ".join(map(str, found[0][:2]))
            warnings.warn(
                f"column {column!r}: {len(found)} files are in several rows ({rows}, say) and on both sides of a fold, "
                "so that scores come out too good; keep such rows together by --groups COL",
                stacklevel=2,
            )
