"""Kill extraction at random moments: `python -m tests.stress.crash N`, or `make crash N=1000`.

Strategy: one process, or two at the same store, describe pictures until the signal comes; the next ones go on with what
they find, until all is described and a new store begins. After each kill the store is copied as it lies, and the copy
is read: every vector must be right, every row sound, and no more than a few pictures that were begun may be unknown.
Every third time one of two processes is killed and the other has to come to its end without noticing.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from mmsk._store import Store
from mmsk.cache import FeatureCache

from .work import Noted, Worker, extract, make_pictures, settle, whole

LOST = 16  # pictures that a kill may cost
PICTURES = 120


def main() -> int:
    """Run, report, and return 1 if anything was not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("n", type=int, nargs="?", default=50, help="how many kills")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--log", type=Path, help="where a line for each kill is kept, and a run is taken up again")
    options = parser.parse_args()
    lines = [json.loads(line) for line in options.log.read_text().splitlines()] if _exists(options.log) else []
    with tempfile.TemporaryDirectory(prefix="mmsk-crash-") as folder:
        site = Site(Path(folder))
        attempt = 0  # part of the seed: a moment that came too late for a kill must not come again
        while len(lines) < options.n:
            attempt += 1
            lines += (fresh := site.kill_some(np.random.default_rng([options.seed, len(lines), attempt])))
            if options.log:
                with options.log.open("a") as file:
                    file.writelines(json.dumps(line) + "\n" for line in fresh)
    report = summary(lines[: options.n])
    print(json.dumps(report, indent=1))
    return int(any(report["wrong"].values()))


def _exists(log: Path | None) -> bool:
    return log is not None and log.exists()


class Site:
    """Where it happens: pictures, what their features are, and a store that is begun anew when it knows them all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths = make_pictures(folder / "pictures", PICTURES)
        settle(self.paths)
        self.expected = whole(self.paths)
        self.stores = self.workers = 0
        # that the whole work takes when nothing is in the way: the first process has more to do than the others
        self.seconds = min(self._pace() for _ in range(4))

    def _pace(self) -> float:
        begun = time.perf_counter()
        self._worker().start().wait()
        self.stores += 1
        return time.perf_counter() - begun

    def _store(self) -> Path:
        return self.folder / f"store-{self.stores}"

    def _worker(self) -> Worker:
        self.workers += 1
        store = self._store()
        return Worker(self.folder / f"notes-{self.workers}", lambda: extract(store, self.paths, self.expected))

    def kill_some(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        """Start one or two processes, kill one or all of them, and return a line for each that was killed."""
        mode = ("alone", "both", "one of two")[rng.integers(3)]
        workers = [self._worker() for _ in range(1 if mode == "alone" else 2)]
        for worker in workers:
            worker.start()
        time.sleep(rng.uniform(0, 0.4) * self.seconds * len(workers))
        targets = workers[:1] if mode == "one of two" else workers
        killed = [worker for worker in targets if worker.kill()]
        failures = [worker.wait() for worker in workers[len(targets) :]]
        known, state = self._look()
        lines = []
        for worker in killed:
            lost = len(set(worker.begun()) - known)
            lines.append({"mode": mode, "begun": len(worker.begun()), "lost": lost, "known": len(known), **state})
            lines[-1]["failures"] = [failure for failure in failures if failure]
        if len(known) == len(self.paths) or not killed:
            shutil.rmtree(self._store(), ignore_errors=True)
            self.stores += 1
        return lines

    def _look(self) -> tuple[set[int], dict[str, Any]]:
        """Return the pictures that a copy of the store knows, and in what state it is."""
        if not self._store().exists():
            return set(), {"wrong": 0, "damaged": 0, "warnings": []}
        copy = self.folder / "copy"
        shutil.copytree(self._store(), copy)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            Noted.refusing = True
            describe = Noted(cache=FeatureCache(copy, max_memory=0), on_error="missing", max_missing=1.0)
            found = describe.fit_transform(self.paths)
            Noted.refusing = False
            damaged = Store(copy, 2**40).verify() + (_integrity(copy) != "ok")
        shutil.rmtree(copy)
        known = np.flatnonzero(~np.isnan(found).any(axis=1))
        wrong = int((found[known] != self.expected[known]).any(axis=1).sum())
        state = {"wrong": wrong, "damaged": damaged, "warnings": [str(warning.message) for warning in caught]}
        return set(known.tolist()), state


def _integrity(folder: Path) -> str:
    """Return what sqlite says of the whole file."""
    connection = sqlite3.connect(Store(folder, 1).path)
    try:
        return str(connection.execute("pragma integrity_check").fetchone()[0])
    finally:
        connection.close()


def summary(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the kills have cost; `wrong` is empty or 0 when all is well."""
    lost = np.array([line["lost"] for line in lines])
    return {
        "kills": len(lines),
        "modes": {mode: sum(line["mode"] == mode for line in lines) for mode in sorted({x["mode"] for x in lines})},
        "in the midst of work": sum(line["begun"] > 0 for line in lines),
        "lost at most": int(lost.max()),
        "lost on average": round(float(lost.mean()), 2),
        "wrong": {
            "vectors": sum(line["wrong"] for line in lines),
            "damaged": sum(line["damaged"] for line in lines),
            "lost": int((lost > LOST).sum()),
            "warnings": [text for line in lines for text in line["warnings"]][:5],
            "failures": [text for line in lines for text in line["failures"]][:5],
        },
    }


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
