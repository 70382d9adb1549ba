"""Zip archives of strangers: judged by their table of contents first, then copied, never handed on as they are.

Strategy: a zip file can lie in every field, and Python's `zipfile` believes most of them: it builds an object for each
of a million entries, and inflates a gigabyte to return the kilobyte that was announced. So the end record is read by
hand, before `zipfile` sees the file; sizes are summed up before anything is inflated; what is inflated is cut off at
the size that was announced; and what later code reads is a fresh archive, written here, of entries that passed.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO, Any

import numpy as np

from mmsk.errors import ModelError, UntrustedModelError

__all__ = ["CHUNK", "MAX_BYTES", "Archive", "array_problem"]

MAX_BYTES = 4 * 2**30 - 2**20  # that an archive may hold; the format's own limit, without the extension for larger ones
MAX_ENTRIES = 50_000
ENTRY_BYTES = 150  # of the table of contents, that an entry may take
MAX_RATIO = 100  # times the archive's own size that it may hold, beyond `FREE_BYTES`; JSON of models reaches 60
FREE_BYTES = 32 * 2**20
MAX_NPZ = 8  # arrays of one sparse matrix
CHUNK = 2**18

END = struct.Struct("<4s4H2LH")  # the end record of a zip file
COMMENT = 2**16  # bytes after it that a comment may take
LOCATOR = 20  # bytes before it where the record of the extension for large files would be
HEADER_BYTES = 10_000  # of an array that says its type and shape


class Archive:
    """A zip file that has been looked at from outside.

    Parameters
    ----------
    file : binary file
        Positioned anywhere; it stays open.
    path : str
        How errors call it.
    names : str
        Regular expression that all names of entries match.
    max_entries : int, default=50_000
        How many entries there may be.
    room : int, default=None
        How many bytes they may unpack to. None: what `MAX_RATIO` gives for the size of the file.

    Raises
    ------
    ModelError
        For what is no zip file, or a damaged one.
    UntrustedModelError
        For entries under odd or equal names, links, and sizes beyond reason.
    """

    def __init__(
        self, file: IO[bytes], path: str, names: str, max_entries: int = MAX_ENTRIES, room: int | None = None
    ) -> None:
        self.path = path
        self.size = file.seek(0, io.SEEK_END)
        self.room = min(MAX_BYTES, max(FREE_BYTES, MAX_RATIO * self.size)) if room is None else room
        self._check_end(file, max_entries)
        try:
            self._zip = zipfile.ZipFile(file)
        except Exception as error:  # struct.error, UnicodeDecodeError, NotImplementedError, ...
            raise self.damaged(error) from error
        self.entries = {entry.filename: entry for entry in self._zip.infolist()}
        self._check_entries(names)

    def read(self, name: str, max_bytes: int) -> bytes:
        """Return an entry.

        Raises
        ------
        ModelError
            When there is none of this name, or it is damaged.
        UntrustedModelError
            When it is larger than `max_bytes`.
        """
        if name not in self.entries:
            raise ModelError(self.path, f"not a model of mmsk: it has no {name}")
        if self.entries[name].file_size > max_bytes:
            raise self.refused(f"{name} has {self.entries[name].file_size:,} bytes, at most {max_bytes:,} are read")
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield an entry in parts, no more of it than was announced."""
        try:
            with self._zip.open(self.entries[name]) as stream:
                left = self.entries[name].file_size
                while chunk := stream.read(CHUNK):
                    left -= len(chunk)
                    yield chunk
        except (ModelError, GeneratorExit):
            raise
        except Exception as error:  # zlib.error, BadZipFile, EOFError, RuntimeError for an encrypted entry, ...
            raise self.damaged(error) from error
        if left:
            raise ModelError(self.path, f"damaged: {name} is shorter than it should be")

    def copy(self, target: zipfile.ZipFile, replaced: Mapping[str, bytes] | None = None) -> None:
        """Write all entries to another archive, some replaced, not compressed; arrays are looked at on the way."""
        for name, entry in self.entries.items():
            if replaced and name in replaced:
                target.writestr(name, replaced[name])
                continue
            if name.endswith(".npz"):  # the arrays of a sparse matrix: a zip file of its own
                target.writestr(name, self._repacked(name))
                continue
            head, info = b"", zipfile.ZipInfo(name)
            info.file_size = entry.file_size
            with target.open(info, "w") as stream:
                for chunk in self.chunks(name):
                    head = head or chunk
                    stream.write(chunk)
            problem = array_problem(head, entry.file_size) if name.endswith(".npy") else ""
            if problem:
                raise self.refused(f"{name} {problem}")

    def _repacked(self, name: str) -> memoryview:
        """Return an archive within this one, copied as `copy` does."""
        content = io.BytesIO()
        packed = io.BytesIO(self.read(name, MAX_BYTES))
        inner = Archive(packed, f"{self.path}: {name}", r"[a-z_]+\.npy", MAX_NPZ, self.room)
        self.room = inner.room
        with zipfile.ZipFile(content, "w") as target:
            inner.copy(target)
        return content.getbuffer()

    def damaged(self, error: Exception) -> ModelError:
        """Return the error for a file that is broken."""
        return ModelError(self.path, f"damaged ({type(error).__name__}: {error})")

    def refused(self, what: str) -> UntrustedModelError:
        """Return the error for a file that no model is like."""
        return UntrustedModelError(self.path, f"refused: {what}")

    def _check_end(self, file: IO[bytes], max_entries: int) -> None:
        """Look at the end record, which says how long the table of contents is."""
        file.seek(max(0, self.size - END.size - LOCATOR))
        tail = file.read()
        if len(tail) < END.size or tail[-END.size :][:4] != b"PK\5\6":
            self._refuse_comments(file)
            raise ModelError(self.path, "damaged or not a model of mmsk: it does not end as a zip file does")
        _, disk, start_disk, here, entries, length, start, comment = END.unpack(tail[-END.size :])
        if tail[:4] == b"PK\6\7" or disk or start_disk or comment or here != entries:
            raise self.refused("a zip file of a form that models do not have")
        if entries > max_entries or length > ENTRY_BYTES * max_entries:
            raise self.refused(f"{entries:,} entries listed in {length:,} bytes; there may be {max_entries:,}")
        if start + length + END.size != self.size:
            raise self.refused("its parts do not add up to its size, as if something were added or lost")
        file.seek(0)

    def _refuse_comments(self, file: IO[bytes]) -> None:
        """Tell a whole zip file with something behind it from one that was cut off."""
        begin = file.seek(max(0, self.size - END.size - COMMENT))
        tail = file.read()
        for found in re.finditer(b"PK\5\6", tail[: 4 - END.size]):
            *_, length, start, _ = END.unpack_from(tail, found.start())
            if start + length == begin + found.start():
                raise self.refused("something follows the end of the zip file")

    def _check_entries(self, names: str) -> None:
        """Look at the table of contents."""
        entries = self._zip.infolist()
        if len(entries) > len(self.entries):
            raise self.refused("two entries have the same name")
        for entry in entries:
            if not re.fullmatch(names, entry.filename) or entry.orig_filename != entry.filename:
                raise self.refused(f"an entry is named {entry.filename[:100]!r}")
            if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
                raise self.refused(f"{entry.filename} is a link or a device, no file")
            if entry.flag_bits & 0x1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise self.refused(f"{entry.filename} is encrypted, or compressed in an unusual way")
        total = sum(entry.file_size for entry in entries)
        if total > self.room:
            raise self.refused(f"{self.size:,} bytes that would unpack to {total:,}")
        self.room -= total


def array_problem(head: bytes, size: int) -> str:
    """Return what is wrong with a file in numpy's format, by its first bytes and its size; nothing if it is fine."""
    stream = io.BytesIO(head[:HEADER_BYTES])
    try:
        version = np.lib.format.read_magic(stream)
        read: Any = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(stream)
    except Exception as error:  # ValueError, SyntaxError, TokenError, RecursionError, ...
        return f"is no array ({error})"
    if dtype.hasobject:
        return "is an array of objects, which only a pickle can hold"
    count = 1
    for length in shape:
        count *= int(length)
    if min(shape, default=0) < 0 or count * dtype.itemsize != size - stream.tell():
        return f"has another size than an array of shape {shape} and type {dtype}"
    return ""
