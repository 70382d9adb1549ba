"""`mmsk cache`: look at, shrink, check or empty a store of features."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mmsk.cli._console import say

__all__ = ["cache"]


class Action(StrEnum):
    """What can be done with a store."""

    INFO = "info"
    PRUNE = "prune"
    VERIFY = "verify"
    CLEAR = "clear"


Folder = Annotated[
    Path | None,
    typer.Option("--folder", metavar="FOLDER", envvar="MMSK_CACHE", file_okay=False, help="Where the store is."),
]
Size = Annotated[int, typer.Option("--max-mb", metavar="MB", min=0, help="Size to shrink to, for prune.")]


def cache(action: Annotated[Action, typer.Argument()], folder: Folder = None, max_mb: Size = 1024) -> None:
    """Look at a store of features (info), shrink it (prune), delete damaged entries (verify) or all of them (clear)."""
    from mmsk._store import Store

    if folder is None:
        raise ValueError("no store is named: give --folder, or set the environment variable MMSK_CACHE")
    store = Store(folder, max_bytes=2**62)
    if not store.path.is_file():
        raise ValueError(f"there is no store in {folder}")
    if action is Action.PRUNE:
        say(f"{store.prune(max_mb * 2**20):,} entries deleted, those that were not used for the longest time")
    elif action is Action.VERIFY:
        say(f"{store.verify():,} damaged entries found and deleted")
    elif action is Action.CLEAR:
        store.clear()
    found = store.info()
    store.close()
    say(f"{found['path']}: {found['rows']:,} entries, {found['bytes'] / 2**20:.1f} MB")
