"""LBP: local binary patterns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from mmsk._base import ItemDescriptor
from mmsk._params import POSITIVE, Integral, Interval, one_of
from mmsk.cache import FeatureCache
from mmsk.image._grid import cell_histograms, cell_prefixes, check_grid
from mmsk.image._implementation import implementation
from mmsk.image._picture import Picture

__all__ = ["LBP"]


class LBP(ItemDescriptor):
    """Histograms of local binary patterns of the grey picture: its fine texture, cell by cell.

    The pattern of a pixel tells which points on a circle around it are at least as bright. Equal to
    ``skimage.feature.local_binary_pattern`` on the same grey array, but where a point is as bright as the centre to
    within rounding; pixels whose circle leaves the picture are not counted.

    Parameters
    ----------
    size : (int, int), default=(128, 128)
        Rows and columns (px) to which each picture is brought, whatever its proportions.
    points : int, default=8
        Points on the circle, 2 to 16.
    radius : float, default=1.0
        Of the circle (px).
    method : {"uniform", "nri_uniform"}, default="uniform"
        Which patterns are told apart. "uniform": by the number of bright points, if these lie side by side (bins 0 to
        `points`), all others being one (the last bin); "nri_uniform": by where they lie too.
    grid : (int, int), default=(4, 4)
        Rows and columns of cells with a histogram each, which sums to 1.
    pool, on_error, max_missing, limits, cache, n_jobs, verbose, isolate
        As in `ItemDescriptor`.

    Raises
    ------
    InvalidParameterError
        In `fit`, when `size` has no room for a circle in each cell of `grid`.

    References
    ----------
    T. Ojala, M. Pietikäinen, T. Mäenpää, "Multiresolution gray-scale and rotation invariant texture classification
    with local binary patterns", IEEE Transactions on Pattern Analysis and Machine Intelligence 24 (2002).

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.image import LBP
    >>> even = np.full((20, 20), 7, dtype=np.uint8)
    >>> LBP(grid=(1, 1)).fit_transform([even])
    array([[0., 0., 0., 0., 0., 0., 0., 0., 1., 0.]], dtype=float32)
    """

    _item_class = Picture
    _libraries: ClassVar[tuple[str, ...]] = ("Pillow", "numpy", "numba", "scikit-image")
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **ItemDescriptor._shared_constraints,
        "size": [tuple, list],
        "points": [Interval(Integral, 2, 16, closed="both")],
        "radius": POSITIVE,
        "method": one_of("uniform", "nri_uniform"),
        "grid": [tuple, list],
    }

    def __init__(
        self,
        size: tuple[int, int] = (128, 128),
        points: int = 8,
        radius: float = 1.0,
        method: str = "uniform",
        grid: tuple[int, int] = (4, 4),
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
        self.size = size
        self.points = points
        self.radius = radius
        self.method = method
        self.grid = grid

    def _describe(self, item: Picture) -> np.ndarray:
        return cell_histograms(self._patterns(item.gray(self.size)), self._n_bins(), self.grid)

    def _patterns(self, gray: np.ndarray) -> np.ndarray:
        """Return the bin of each pixel whose circle lies within the picture."""
        if implementation() == "mmsk":
            from mmsk.image._lbp_kernel import labels

            return labels(gray, self.points, self.radius, self.method)
        from skimage import feature

        oracle: Any = feature.local_binary_pattern
        margin = int(np.ceil(self.radius))
        patterns: np.ndarray = oracle(gray, self.points, self.radius, self.method)
        return patterns[margin:-margin, margin:-margin].astype(np.intp)

    def _n_bins(self) -> int:
        return self.points + 2 if self.method == "uniform" else self.points * (self.points - 1) + 3

    def _cache_key(self) -> bytes | None:
        key = super()._cache_key()
        return None if key is None else key + implementation().encode()

    def _check_parameters(self) -> None:
        check_grid(self.size, self.grid, margin=int(np.ceil(self.radius)))

    def _feature_names(self) -> list[str]:
        return [f"lbp_{cell}bin{bin_}" for cell in cell_prefixes(self.grid) for bin_ in range(self._n_bins())]
