"""From encoded bytes to a loaded Pillow image, or to a `MediaError` that says what is wrong with them.

Strategy: the format is recognised by its first bytes and handed to that format's reader of Pillow alone. Image.open
would do as well but for ``Image.MAX_IMAGE_PIXELS``, a switch of the whole process: it warns above that and raises above
twice as much, whatever limit the caller has asked for. Here the number of pixels in the header is compared with the
caller's limit before anything is decoded, and no switch of Pillow is set. (A process that sets
``ImageFile.LOAD_TRUNCATED_IMAGES`` has asked Pillow to fill cut files up with grey, and it will.) EPS (runs
Ghostscript), PDF and the like are not in the table and so cannot be reached.
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from threading import Lock
from typing import Any

from PIL import Image, ImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.PpmImagePlugin import PpmImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from mmsk.errors import MediaError

__all__ = ["check_size", "decoding", "load", "open_header", "orientation"]

READERS: tuple[tuple[tuple[bytes, ...], type[ImageFile.ImageFile]], ...] = (
    ((b"\xff\xd8\xff",), JpegImageFile),
    ((b"\x89PNG\r\n\x1a\n",), PngImageFile),
    ((b"GIF87a", b"GIF89a"), GifImageFile),
    ((b"RIFF",), WebPImageFile),
    ((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), TiffImageFile),
    ((b"BM",), BmpImageFile),
    ((b"P1", b"P2", b"P3", b"P4", b"P5", b"P6", b"Pf", b"Py"), PpmImageFile),
)
WEBP_CANVASES = 3  # Pillow reads each WebP as an animation: the canvas is held that often beside the picture
ORIENTATION = 0x0112  # EXIF tag: how the camera was held

_warnings_lock = Lock()


def open_header(content: bytes, limits: Mapping[str, Any]) -> ImageFile.ImageFile:
    """Return a picture of which only the header has been read.

    Raises
    ------
    MediaError
        Of kind unknown_format, too_large, empty, truncated or corrupt.
    """
    reader = next((reader for magic, reader in READERS if content.startswith(magic)), None)
    if reader is None:
        raise MediaError("unknown_format", detail=f"starts with {content[:12]!r}")
    if len(content) < (needed := _least_length(content)):
        raise MediaError("truncated", detail=f"{len(content):,} bytes, its header promises {needed:,} or more")
    with decoding(limits), _quiet():
        picture = reader(BytesIO(content))
    check_size(picture.size, limits, WEBP_CANVASES if reader is WebPImageFile else 1)
    return picture


def load(picture: Image.Image) -> None:
    """Decode the pixels."""
    if picture.format == "TIFF":  # reads its tags once more
        with _quiet():
            picture.load()
    else:
        picture.load()


def check_size(size: tuple[int, int], limits: Mapping[str, Any], times: int = 1) -> None:
    """Refuse a (width, height) without pixels or with more of them than allowed, if each counts so many times."""
    width, height = size
    if width < 1 or height < 1:
        raise MediaError("empty", detail=f"{width} x {height} pixels")
    found = f"{width} x {height} = {width * height:,} pixels"
    if times * width * height > limits["max_pixels"]:
        counted = f", which count {times} times in a WebP" if times > 1 else ""
        raise MediaError("too_large", detail=f"{found}{counted}, max_pixels={limits['max_pixels']:,}")
    if max(size) > limits["max_side"]:
        raise MediaError("too_large", detail=f"{found}, max_side={limits['max_side']:,}")


def orientation(picture: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8, of a loaded picture; a damaged tag counts as 1 (upright)."""
    try:
        with _quiet():
            value = picture.getexif().get(ORIENTATION, 1)
    except Exception:  # the tag block may be damaged in any way, and its loss does not spoil the pixels
        return 1
    return value if value in range(1, 9) else 1


@contextmanager
def decoding(limits: Mapping[str, Any]) -> Iterator[None]:
    """Turn whatever a decoder raises into a `MediaError`.

    Pillow alone raises OSError, SyntaxError, ValueError, EOFError, OverflowError, NotImplementedError, MemoryError and
    struct.error for damaged files, hence Exception.
    """
    try:
        yield
    except MediaError:
        raise
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        if isinstance(error, (Image.DecompressionBombError, MemoryError)):
            raise MediaError("too_large", detail=f"{what}; max_pixels={limits['max_pixels']:,}") from error
        short = isinstance(error, (EOFError, struct.error, IndexError)) or "truncated" in str(error).lower()
        raise MediaError("truncated" if short else "corrupt", detail=what) from error


def _least_length(content: bytes) -> int:
    """Return how long a file must be by its own header, where a header tells and the decoder would not say so."""
    if content.startswith(b"RIFF"):
        return 8 + int.from_bytes(content[4:8], "little")
    if content[:4] in (b"II*\0", b"MM\0*"):  # where the first directory starts
        return int.from_bytes(content[4:8], "little" if content.startswith(b"II") else "big")
    return 0


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Pillow's warnings about damaged tags from the user, whatever warning filters are set.

    The list of filters belongs to the whole process. The lock keeps our own threads from restoring each other's list,
    and only PIL is silenced, so that the worst that a foreign thread can inherit is silence about damaged tags.
    """
    with _warnings_lock, warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        yield
