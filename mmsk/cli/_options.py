"""The arguments and options that commands share: named once, explained once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "Branches",
    "Calibrate",
    "ClassWeight",
    "Cv",
    "Groups",
    "Jobs",
    "ModelFile",
    "ModelName",
    "ModelOutput",
    "OnBad",
    "OnError",
    "Parameters",
    "Root",
    "Scoring",
    "Seed",
    "TableFile",
    "Target",
    "Task",
    "TaskName",
    "Trust",
    "Weights",
    "checked_model",
    "checked_output",
    "meant",
    "pairs",
]


class OnBad(StrEnum):
    """What to do with a file that cannot be read."""

    RAISE = "raise"
    MISSING = "missing"


class TaskName(StrEnum):
    """What kind of target there is."""

    AUTO = "auto"
    CLASSES = "classes"
    NUMBER = "number"


def checked_output(path: Path | None) -> Path | None:
    """Refuse an output that could not be written, before any work is done."""
    if path is not None and not path.resolve().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.resolve().parent}")
    if path is not None and path.suffix == ".parquet" and find_spec("pyarrow") is None:
        raise typer.BadParameter("Parquet needs pyarrow: pip install 'mmsk[parquet]'")
    return path


def checked_model(path: Path | None) -> Path | None:
    """Refuse a model under a name that says pickle, before any work is done."""
    if path is not None and path.suffix in PICKLES:
        raise typer.BadParameter(
            f"models are saved in a format that is no pickle: call it {path.with_suffix('.mmsk').name}"
        )
    return checked_output(path)


def pairs(texts: list[str] | None, option: str) -> dict[str, str]:
    """Return what options of the form NAME=VALUE say."""
    found = {}
    for text in texts or []:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise typer.BadParameter(f"{text!r} is not of the form NAME=VALUE", param_hint=option)
        if name in found:
            raise typer.BadParameter(f"{name!r} comes twice", param_hint=option)
        found[name] = value
    return found


def meant(name: str, known: Iterable[str]) -> str:
    """Return a question after what was meant, to end a message with; nothing if no name is like it.

    >>> meant("labl", ["caption", "label"])
    ". Did you mean 'label'?"
    """
    close = difflib.get_close_matches(name, known, 1)
    return f". Did you mean {close[0]!r}?" if close else ""


PICKLES = {".joblib", ".pickle", ".pkl"}
DATA, MODEL, JUDGE, RUN = "The data", "The model", "How it is judged", "How it runs"

TableFile = Annotated[
    Path,
    typer.Argument(
        metavar="TABLE", exists=True, help="CSV, Parquet or JSON lines, or a folder with a subfolder a class."
    ),
]
ModelFile = Annotated[
    Path, typer.Argument(metavar="MODEL", exists=True, dir_okay=False, help="A model that train or tune has saved.")
]
Trust = Annotated[
    list[str] | None,
    typer.Option(
        "--trust",
        metavar="NAME",
        help="A function or class of yours that the model needs, by its full name as in my.module.name. Repeat it.",
    ),
]
Target = Annotated[
    str, typer.Option("--target", "-t", metavar="COL", help="The column to predict.", rich_help_panel=DATA)
]
Root = Annotated[
    Path | None,
    typer.Option(
        "--root",
        metavar="FOLDER",
        exists=True,
        file_okay=False,
        help="Where relative paths in the table start; the table's own folder if not given.",
        rich_help_panel=DATA,
    ),
]
Branches = Annotated[
    list[str] | None,
    typer.Option(
        "--branch",
        "-b",
        metavar="NAME=KIND:COL",
        help="A modality: a kind (text, image, audio, number, category), or descriptors as in hog+lbp, and a column. "
        "Repeat it. Without any, branches are inferred from the values.",
        rich_help_panel=DATA,
    ),
]
OnError = Annotated[
    OnBad,
    typer.Option(
        "--on-error",
        metavar="RULE",
        help="raise: a file that cannot be read ends the run. missing: it counts as missing.",
        rich_help_panel=DATA,
    ),
]
Task = Annotated[
    TaskName,
    typer.Option(
        "--task",
        metavar="KIND",
        help="What the target is: classes, a number, or auto: a number if it has fractions.",
        rich_help_panel=DATA,
    ),
]
ModelName = Annotated[
    str,
    typer.Option(
        "--model",
        "-m",
        metavar="NAME",
        help="svm, forest, logistic (Ridge, if the target is a number), mlp, or PATH.TO.CLASS.",
        rich_help_panel=MODEL,
    ),
]
Weights = Annotated[
    list[str] | None,
    typer.Option(
        "--weight",
        "-w",
        metavar="NAME=VALUE",
        help="What a modality counts for; 1 if not given, 0 switches it off. Repeat it.",
        rich_help_panel=MODEL,
    ),
]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "--param",
        "-p",
        metavar="NAME=VALUE",
        help="A parameter of any part, as in classifier__C=10. Repeat it.",
        rich_help_panel=MODEL,
    ),
]
ClassWeight = Annotated[
    list[str] | None,
    typer.Option(
        "--class-weight",
        metavar="WEIGHT",
        help="balanced, or CLASS=VALUE for each class. Repeat it.",
        rich_help_panel=MODEL,
    ),
]
Calibrate = Annotated[
    bool,
    typer.Option("--calibrate", help="Add probabilities, for predict --proba.", rich_help_panel=MODEL),
]
ModelOutput = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="MODEL",
        dir_okay=False,
        callback=checked_model,
        help="Where to save the model, as in shop.mmsk.",
    ),
]
Cv = Annotated[int, typer.Option("--cv", metavar="N", min=2, help="Number of folds.", rich_help_panel=JUDGE)]
Groups = Annotated[
    str | None,
    typer.Option(
        "--groups",
        "-g",
        metavar="COL",
        help="A column; rows with the same value never lie on both sides of a fold. It is not a feature.",
        rich_help_panel=JUDGE,
    ),
]
Scoring = Annotated[
    str | None,
    typer.Option("--scoring", metavar="NAME", help="A score of scikit-learn's, as in f1_macro.", rich_help_panel=JUDGE),
]
Jobs = Annotated[
    int,
    typer.Option(
        "--jobs", "-j", metavar="N", help="Workers; -1 is one a core, for more than 500 rows.", rich_help_panel=RUN
    ),
]
Seed = Annotated[
    int, typer.Option("--seed", metavar="N", min=0, help="Seed of the folds and of the model.", rich_help_panel=RUN)
]
