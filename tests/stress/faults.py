"""Disks that are full or read-only, and stores of other users: a warning at most, and every fit comes to its end.

Each function takes a folder and the pictures in it, and returns figures; `wrong` in them is empty when all is well.
"""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from mmsk._store import Store

from .flips import said_by
from .work import extract, settle, together, whole

__all__ = ["foreign", "full", "read_only"]

NOBODY = 65_534
ROOM = 2**26  # bytes, enough for all


def full(folder: Path, paths: list[str]) -> dict[str, Any]:
    """The disk is full after so many bytes, in a second run too; when there is room again the store is used again."""
    settle(paths)
    expected = whole(paths)
    said, wrong = {}, []
    for size in np.geomspace(8_192, len(paths) * 7_000, 6).astype(int).tolist():
        with _small_disk(folder / f"disk-{size}") as (store, limited_to):
            for run in ("first", "second"):
                with limited_to(size):
                    said[f"{size}, {run}"], failure = _extract(store, paths, expected)
                wrong += failure
            with limited_to(ROOM):
                for _ in range(2):
                    words, failure = _extract(store, paths, expected)
                    wrong += failure + ([f"{size}: with room again it says {words}"] if words else [])
    silent = [run for run, words in said.items() if not words]
    return {"warned": sum(map(bool, said.values())), "runs": len(said), "wrong": wrong + silent}


@contextlib.contextmanager
def _small_disk(place: Path) -> Iterator[tuple[Path, Callable[[int], Any]]]:
    """Give a folder and a function that limits its size: a disk where one can be mounted, else that of any file."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "tmpfs", str(place)]
    if os.getuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0:
        try:
            yield place / "store", lambda size: _disk_of(place, size)
        finally:
            subprocess.run(["umount", "-l", str(place)], check=True)
    else:
        yield place / "store", _files_up_to


@contextlib.contextmanager
def _disk_of(place: Path, size: int) -> Iterator[None]:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(place)], check=True)
    yield


@contextlib.contextmanager
def _files_up_to(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _extract(store: Path, paths: list[str], expected: np.ndarray) -> tuple[str, list[str]]:
    """Return what the store said, and what went wrong."""
    try:
        return said_by(lambda: extract(store, paths, expected))[1], []
    except Exception as error:
        return "", [f"{type(error).__name__}: {error}"]


def read_only(folder: Path, paths: list[str]) -> dict[str, Any]:
    """The store can be read and not be written to: what it knows is used, what is new is described in vain."""
    settle(paths)
    expected, half = whole(paths), len(paths) // 2
    store = folder / "store"
    extract(store, paths[:half], expected[:half])
    folder.chmod(0o777)  # the workers leave notes there
    for place in (*store.glob("*"), store):
        place.chmod(place.stat().st_mode & ~0o222)
        if os.getuid() == 0:
            os.chown(place, NOBODY, NOBODY)

    def describe(some: slice, warns: bool) -> Callable[[], None]:
        def work() -> None:
            if os.getuid() == 0:  # who may write anywhere
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            _, said = said_by(lambda: extract(store, paths[some], expected[some]))
            if bool(said) != warns:
                raise AssertionError(f"the store said: {said!r}")

        return work

    known, failures = together(folder, [describe(slice(half), warns=False)], half)
    share, more = together(folder, [describe(slice(None), warns=True)], len(paths))
    store.chmod(0o755)
    wrong = {"failures": failures + more, "described": known != 0 or share != 1 - half / len(paths)}
    return {"described of what it knows": known, "described of all": share, "wrong": wrong}


def foreign(folder: Path, paths: list[str]) -> dict[str, Any]:
    """The folder, or the file in it, belongs to somebody else: it is neither believed nor changed."""
    settle(paths)
    expected = whole(paths)
    wrong = []
    for name in ("folder", "file"):
        store = folder / name
        extract(store, paths, expected)
        file = Store(store, 1).path
        content = file.read_bytes()
        with _owned_by_another(store if name == "folder" else file):
            said, failure = _extract(store, paths, expected)
        wrong += failure + ([] if "belongs to another user" in said else [f"{name}: the store said {said!r}"])
        wrong += [] if file.read_bytes() == content else [f"{name}: it was changed"]
    return {"wrong": wrong}


@contextlib.contextmanager
def _owned_by_another(place: Path) -> Iterator[None]:
    """Give a folder or file away; where only root may do that, become another user in the eyes of this process."""
    mine, owner = os.getuid, os.getuid()
    if owner == 0:
        os.chown(place, NOBODY, NOBODY)
    else:
        os.getuid = lambda: owner + 1
    yield
    os.getuid = mine
    if owner == 0:
        os.chown(place, 0, 0)
