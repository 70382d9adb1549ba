"""From whatever a picture is made of to 8 bits a channel, upright, on white.

Strategy: everything becomes a Pillow image of mode L, LA, RGB or RGBA first, by the one rule for its kind; after that,
all pictures are alike. Large pictures are worked through in bands of rows, each brought to 8 bits, turned, composited
and averaged by itself, so that a copy is never larger than a band.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
from PIL import Image

from mmsk.errors import MediaError

__all__ = ["Layers", "array_to_image", "on_white"]

BAND_PIXELS = 2**20
TURNS = {  # by EXIF orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
FIRST_ON_ITS_SIDE = 5  # from this orientation on, what is stored as a column is a row
FROM_THE_END = (3, 4, 7, 8)  # orientations whose first upright row is the last row, or column, that is stored


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


def on_white(picture: Image.Image, turn: int = 1, factor: tuple[int, int] = (1, 1)) -> Layers:
    """Return a loaded picture of any mode upright and composited on white, with blocks of its pixels averaged.

    Parameters
    ----------
    picture : PIL.Image.Image
        Of any mode, as its file has it.
    turn : int, default=1
        Its EXIF orientation, 1 to 8.
    factor : (int, int), default=(1, 1)
        Columns and rows of a block, of the upright picture.
    """
    if picture.mode.startswith("I") or picture.mode == "F":
        picture = _deep_to_eight_bits(picture)
    plain = picture.mode in ("L", "RGB") and not picture.has_transparency_data
    if plain and turn not in TURNS and factor == (1, 1):
        return Layers(picture, None)
    width, height = picture.size if turn < FIRST_ON_ITS_SIDE else picture.size[::-1]
    bands = list(_bands(height, width, factor[1]))
    if len(bands) == 1:
        return _averaged(_upright_band(picture, turn, bands[0]), factor)
    size = -(-width // factor[0]), -(-height // factor[1])
    color, alpha = Image.new("L", (0, 0)), None
    for rows in bands:
        band = _averaged(_upright_band(picture, turn, rows), factor)
        if not rows.start:
            color = Image.new(band.color.mode, size)
            alpha = None if band.alpha is None else Image.new("L", size)
        corner = (0, rows.start // factor[1])
        color.paste(band.color, corner)
        if alpha is not None and band.alpha is not None:
            alpha.paste(band.alpha, corner)
    return Layers(color, alpha)


def _averaged(band: Image.Image, factor: tuple[int, int]) -> Layers:
    """Return a picture in mode L, LA, RGB or RGBA composited on white, with blocks of its pixels averaged."""
    if not band.mode.endswith("A"):
        return Layers(_reduced(band, factor), None)
    opacity = band.getchannel("A")
    ground = Image.new(band.mode.removesuffix("A"), band.size, "white")
    ground.paste(band, (0, 0), opacity)
    return Layers(_reduced(ground, factor), _reduced(opacity, factor))


def _reduced(picture: Image.Image, factor: tuple[int, int]) -> Image.Image:
    return picture if factor == (1, 1) else picture.reduce(factor)


def _upright_band(picture: Image.Image, turn: int, rows: slice) -> Image.Image:
    """Return some rows of the upright picture, of which some rows or columns of the stored one are made."""
    width, height = picture.size
    on_its_side = turn >= FIRST_ON_ITS_SIDE
    first, last = rows.start, rows.stop
    if turn in FROM_THE_END:
        length = width if on_its_side else height
        first, last = length - last, length - first
    box = (first, 0, last, height) if on_its_side else (0, first, width, last)
    band = _eight_bits(_crop(picture, box))
    return band.transpose(TURNS[turn]) if turn in TURNS else band


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Return a picture of any mode but the deep ones in mode L, LA, RGB or RGBA."""
    mode = picture.mode
    if mode in ("LA", "RGBA"):
        return picture
    if picture.has_transparency_data:
        return _with_short_key(picture).convert("LA" if mode == "La" else "RGBA")
    if mode in ("L", "RGB"):
        return picture
    return picture.convert("L" if mode == "1" else "RGB")


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
            yield np.asarray(_crop(picture, (0, rows.start, width, rows.stop))).astype(dtype)

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


def _crop(picture: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    """Return a part of a picture. Its method `crop` would do so too, but it heeds ``Image.MAX_IMAGE_PIXELS``."""
    if box == (0, 0, *picture.size):
        return picture
    return picture.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.NEAREST, box)


def _bands(height: int, width: int, multiple: int = 1) -> Iterator[slice]:
    """Split rows into bands of about BAND_PIXELS pixels, each a multiple of so many rows (but for the last)."""
    step = max(1, BAND_PIXELS // (width * multiple)) * multiple
    for top in range(0, height, step):
        yield slice(top, min(top + step, height))
