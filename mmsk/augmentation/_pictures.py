"""Changes of a picture that leave what it shows: flip, rotate, crop, brightness.

A picture is an array of shape (h, w, 3), or (h, w, 4) with its opacity, dtype=uint8. A strength of 0 changes nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image, ImageEnhance

from mmsk.image import Picture

__all__ = ["brightness", "crop", "flip", "open_picture", "rotate"]

LONGEST = 256  # pixels: the longer side of a copy; descriptors look at 128 or fewer, and copies have to fit into memory
OPAQUE = 255


def open_picture(reference: Any, limits: Any) -> np.ndarray:
    """Return a picture at no more than `LONGEST` pixels a side; with its opacity, if it is not opaque."""
    picture = Picture.open(reference, limits)
    rows, columns = picture.shape
    scale = min(1.0, LONGEST / max(rows, columns))
    size = max(1, round(rows * scale)), max(1, round(columns * scale))
    alpha = picture.alpha(size)
    return picture.rgb(size) if alpha.min() == OPAQUE else np.dstack([picture.rgb(size), alpha])


def flip(picture: np.ndarray, probability: float, rng: np.random.Generator) -> np.ndarray:
    """Swap left and right, with a probability."""
    return np.ascontiguousarray(picture[:, ::-1]) if rng.uniform() < probability else picture


def rotate(picture: np.ndarray, degrees: float, rng: np.random.Generator) -> np.ndarray:
    """Turn a picture by up to so many degrees either way; corners are filled with the nearest pixels of its edge."""
    from skimage.transform import rotate as turned

    angle = rng.uniform(-degrees, degrees)
    array = turned(picture, angle, mode="edge", preserve_range=True)  # type: ignore[no-untyped-call]
    return np.asarray(np.rint(array), dtype=np.uint8)


def crop(picture: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Cut up to a share of the rows, and the same of the columns, off the borders, wherever that falls."""
    kept = 1 - rng.uniform(0, share)
    rows, columns = (max(1, round(kept * side)) for side in picture.shape[:2])
    top, left = (
        int(rng.integers(whole - part + 1)) for whole, part in zip(picture.shape, (rows, columns), strict=False)
    )
    return np.ascontiguousarray(picture[top : top + rows, left : left + columns])


def brightness(picture: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Multiply the colours by 1 - share to 1 + share."""
    colors = Image.fromarray(np.ascontiguousarray(picture[..., :3]))
    changed = np.asarray(ImageEnhance.Brightness(colors).enhance(rng.uniform(1 - share, 1 + share)))
    return np.dstack([changed, picture[..., 3:]])
