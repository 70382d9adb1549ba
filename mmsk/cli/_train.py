"""`mmsk train`: a table in, a fitted model out."""

from __future__ import annotations

import time

from mmsk.cli import _options as opt
from mmsk.cli._console import as_text, note, say

__all__ = ["train"]


def train(
    table: opt.TableFile,
    target: opt.Target,
    output: opt.ModelOutput,
    root: opt.Root = None,
    branch: opt.Branches = None,
    on_error: opt.OnError = opt.OnBad.RAISE,
    task: opt.Task = opt.TaskName.AUTO,
    model: opt.ModelName = "svm",
    weight: opt.Weights = None,
    param: opt.Parameters = None,
    class_weight: opt.ClassWeight = None,
    calibrate: opt.Calibrate = False,
    jobs: opt.Jobs = -1,
    seed: opt.Seed = 0,
) -> None:
    """Fit a model to a table and save it."""
    from mmsk.cli._estimators import make_estimator
    from mmsk.cli._models import save_model
    from mmsk.cli._pipelines import build, fusion_of, quiet, tell_of_bad_items, workers
    from mmsk.cli._problem import read_problem

    problem = read_problem(table, root, target, branch, task)
    estimator = make_estimator(
        model, problem.y, number=problem.number, class_weight=class_weight, calibrate=calibrate, seed=seed
    )
    n_jobs = workers(jobs, len(problem.X))
    pipeline = build(problem.branches, estimator, weight, param, on_error, n_jobs=n_jobs, verbose=True)
    start = time.perf_counter()
    pipeline.fit(problem.X, problem.y)
    seconds = time.perf_counter() - start
    tell_of_bad_items(fusion_of(pipeline))
    save_model(quiet(pipeline), output)
    say(f"fitted {as_text(pipeline.steps[-1][1])} to {len(problem.X):,} rows in {seconds:.1f} s; saved {output}")
    note(f"`mmsk inspect {output}` shows what is in it; `mmsk evaluate` says what it is worth")
