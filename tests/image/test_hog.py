"""HOG is scikit-image's, to rounding."""

import numpy as np
import pytest
from skimage.feature import hog as oracle

from mmsk._params import InvalidParameterError
from mmsk.image import HOG, Picture, _hog_kernel, _implementation
from mmsk.image import _hog as hog_module

RNG = np.random.default_rng(0)
PICTURES = {
    "noise": RNG.integers(0, 256, (67, 53)),
    "four greys": RNG.integers(0, 4, (61, 80)),  # many gradients lie on a bin's edge
    "two greys": RNG.integers(0, 2, (48, 48)) * 255,
    "even": np.full((40, 40), 7),
    "step": np.arange(60)[:, np.newaxis] // 30 * 255 * np.ones((1, 71)),
    "ramp": np.tile(np.arange(100)[::-1], (40, 1)),  # gy = 0 and gx < 0
    "steep ramp": np.tile(np.arange(100)[:, np.newaxis] * 2, (1, 40)),
    "diagonals": np.add.outer(np.arange(64), np.arange(64)) % 7,
    "other diagonals": np.subtract.outer(np.arange(64), np.arange(64)) % 5,
}
PICTURES = {name: picture.astype(np.uint8) for name, picture in PICTURES.items()}


@pytest.mark.parametrize("transform_sqrt", [False, True])
@pytest.mark.parametrize("block_norm", ["L1", "L1-sqrt", "L2", "L2-Hys"])
@pytest.mark.parametrize("name", PICTURES)
def test_equals_scikit_image(name, block_norm, transform_sqrt):
    for orientations in (1, 2, 4, 6, 8, 9, 12, 28):
        for cell, block in (((8, 8), (2, 2)), ((5, 7), (3, 1)), ((3, 4), (1, 1)), ((40, 40), (1, 1))):
            parameters = {
                "orientations": orientations,
                "pixels_per_cell": cell,
                "cells_per_block": block,
                "block_norm": block_norm,
                "transform_sqrt": transform_sqrt,
            }
            expected = oracle(PICTURES[name], **parameters)
            found = _hog_kernel.hog(PICTURES[name], **parameters)
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5, err_msg=str(parameters))


@pytest.mark.parametrize("orientations", [*range(1, 37), 45, 60, 90, 180])
def test_every_gradient_of_8_bits_finds_its_bin(orientations):
    """All 511 x 511 pairs of differences against the arctangent."""
    across, down = np.meshgrid(np.arange(-255, 256), np.arange(-255, 256))
    degrees = np.rad2deg(np.arctan2(down, across)) % 180
    expected = np.searchsorted(_hog_kernel._starts(orientations), degrees, side="right") - 1
    cosines, sines = _hog_kernel._directions(orientations, np.float32)
    turned = np.where((down < 0) | ((down == 0) & (across < 0)), -1, 1).astype(np.float32)
    x, y = across * turned, down * turned
    found = sum((y * cosines[start] >= x * sines[start]).astype(int) for start in range(1, orientations))
    moving = (across != 0) | (down != 0)
    np.testing.assert_array_equal((found + np.zeros_like(down))[moving], expected[moving])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floating_pictures(dtype):
    picture = np.random.default_rng(1).random((256, 256)).astype(dtype)
    for orientations in (8, 9):
        expected = oracle(picture, orientations=orientations)
        found = _hog_kernel.hog(picture, orientations, (8, 8), (3, 3), "L2-Hys", False)
        assert np.mean(np.abs(found - expected) <= 1e-5) >= 0.9999


@pytest.mark.parametrize("shape", [(8, 8), (9, 8), (1, 1), (2, 3)])
def test_smallest_pictures(shape):
    picture = np.random.default_rng(2).integers(0, 256, shape).astype(np.uint8)
    expected = oracle(picture, pixels_per_cell=shape, cells_per_block=(1, 1))
    np.testing.assert_allclose(_hog_kernel.hog(picture, 9, shape, (1, 1), "L2-Hys", False), expected, atol=1e-6)


def test_describes_the_grey_picture(photo):
    expected = oracle(Picture(photo).gray((64, 64)), cells_per_block=(2, 2))
    np.testing.assert_allclose(HOG().fit_transform([photo])[0], expected, atol=1e-6)


def test_any_size_and_shape(photo):
    hog = HOG(size=[50, 90], orientations=6, pixels_per_cell=[10, 15], cells_per_block=[3, 2], block_norm="L1")
    expected = oracle(Picture(photo).gray((50, 90)), 6, (10, 15), (3, 2), "L1")
    np.testing.assert_allclose(hog.fit_transform([photo])[0], expected, atol=1e-6)


def test_names_say_where_a_value_comes_from():
    """A picture with an edge in one cell has values in that cell's columns only, in each block that holds it."""
    picture = np.zeros((32, 32), dtype=np.uint8)
    picture[18:22, 10:14] = 255
    hog = HOG(size=(32, 32)).set_output(transform="pandas")
    row = hog.fit_transform([picture]).iloc[0]
    assert {name.split("_bin")[0] for name in row.index[row > 0]} == {
        f"hog_block{top}_{left}_cell2_1" for top in (1, 2) for left in (0, 1)
    }
    assert len(set(row.index)) == len(row) == 9 * 4 * 9


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"size": (15, 64)}, r"no room for one block: .*are 16 x 16 pixels"),
        ({"cells_per_block": (2, 9)}, "no room for one block"),
        ({"size": (64,)}, "size must be two whole numbers"),
        ({"pixels_per_cell": (8, 0)}, "pixels_per_cell must be two whole numbers"),
        ({"cells_per_block": (2, 2.5)}, "cells_per_block must be two whole numbers"),
        ({"block_norm": "L3"}, "'block_norm' parameter"),
        ({"orientations": 0}, "'orientations' parameter"),
    ],
)
def test_parameters_that_do_not_fit(parameters, message, photo):
    with pytest.raises(InvalidParameterError, match=message):
        HOG(**parameters).fit([photo])


def test_without_numba(photo, monkeypatch):
    """scikit-image computes then, and a cache keeps the two apart."""
    ours, key = HOG(cache=False).fit_transform([photo]), HOG()._cache_key()
    monkeypatch.setattr(hog_module, "implementation", lambda: "scikit-image")
    np.testing.assert_allclose(HOG(cache=False).fit_transform([photo]), ours, atol=1e-6)
    assert HOG()._cache_key() != key


def test_numba_that_cannot_be_imported(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "numba", None)
    assert _implementation.implementation.__wrapped__() == "scikit-image"
    monkeypatch.undo()
    assert _implementation.implementation.__wrapped__() == "mmsk"
