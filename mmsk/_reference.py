"""What a cell of a media column may refer to, and the one door through which its bytes are read.

Strategy: a cell is a reference (a path, bytes, an array, ...). `read` opens regular files only, without blocking, so
that neither a FIFO nor a device can hang a fit; it reads a file once, and everything after it (digest, decoder) works
on those bytes. So a path and its bytes mean the same, and a file that changes while we look cannot be half of each.
`digest` names the content of a reference; paths are never part of it. `known_digest` remembers the digest of files
that have not changed since, so that a search reads each file once.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd

from mmsk.errors import MAX_REF, MediaError

__all__ = [
    "digest",
    "first_bytes",
    "is_missing",
    "known_digest",
    "label",
    "object_array",
    "read",
    "remember_digest",
    "stat_key",
]

MAX_REMEMBERED = 1_000_000  # files whose digest is remembered, about 200 bytes each
SETTLED_NS = 2_000_000_000  # a file changed less than 2 s ago may change again within the clock's resolution

_remembered: dict[tuple[int, ...], bytes] = {}
_lock = Lock()


def is_missing(cell: Any) -> bool:
    """Return whether a cell is None, nan, pd.NA, NaT or an empty list.

    >>> [is_missing(cell) for cell in (None, float("nan"), [], "", b"")]
    [True, True, True, False, False]
    """
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return True
    if isinstance(cell, list):
        return all(is_missing(one) for one in cell)
    return isinstance(cell, (float, np.floating, np.datetime64)) and bool(pd.isna(cell))


def object_array(cells: Iterable[Any]) -> np.ndarray:
    """Return a 1-D object array of the cells; numpy's own conversion cuts long paths and stacks equal shapes."""
    cells = list(cells)
    array = np.empty(len(cells), dtype=object)
    for position, cell in enumerate(cells):
        array[position] = cell
    return array


def label(cell: Any) -> str:
    """Return how an error shows a cell.

    >>> label("photos/cat.png"), label(b"12345"), label(np.zeros((4, 5)))
    ('photos/cat.png', '<5 bytes>', '<array of shape (4, 5), float64>')
    """
    if isinstance(cell, (str, PurePath)):
        text = str(cell) or "''"
    elif isinstance(cell, (bytes, bytearray, memoryview)):
        text = f"<{len(cell)} bytes>"
    elif isinstance(cell, Mapping):
        text = label(cell["path"]) if cell.get("path") else f"<dict with {', '.join(map(str, cell))}>"
    elif isinstance(cell, np.ndarray):
        text = f"<array of shape {cell.shape}, {cell.dtype}>"
    elif isinstance(cell, tuple):
        text = f"<tuple of {', '.join(label(part) for part in cell[:3])}>"
    elif isinstance(cell, (int, float, np.number)):
        text = str(cell)
    else:
        text = f"<{type(cell).__name__}>"
    return text if len(text) <= MAX_REF else text[: MAX_REF - 1] + "…"


def read(cell: Any, *, max_bytes: int, root: str | Path | None = None) -> Any:
    """Return the bytes that a path, bytes or a dict {"path", "bytes"} stand for; any other cell is returned as it is.

    Raises
    ------
    MediaError
        Of kind missing_file, outside_root, not_regular, empty, too_large or corrupt (the disk failed).
    """
    if isinstance(cell, Mapping):
        cell = _from_mapping(cell)
    if isinstance(cell, (str, PurePath)):
        text = os.fspath(cell)
        content = _read_url(text, max_bytes, root) if "://" in text else _read_file(text, max_bytes, root)
    elif isinstance(cell, (bytes, bytearray, memoryview)):
        content = bytes(cell)
    else:
        return cell
    if len(content) > max_bytes:
        raise MediaError("too_large", detail=f"{len(content):,} bytes or more, max_bytes={max_bytes:,}")
    if not content:
        raise MediaError("empty", detail="0 bytes")
    return content


