"""Colour spaces, histograms and moments."""

import numpy as np
import pytest
from PIL import Image
from scipy import stats
from skimage.color import rgb2lab

from mmsk._params import InvalidParameterError
from mmsk.image import ColorHistogram, ColorMoments
from mmsk.image._color_space import RANGES, in_color_space


def test_lab_equals_scikit_image(photo):
    np.testing.assert_allclose(in_color_space(photo, "lab"), rgb2lab(photo), atol=1e-9)


def test_hsv_equals_pillow(photo):
    expected = np.asarray(Image.fromarray(photo).convert("HSV")) / 255
    np.testing.assert_array_equal(in_color_space(photo, "hsv"), expected)


@pytest.mark.parametrize("space", RANGES)
def test_all_colors_lie_within_the_ranges(space):
    levels = np.arange(0, 256, 5, dtype=np.uint8)
    every = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(len(levels), -1, 3)
    colors = in_color_space(every, space)
    for channel, (low, high) in enumerate(RANGES[space]):
        assert colors[..., channel].min() >= low - 1e-9
        assert colors[..., channel].max() <= high + 1e-9


@pytest.mark.parametrize("space", RANGES)
def test_histogram_equals_numpys(space, photo):
    histogram = ColorHistogram(space=space, bins=(4, 7, 8), size=(96, 128), grid=(2, 1))
    found = histogram.fit_transform([photo]).reshape(2, 4, 7, 8)
    for cell, pixels in zip(found, np.split(in_color_space(photo, space), 2), strict=True):
        expected, _ = np.histogramdd(pixels.reshape(-1, 3), bins=(4, 7, 8), range=RANGES[space])
        np.testing.assert_allclose(cell, expected / expected.sum(), atol=1e-6)
    assert histogram.names_[0].startswith("colorhistogram_cell0_0_")


def test_names_of_the_bins():
    blue = np.zeros((4, 4, 3), dtype=np.uint8)
    blue[..., 2] = 255
    for space, name in (("hsv", "h5_s3_v3"), ("rgb", "r0_g0_b3"), ("lab", "L2_a3_b0")):
        row = ColorHistogram(space=space).set_output(transform="pandas").fit_transform([blue]).iloc[0]
        assert list(row.index[row > 0]) == [f"colorhistogram_{name}"]


@pytest.mark.parametrize("space", RANGES)
def test_moments_equal_scipys(space, photo):
    moments = ColorMoments(space=space, size=(96, 128), grid=(1, 2)).fit_transform([photo]).reshape(2, 3, 3)
    for cell, pixels in zip(moments, np.split(in_color_space(photo, space), 2, axis=1), strict=True):
        flat = pixels.reshape(-1, 3)
        np.testing.assert_allclose(cell[:, 0], flat.mean(axis=0), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(cell[:, 1], flat.std(axis=0), rtol=1e-5)
        np.testing.assert_allclose(cell[:, 2], np.cbrt(stats.moment(flat, order=3)), rtol=1e-4)


def test_moments_of_an_even_picture():
    even = ColorMoments().fit_transform([np.full((5, 5, 3), 40, dtype=np.uint8)]).reshape(9, 3, 3)
    assert not even[..., 1:].any()  # also no rounding, which standardised would be noise
    assert (even == even[0]).all()


@pytest.mark.parametrize("bins", [(8, 4), (8, 4, 0), (8, 4, 2.5)])
def test_bins_are_three_whole_numbers(bins, photo):
    with pytest.raises(InvalidParameterError, match="bins must be three whole numbers"):
        ColorHistogram(bins=bins).fit([photo])


@pytest.mark.parametrize("descriptor", [ColorHistogram, ColorMoments])
def test_grid_must_fit(descriptor, photo):
    with pytest.raises(InvalidParameterError, match="has more cells than"):
        descriptor(size=(4, 4), grid=(5, 1)).fit([photo])
    with pytest.raises(InvalidParameterError, match="grid must be two whole numbers"):
        descriptor(grid=(0, 1)).fit([photo])
