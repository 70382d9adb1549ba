"""Fuzz the decoders: N mutated files through the descriptors, in a process that may die of them.

Strategy: the parent reads a line for each item. A worker that dies or falls silent has done so over the item after the
last line; that item is noted and a new worker takes up the next. With ``--log`` the lines are kept, and a run that was
broken off goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import selectors
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from mmsk.errors import KINDS

SLOW = 2.0  # seconds that an item may take
LARGE = 512  # MB of resident memory, all libraries included
SILENCE = 60.0  # seconds after which a worker is given up
Line = list[Any]  # number, name of the file, seconds, outcome, peak of the resident memory in MB


def main() -> int:
    """Run, report, and return 1 if anything was not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("n", type=int, nargs="?", default=2_000, help="how many mutated files")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--log", type=Path, help="where the lines are kept, and a run is taken up again")
    options = parser.parse_args()
    log = options.log or Path(tempfile.mkdtemp(prefix="mmsk-fuzz-"), "lines.jsonl")
    lines = read_log(log)
    while len(lines) < options.n:
        run_worker(options.seed, len(lines), options.n, lines, log)
        print(f"{len(lines):,} of {options.n:,}", file=sys.stderr)
    report = summary(lines[: options.n])
    print(json.dumps(report, indent=1))
    return int(any(report["wrong"].values()))


def read_log(log: Path) -> list[Line]:
    """Return the lines of an earlier run, without the one that was being written when it was broken off."""
    if not log.exists():
        return []
    whole = log.read_text().rpartition("\n")[0].splitlines()
    log.write_text("".join(line + "\n" for line in whole))
    return [json.loads(line) for line in whole]


def run_worker(seed: int, start: int, stop: int, lines: list[Line], log: Path) -> None:
    """Let one worker do what it can, and note the item that it died of."""
    command = [sys.executable, "-m", "tests.fuzzing.worker", str(seed), str(start), str(stop)]
    root = Path(__file__).resolve().parents[2]
    with (
        tempfile.TemporaryFile("w+") as complaints,
        log.open("a", buffering=1) as file,
        subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=complaints, text=True) as worker,
    ):
        for line in _lines_of(worker):
            lines.append(json.loads(line))
            file.write(line)
        if worker.wait() != 0:
            complaints.seek(0)
            if len(lines) == start:
                raise RuntimeError(f"the worker did not begin: {complaints.read()[-2_000:]}")
            outcome = "hang" if worker.returncode == -9 else f"crash {worker.returncode}: {complaints.read()[-200:]}"
            lines.append([len(lines), "", 0.0, outcome, 0])
            file.write(json.dumps(lines[-1]) + "\n")


def _lines_of(worker: subprocess.Popen[str]) -> Any:
    """Yield what a worker writes, line by line; end it when it is silent for too long."""
    assert worker.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(worker.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(SILENCE):
                worker.kill()
            if not (line := worker.stdout.readline()).endswith("\n"):
                return
            yield line


def summary(lines: list[Line]) -> dict[str, Any]:
    """Return what came of the items, and what should not have: the latter is empty or 0 when all is well."""
    outcomes = Counter(line[3].split(":")[0].split(" ")[0] for line in lines)
    odd = [line for line in lines if line[3] not in KINDS and line[3] != "features"]
    slowest = sorted(lines, key=lambda line: line[2])[-5:]
    return {
        "items": len(lines),
        "files": len({line[1] for line in lines}),
        "outcomes": dict(outcomes.most_common()),
        "wrong": {
            "crashes": sum(line[3].startswith(("crash", "hang")) for line in lines),
            "exceptions": sum(line[3].startswith("exception") for line in lines),
            "warnings": sum(line[3].startswith("warning") for line in lines),
            "nonfinite": sum(line[3] in ("half a row", "nonfinite row") for line in lines),
            "slow": sum(line[2] > SLOW for line in lines),
            "large": sum(line[4] > LARGE for line in lines),
        },
        "seconds": round(sum(line[2] for line in lines), 1),
        "slowest": slowest[::-1],
        "peak_mb": max(line[4] for line in lines),
        "odd": odd[:20],
    }


if __name__ == "__main__":
    sys.exit(main())
