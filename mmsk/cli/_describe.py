"""`mmsk describe`: a table in, a table of named features out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmsk.cli import _options as opt
from mmsk.cli._console import say

__all__ = ["describe"]

INDEX = "row"

Output = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="FEATURES",
        dir_okay=False,
        callback=opt.checked_output,
        help="Where to write: Parquet if it ends so, else CSV.",
    ),
]
Keep = Annotated[
    list[str] | None,
    typer.Option("--keep", "-k", metavar="COL", help="Copy a column of the table, the target say. Repeat it."),
]


def describe(
    table: opt.TableFile,
    output: Output,
    keep: Keep = None,
    root: opt.Root = None,
    branch: opt.Branches = None,
    on_error: opt.OnError = opt.OnBad.RAISE,
    jobs: opt.Jobs = -1,
) -> None:
    """Turn texts, pictures and sounds into a table of numbers, one named column a feature.

    The numbers are what the descriptors say, not scaled and not weighted. A missing item is a row without numbers.
    Words are counted over the whole table: for honest scores, let train or evaluate do it inside of the folds.
    """
    from mmsk.cli._branches import choose_branches
    from mmsk.cli._files import write_frame
    from mmsk.cli._pipelines import descriptors_alone, workers
    from mmsk.cli._table import load_table, require_columns

    frame = load_table(table, root)
    require_columns(frame, keep or [])
    if INDEX in (keep or []):
        message = f"{INDEX!r} is what the first column of the output is called; rename the column"
        raise typer.BadParameter(message, param_hint="--keep")
    branches = choose_branches(frame.drop(columns=keep or []), branch)
    features = descriptors_alone(branches, on_error, workers(jobs, len(frame))).fit_transform(frame)
    made = frame[keep or []].join(features)
    write_frame(made, output, index_label=INDEX)
    say(f"{features.shape[1]:,} features of {len(made):,} rows in {output}")
