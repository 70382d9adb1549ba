"""How a command runs: an error, a warning and Ctrl-C are each one clear line, and the exit code tells which it was.

Strategy: the commands raise what the library raises; here, in one place, it becomes words. Exit codes: 0 done, 1 an
error in the data or the model, 2 wrong usage (typer's own), 130 interrupted, as shells have it.
"""

from __future__ import annotations

import functools
import inspect
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import rich
import typer

from mmsk.cli._console import complain

__all__ = ["INTERRUPTED", "guarded"]

INTERRUPTED = 130
FORESEEN = (ValueError, OSError, ImportError, MemoryError)  # their messages are made for users

NOT_FOR_USERS = "`sklearn.utils.parallel.delayed`"  # what threads that reset Python's filters together set off
OPTIONS = {
    "Pass on_error='missing'": "Give --on-error missing",
    "on_error='missing'": "--on-error missing",
    "pass limits={'root': FOLDER}": "give --root FOLDER",
    "pass root=": "give --root",
    "trusted=[NAME]": "--trust NAME",
}

Debug = Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")]


def guarded(function: Callable[..., None]) -> Callable[..., None]:
    """Return a command that shows errors and warnings as lines, with an option --debug."""

    @functools.wraps(function)
    def command(*args: Any, debug: bool = False, **kwargs: Any) -> None:
        with _clear_errors(debug), _clear_warnings(), _progress_beside_results():
            function(*args, **kwargs)

    signature = inspect.signature(function, eval_str=True)
    option = inspect.Parameter("debug", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Debug)
    command.__signature__ = signature.replace(  # type: ignore[attr-defined]  # what typer reads the options from
        parameters=[*signature.parameters.values(), option]
    )
    return command


@contextmanager
def _progress_beside_results() -> Iterator[None]:
    """Send the library's progress bars to standard error: standard output is for results."""
    console = rich.get_console()
    before, console.stderr = console.stderr, True
    try:
        yield
    finally:
        console.stderr = before


@contextmanager
def _clear_errors(debug: bool) -> Iterator[None]:
    """Turn what is raised into a message and an exit code."""
    try:
        yield
    except (typer.Exit, typer.Abort, typer.BadParameter, BrokenPipeError):
        raise  # typer's own affairs
    except KeyboardInterrupt:
        complain("interrupted", "yellow")
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:
        if debug:
            traceback.print_exception(error)
        complain(f"error: {_message(error)}", "red")
        raise typer.Exit(1) from None


def _message(error: Exception) -> str:
    """Return what to tell of an error."""
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, FORESEEN) and str(error):
        return _as_options(str(error))
    return f"{type(error).__name__}: {error}\nThis was not foreseen; --debug shows where it comes from."


def _as_options(text: str) -> str:
    """Return a message of the library with its parameters called as the command line calls them."""
    for parameter, option in OPTIONS.items():
        text = text.replace(parameter, option)
    return text


@contextmanager
def _clear_warnings() -> Iterator[None]:
    """Show each warning once, as one line, without the line of source code that Python adds."""
    shown: set[str] = set()

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        text = _as_options(" ".join(str(message).split()))
        if text not in shown and NOT_FOR_USERS not in text:
            shown.add(text)
            complain(f"warning: {text}", "yellow")

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield
