"""All that may happen to a store: `python -m tests.stress.store [NAME ...]`, or `make store`; `--small` for tests."""

from __future__ import annotations

import argparse
import functools
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from . import faults, flips, sharing
from .work import make_pictures

Size = tuple[int, int]  # of all, and in the tests

# what, with how many pictures
SCENARIOS: dict[str, tuple[Any, Size]] = {
    "two_processes": (sharing.two_processes, (1_000, 160)),
    "four_processes": (sharing.four_processes, (1_000, 240)),
    "two_versions": (sharing.two_versions, (500, 40)),
    "replaced": (sharing.replaced, (1_000, 40)),
    "moved": (sharing.moved, (1_000, 40)),
    "flipped": (flips.flipped, (24, 24)),
    "flipped_at_work": (flips.flipped_at_work, (60, 60)),
    "full": (faults.full, (200, 40)),
    "read_only": (faults.read_only, (100, 20)),
    "foreign": (faults.foreign, (100, 10)),
}
REPEATS: dict[str, Size] = {"flipped": (10_000, 150), "flipped_at_work": (5_000, 150)}


def main() -> int:
    """Run, report, and return 1 if anything was not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"which; all, if none is named: {', '.join(SCENARIOS)}")
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    report = {}
    with tempfile.TemporaryDirectory(prefix="mmsk-store-") as top:
        os.chmod(top, 0o755)  # one of them goes on as another user
        names = options.names or list(SCENARIOS)
        paths = {name: _pictures(Path(top, name), SCENARIOS[name][1][options.small]) for name in names}
        for name in names:
            scenario = SCENARIOS[name][0]
            if name in REPEATS:
                scenario = functools.partial(scenario, count=REPEATS[name][options.small])
            begun = time.perf_counter()
            report[name] = scenario(Path(top, name), paths[name])
            print(f"{name}: {time.perf_counter() - begun:.1f} s", file=sys.stderr)
    print(json.dumps(report, indent=1))
    return int(any(is_wrong(figures) for figures in report.values()))


def _pictures(folder: Path, count: int) -> list[str]:
    folder.mkdir()
    return make_pictures(folder / "pictures", count)


def is_wrong(figures: dict[str, Any]) -> bool:
    """Return whether anything in a scenario's figures was not as it should be."""
    wrong = figures["wrong"]
    return any(wrong.values()) if isinstance(wrong, dict) else bool(wrong)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
