"""What may happen to a store that processes, versions and later runs share: nothing wrong, nothing stale, little twice.

Each function takes a folder and the pictures in it, and returns figures; `wrong` in them is 0 when all is well.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from mmsk import _reference, _store

from .work import Noted, extract, make_pictures, settle, together, whole

__all__ = ["four_processes", "moved", "replaced", "two_processes", "two_versions"]

COLD, WARM = 1.25, 0.02  # of the pictures, that all processes together may describe; warm: above what must be


def two_processes(folder: Path, paths: list[str]) -> dict[str, Any]:
    """Two processes begin the same work at the same moment; so do two more, when half of it and all of it is known."""
    return _processes(folder, paths, 2)


def four_processes(folder: Path, paths: list[str]) -> dict[str, Any]:
    """Four processes at the same work."""
    return _processes(folder, paths, 4)


def _processes(folder: Path, paths: list[str], how_many: int) -> dict[str, Any]:
    settle(paths)
    expected = whole(paths)
    half = slice(None, len(paths) // 2)

    def share(name: str, some: slice = slice(None)) -> tuple[float, list[str]]:
        store = folder / name
        return together(folder, [lambda: extract(store, paths[some], expected[some])] * how_many, len(paths))

    cold, failures = share("store")
    warm, more = share("store")
    _, of_half = share("other", half)
    rest, of_rest = share("other")
    failures += more + of_half + of_rest
    figures = {"computed cold": cold, "computed warm": warm, "computed when half is known": rest}
    too_much = {"cold": cold > COLD, "warm": warm > WARM, "half": rest > 0.5 * COLD}
    return {**figures, "wrong": {"failures": failures, "computed": [name for name, much in too_much.items() if much]}}


def two_versions(folder: Path, paths: list[str]) -> dict[str, Any]:
    """Two versions of a descriptor, then of the store itself, use one folder at once: each finds its own vectors."""
    settle(paths)
    of_one = whole(paths)

    def other_descriptor() -> None:
        describe = Noted._describe
        Noted._schema = 2
        Noted._describe = lambda self, item: -describe(self, item)
        extract(folder / "store", paths, -of_one)

    def other_store() -> None:
        _store.SCHEMA += 1
        _store.FILE = _store.FILE.replace(str(_store.SCHEMA - 1), str(_store.SCHEMA))
        extract(folder / "store", paths, of_one)

    def ours() -> None:
        extract(folder / "store", paths, of_one)

    cold, failures = together(folder, [ours, other_descriptor, other_store], len(paths))
    warm, more = together(folder, [ours, other_descriptor, other_store] * 2, len(paths))
    aside = [path.name for path in (folder / "store").glob("*.damaged-*")]
    wrong = {"failures": failures + more, "set aside": aside, "computed": cold != 3 or warm > WARM}
    return {"computed by three versions cold": cold, "computed warm": warm, "wrong": wrong}


def replaced(folder: Path, paths: list[str]) -> dict[str, Any]:
    """Every file is replaced by another of equal size and time of modification, in place or by renaming."""
    settle(paths)
    before = whole(paths)
    extract(folder / "store", paths, before)
    others = make_pictures(folder / "others", len(paths), seed=1)
    for number, (path, other) in enumerate(zip(paths, others, strict=True)):
        was = os.stat(path)
        if number % 2:
            os.replace(other, path)
        else:
            Path(path).write_bytes(Path(other).read_bytes())
        os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
        if (now := os.stat(path)).st_size != was.st_size or now.st_mtime_ns != was.st_mtime_ns:
            raise RuntimeError(f"{path} was to look as before")
    after = whole(paths)
    unchanged = int((before == after).all(axis=1).sum())
    stale = {}
    for run in ("at once", "when the files are old", "in a later process"):
        if run == "in a later process":
            settle(paths)
            _reference._remembered.clear()
        found = Noted(cache=folder / "store").fit_transform(paths)
        stale[run] = int((found != after).any(axis=1).sum())
    return {"files": len(paths), "stale": stale, "wrong": {"stale": sum(stale.values()), "unchanged": unchanged}}


def moved(folder: Path, paths: list[str]) -> dict[str, Any]:
    """The data set is renamed, then copied elsewhere with new times: not a picture is described again."""
    settle(paths)
    expected = whole(paths)
    together(folder, [lambda: extract(folder / "store", paths, expected)], len(paths))
    (folder / "pictures").rename(folder / "renamed")
    shutil.copytree(folder / "renamed", folder / "copied", copy_function=shutil.copyfile)
    described, failures = {}, []
    for place in ("renamed", "copied"):
        there = [str(folder / place / Path(path).name) for path in paths]
        described[place], more = together(folder, [lambda: extract(folder / "store", there, expected)] * 2, len(paths))  # noqa: B023
        failures += more
    hits = {place: 1 - share for place, share in described.items()}
    return {"hits": hits, "wrong": {"failures": failures, "described": sum(described.values())}}
