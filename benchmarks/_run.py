"""Run claims one after another, each in a process of its own; show their rows, and keep them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks._machine import machine
from benchmarks._options import ROOT, Options, child_environment

__all__ = ["COLUMNS", "LATEST", "run", "show_table", "write_results"]

LATEST = Path(__file__).parent / "results" / "latest.json"
COLUMNS = ("id", "what", "mmsk", "other", "ratio", "target", "ok")
WORDS = {True: "yes", False: "NO", None: "-"}  # for `ok`


def run(ids: Sequence[str], options: Options) -> list[dict[str, Any]]:
    """Return the rows of some claims as dicts."""
    given = json.dumps(asdict(options), default=str)
    found: list[dict[str, Any]] = []
    for id_ in ids:
        target = options.scratch / f"{id_}.json"
        command = [sys.executable, "-m", "benchmarks._child", id_, given, str(target)]
        done = subprocess.run(command, cwd=ROOT, env=child_environment(), check=False)
        if done.returncode:
            found.append({"id": id_, "what": "its process ended", "mmsk": "failed", "ok": False})
        else:
            found += json.loads(target.read_text("utf-8"))
    return found


def show_table(rows: Sequence[dict[str, Any]]) -> None:
    """Print the rows."""
    from rich.console import Console
    from rich.table import Table

    shown = Table(*COLUMNS)
    for row in rows:
        shown.add_row(*cells_of(row))
    Console(width=None if sys.stdout.isatty() else 180).print(shown)


def cells_of(row: dict[str, Any]) -> list[str]:
    """Return a row's cells in the order of the columns."""
    return [WORDS[row.get("ok")] if name == "ok" else str(row.get(name, "")) for name in COLUMNS]


def write_results(rows: Sequence[dict[str, Any]], options: Options, path: Path = LATEST) -> None:
    """Write the rows with the machine and the versions; the rows of claims that were not run now are kept."""
    now = {row["id"] for row in rows}
    kept = json.loads(path.read_text("utf-8"))["rows"] if path.exists() else []
    merged = [row for row in kept if row["id"] not in now] + list(rows)
    merged.sort(key=lambda row: int(row["id"][1:]))
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"machine": machine(), "full": options.full, "rows": merged}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
