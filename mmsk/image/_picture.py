"""Picture: one opened picture, decoded when a descriptor asks, as much as it asks for.

Strategy: a vector may never depend on which other descriptors asked before, so the way from the bytes to an array is
fixed by the size asked for alone. Up to 128 pixels a side every request is drawn from one *working picture*: a JPEG is
decoded at the smallest scale (1/8, 1/4, 1/2, 1) that leaves both sides at least 360 pixels, any other format in full,
and blocks of whole pixels are averaged while both sides stay at least 360, and along a side that is still very long
further. Larger requests, and the native size, are drawn from the full decode. One resize follows (bilinear,
antialiased).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from mmsk._items import MEBIBYTE, Item
from mmsk._reference import label
from mmsk.errors import MediaError
from mmsk.image._decode import check_size, decoding, load, open_header, orientation
from mmsk.image._pixels import Layers, array_to_image, on_white

__all__ = ["Picture"]

SMALL = 128  # pixels: requests of at most this many a side are drawn from the working picture
WORKING = 360  # pixels: what is left of a working picture's shorter side, if it had as many; 12 megapixels at 1/8 have
LONGEST = 4096  # pixels: a longer side of a working picture, which a banner's may be, is averaged by itself
REDUCING_GAP = 3.0  # Pillow: from 3 on, shrinking in two steps can hardly be told from shrinking in one


class Picture(Item, kind="image"):
    """One picture.

    What comes out is fixed: turned upright by its EXIF orientation; transparent parts on white; 16 bits divided by
    65535; floating numbers taken as shares of white if all are within [0, 1], all other numbers beyond 8 bits
    stretched from their minimum to their maximum (alpha included, where an array has it); palette, CMYK, greyscale and
    1-bit brought to RGB by Pillow, without colour management; the first frame of an animation or page of a TIFF; grey
    = 0.299 R + 0.587 G + 0.114 B (ITU-R 601). A PIL.Image stands for the frame that it shows.

    Parameters
    ----------
    content : bytes, PIL.Image.Image, or ndarray of shape (h, w) or (h, w, 1 | 3 | 4)
        PNG, JPEG, GIF, TIFF, WebP, BMP or PPM; or numbers (bool, integer or floating).
    limits : mapping, default=None
        ``max_bytes`` (64 MiB); ``root`` (None); ``max_pixels`` (40,000,000) and ``max_side`` (65,535), both read from
        the header before anything is decoded. Decoding takes up to 5 bytes of memory a pixel, of a WebP 15: its pixels
        count three times.

    Raises
    ------
    MediaError
        Of kind wrong_type at once; of kind empty, unknown_format, truncated, corrupt, too_large or nonfinite when an
        array is asked for.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.image import Picture
    >>> picture = Picture(np.zeros((30, 40), dtype=bool))
    >>> picture.shape, picture.rgb().shape, picture.gray((8, 16)).shape
    ((30, 40), (30, 40, 3), (8, 16))
    """

    default_limits: ClassVar[dict[str, Any]] = {
        "max_bytes": 64 * MEBIBYTE,
        "root": None,
        "max_pixels": 40_000_000,
        "max_side": 65_535,
    }

    def __init__(self, content: Any, limits: Mapping[str, Any] | None = None) -> None:
        super().__init__(content, limits)
        if not isinstance(content, (bytes, Image.Image)) and not _is_picture_array(content):
            came = f"got {label(content)}"
            raise MediaError("wrong_type", detail=f"a picture is bytes, a PIL.Image or an array (h, w[, 3]), {came}")
        self._decoded: dict[tuple[int, int], tuple[Image.Image, int]] = {}
        self._views: dict[tuple[str, tuple[int, int] | None], np.ndarray] = {}

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the upright picture, before any scaling."""
        with decoding(self.limits):
            self._decode(scaled=True)  # some formats tell the orientation only after the pixels
        return self._native

    def rgb(self, size: tuple[int, int] | None = None) -> np.ndarray:
        """Return the colours, at (rows, columns) or else in the native size.

        Returns
        -------
        ndarray of shape (rows, columns, 3), dtype=uint8
            Read-only, since other descriptors see the same array.
        """
        return self._view("RGB", size)

    def gray(self, size: tuple[int, int] | None = None) -> np.ndarray:
        """Return the luma, at (rows, columns) or else in the native size.

        Returns
        -------
        ndarray of shape (rows, columns), dtype=uint8
            Read-only.
        """
        return self._view("L", size)

    def alpha(self, size: tuple[int, int] | None = None) -> np.ndarray:
        """Return the opacity, 0 = transparent to 255 = opaque, at (rows, columns) or else in the native size.

        Returns
        -------
        ndarray of shape (rows, columns), dtype=uint8
            Read-only.
        """
        return self._view("A", size)

    def check(self, full: bool = False) -> None:
        """Refuse what the header gives away; with `full`, decode the picture, a JPEG at a smaller scale."""
        with decoding(self.limits):
            self._open()
        if full:
            self.gray((1, 1))

    def plain(self) -> tuple[np.ndarray]:
        """Return what a `FunctionDescriptor` calls its function with: the colours in the native size, read-only."""
        return (self.rgb(),)

    def _view(self, channel: str, size: tuple[int, int] | None) -> np.ndarray:
        key = channel, None if size is None else (int(size[0]), int(size[1]))
        if key not in self._views:
            if channel == "L" and _is_gray_already(self.content) and key[1] in (None, self.content.shape):
                check_size(self.content.shape[::-1], self.limits)
                array = self.content.view()
            else:
                with decoding(self.limits):
                    array = np.asarray(self._draw(*key))
            array.flags.writeable = False
            self._views[key] = array
        return self._views[key]

    def _draw(self, channel: str, size: tuple[int, int] | None) -> Image.Image:
        layers = self._small if size is not None and max(size) <= SMALL else self._full
        image = layers.alpha if channel == "A" else layers.color
        if image is None:
            image = Image.new("L", layers.color.size, "white")
        elif channel == "L":
            image = image.convert("L")
        if size is not None and image.size != size[::-1]:
            image = image.resize(size[::-1], Image.Resampling.BILINEAR, reducing_gap=REDUCING_GAP)
        return image.convert("RGB") if channel == "RGB" else image

    @cached_property
    def _full(self) -> Layers:
        return on_white(*self._decode(scaled=False))

    @cached_property
    def _small(self) -> Layers:
        picture, turn = self._decode(scaled=True)
        size = picture.size if turn < 5 else picture.size[::-1]
        least = max(1, min(size) // WORKING)
        return on_white(picture, turn, (max(least, size[0] // LONGEST), max(least, size[1] // LONGEST)))

    def _decode(self, scaled: bool) -> tuple[Image.Image, int]:
        """Return the loaded picture and its orientation; a JPEG, if `scaled`, as small as a working picture may be."""
        picture = self._open()
        native = picture.size
        if scaled and picture is not self.content:
            picture.draft(None, (WORKING, WORKING))
        size = picture.size
        if size not in self._decoded:
            load(picture)
            turn = orientation(picture)
            swapped = turn >= 5 or picture.size != size  # a TIFF turns itself while it loads
            self._native = native if swapped else native[::-1]
            self._decoded[size] = picture, turn
        return self._decoded[size]

    def _open(self) -> Image.Image:
        """Return the picture, with only its header read where it is encoded."""
        if isinstance(self.content, bytes):
            return open_header(self.content, self.limits)
        if isinstance(self.content, Image.Image):
            check_size(self.content.size, self.limits)
            return self.content
        check_size(self.content.shape[1::-1], self.limits)
        return array_to_image(self.content)


def _is_gray_already(content: Any) -> bool:
    return isinstance(content, np.ndarray) and content.ndim == 2 and content.dtype == np.uint8


def _is_picture_array(content: Any) -> bool:
    if not isinstance(content, np.ndarray) or content.dtype.kind not in "biuf":
        return False
    return content.ndim == 2 or (content.ndim == 3 and content.shape[2] in (1, 3, 4))
