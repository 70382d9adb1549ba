"""HOG: histograms of oriented gradients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from mmsk._base import ItemDescriptor
from mmsk._params import BOOL, COUNT, InvalidParameterError, check_pair, one_of
from mmsk.cache import FeatureCache
from mmsk.image._implementation import implementation
from mmsk.image._picture import Picture

__all__ = ["HOG"]


class HOG(ItemDescriptor):
    """Histograms of oriented gradients of the grey picture: its outlines and textures, where they are.

    The picture is brought to `size`; gradients are collected by their direction within cells of
    `pixels_per_cell` pixels, and the cells' histograms are normalised within overlapping blocks of `cells_per_block`
    cells. Equal to ``skimage.feature.hog`` on the same grey array, to 1e-5.

    Parameters
    ----------
    size : (int, int), default=(64, 64)
        Rows and columns (px) to which each picture is brought, whatever its proportions.
    orientations : int, default=9
        Directions within 180 degrees.
    pixels_per_cell : (int, int), default=(8, 8)
        Rows and columns (px) of a cell.
    cells_per_block : (int, int), default=(2, 2)
        Rows and columns (cells) of a block.
    block_norm : {"L1", "L1-sqrt", "L2", "L2-Hys"}, default="L2-Hys"
        How a block is normalised; L2-Hys: L2, clipped at 0.2, L2 again.
    transform_sqrt : bool, default=False
        Whether to take the square root of the grey values first, against uneven light.
    pool, on_error, max_missing, limits, cache, n_jobs, verbose, isolate
        As in `ItemDescriptor`.

    Raises
    ------
    InvalidParameterError
        In `fit`, when `size` holds fewer cells than a block has.

    References
    ----------
    N. Dalal, B. Triggs: Histograms of Oriented Gradients for Human Detection, CVPR 2005.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.image import HOG
    >>> step = np.zeros((32, 32), dtype=np.uint8)
    >>> step[:, 16:] = 255
    >>> hog = HOG(size=(32, 32)).fit([step])
    >>> hog.transform([step]).shape
    (1, 324)
    >>> print(hog.get_feature_names_out()[7])
    hog_block0_0_cell0_0_bin7
    """

    _item_class = Picture
    _libraries: ClassVar[tuple[str, ...]] = ("Pillow", "numpy", "numba", "scikit-image")
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **ItemDescriptor._shared_constraints,
        "size": [tuple, list],
        "orientations": COUNT,
        "pixels_per_cell": [tuple, list],
        "cells_per_block": [tuple, list],
        "block_norm": one_of("L1", "L1-sqrt", "L2", "L2-Hys"),
        "transform_sqrt": BOOL,
    }

    def __init__(
        self,
        size: tuple[int, int] = (64, 64),
        orientations: int = 9,
        pixels_per_cell: tuple[int, int] = (8, 8),
        cells_per_block: tuple[int, int] = (2, 2),
        block_norm: str = "L2-Hys",
        transform_sqrt: bool = False,
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
        self.orientations = orientations
        self.pixels_per_cell = pixels_per_cell
        self.cells_per_block = cells_per_block
        self.block_norm = block_norm
        self.transform_sqrt = transform_sqrt

    def _describe(self, item: Picture) -> np.ndarray:
        if implementation() == "mmsk":
            from mmsk.image._hog_kernel import hog
        else:
            from skimage.feature import hog
        vector: np.ndarray = hog(
            item.gray((self.size[0], self.size[1])),
            orientations=self.orientations,
            pixels_per_cell=self.pixels_per_cell,
            cells_per_block=self.cells_per_block,
            block_norm=self.block_norm,
            transform_sqrt=self.transform_sqrt,
        )
        return vector

    def _cache_key(self) -> bytes | None:
        key = super()._cache_key()
        return None if key is None else key + implementation().encode()

    def _check_parameters(self) -> None:
        size = check_pair("size", self.size)
        pixels = check_pair("pixels_per_cell", self.pixels_per_cell)
        cells = check_pair("cells_per_block", self.cells_per_block)
        if size[0] < pixels[0] * cells[0] or size[1] < pixels[1] * cells[1]:
            block = f"{pixels[0] * cells[0]} x {pixels[1] * cells[1]} pixels"
            raise InvalidParameterError(
                f"size={size} has no room for one block: cells_per_block={cells} of pixels_per_cell={pixels} "
                f"are {block}; enlarge size, or make cells or blocks smaller"
            )

    def _feature_names(self) -> list[str]:
        cells = [side // cell for side, cell in zip(self.size, self.pixels_per_cell, strict=True)]
        block = self.cells_per_block
        return [
            f"hog_block{top}_{left}_cell{top + row}_{left + column}_bin{bin_}"
            for top in range(cells[0] - block[0] + 1)
            for left in range(cells[1] - block[1] + 1)
            for row in range(block[0])
            for column in range(block[1])
            for bin_ in range(self.orientations)
        ]
