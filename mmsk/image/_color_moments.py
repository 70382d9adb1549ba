"""ColorMoments: a picture's colours in nine numbers a cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from mmsk._base import ItemDescriptor
from mmsk._params import one_of
from mmsk.cache import FeatureCache
from mmsk.image._color_space import CHANNELS, in_color_space
from mmsk.image._grid import cell_means, cell_prefixes, check_grid, spread
from mmsk.image._picture import Picture

__all__ = ["ColorMoments"]

MOMENTS = ("mean", "std", "skew")


class ColorMoments(ItemDescriptor):
    """Mean, standard deviation and skewness of each colour channel, of the whole picture or of each cell of a grid.

    Parameters
    ----------
    space : {"lab", "hsv", "rgb"}, default="lab"
        Colour space. The hue of "hsv" is a circle cut open at red.
    grid : (int, int), default=(3, 3)
        Rows and columns of cells.
    size : (int, int), default=(64, 64)
        Rows and columns (px) to which each picture is brought, whatever its proportions.
    pool, on_error, max_missing, limits, cache, n_jobs, verbose, isolate
        As in `ItemDescriptor`.

    Raises
    ------
    InvalidParameterError
        In `fit`, when `grid` has more cells than `size` has pixels.

    Notes
    -----
    Skewness is the cube root of the third central moment, so that all three are in the unit of the channel and no
    division can blow up an even cell. Transparent parts count as white.

    References
    ----------
    M. Stricker, M. Orengo, "Similarity of color images", SPIE Storage and Retrieval for Image and Video Databases
    III (1995).

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.image import ColorMoments
    >>> white = np.full((10, 10), 255, dtype=np.uint8)
    >>> moments = ColorMoments(space="rgb", grid=(1, 1)).fit([white])
    >>> moments.names_[:3], moments.transform([white])[0, :3]
    (['colormoments_r_mean', 'colormoments_r_std', 'colormoments_r_skew'], array([1., 0., 0.], dtype=float32))
    """

    _item_class = Picture
    _schema: ClassVar[int] = 2  # 1 kept the rounding of flat pictures
    _libraries: ClassVar[tuple[str, ...]] = ("Pillow", "numpy")
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **ItemDescriptor._shared_constraints,
        "space": one_of("lab", "hsv", "rgb"),
        "grid": [tuple, list],
        "size": [tuple, list],
    }

    def __init__(
        self,
        space: str = "lab",
        grid: tuple[int, int] = (3, 3),
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
        self.grid = grid
        self.size = size

    def _describe(self, item: Picture) -> np.ndarray:
        colors = in_color_space(item.rgb(self.size), self.space)
        mean = cell_means(colors, self.grid)
        off = colors - spread(mean, colors.shape)
        squares = off * off
        std = np.sqrt(cell_means(squares, self.grid))
        skew = np.cbrt(cell_means(squares * off, self.grid))
        # the spread of one colour is rounding, 1e-14; standardised, it would weigh as much as what is seen
        return np.round(np.stack([mean, std, skew], axis=-1).ravel(), 6)

    def _check_parameters(self) -> None:
        check_grid(self.size, self.grid)

    def _feature_names(self) -> list[str]:
        return [
            f"colormoments_{cell}{channel}_{moment}"
            for cell in cell_prefixes(self.grid)
            for channel in CHANNELS[self.space]
            for moment in MOMENTS
        ]
