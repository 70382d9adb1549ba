"""`mmsk list`: the descriptors, what they see, and their parameters."""

from __future__ import annotations

import inspect
from typing import Any

from rich.text import Text

from mmsk.cli._console import grid, note, say

__all__ = ["list_descriptors"]


def list_descriptors() -> None:
    """List the descriptors: what each sees, and its parameters with their defaults."""
    from mmsk.cli._descriptors import common_parameters, find_descriptors

    common = common_parameters()
    rows: list[tuple[str | Text, str | Text]] = []
    for room, classes in find_descriptors().items():
        rows.append((Text(room, style="bold"), ""))
        rows += [(name, _told(one, skip=common)) for name, one in classes.items()]
    say(grid(["descriptor", "what it sees, and its parameters"], rows))
    note(f"Those of {', '.join(common)} that it has are not shown: they are the same for all.")
    note("Join descriptors of one column by +, as in --branch photo=hog+lbp:photo")


def _told(one: type[Any], skip: list[str]) -> Text:
    """Return the first sentence about a class, and its parameters with their defaults."""
    sentence = (inspect.getdoc(one) or "").partition("\n\n")[0].replace("\n", " ")
    parameters = inspect.signature(one).parameters
    defaults = [f"{name}={given.default!r}" for name, given in parameters.items() if name not in skip]
    lines = [", ".join(default.replace(", ", ",") for default in defaults)] if defaults else []
    return Text.assemble(sentence, *((f"\n{line}", "dim") for line in lines), "\n")