def first_bytes(path: str, count: int) -> bytes | None:
    """Return how a file begins, nothing of one that cannot be read; None where there is no regular file."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # asked first, for a device may notice that it is opened
            return None
    except (OSError, ValueError):
        return None
    try:
        descriptor, _ = _open_regular(path, None)
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            return file.read(count)
    except (OSError, MediaError):
        return b""


def digest(content: Any) -> bytes | None:
    """Return a digest of 32 bytes that names a content: equal contents, equal digest; no path is part of it.

    None, if nobody can tell whether two such contents are equal: an object of another library, an array of objects.
    """
    hashed = hashlib.sha256()
    try:
        _feed(hashed, content)
    except Exception:  # a picture that cannot be decoded, for one: its own class says what is wrong with it
        return None
    return hashed.digest()


def known_digest(key: tuple[int, ...] | None) -> bytes | None:
    """Return the digest of the file with this `stat_key`, if it was read before; None if not, or if there is no key."""
    return None if key is None else _remembered.get(key)


def stat_key(cell: Any, root: str | Path | None) -> tuple[int, ...] | None:
    """Return (device, inode, size, mtime, ctime) of a cell's file, None when there is none.

    While this is the same, so is the file: ctime also moves when a file is replaced by one of equal size and mtime.
    """
    if isinstance(cell, Mapping):
        cell = cell.get("path") if cell.get("bytes") is None else None
    if not isinstance(cell, (str, PurePath)):
        return None
    try:
        found = os.stat(_resolve(os.fspath(cell), root))
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def remember_digest(key: tuple[int, ...], value: bytes) -> bool:
    """Remember the digest of the file with this `stat_key`, unless the file is so fresh that it may change unseen.

    Returns whether it is remembered.
    """
    if time.time_ns() - key[-1] < SETTLED_NS:
        return False
    with _lock:
        if len(_remembered) >= MAX_REMEMBERED:
            _remembered.clear()
        _remembered[key] = value
    return True


def _from_mapping(cell: Mapping[str, Any]) -> Any:
    """Return what a dict stands for, in the form of Hugging Face datasets and Arrow: bytes win over the path."""
    content, path, array, rate = (cell.get(name) for name in ("bytes", "path", "array", "sampling_rate"))
    if isinstance(content, (bytes, bytearray, memoryview)):
        return content
    if content is None and isinstance(path, (str, PurePath)):
        return path
    if content is None and path is None and array is not None:
        return np.asarray(array) if rate is None else (np.asarray(array), rate)
    detail = "a dict must have 'bytes' (bytes), 'path' (str), or 'array' (sound: with 'sampling_rate')"
    raise MediaError("wrong_type", detail=detail)


def _resolve(path: str, root: str | Path | None) -> str:
    """Return the path to open: with a root, relative paths start there and links may not lead out of it."""
    if root is None:
        return path
    top = os.path.realpath(root)
    real = os.path.realpath(os.path.join(top, path))
    if os.path.commonpath([top, real]) != top:
        raise MediaError("outside_root", detail=f"not below {top}")
    return real


def _open_regular(path: str, root: str | Path | None) -> tuple[int, os.stat_result]:
    """Return the descriptor of a regular file, and what the operating system says of it."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(_resolve(path, root), flags)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MediaError("missing_file", detail="no such file") from error
    except (OSError, ValueError) as error:
        if isinstance(error, MediaError):
            raise
        # ValueError: a null byte in the path; OSError: a name too long, a link loop, no permission
        raise MediaError("missing_file", detail=f"cannot be opened ({error})") from error
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        what = "directory" if stat.S_ISDIR(found.st_mode) else "FIFO, socket or device"
        raise MediaError("not_regular", detail=f"it is a {what}")
    return descriptor, found


def _read_file(path: str, max_bytes: int, root: str | Path | None) -> bytes:
    """Return the bytes of a regular file."""
    descriptor, found = _open_regular(path, root)
    with os.fdopen(descriptor, "rb") as file:
        if found.st_size > max_bytes:
            raise MediaError("too_large", detail=f"{found.st_size:,} bytes, max_bytes={max_bytes:,}")
        try:
            content = file.read(found.st_size + 1)  # asked for more, Python takes memory for more
            if len(content) > found.st_size:  # it grows, or lies about its size (/proc), and ends at the limit too
                content += file.read(max_bytes + 1 - len(content))
            return content
        except OSError as error:
            raise MediaError("corrupt", detail=f"the file cannot be read ({error})") from error


def _read_url(url: str, max_bytes: int, root: str | Path | None) -> bytes:
    """Return the bytes behind an fsspec URL (s3://, gs://, https://, memory://)."""
    if root is not None:
        raise MediaError("outside_root", detail="a URL is not below the root folder")
    try:
        import fsspec
    except ImportError as error:
        raise MediaError("missing_file", detail="reading URLs needs fsspec: pip install 'mmsk[remote]'") from error
    try:
        system, path = fsspec.url_to_fs(url)
        if "file" in system.protocol:  # fsspec would wait for a FIFO
            return _read_file(path, max_bytes, root)
        with system.open(path, "rb") as file:
            content: bytes = file.read(max_bytes + 1)
            return content
    except MediaError:
        raise
    except Exception as error:  # each protocol has its own errors, and some are plain Exception
        raise MediaError("missing_file", detail=f"cannot be read ({type(error).__name__}: {error})") from error


def _feed(hashed: Any, content: Any) -> None:
    """Add a content to a hash, its type and size first, so that no two contents are fed the same bytes."""
    if isinstance(content, bytes):
        hashed.update(f"bytes {len(content)} ".encode())
        hashed.update(content)
    elif isinstance(content, str):
        encoded = content.encode("utf-8", "surrogatepass")
        hashed.update(f"str {len(encoded)} ".encode())
        hashed.update(encoded)
    elif isinstance(content, np.ndarray) and not content.dtype.hasobject:
        hashed.update(f"array {content.dtype.str} {content.shape}".encode())
        hashed.update(np.ascontiguousarray(content).data)
    elif isinstance(content, (tuple, list)):
        hashed.update(f"tuple {len(content)}".encode())
        for part in content:
            _feed(hashed, part)
    elif hasattr(content, "tobytes") and hasattr(content, "getpalette"):  # a PIL.Image, not to be imported for this
        hashed.update(f"picture {content.mode} {content.size} {content.getexif().get(0x0112)}".encode())
        hashed.update(content.tobytes())
        hashed.update(f"{content.getpalette(None)} {content.info.get('transparency')} {content.format}".encode())
        hashed.update(f"{getattr(content, 'tag_v2', {}).get(339)}".encode())  # TIFF: whether numbers have a sign
    elif isinstance(content, (int, float, np.number)):
        hashed.update(f"{type(content).__name__} {content!r} ".encode())
    else:
        raise TypeError(f"a {type(content).__name__} has no digest")
