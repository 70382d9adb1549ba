"""Colour spaces: the numbers of a pixel's colour, and what they can be."""

from __future__ import annotations

import numpy as np
from PIL import Image

__all__ = ["CHANNELS", "RANGES", "in_color_space"]

CHANNELS = {"rgb": "rgb", "hsv": "hsv", "lab": "Lab"}
#: Least and greatest value of each channel; those of a and b enclose all that sRGB can show.
RANGES = {
    "rgb": ((0.0, 1.0),) * 3,
    "hsv": ((0.0, 1.0),) * 3,
    "lab": ((0.0, 100.0), (-110.0, 110.0), (-110.0, 110.0)),
}
# sRGB to XYZ under daylight (D65), each row divided by the white point's X, Y and Z, as in scikit-image
TO_XYZ = (
    (0.412453 / 0.95047, 0.357580 / 0.95047, 0.180423 / 0.95047),
    (0.212671, 0.715160, 0.072169),
    (0.019334 / 1.08883, 0.119193 / 1.08883, 0.950227 / 1.08883),
)
SHARES = np.arange(256) / 255
LINEAR = np.where(SHARES > 0.04045, ((SHARES + 0.055) / 1.055) ** 2.4, SHARES / 12.92)  # light of each sRGB value


def in_color_space(rgb: np.ndarray, space: str) -> np.ndarray:
    """Return a picture in another colour space.

    Parameters
    ----------
    rgb : ndarray of shape (rows, columns, 3), dtype=uint8
    space : {"rgb", "hsv", "lab"}
        "rgb", "hsv": shares of 1, the hue of grey being 0; "lab": CIE 1976 L*a*b* of sRGB under D65, L* up to 100.

    Returns
    -------
    ndarray of shape (rows, columns, 3), dtype=float64
    """
    if space == "lab":
        return _lab(rgb)
    if space == "hsv":
        rgb = np.asarray(Image.fromarray(rgb).convert("HSV"))
    shares: np.ndarray = SHARES[rgb]
    return shares


def _lab(rgb: np.ndarray) -> np.ndarray:
    red, green, blue = np.moveaxis(LINEAR[rgb], -1, 0)
    # sums written out: a matrix product would go to BLAS, whose bits depend on the number of threads
    x, y, z = (_cube_root(a * red + b * green + c * blue) for a, b, c in TO_XYZ)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _cube_root(light: np.ndarray) -> np.ndarray:
    """Return CIE's cube root, which is a straight line near black."""
    return np.where(light > 0.008856, np.cbrt(light), 7.787 * light + 16 / 116)
