"""Files made to take memory or time, refused by `load`: `python -m tests.persistence.bombs` in the project's folder.

Each is refused in a process of its own, after a good model was loaded there. What is measured is the time of the
refusal, and the peak of the resident memory above what it was before.
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

SECONDS, MEGABYTES = 0.5, 64  # that a refusal may take
BOMB = 1_500_000_000  # bytes that the bombs unpack to
LEVELS, ENTRIES = 5_000, 1_000_000

ONE = """
import json, sys, time
from mmsk.errors import UntrustedModelError
from mmsk.persistence import load
load(sys.argv[1])
def peak():  # of the resident memory in MB, since it was last reset
    return next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
open("/proc/self/clear_refs", "w").write("5")
before, start = peak(), time.perf_counter()
try:
    load(sys.argv[2])
    said = "LOADED"
except UntrustedModelError as error:
    said = error.detail
print(json.dumps([time.perf_counter() - start, peak() - before, said]))
"""


def main() -> int:
    """Make the bombs, have each refused, print a table; return 1 if one took too much."""
    bad = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        good = folder / "good.mmsk"
        make_good(good)
        for what, make in BOMBS.items():
            path = folder / "bomb.mmsk"
            make(path, good)
            command = [sys.executable, "-W", "ignore", "-c", ONE, good, path]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            seconds, megabytes, said = json.loads(done.stdout)
            fine = said.startswith("refused") and seconds <= SECONDS and megabytes <= MEGABYTES
            bad += not fine
            size = path.stat().st_size / 1e6
            print(
                f"{what:45} {size:7.2f} MB  {seconds:6.3f} s  +{megabytes:5.1f} MB  {'ok' if fine else 'BAD'}  {said}"
            )
    return int(bad > 0)


def make_good(path: Path) -> None:
    import numpy as np

    from mmsk.fusion import BlockScaler
    from mmsk.persistence import save

    save(BlockScaler().fit(np.eye(3)), path)


def zeros() -> tuple[bytes, int]:
    """Return a deflated gigabyte and a half of zeros, and its check sum."""
    squeezer, checked, block = zlib.compressobj(9, zlib.DEFLATED, -15), 0, bytes(2**20)
    parts, left = [], BOMB
    while left:
        part = block[: min(left, len(block))]
        checked = zlib.crc32(part, checked)
        parts.append(squeezer.compress(part))
        left -= len(part)
    return b"".join([*parts, squeezer.flush()]), checked


def archive(entries: list[tuple[str, bytes, int, int, int]]) -> bytes:
    """Return a zip file of (name, what is stored, method, check sum, size that is announced)."""
    body, directory = io.BytesIO(), io.BytesIO()
    for name, stored, method, checked, size in entries:
        fields = (20, 0, method, 0, 33, checked, len(stored), size, len(name), 0)
        directory.write(struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, *fields, 0, 0, 0, 0, body.tell()) + name.encode())
        body.write(struct.pack("<4s5H3L2H", b"PK\3\4", *fields) + name.encode() + stored)
    count, listed = len(entries) & 0xFFFF, directory.getvalue()
    return (
        body.getvalue() + listed + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(listed), body.tell(), 0)
    )


def plain(name: str, content: bytes) -> tuple[str, bytes, int, int, int]:
    return name, content, 0, zlib.crc32(content), len(content)


def around(path: Path, good: Path, payload: bytes) -> None:
    """Write a model file with another payload, its hash right."""
    with zipfile.ZipFile(good) as source:
        manifest = json.loads(source.read("manifest.json"))
    manifest["payload"]["sha256"] = hashlib.sha256(payload).hexdigest()
    path.write_bytes(archive([plain("manifest.json", json.dumps(manifest).encode()), plain("model.skops", payload)]))


def with_entry(name: str, size: int | None = None):
    """Return what writes a model with a bomb in its payload; `size` is what it announces, the truth if None."""

    def make(path: Path, good: Path) -> None:
        stored, checked = zeros()
        if size is not None:
            checked = zlib.crc32(bytes(size))  # of what a reader sees that believes the size
        with zipfile.ZipFile(good) as source, zipfile.ZipFile(io.BytesIO(source.read("model.skops"))) as inner:
            entries = [plain(one, inner.read(one)) for one in inner.namelist() if one != name]
        around(path, good, archive([*entries, (name, stored, 8, checked, BOMB if size is None else size)]))

    return make


def as_manifest(path: Path, good: Path) -> None:
    stored, checked = zeros()
    path.write_bytes(archive([("manifest.json", stored, 8, checked, BOMB), plain("model.skops", b"")]))


def as_sparse(path: Path, good: Path) -> None:
    stored, checked = zeros()
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(io.BytesIO(source.read("model.skops"))) as inner:
        entries = [plain(one, inner.read(one)) for one in inner.namelist()]
    matrix = archive([("data.npy", stored, 8, checked, BOMB)])
    around(path, good, archive([*entries, plain("1.npz", matrix)]))


def deep_schema(path: Path, good: Path) -> None:
    around(path, good, archive([plain("schema.json", b'{"a":' * LEVELS + b"1" + b"}" * LEVELS)]))


def deep_manifest(path: Path, good: Path) -> None:
    deep = b"[" * LEVELS + b"]" * LEVELS
    path.write_bytes(archive([plain("manifest.json", b'{"a":' + deep + b"}"), plain("model.skops", b"")]))


def many_entries(path: Path, good: Path) -> None:
    path.write_bytes(archive([plain(f"{number:x}.npy", b"") for number in range(ENTRIES)]))


def many_in_payload(path: Path, good: Path) -> None:
    around(path, good, archive([plain(f"{number:x}.npy", b"") for number in range(ENTRIES)]))


BOMBS = {
    "1.5 GB of zeros as the manifest": as_manifest,
    "1.5 GB of zeros as the schema": with_entry("schema.json"),
    "1.5 GB of zeros as an array": with_entry("1.npy"),
    "1.5 GB of zeros in a sparse matrix": as_sparse,
    "... that is announced as 1 kB": with_entry("1.npy", 1000),
    f"a schema {LEVELS:,} levels deep": deep_schema,
    f"a manifest {LEVELS:,} levels deep": deep_manifest,
    f"{ENTRIES:,} entries": many_entries,
    f"{ENTRIES:,} entries in the payload": many_in_payload,
}

if __name__ == "__main__":
    sys.exit(main())
