"""Walk into each trap, in a process of its own, and say what came of it: `make traps`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

from .corpus import SECRET, make

__all__ = ["MEGABYTES", "SECONDS", "run"]

SECONDS, MEGABYTES = 1.0, 256
ROOT = Path(__file__).resolve().parents[2]


def run(folder: Path) -> list[dict[str, Any]]:
    """Make the traps in a folder, and let another process walk into them."""
    traps = make(folder)
    Image.new("RGB", (50, 50)).save(folder / "harmless.png")
    harmless = {"image": str(folder / "harmless.png"), "audio": str(folder / SECRET)}
    command = [sys.executable, "-m", "tests.traps.walk"]
    task = json.dumps({"traps": traps, "harmless": harmless})
    done = subprocess.run(command, cwd=ROOT, input=task, capture_output=True, text=True, timeout=200)
    if done.returncode:
        raise RuntimeError(f"the process ended with {done.returncode}: {done.stderr[-2_000:]}")
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def main() -> int:
    """Print a line for each trap; return 1 if one of them caught us."""
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder))
    caught = 0
    for line in found:
        wrong = (
            line["outcome"] != line["expected"]
            or line["seconds"] > SECONDS
            or line["megabytes"] > MEGABYTES
            or line["others"]
        )
        caught += bool(wrong)
        print(f"{'CAUGHT' if wrong else 'fine':8}{json.dumps(line)}")
    return int(caught > 0)


if __name__ == "__main__":
    sys.exit(main())
