"""The data of `mmsk demo`: the stamps, or what is made where they cannot be had."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmsk.cli._branches import choose_branches
from mmsk.cli._console import note, say, working
from mmsk.cli._problem import Problem

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["demo_problem"]

ROWS = 400
COLUMNS = ["caption", "picture", "speech"]

#: Each modality tells some rows, none tells all: there is something to gain by fusion.
SYNTHETIC = {"text|image": 0.3, "image|audio": 0.2, "text": 0.2, "image": 0.1, "audio": 0.1}


def demo_problem(synthetic: bool, folder: Path) -> Problem:
    """Return the problem of the demo; files that have to be made are written to a folder."""
    return _synthetic(folder) if synthetic else _stamps() or _synthetic(folder)


def _stamps() -> Problem | None:
    """Return the stamps, None if they cannot be had."""
    from mmsk.datasets import fetch_stamps

    try:
        with working("looking for the Tux Paint stamps (160 MB, downloaded once)"):
            stamps = fetch_stamps()
    except OSError as error:
        reason = str(error).partition("\n")[0]
        note(f"Going on with synthetic data: {reason}")
        return None
    say(f"{len(stamps.frame)} stamps of Tux Paint: a caption, a picture, a spoken description; which theme is it?")
    return _problem(stamps.frame[COLUMNS], stamps.target)


def _synthetic(folder: Path) -> Problem:
    from mmsk.datasets import make_multimodal

    with working(f"making {ROWS} captions, pictures and sounds"):
        made = make_multimodal(ROWS, 4, structure=SYNTHETIC, noise=0.3, folder=folder, random_state=0)
    say(f"{len(made.frame)} synthetic rows: a caption, a picture, a sound; which class is it?")
    return _problem(made.data, made.target)


def _problem(X: pd.DataFrame, target: pd.Series[Any]) -> Problem:
    return Problem(X, target.to_numpy(), None, choose_branches(X, None), number=False)
