"""What may happen to the bytes of a file, each change drawn from a generator.

Strategy: a decoder that checks sums throws a changed file away before it looks at what has changed. So half of the
changed PNG and Ogg files get the right sums again (`reseal`), and the change is met by the code behind the check.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

__all__ = ["mutate", "reseal"]

HEAD = 64  # bytes at the start, where the sizes are
EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)
OGG_POLYNOMIAL = 0x04C1_1DB7


def mutate(content: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    """Return a content with one to four changes; `other` is a content to splice with."""
    changed = bytearray(content)
    for _ in range(int(rng.integers(1, 5))):
        if changed:
            _CHANGES[int(rng.choice(len(_CHANGES), p=_SHARES))](changed, other, rng)
    return reseal(bytes(changed)) if rng.random() < 0.5 else bytes(changed)


def reseal(content: bytes) -> bytes:
    """Return a PNG or an Ogg file with the right sums; any other content as it is."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _reseal_png(content)
    return _reseal_ogg(content) if content.startswith(b"OggS") else content


def _place(changed: bytearray, rng: np.random.Generator) -> int:
    reach = min(HEAD, len(changed)) if rng.random() < 0.5 else len(changed)
    return int(rng.integers(reach))


def _flip_bit(changed: bytearray, other: bytes, rng: np.random.Generator) -> None:
    changed[_place(changed, rng)] ^= 1 << int(rng.integers(8))


def _set_bytes(changed: bytearray, other: bytes, rng: np.random.Generator) -> None:
    for _ in range(int(rng.integers(1, 9))):
        changed[_place(changed, rng)] = int(rng.integers(256))


def _set_number(changed: bytearray, other: bytes, rng: np.random.Generator) -> None:
    value, place = EDGES[int(rng.integers(len(EDGES)))], _place(changed, rng)
    size = (1, 2, 4)[int(rng.integers(3))]
    order = "little" if rng.random() < 0.5 else "big"
    changed[place : place + size] = (value % 256**size).to_bytes(size, order)[: len(changed) - place]


def _cut(changed: bytearray, other: bytes, rng: np.random.Generator) -> None:
    del changed[int(rng.integers(len(changed))) :]


def _remove(changed: bytearray, other: bytes, rng: np.random.Generator) -> None:
    place = _place(changed, rng)
    del changed[place : place + int(rng.integers(1, 65))]


def _repeat(changed: bytearray, other: bytes, rng: np.random.Generator) -> None:
    place = _place(changed, rng)
    changed[place:place] = changed[place : place + int(rng.integers(1, 257))] * int(rng.integers(1, 9))


def _splice(changed: bytearray, other: bytes, rng: np.random.Generator) -> None:
    start, place = int(rng.integers(len(other))), _place(changed, rng)
    piece = other[start : start + int(rng.integers(1, 257))]
    changed[place : place + len(piece)] = piece


_CHANGES = (_flip_bit, _set_bytes, _set_number, _cut, _remove, _repeat, _splice)
_SHARES = (0.25, 0.25, 0.2, 0.06, 0.08, 0.08, 0.08)


def _reseal_png(content: bytes) -> bytes:
    sealed, place = bytearray(content), 8
    while place + 12 <= len(sealed):
        (size,) = struct.unpack_from(">I", sealed, place)
        end = place + 8 + size
        if end + 4 > len(sealed):
            break
        struct.pack_into(">I", sealed, end, zlib.crc32(sealed[place + 4 : end]))
        place = end + 4
    return bytes(sealed)


def _reseal_ogg(content: bytes) -> bytes:
    sealed, place = bytearray(content), 0
    while place + 27 <= len(sealed) and sealed[place : place + 4] == b"OggS":
        table = place + 27
        n_segments = sealed[table - 1]
        end = table + n_segments + sum(sealed[table : table + n_segments])
        sealed[place + 22 : place + 26] = bytes(4)
        struct.pack_into("<I", sealed, place + 22, _ogg_sum(sealed[place:end]))
        place = end
    return bytes(sealed)


def _ogg_sum(page: bytearray) -> int:
    total = 0
    for byte in page:
        total = (total << 8 & 0xFFFF_FFFF) ^ _OGG_TABLE[total >> 24 ^ byte]
    return total


def _ogg_table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = value << 1 ^ (OGG_POLYNOMIAL if value & 0x8000_0000 else 0)
        table.append(value & 0xFFFF_FFFF)
    return table


_OGG_TABLE = _ogg_table()
