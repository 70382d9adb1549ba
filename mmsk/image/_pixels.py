"""From whatever a picture is made of to 8 bits a channel, upright, on white.

Strategy: everything becomes a Pillow image of mode L, LA, RGB or RGBA first, by the one rule for its kind; after that,
all pictures are alike. Large pictures are worked through in bands of rows, so that a copy is never larger than a band.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
from PIL import Image

from mmsk.errors import MediaError

__all__ = ["Layers", "array_to_image", "eight_bits", "on_white", "turn_upright"]

BAND_PIXELS = 2**20
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Layers(NamedTuple):
    """A picture on white (mode L or RGB), and how opaque it was before (mode L; None where it was so everywhere)."""

    color: Image.Image
    alpha: Image.Image | None


def array_to_image(array: np.ndarray) -> Image.Image:
    """Return an array of shape (h, w) or (h, w, 1 | 3 | 4) as an 8-bit image.

    bool is black and white, uint8 is taken as it is, uint16 is divided by 65535. Other numbers are shares of white if
    all are within [0, 1] and floating, and are stretched from their minimum (black) to their maximum (white) if not.

    Raises
    ------
    MediaError
        Of kind nonfinite.
    """
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    scaled = np.empty(array.shape, dtype=np.uint8)
    scale = _scale_of(array.dtype, [array])
    for rows in _bands(array.shape[0], array.shape[1]):
        scaled[rows] = scale(array[rows])
    return Image.fromarray(scaled)


def eight_bits(picture: Image.Image) -> Image.Image:
    """Return a loaded picture of any mode in mode L, LA, RGB or RGBA."""
    mode = picture.mode
    if mode.startswith("I") or mode == "F":
        return _deep_to_eight_bits(picture)
    if mode in ("LA", "RGBA"):
        return picture
    if picture.has_transparency_data:
        return _with_short_key(picture).convert("LA" if mode == "La" else "RGBA")
    if mode in ("L", "RGB"):
        return picture
    return picture.convert("L" if mode == "1" else "RGB")


def turn_upright(picture: Image.Image, orientation: int) -> Image.Image:
    """Return a picture turned as its EXIF orientation asks for."""
    return picture.transpose(TURNS[orientation]) if orientation in TURNS else picture


def on_white(picture: Image.Image, factor: int = 1) -> Layers:
    """Composite a picture on white and average blocks of factor x factor pixels."""
    has_alpha = picture.mode in ("LA", "RGBA")
    if factor == 1 and not has_alpha:
        return Layers(picture, None)
    width, height = picture.size
    size = -(-width // factor), -(-height // factor)
    color = Image.new(picture.mode.removesuffix("A"), size)
    alpha = Image.new("L", size) if has_alpha else None
    for rows in _bands(height, width, factor):
        band = _band(picture, rows)
        corner = (0, rows.start // factor)
        if alpha is not None:
            opacity = band.getchannel("A")
            ground = Image.new(color.mode, band.size, "white")
            ground.paste(band, (0, 0), opacity)
            band = ground
            alpha.paste(opacity.reduce(factor), corner)
        color.paste(band.reduce(factor), corner)
    return Layers(color, alpha)


def _with_short_key(picture: Image.Image) -> Image.Image:
    """Cut a transparent colour of 16 bits a channel to the 8 that Pillow keeps of such pixels."""
    key = picture.info.get("transparency")
    if isinstance(key, tuple) and max(key) > 255:
        picture = picture.copy()
        picture.info["transparency"] = tuple(part >> 8 for part in key)
    return picture


def _deep_to_eight_bits(picture: Image.Image) -> Image.Image:
    """Return a picture of 16 or 32 bits a pixel, integer or floating, in mode L or LA."""
    dtype = _depth(picture)
    width, height = picture.size

    def bands() -> Iterator[np.ndarray]:
        for rows in _bands(height, width):
            yield np.asarray(_band(picture, rows)).astype(dtype)

    scale = _scale_of(dtype, bands())
    scaled = np.concatenate([scale(band) for band in bands()])
    key = picture.info.get("transparency")
    if not isinstance(key, int):
        return Image.fromarray(scaled)
    opaque = np.concatenate([band != key for band in bands()])
    return Image.merge("LA", [Image.fromarray(scaled), Image.fromarray(opaque).convert("L")])


def _depth(picture: Image.Image) -> np.dtype:
    """Return the type of a deep picture's numbers, which Pillow's mode does not tell in full."""
    if picture.mode == "F":
        return np.dtype(np.float32)
    if picture.mode.startswith("I;16") or picture.format == "PPM":  # PPM comes as mode I, scaled to 65535
        return np.dtype(np.uint16)
    sample_format = getattr(picture, "tag_v2", {}).get(339, (2,))  # TIFF: 1 = unsigned, read as if it were signed
    return np.dtype(np.uint32 if tuple(np.atleast_1d(sample_format)) == (1,) else np.int32)


def _scale_of(dtype: np.dtype, bands: Iterable[np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function that brings numbers of this type, and of these bands' range, to 0..255."""
    if dtype == np.uint8:
        return np.asarray
    if dtype == np.bool_:
        return lambda band: band.astype(np.uint8) * np.uint8(255)
    if dtype.kind == "u" and dtype.itemsize == 2:  # in either byte order
        return lambda band: ((band.astype(np.uint32) + 128) // 257).astype(np.uint8)
    low, high = _range(bands)
    if dtype.kind == "f" and low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    span = (high - low) or 1.0
    return lambda band: np.rint((band.astype(np.float64) - low) / span * 255).astype(np.uint8)


def _range(bands: Iterable[np.ndarray]) -> tuple[float, float]:
    """Return the least and the greatest number, refusing nan and infinity."""
    ends = np.array([(band.min(), band.max()) for band in bands], dtype=np.float64)
    low, high = float(ends[:, 0].min()), float(ends[:, 1].max())
    if not np.isfinite(high - low):
        raise MediaError("nonfinite", detail=f"numbers from {low} to {high}")
    return low, high


def _band(picture: Image.Image, rows: slice) -> Image.Image:
    """Return some rows of a picture. Its method `crop` would do so too, but it heeds ``Image.MAX_IMAGE_PIXELS``."""
    box = (0, rows.start, picture.width, rows.stop)
    return picture.resize((picture.width, rows.stop - rows.start), Image.Resampling.NEAREST, box)


def _bands(height: int, width: int, multiple: int = 1) -> Iterator[slice]:
    """Split rows into bands of about BAND_PIXELS pixels, each a multiple of so many rows (but for the last)."""
    step = max(1, BAND_PIXELS // (width * multiple)) * multiple
    for top in range(0, height, step):
        yield slice(top, min(top + step, height))
