"""The application: its commands, in the order in which they are listed, and how it starts.

Strategy: a command is one file with one function, which imports what it needs when it is called: `mmsk --help` waits
for no library that it does not use.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from mmsk.cli._cache import cache
from mmsk.cli._check import check
from mmsk.cli._demo import demo
from mmsk.cli._describe import describe
from mmsk.cli._evaluate import evaluate
from mmsk.cli._examples import epilog
from mmsk.cli._inspect import inspect
from mmsk.cli._list import list_descriptors
from mmsk.cli._predict import predict
from mmsk.cli._retrieve import retrieve
from mmsk.cli._run import INTERRUPTED, guarded
from mmsk.cli._train import train
from mmsk.cli._tune import tune

__all__ = ["app", "main"]

app = typer.Typer(
    name="mmsk",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from mmsk import __version__

        typer.echo(f"mmsk {__version__}")
        raise typer.Exit


def _paragraphs(function: Callable[..., None]) -> str:
    """Return a docstring with a line for each paragraph: typer keeps the line breaks of the source."""
    return "\n\n".join(" ".join(part.split()) for part in (function.__doc__ or "").split("\n\n"))


def _start(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Train, search and use models over tables of text, pictures and sound.

    A table is a CSV, Parquet or JSON-lines file whose cells hold texts and paths of files, or a folder of files with a
    subfolder a class. Start with [bold]mmsk demo[/bold].

    What was described once is kept for later runs in the folder that the environment variable MMSK_CACHE names.
    """


COMMANDS: dict[str, Callable[..., None]] = {
    "demo": demo,
    "train": train,
    "tune": tune,
    "evaluate": evaluate,
    "predict": predict,
    "retrieve": retrieve,
    "check": check,
    "describe": describe,
    "inspect": inspect,
    "list": list_descriptors,
    "cache": cache,
}
app.callback(help=_paragraphs(_start))(_start)
for name, function in COMMANDS.items():
    app.command(name, help=_paragraphs(function), epilog=epilog(name))(guarded(function))


def main() -> None:
    """Run the command line."""
    try:
        app()
    except KeyboardInterrupt:  # before a command has begun
        sys.exit(INTERRUPTED)
