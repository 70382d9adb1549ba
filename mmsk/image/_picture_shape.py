"""PictureShape: proportions, size, and the outline that transparency draws."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from mmsk._base import ItemDescriptor
from mmsk.image._picture import Picture

__all__ = ["PictureShape"]

SIZE = 128, 128  # rows and columns at which opacity is looked at
VISIBLE = 128  # opacity, out of 255, from which a pixel counts as visible


class PictureShape(ItemDescriptor):
    """What the frame of a picture tells: its size, its proportions, how much of it can be seen, and where that lies.

    The features, in order:

    - ``log2_pixels``: logarithm of rows x columns; ``log2_aspect``: logarithm of columns / rows, 0 for a square;
    - ``transparent``: mean transparency, 0 for an opaque picture; ``soft``: share of the pixels between transparent and
      opaque;
    - ``box_rows``, ``box_columns``: height and width of the visible part, as shares of the picture's;
    - ``center_row``, ``center_column``: centre of gravity of what is visible, 0 = top or left, 1 = bottom or right;
    - ``fill``: share of that box that is visible.

    An opaque picture, and one without anything visible, has a box of 1 x 1, centred, with a fill of 1 or 0.

    Parameters
    ----------
    pool, on_error, max_missing, limits, cache, n_jobs, verbose, isolate
        As in `ItemDescriptor`.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.image import PictureShape
    >>> wide = np.zeros((50, 100), dtype=np.uint8)
    >>> shape = PictureShape().set_output(transform="pandas").fit_transform([wide])
    >>> float(shape.loc[0, "pictureshape_log2_aspect"])
    1.0
    """

    _item_class = Picture
    _libraries: ClassVar[tuple[str, ...]] = ("Pillow", "numpy")
    _features: ClassVar[tuple[str, ...]] = (
        "log2_pixels",
        "log2_aspect",
        "transparent",
        "soft",
        "box_rows",
        "box_columns",
        "center_row",
        "center_column",
        "fill",
    )
    _parameter_constraints: ClassVar[dict[str, Any]] = {**ItemDescriptor._shared_constraints}

    def _describe(self, item: Picture) -> np.ndarray:
        rows, columns = item.shape
        alpha = item.alpha(SIZE)
        soft = ((alpha > 0) & (alpha < 255)).mean()
        frame = [np.log2(rows * columns), np.log2(columns / rows), 1 - alpha.mean() / 255, soft]
        return np.array(frame + _outline(alpha >= VISIBLE))

    def _feature_names(self) -> list[str]:
        return [f"pictureshape_{feature}" for feature in self._features]


def _outline(visible: np.ndarray) -> list[float]:
    """Return height, width, centre (row, column) and fill of what is visible."""
    if not visible.any():
        return [1.0, 1.0, 0.5, 0.5, 0.0]
    sides, centers = [], []
    for counts in (visible.sum(axis=1), visible.sum(axis=0)):
        occupied = np.flatnonzero(counts)
        sides.append((occupied[-1] - occupied[0] + 1) / len(counts))
        positions = (np.arange(len(counts)) + 0.5) / len(counts)
        centers.append((positions * counts).sum() / counts.sum())
    return [*sides, *centers, visible.mean() / (sides[0] * sides[1])]
