"""Files that commands write: whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["replacing", "write_frame"]


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path to write to; the file takes its place when all went well, and vanishes when not.

    What is no regular file, such as ``/dev/stdout``, is written to as it is.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        yield path
        return
    temporary = path.with_name(f".{os.getpid()}.{path.name}")  # the ending stays: writers look at it
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_frame(frame: Any, path: Path, *, index_label: str) -> None:
    """Write a DataFrame as Parquet where the path ends so, as CSV elsewhere; the index is its first column."""
    frame = frame.rename_axis(index_label).reset_index()
    with replacing(path) as temporary:
        if path.suffix == ".parquet":
            frame.to_parquet(temporary, index=False)
        else:
            frame.to_csv(temporary, index=False)
