"""Branches: read from the options, or inferred from the table and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from mmsk.cli._console import grid, note_table
from mmsk.cli._descriptors import find_descriptors
from mmsk.cli._options import pairs
from mmsk.cli._table import require_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["choose_branches"]

OPTION = "--branch"


def choose_branches(
    frame: pd.DataFrame, given: list[str] | None, target: tuple[str, Any] | None = None
) -> list[tuple[str, Any, Any]]:
    """Return the branches that the options name, or that the values of the columns suggest; show the latter.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        The features, without the target.
    given : list of str or None
        Each NAME=KIND:COL.
    target : (name, values), default=None
        The target, to warn where the folders of files spell it.
    """
    from mmsk import infer_branches, infer_kinds

    if given:
        return [_branch(name, text, frame) for name, text in pairs(given, OPTION).items()]
    kinds = infer_kinds(frame)
    rows = [(str(column), row["kind"], row["why"]) for column, row in kinds.iterrows()]
    note_table(grid(["column", "taken for", "because"], rows))
    if target is None:
        return infer_branches(frame, show=None)
    return infer_branches(frame.assign(**{target[0]: target[1]}), target[0], show=None)


def _branch(name: str, text: str, frame: pd.DataFrame) -> tuple[str, Any, Any]:
    """Return the branch that KIND:COL stands for."""
    kind, colon, column = text.partition(":")
    if not (kind and colon and column):
        raise typer.BadParameter(f"{name}={text} is not of the form NAME=KIND:COL", param_hint=OPTION)
    if "__" in name:
        raise typer.BadParameter(f"{name!r}: scikit-learn keeps the double underscore for itself", param_hint=OPTION)
    if kind in ("number", "category"):
        columns = column.split(",")
        require_columns(frame, columns)
        return name, _transformer(kind), columns
    require_columns(frame, [column])
    return name, _transformer(kind), column


def _transformer(kind: str) -> Any:
    """Return what describes a column of a kind; a kind may also be descriptors, joined by +."""
    from mmsk.pipeline import PROPOSALS

    if kind in PROPOSALS:
        return PROPOSALS[kind]()
    known = {name: one for classes in find_descriptors().values() for name, one in classes.items()}
    names = [part.strip().lower() for part in kind.split("+")]
    for name in names:
        if name not in known:
            kinds = ", ".join(PROPOSALS)
            message = f"{name!r} is neither a kind ({kinds}) nor a descriptor (see `mmsk list`)"
            raise typer.BadParameter(message, param_hint=OPTION)
    chosen = [known[name]() for name in names]
    return chosen if len(chosen) > 1 else chosen[0]
