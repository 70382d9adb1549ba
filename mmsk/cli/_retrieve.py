"""`mmsk retrieve`: a table and a question in, the rows that belong to it out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mmsk.cli import _options as opt
from mmsk.cli._console import grid, note, say

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["retrieve"]

QUESTION = "What to look for"
KINDS = {"text": ("text", "category"), "image": ("image",), "audio": ("audio",)}  # what a column may be taken for
WIDEST = 60  # characters of a cell that are shown

Words = Annotated[
    str | None, typer.Option("--text", metavar="WORDS", help="Rows that these words suit.", rich_help_panel=QUESTION)
]
Image = Annotated[
    Path | None,
    typer.Option(
        "--image", metavar="FILE", exists=True, help="Rows that this picture suits.", rich_help_panel=QUESTION
    ),
]
Audio = Annotated[
    Path | None,
    typer.Option("--audio", metavar="FILE", exists=True, help="Rows that this sound suits.", rich_help_panel=QUESTION),
]
Questions = Annotated[
    Path | None,
    typer.Option(
        "--query",
        "-q",
        metavar="QUERIES",
        exists=True,
        help="Or a table of questions, one a row, with some of the columns of TABLE.",
        rich_help_panel=QUESTION,
    ),
]
Target = Annotated[
    str | None,
    typer.Option(
        "--target",
        "-t",
        metavar="NAME",
        help="The branch that rows are known by, image say; all that they have, if not given.",
        rich_help_panel=QUESTION,
    ),
]
Results = Annotated[
    int, typer.Option("--results", "-n", metavar="N", min=1, help="Rows a question.", rich_help_panel=QUESTION)
]
Theta = Annotated[
    float | None,
    typer.Option(
        metavar="COSINE", min=-1, max=1, help="Only rows more similar than this, -1 to 1.", rich_help_panel=QUESTION
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="CSV",
        dir_okay=False,
        callback=opt.checked_output,
        help="Write the results, and all columns of their rows, here instead; Parquet if it ends so.",
    ),
]


def retrieve(
    table: opt.TableFile,
    text: Words = None,
    image: Image = None,
    audio: Audio = None,
    query: Questions = None,
    target: Target = None,
    results: Results = 10,
    theta: Theta = None,
    output: Output = None,
    root: opt.Root = None,
    branch: opt.Branches = None,
    on_error: opt.OnError = opt.OnBad.RAISE,
    jobs: opt.Jobs = -1,
) -> None:
    """Find the rows of a table that suit words, a picture, a sound, or several of these together.

    What modalities have in common is learned from the rows that show two of them. With --target image, words find
    pictures that nobody has described.
    """
    from mmsk import fusion_transformer
    from mmsk.cli._branches import choose_branches
    from mmsk.cli._files import write_frame
    from mmsk.cli._pipelines import tell_of_bad_items, workers
    from mmsk.cli._table import load_table
    from mmsk.retrieval import CrossModalRetriever

    asked = {kind: str(value) for kind, value in (("text", text), ("image", image), ("audio", audio)) if value}
    if bool(asked) == bool(query):
        raise typer.BadParameter("ask by --text, --image and --audio, or by --query with a table")
    frame = load_table(table, root)
    labels, frame = frame.index, frame.reset_index(drop=True)
    branches = choose_branches(frame, branch)
    if target is not None and target not in (names := [name for name, *_ in branches]):
        raise typer.BadParameter(f"no branch {target!r}; there are {', '.join(names)}", param_hint="--target")
    shown = [column for _, _, column in branches if isinstance(column, str)]
    queries = load_table(query, None) if query else _question(frame[shown], asked)
    fusion = fusion_transformer(branches, on_error=on_error.value, n_jobs=workers(jobs, len(frame)), verbose=True)
    retriever = CrossModalRetriever(fusion, theta=theta, n_results=results).fit(frame)
    for single in retriever.space_.branches_.values():
        tell_of_bad_items(single)
    found = retriever.query(queries, target=target)
    cells = frame.loc[found["row"]].reset_index(drop=True)
    found["row"] = labels[found["row"]]
    if output is not None:
        write_frame(found.join(cells.add_prefix("row_")).set_index("query"), output, index_label="query")
        note(f"{len(found):,} results in {output}")
    elif found.empty:
        note("no row is similar enough" if theta is not None else "there is nothing to compare")
    else:
        say(_grid(found, cells[shown], (root or table.parent).resolve()))


def _question(frame: pd.DataFrame, asked: dict[str, str]) -> pd.DataFrame:
    """Return a table of one row: each thing that is asked by, in the column that holds such things."""
    import pandas as pd

    from mmsk import infer_kinds

    taken_for = infer_kinds(frame)["kind"]
    question = {}
    for kind, value in asked.items():
        columns = taken_for.index[taken_for.isin(KINDS[kind])]
        if len(columns) != 1:
            there = f"{len(columns)} columns" if len(columns) else "no column"
            raise ValueError(
                f"{there} of the table can be asked by --{kind}: choose one by --branch, or ask by --query"
            )
        question[columns[0]] = value if kind == "text" else str(Path(value).resolve())
    return pd.DataFrame([question])


def _grid(found: pd.DataFrame, cells: pd.DataFrame, folder: Path) -> Any:
    """Return the results as a table for people, with cells of the rows that were found."""
    import pandas as pd

    told = found.assign(score=found["score"].map("{:.3f}".format)).astype(str)
    if told["query"].nunique() == 1:
        told = told.drop(columns="query")
    told = pd.concat([told, cells.map(lambda cell: _short(cell, folder))], axis=1)
    return grid(list(told), told.to_numpy().tolist(), right=["rank", "score"])


def _short(cell: Any, folder: Path) -> str:
    """Return what a cell holds, cut to fit; of a path the end, from where the table's paths start."""
    if cell is None or cell != cell:
        return ""
    text = " ".join(str(cell).removeprefix(f"{folder}/").split())
    if len(text) <= WIDEST:
        return text
    return f"…{text[1 - WIDEST :]}" if "/" in text and " " not in text else f"{text[: WIDEST - 1]}…"
