"""`mmsk demo`: the whole way on real data, from a table to predictions in a new process."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from mmsk.cli import _options as opt
from mmsk.cli._console import grid, heading, note, say, working

if TYPE_CHECKING:
    import pandas as pd

    from mmsk.cli._problem import Problem

__all__ = ["demo"]

FOLDS = 5
STEP = 0.25
SEED = 0

Synthetic = Annotated[bool, typer.Option("--synthetic", help="Do without the real data and the download.")]
Output = Annotated[
    Path,
    typer.Option(
        "--output", "-o", metavar="MODEL", dir_okay=False, callback=opt.checked_model, help="Where to save the model."
    ),
]
Rows = Annotated[int, typer.Option("--rows", metavar="N", min=1, max=100, help="Rows to keep back and to predict.")]


def demo(synthetic: Synthetic = False, output: Output = Path("demo.mmsk"), rows: Rows = 6, jobs: opt.Jobs = -1) -> None:
    """Compare, tune, save, load and predict: the whole way, on real data, in about two minutes."""
    from mmsk.cli._demo_data import demo_problem
    from mmsk.cli._models import save_model

    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        problem = demo_problem(synthetic, Path(folder))
        model = compare(problem, jobs)
        kept_back = problem.X.sample(rows, random_state=SEED).index
        training = ~problem.X.index.isin(kept_back)
        best = search(model, problem.X[training], problem.y[training], jobs)
        save_model(best, output)
        say(f"Fitted to {training.sum()} rows and saved: {output}")
        heading(f"Loaded in a new process, it says of {rows} rows that were kept back")
        predicted = _predict_elsewhere(output, problem.X[~training], Path(folder))
        say(_answers(problem, ~training, predicted))
    note(f"{time.perf_counter() - start:.0f} s in all. Next: mmsk inspect {output}, and mmsk train --help")


def compare(problem: Problem, jobs: int) -> Any:
    """Show what each modality and their fusion are worth, and return the pipeline with weights that it learns."""
    from sklearn.model_selection import GridSearchCV

    from mmsk import KernelFusionClassifier, fusion_pipeline, simplex_weights
    from mmsk.cli._estimators import make_estimator
    from mmsk.cli._folds import threads
    from mmsk.cli._pipelines import alone_and_fused, describe_once, fusion_of
    from mmsk.cli._scores import score_models, score_table

    model = fusion_pipeline(problem.branches, make_estimator("svm", problem.y, number=False))
    models = alone_and_fused(model)
    fused = models.pop("all fused")
    # the same machine, with one Gram matrix a modality: fast enough to choose weights inside of each fold
    kernels = KernelFusionClassifier(fusion_of(model), C=model["classifier"].C)
    shares = {"weights": simplex_weights(list(models), STEP)}
    models["fused, equal weights"] = fusion_pipeline(problem.branches, model["classifier"], weights=None)
    models["fused, learned weights"] = fused
    models["fused, tuned weights"] = GridSearchCV(kernels, shares, cv=_folds(), n_jobs=jobs)
    seconds = describe_once(model, problem.X, problem.y, jobs)
    heading(f"Stratified {FOLDS}-fold cross-validation, the same folds for every row")
    with threads(1), working("cross-validating"):  # the search inside of each fold has the workers
        scores = score_models(models, problem, _folds(), None)
    say(score_table(scores))
    note(
        "Learned weights are the default; they cost no search. Tuned weights are chosen inside of the training rows of "
        "each fold, so that the last line is as honest as the others. ROC-AUC: one class against the rest, from pooled "
        "out-of-fold decision values. Seconds: fits and predictions; the items were described once before, in "
        f"{seconds:.0f} s."
    )
    return model


def _folds() -> Any:
    """Return the folds, shuffled: the stamps come sorted, with near copies next to each other."""
    from sklearn.model_selection import StratifiedKFold

    return StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)


def search(model: Any, X: pd.DataFrame, y: Any, jobs: int) -> Any:
    """Search the fusion weights on all training rows, show the best, and return its model."""
    from sklearn.model_selection import GridSearchCV

    from mmsk import weight_grid
    from mmsk.cli._folds import threads

    candidates = weight_grid(model, step=STEP)
    heading(f"GridSearchCV over {len(candidates)} sets of weights")
    found = GridSearchCV(model, candidates, cv=_folds(), error_score="raise")
    with threads(jobs), working(f"{len(candidates)} candidates x {FOLDS} folds"):
        found.fit(X, y)
    shares = {name.split("__")[1]: weight**2 for name, weight in found.best_params_.items()}
    told = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
    say(f"Best shares: {told} (accuracy {found.best_score_:.3f} on the folds that chose them)")
    return found.best_estimator_


def _predict_elsewhere(model: Path, X: pd.DataFrame, folder: Path) -> list[str]:
    """Return what `mmsk predict` says in a new process."""
    import pandas as pd

    table, answers = folder / "rows.csv", folder / "predictions.csv"
    X.to_csv(table, index=False)
    command = [sys.executable, "-m", "mmsk", "predict", str(model), str(table), "-o", str(answers), "--jobs", "1"]
    with working(" ".join(["mmsk", *command[3:]])):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the new process failed: {done.stderr.strip()}")
    return [str(value) for value in pd.read_csv(answers)["prediction"]]


def _answers(problem: Problem, chosen: Any, predicted: list[str]) -> Any:
    """Return a table of rows with their captions, true and predicted classes."""
    captions = problem.X[chosen].iloc[:, 0].fillna("(no caption)")
    rows = [
        (str(caption), str(true), Text(said, "green") if str(true) == said else Text(f"{said} (wrong)", "red"))
        for caption, true, said in zip(captions, problem.y[chosen], predicted, strict=True)
    ]
    return grid([str(problem.X.columns[0]), "true", "predicted"], rows)
