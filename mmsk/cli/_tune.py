"""`mmsk tune`: search the fusion weights and other parameters, and save the best model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from mmsk.cli import _options as opt
from mmsk.cli._console import grid, note, say, working

__all__ = ["tune"]

SHOWN = 10  # candidates

Grid = Annotated[
    list[str] | None,
    typer.Option(
        "--param",
        "-p",
        metavar="NAME=V1,V2,...",
        help="Values to try for a parameter of any part, as in classifier__C=0.1,1,10. Repeat it.",
        rich_help_panel=opt.MODEL,
    ),
]
Step = Annotated[
    float | None,
    typer.Option(
        "--step",
        metavar="SHARE",
        help="Try all weights whose shares are multiples of this; 0.25 if there is no --param.",
        rich_help_panel=opt.MODEL,
    ),
]


def tune(
    table: opt.TableFile,
    target: opt.Target,
    output: opt.ModelOutput,
    root: opt.Root = None,
    branch: opt.Branches = None,
    on_error: opt.OnError = opt.OnBad.RAISE,
    task: opt.Task = opt.TaskName.AUTO,
    model: opt.ModelName = "svm",
    step: Step = None,
    param: Grid = None,
    weight: opt.Weights = None,
    class_weight: opt.ClassWeight = None,
    calibrate: opt.Calibrate = False,
    groups: opt.Groups = None,
    cv: opt.Cv = 5,
    scoring: opt.Scoring = None,
    jobs: opt.Jobs = -1,
    seed: opt.Seed = 0,
) -> None:
    """Search fusion weights and parameters by cross-validation, and save the best model."""
    from sklearn.model_selection import GridSearchCV

    from mmsk.cli._estimators import make_estimator
    from mmsk.cli._folds import check_scoring, splitter, threads, warn_of_duplicates
    from mmsk.cli._models import save_model
    from mmsk.cli._pipelines import build, describe_once
    from mmsk.cli._problem import read_problem
    from mmsk.cli._scores import baseline_score, warn_if_useless

    check_scoring(scoring)
    problem = read_problem(table, root, target, branch, task, groups)
    estimator = make_estimator(
        model, problem.y, number=problem.number, class_weight=class_weight, calibrate=calibrate, seed=seed
    )
    pipeline = build(problem.branches, estimator, weight, None, on_error)
    if weight and (step is not None or not param):
        raise typer.BadParameter("the weights are searched here; fix them with --param alone", param_hint="--weight")
    candidates = _candidates(pipeline, step, param)
    folds = splitter(problem, cv, seed)
    describe_once(pipeline, problem.X, problem.y, jobs)
    warn_of_duplicates(problem, folds)
    search = GridSearchCV(pipeline, candidates, cv=folds, scoring=scoring, error_score="raise")
    with threads(jobs), working(f"searching {_count(candidates)} candidates x {cv} folds"):
        search.fit(problem.X, problem.y, groups=problem.groups)
    save_model(search.best_estimator_, output)
    say(_table(search.cv_results_, scoring or ("r2" if problem.number else "accuracy")))
    warn_if_useless(search.best_score_, baseline_score(problem, folds, scoring), problem.number, scoring)
    note(
        "A modality's share is the square of its weight. The best of many on the same folds is a little too good: "
        "judge it on rows that the search has not seen."
    )
    say(f"saved {output}, fitted to all {len(problem.X):,} rows")


def _candidates(pipeline: Any, step: float | None, param: list[str] | None) -> list[dict[str, list[Any]]]:
    """Return the param_grid: weights by a step, each combined with the values of the parameters."""
    from mmsk import weight_grid
    from mmsk.cli._pipelines import parameters

    values = parameters(pipeline, param)
    if step is None and values:
        return [values]
    return [{**weights, **values} for weights in weight_grid(pipeline, step or 0.25)]


def _count(candidates: list[dict[str, list[Any]]]) -> int:
    from sklearn.model_selection import ParameterGrid

    return len(ParameterGrid(candidates))


def _table(results: dict[str, Any], score: str) -> Any:
    """Return the best candidates as a table: rank, mean score and its deviation over the folds, what varies."""
    order = results["rank_test_score"].argsort(kind="stable")[:SHOWN]
    names = list(results["params"][0])
    rows: list[Sequence[str]] = [
        (
            str(results["rank_test_score"][row]),
            f"{results['mean_test_score'][row]:.3f}",
            f"{results['std_test_score'][row]:.3f}",
            *(_shown(results["params"][row][name]) for name in names),
        )
        for row in order
    ]
    headings = ["rank", score, "± folds", *(_short(name) for name in names)]
    return grid(headings, rows, right=headings, best=0)


def _shown(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _short(name: str) -> str:
    """Return the telling end of a parameter's name.

    >>> _short("fusion__text__scale__weight"), _short("classifier__C")
    ('text', 'C')
    """
    parts = name.split("__")
    return parts[-3] if parts[-2:] == ["scale", "weight"] else parts[-1]
