"""The traps, made by code, and what has to come of each: "features" or the kind of its error."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image

__all__ = ["make"]

SECRET = "secret.wav"  # a clip that a playlist would have us read


def make(folder: Path) -> dict[str, tuple[str, str, str]]:
    """Make the traps in a folder; return {name: (kind of item, path, what has to come of it)}."""
    traps: dict[str, tuple[str, str, str]] = {}
    for kind, made in (("image", _pictures()), ("audio", _sounds(folder))):
        for name, (content, expected) in made.items():
            (folder / name).write_bytes(content)
            traps[name] = (kind, str(folder / name), expected)
    for kind in ("image", "audio"):
        for name, path, expected in _no_files(folder / kind):
            traps[f"{name} as {kind}"] = (kind, path, expected)
    return traps


def _pictures() -> dict[str, tuple[bytes, str]]:
    frame = io.BytesIO()
    Image.fromarray(np.arange(2_500 * 2_500, dtype=np.uint8).reshape(2_500, -1) // 64).save(frame, "GIF")
    start = frame.getvalue().index(b",\0\0\0\0")
    head, image = frame.getvalue()[:start], frame.getvalue()[start:-1]
    pages, canvas, small = io.BytesIO(), io.BytesIO(), [Image.new("RGB", (16, 16), color) for color in ("red", "blue")]
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (1_000, 1_000), dtype=np.uint8))
    noise.save(pages, "TIFF", save_all=True, append_images=[noise.rotate(90 * turn) for turn in range(30)])
    small[0].save(canvas, "WEBP", save_all=True, append_images=small[1:])
    webp = bytearray(canvas.getvalue())
    place = webp.index(b"VP8X") + 12
    webp[place : place + 6] = struct.pack("<I", 5_999)[:3] * 2
    bomb = b"comment\0\0" + zlib.compress(bytes(50_000_000), 9)
    profile = b"profile\0\0" + zlib.compress(bytes(50_000_000), 9)
    return {
        "81 megapixels.png": (_png(9_000, 9_000, depth=1), "too_large"),
        "169 megapixels.png": (_png(13_000, 13_000), "too_large"),
        "200 megapixels.png": (_png(20_000, 10_000), "too_large"),
        "39 megapixels.png": (_png(6_500, 6_000), "features"),
        "39 megapixels on its side.png": (_png(6_500, 6_000, _chunk(b"eXIf", _exif(6))), "features"),
        "120 frames.gif": (head + 120 * image + b";", "features"),
        "31 pages.tif": (pages.getvalue(), "features"),
        "pages in a ring.tif": (_ring(pages.getvalue()), "features"),
        "large canvas.webp": (bytes(webp), "too_large"),
        "39 megapixels.webp": (_webp(6_500, 6_000), "too_large"),
        "13 megapixels.webp": (_webp(3_700, 3_600), "features"),
        "zTXt bomb.png": (_png(16, 16, _chunk(b"zTXt", bomb)), "corrupt"),
        "iCCP bomb.png": (_png(16, 16, _chunk(b"iCCP", profile)), "corrupt"),
        "postscript.png": (b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) run", "unknown_format"),
        "picture of a file.png": (b'<svg><image href="/etc/passwd"/></svg>', "unknown_format"),
    }


def _sounds(folder: Path) -> dict[str, tuple[bytes, str]]:
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 8_000)
    soundfile.write(folder / SECRET, tone, 8_000)
    flac, wav = io.BytesIO(), io.BytesIO()
    soundfile.write(flac, tone, 8_000, format="FLAC")
    soundfile.write(wav, tone, 8_000, format="WAV")
    slow = wav.getvalue()[:24] + (1).to_bytes(4, "little") + wav.getvalue()[28:]
    long = _half_an_hour()
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{folder / SECRET}\n#EXT-X-ENDLIST\n"
    return {
        "claims 2 ** 36 samples.flac": (_with_total(flac.getvalue(), 2**36 - 1), "too_long"),
        "does not say how long.flac": (_with_total(flac.getvalue(), 0), "features"),
        "30 minutes of 8 channels.flac": (long, "too_long"),
        "30 minutes, not said.flac": (_with_total(long, 0), "too_long"),
        "1 Hz.wav": (slow, "bad_rate"),
        "ffconcat.wav": (f"ffconcat version 1.0\nfile {folder / SECRET}\n".encode(), "unknown_format"),
        "m3u8.wav": (playlist.encode(), "unknown_format"),
        "page.wav": (b"<!DOCTYPE html><html>404</html>", "unknown_format"),
    }


def _no_files(folder: Path) -> list[tuple[str, str, str]]:
    """Return (name, path, kind of error) of paths with something else than a file behind them."""
    folder.mkdir()
    os.mkfifo(folder / "fifo")
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "link to zero").symlink_to("/dev/zero")
    with (folder / "sparse").open("wb") as sparse:
        sparse.truncate(10 * 2**30)
    return [
        ("FIFO", str(folder / "fifo"), "not_regular"),
        ("zero device", "/dev/zero", "not_regular"),
        ("link to zero", str(folder / "link to zero"), "not_regular"),
        ("directory", str(folder), "not_regular"),
        ("link to itself", str(folder / "loop"), "missing_file"),
        ("10 GB of nothing", str(folder / "sparse"), "too_large"),
    ]


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png(columns: int, rows: int, *extra: bytes, depth: int = 8) -> bytes:
    """Return a black picture, all of it there."""
    packer, row = zlib.compressobj(9), bytes(1 + (columns * depth + 7) // 8)
    pixels = b"".join(packer.compress(row) for _ in range(rows)) + packer.flush()
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, depth, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _webp(columns: int, rows: int) -> bytes:
    """Return a picture of random colours, in large squares."""
    colors = np.random.default_rng(0).integers(0, 256, (rows // 100, columns // 100, 3), dtype=np.uint8)
    content = io.BytesIO()
    Image.fromarray(colors).resize((columns, rows)).save(content, "WEBP", method=0)
    return content.getvalue()


def _exif(orientation: int) -> bytes:
    return b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" + bytes([orientation]) + bytes(6)


def _ring(tiff: bytes) -> bytes:
    """Return a TIFF whose first page says that it is also the next."""
    (first,) = struct.unpack_from("<I", tiff, 4)
    (n_tags,) = struct.unpack_from("<H", tiff, first)
    following = first + 2 + 12 * n_tags
    return tiff[:following] + struct.pack("<I", first) + tiff[following + 4 :]


def _half_an_hour() -> bytes:
    """Return 30 minutes of silence in 8 channels, a few hundred kilobytes."""
    file, block = io.BytesIO(), np.zeros((16_000 * 10, 8), dtype=np.int16)
    with soundfile.SoundFile(file, "w", 16_000, 8, "PCM_16", format="FLAC") as long:
        for _ in range(180):
            long.write(block)
    return file.getvalue()


def _with_total(flac: bytes, total: int) -> bytes:
    """Return a FLAC file whose header claims another number of samples."""
    field = int.from_bytes(flac[18:26], "big")
    return flac[:18] + ((field >> 36 << 36) | total).to_bytes(8, "big") + flac[26:]
