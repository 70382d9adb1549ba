"""ColorHistogram: how much of a picture has which colour."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any, ClassVar

import numpy as np

from mmsk._base import ItemDescriptor
from mmsk._params import Integral, InvalidParameterError, one_of
from mmsk.cache import FeatureCache
from mmsk.image._color_space import CHANNELS, RANGES, in_color_space
from mmsk.image._grid import cell_histograms, cell_prefixes, check_grid
from mmsk.image._picture import Picture

__all__ = ["ColorHistogram"]


class ColorHistogram(ItemDescriptor):
    """Joint histogram of the colours, of the whole picture or of each cell of a grid.

    Parameters
    ----------
    space : {"hsv", "lab", "rgb"}, default="hsv"
        Colour space: hue, saturation, value; CIE L*a*b*; or red, green, blue.
    bins : (int, int, int), default=(8, 4, 4)
        Equal steps of each channel, from its least possible value to its greatest (a* and b*: -110 to 110).
    grid : (int, int), default=(1, 1)
        Rows and columns of cells with a histogram each.
    size : (int, int), default=(64, 64)
        Rows and columns (px) to which each picture is brought, whatever its proportions.
    pool, on_error, max_missing, limits, cache, n_jobs, verbose, isolate
        As in `ItemDescriptor`.

    Raises
    ------
    InvalidParameterError
        In `fit`, when `bins` are not three whole numbers >= 1, or `grid` has more cells than `size` has pixels.

    Notes
    -----
    Each cell's histogram sums to 1. Transparent parts count as white.

    References
    ----------
    M. Swain, D. Ballard, "Color indexing", International Journal of Computer Vision 7 (1991).

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.image import ColorHistogram
    >>> red = np.zeros((10, 10, 3), dtype=np.uint8)
    >>> red[..., 0] = 255
    >>> histogram = ColorHistogram().set_output(transform="pandas").fit_transform([red])
    >>> histogram.shape, histogram.loc[0, "colorhistogram_h0_s3_v3"]
    ((1, 128), np.float32(1.0))
    """

    _item_class = Picture
    _libraries: ClassVar[tuple[str, ...]] = ("Pillow", "numpy")
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **ItemDescriptor._shared_constraints,
        "space": one_of("hsv", "lab", "rgb"),
        "bins": [tuple, list],
        "grid": [tuple, list],
        "size": [tuple, list],
    }

    def __init__(
        self,
        space: str = "hsv",
        bins: tuple[int, int, int] = (8, 4, 4),
        grid: tuple[int, int] = (1, 1),
        size: tuple[int, int] = (64, 64),
        *,
        pool: str = "mean",
        on_error: str = "raise",
        max_missing: float = 0.1,
        limits: Mapping[str, Any] | None = None,
        cache: FeatureCache | bool | None = None,
        n_jobs: int | None = None,
        verbose: bool | int = False,
        isolate: bool = False,
    ) -> None:
        super().__init__(
            pool=pool,
            on_error=on_error,
            max_missing=max_missing,
            limits=limits,
            cache=cache,
            n_jobs=n_jobs,
            verbose=verbose,
            isolate=isolate,
        )
        self.space = space
        self.bins = bins
        self.grid = grid
        self.size = size

    def _describe(self, item: Picture) -> np.ndarray:
        colors = in_color_space(item.rgb(self.size), self.space)
        code = np.zeros(colors.shape[:2], dtype=np.intp)
        for channel, (steps, (low, high)) in enumerate(zip(self.bins, RANGES[self.space], strict=True)):
            step = ((colors[..., channel] - low) * (steps / (high - low))).astype(np.intp)
            code = code * steps + np.minimum(step, steps - 1)
        return cell_histograms(code, int(np.prod(self.bins)), self.grid)

    def _check_parameters(self) -> None:
        check_grid(self.size, self.grid)
        bins: list[Any] = list(self.bins)
        if len(bins) != 3 or not all(isinstance(steps, Integral) and int(steps) >= 1 for steps in bins):
            raise InvalidParameterError(f"bins must be three whole numbers >= 1, got {self.bins!r}")

    def _feature_names(self) -> list[str]:
        channels = CHANNELS[self.space]
        return [
            f"colorhistogram_{cell}" + "_".join(f"{name}{step}" for name, step in zip(channels, steps, strict=True))
            for cell in cell_prefixes(self.grid)
            for steps in product(*map(range, self.bins))
        ]
