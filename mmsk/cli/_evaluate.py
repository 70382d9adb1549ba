"""`mmsk evaluate`: what each modality is worth alone, and what all are worth together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmsk.cli import _options as opt
from mmsk.cli._console import note, say, working

__all__ = ["evaluate"]

Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="CSV",
        dir_okay=False,
        callback=opt.checked_output,
        help="Write the table of scores here as well.",
    ),
]


def evaluate(
    table: opt.TableFile,
    target: opt.Target,
    output: Output = None,
    root: opt.Root = None,
    branch: opt.Branches = None,
    on_error: opt.OnError = opt.OnBad.RAISE,
    task: opt.Task = opt.TaskName.AUTO,
    model: opt.ModelName = "svm",
    weight: opt.Weights = None,
    param: opt.Parameters = None,
    class_weight: opt.ClassWeight = None,
    calibrate: opt.Calibrate = False,
    groups: opt.Groups = None,
    cv: opt.Cv = 5,
    scoring: opt.Scoring = None,
    jobs: opt.Jobs = -1,
    seed: opt.Seed = 0,
) -> None:
    """Cross-validate each modality alone and all together on the same folds."""
    from mmsk.cli._estimators import make_estimator
    from mmsk.cli._files import write_frame
    from mmsk.cli._folds import check_scoring, splitter, threads, warn_of_duplicates
    from mmsk.cli._pipelines import alone_and_fused, build, describe_once
    from mmsk.cli._problem import read_problem
    from mmsk.cli._scores import baseline, score_models, score_table, warn_if_useless

    check_scoring(scoring)
    problem = read_problem(table, root, target, branch, task, groups)
    estimator = make_estimator(
        model, problem.y, number=problem.number, class_weight=class_weight, calibrate=calibrate, seed=seed
    )
    pipeline = build(problem.branches, estimator, weight, param, on_error)
    folds = splitter(problem, cv, seed)
    seconds = describe_once(pipeline, problem.X, problem.y, jobs)
    warn_of_duplicates(problem, folds)
    models = alone_and_fused(pipeline)
    name, dummy = baseline(problem.number)
    with threads(jobs), working(f"cross-validating {len(models)} models x {cv} folds"):
        scores = score_models({name: dummy, **models}, problem, folds, scoring)
    say(score_table(scores, scoring))
    first = scores.iloc[:, 0]
    warn_if_useless(first.drop(name).max(), first[name], problem.number, scoring)
    note(f"{cv} folds, the same for every model; seconds: fits and predictions. Describing the items: {seconds:.1f} s.")
    if output is not None:
        write_frame(scores, output, index_label="model")
