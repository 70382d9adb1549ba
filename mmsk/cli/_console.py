"""What people see: results on standard output; notes, warnings, errors and progress on standard error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = ["as_text", "complain", "grid", "heading", "note", "note_table", "say", "working"]


def as_text(estimator: Any) -> str:
    """Return an estimator on one line; a function in it is its name."""
    text = estimator if isinstance(estimator, str) else repr(estimator)
    return re.sub(r"<function (\w+) at 0x\w+>", r"\1", " ".join(text.split()))


def say(*things: Any) -> None:
    """Show a result, text or a table; text is broken into lines for people, not for a pipe."""
    console = Console(highlight=False)
    whole = all(isinstance(thing, str) for thing in things) and not console.is_terminal
    console.print(*things, soft_wrap=whole, markup=False)


def heading(text: str) -> None:
    """Show what comes next."""
    Console(highlight=False).print(Text(f"\n{text}", style="bold"))


def note(text: str) -> None:
    """Show a remark on what is being done."""
    Console(stderr=True, highlight=False).print(Text(text, style="dim"))


def note_table(table: Table) -> None:
    """Show a table that is a remark and not a result."""
    Console(stderr=True, highlight=False).print(table, style="dim")


def complain(text: str, style: str) -> None:
    """Show a warning or an error; its first word says which."""
    word, found, rest = text.partition(":")
    console = Console(stderr=True, highlight=False)
    console.print(Text.assemble((word, f"bold {style}"), found + rest), soft_wrap=not console.is_terminal)


@contextmanager
def working(text: str) -> Iterator[None]:
    """Show that something goes on that may take a while."""
    console = Console(stderr=True)
    if console.is_terminal:
        with console.status(text):
            yield
    else:
        note(text)
        yield


def grid(
    columns: Sequence[str],
    rows: Sequence[Sequence[str | Text]],
    *,
    right: Sequence[str] = (),
    optional: Sequence[str] = (),
    best: int = -1,
) -> Table:
    """Return a table that fits the terminal.

    Parameters
    ----------
    columns : sequence of str
        Headings; none are shown if all are empty.
    rows : sequence of sequences of str or Text
        Cells; text is shown as it is, whatever brackets it holds.
    right : sequence of str
        The columns of numbers.
    optional : sequence of str
        Columns to leave out where the terminal is too narrow for all, the first one first.
    best : int, default=-1
        The row to point out, -1 for none.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_header=any(columns))
    for column in columns:
        number = column in right
        table.add_column(column, justify="right" if number else "left", no_wrap=number, overflow="fold")
    for position, row in enumerate(rows):
        cells = [Text(cell) if isinstance(cell, str) else cell for cell in row]
        table.add_row(*cells, style="bold green" if position == best else None)
    console = Console()
    unbounded = console.options.update(width=10_000)
    if optional and console.measure(table, options=unbounded).minimum > console.width:
        kept = [place for place, column in enumerate(columns) if column != optional[0]]
        fewer = [[row[place] for place in kept] for row in rows]
        return grid([columns[place] for place in kept], fewer, right=right, optional=optional[1:], best=best)
    return table
