"""`mmsk predict`: a saved model and a table in, predictions out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mmsk.cli import _options as opt
from mmsk.cli._console import note

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["predict"]

Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="CSV",
        dir_okay=False,
        callback=opt.checked_output,
        help="Where to write; Parquet if it ends so. Without it: to standard output.",
    ),
]
Proba = Annotated[bool, typer.Option("--proba", help="Add the probability of each class.")]
OnError = Annotated[
    opt.OnBad | None,
    typer.Option("--on-error", help="A file that cannot be read: as in training, if not given."),
]


def predict(
    model: opt.ModelFile,
    table: opt.TableFile,
    output: Output = None,
    root: opt.Root = None,
    proba: Proba = False,
    on_error: OnError = None,
    trust: opt.Trust = None,
    jobs: opt.Jobs = -1,
) -> None:
    """Predict the rows of a table with a saved model."""
    from mmsk.cli._files import write_frame
    from mmsk.cli._models import read_model
    from mmsk.cli._pipelines import columns_of, fusion_of, set_on_descriptors, tell_of_bad_items, workers
    from mmsk.cli._table import load_table, require_columns

    fitted = read_model(model, trust)
    if proba and not hasattr(fitted, "predict_proba"):
        raise ValueError(f"{model} has no probabilities: train it with --calibrate, or with --model logistic or forest")
    frame = load_table(table, root)
    require_columns(frame, columns_of(fitted))
    settings: dict[str, Any] = {"n_jobs": workers(jobs, len(frame)), "verbose": True}
    if on_error:
        settings["on_error"] = on_error.value
    made = _predictions(set_on_descriptors(fitted, **settings), frame, proba)
    if fusion_of(fitted) is not None:
        tell_of_bad_items(fusion_of(fitted))
    if output is None:
        made.to_csv(sys.stdout, index_label="row")
    else:
        write_frame(made, output, index_label="row")
        note(f"{len(made):,} predictions in {output}")


def _predictions(model: Any, frame: pd.DataFrame, proba: bool) -> pd.DataFrame:
    """Return the predictions under the table's index, with a column p_CLASS for each class if wanted."""
    import pandas as pd

    from mmsk.cli._pipelines import set_on_descriptors

    predicted = pd.DataFrame({"prediction": model.predict(frame)}, index=frame.index)
    if proba:
        set_on_descriptors(model, verbose=False)  # the items are known by now
        columns = [f"p_{name}" for name in model.classes_]
        shares = pd.DataFrame(model.predict_proba(frame), index=frame.index, columns=columns)
        predicted = predicted.join(shares)
    return predicted
