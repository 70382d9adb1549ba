"""Count what is read and decoded, in this process and in joblib's workers.

Strategy: nothing of mmsk is patched. Reads are Python's own audit event "open"; decodes are Pillow loading a picture
that still has pixels to decode, and soundfile opening a sound. Each event is a line appended to a file, so that workers
count as well.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

__all__ = ["Counts", "counting", "install"]

_log: str | None = None  # where events go, None while nobody counts
_paths: frozenset[str] = frozenset()
_listening = False
_undo: list[Callable[[], None]] = []  # what restores Pillow and soundfile


@dataclass(frozen=True)
class Counts:
    """Reads by path, and decodes by content."""

    reads: Counter[str]
    decodes: Counter[str]


@contextmanager
def counting(folder: Path, paths: Sequence[str]) -> Iterator[list[Counts]]:
    """Count within a block the reads of these paths, and decodes; the list has the counts when the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "events.txt"
    log.write_text("")
    install(str(log), paths)
    found: list[Counts] = []
    try:
        yield found
    finally:
        _stop()
        events = [line.split("\t") for line in log.read_text().splitlines()]
        reads = Counter(key for kind, key in events if kind == "read")
        found.append(Counts(reads, Counter(key for kind, key in events if kind == "decode")))


def install(log: str, paths: Sequence[str]) -> None:
    """Begin to count in this process; what joblib is given as a worker's initializer."""
    global _log, _paths
    _patch()
    _log, _paths = log, frozenset(paths)


def _stop() -> None:
    global _log
    _log = None
    while _undo:
        _undo.pop()()


def _patch() -> None:
    """Listen to reads and decodes."""
    global _listening
    if not _listening:  # an audit hook cannot be taken away
        sys.addaudithook(_listen)
        _listening = True
    if _undo:
        return
    import soundfile
    from PIL import ImageFile

    load, start = ImageFile.ImageFile.load, soundfile.SoundFile.__init__

    def counted_load(image: Any) -> Any:
        if image.tile:
            _note("decode", _content_name(image.fp))
        return load(image)

    def counted_start(sound: Any, file: Any, *args: Any, **kwargs: Any) -> None:
        _note("decode", _content_name(file))
        start(sound, file, *args, **kwargs)

    for owner, name, original, counted in (
        (ImageFile.ImageFile, "load", load, counted_load),
        (soundfile.SoundFile, "__init__", start, counted_start),
    ):
        setattr(owner, name, counted)
        _undo.append(partial(setattr, owner, name, original))


def _listen(event: str, args: tuple[Any, ...]) -> None:
    if _log and event == "open" and args[0] in _paths:
        _note("read", args[0])


def _note(kind: str, key: str) -> None:
    """Append an event; one small write to a file opened for appending is not mixed with others."""
    file = os.open(str(_log), os.O_WRONLY | os.O_APPEND)
    os.write(file, f"{kind}\t{key}\n".encode())
    os.close(file)


def _content_name(file: Any) -> str:
    """Return what names the content of an opened file or of bytes."""
    if hasattr(file, "getvalue"):
        return hashlib.sha1(file.getvalue()).hexdigest()
    return str(getattr(file, "name", file))
