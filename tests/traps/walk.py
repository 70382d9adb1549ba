"""The process that walks into the traps: what came of each, seconds, megabytes, and the files it opened besides.

Memory is the peak while an item is described, above what the process held after it had described a harmless item of
each kind. Files are those that Python opens from then on (an audit hook tells), but for the item itself.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from ..fuzzing.worker import describe, describers

__all__ = ["measure"]

WATCHED = {"open", "os.listdir", "os.scandir", "subprocess.Popen", "os.posix_spawn", "os.system", "socket.connect"}


def measure(traps: dict[str, tuple[str, str, str]], harmless: dict[str, str]) -> list[dict[str, Any]]:
    """Return, for each trap, what came of it, seconds, megabytes, and what else was opened."""
    unions = describers()
    for kind, path in harmless.items():
        assert describe(unions[kind], path) == "features"
    opened: list[str] = []

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if event in WATCHED and not isinstance(args[0], int):  # a number is a file that is open already
            opened.append(str(args[0]))

    sys.addaudithook(watch)
    before, found = _megabytes("VmRSS"), []
    for name, (kind, path, expected) in traps.items():
        _forget_the_peak()
        opened.clear()
        start = time.perf_counter()
        outcome = describe(unions[kind], path)
        seconds = time.perf_counter() - start
        others = [one for one in opened if one != path]
        itself = path in opened
        taken = max(0, _megabytes("VmHWM") - before)
        line = {"name": name, "expected": expected, "outcome": outcome, "seconds": round(seconds, 3)}
        found.append({**line, "megabytes": taken, "itself": itself, "others": others})
    return found


def _forget_the_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _megabytes(name: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{name}:")[1].split()[0]) // 1024


if __name__ == "__main__":
    json.dump(measure(**json.load(sys.stdin)), sys.stdout)
