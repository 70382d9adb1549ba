"""The README's table of results, written from ``results/latest.json`` and never typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks._run import COLUMNS, LATEST, cells_of

__all__ = ["BEGIN", "END", "rewrite"]

BEGIN, END = "<!-- benchmarks -->", "<!-- /benchmarks -->"


def rewrite(readme: Path, results: Path = LATEST) -> None:
    """Replace what is between the markers of a README.

    Raises
    ------
    ValueError
        For a file without the two markers.
    """
    text = readme.read_text("utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{readme} has to hold the lines {BEGIN} and {END}; the table goes between them")
    table = as_markdown(json.loads(results.read_text("utf-8")))
    readme.write_text(f"{before}{begin}\n{table}\n{end}{after}", "utf-8")


def as_markdown(results: dict[str, Any]) -> str:
    """Return the results as a table, and on what they were measured below it."""
    lines = [_line(COLUMNS), _line(["---"] * len(COLUMNS))]
    lines += [_line(cells_of(row)) for row in results["rows"]]
    found = results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    where = f"{found['cores']} cores ({found['processor']}), {found['memory_gib']} GiB, {found['system']}"
    measured = f"Measured on {found['date']} by `python -m benchmarks`: {where}, Python {found['python']}, {versions}."
    return "\n".join([*lines, "", measured])


def _line(cells: Any) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
