"""LBP: scikit-image's patterns, counted in cells."""

import numpy as np
import pytest
from skimage.feature import local_binary_pattern as oracle

from mmsk._params import InvalidParameterError
from mmsk.image import LBP, Picture, _lbp_kernel
from mmsk.image import _lbp as lbp_module

CIRCLES = [(8, 1), (8, 1.5), (16, 2), (12, 2.5), (5, 1), (2, 3)]


@pytest.mark.parametrize("method", ["uniform", "nri_uniform"])
@pytest.mark.parametrize(("points", "radius"), CIRCLES)
def test_equals_scikit_image(points, radius, method):
    picture = np.random.default_rng(0).integers(0, 256, (61, 70)).astype(np.uint8)
    margin = int(np.ceil(radius))
    expected = oracle(picture, points, radius, method)[margin:-margin, margin:-margin]
    np.testing.assert_array_equal(_lbp_kernel.labels(picture, points, radius, method), expected)


@pytest.mark.parametrize(("points", "radius"), CIRCLES)
def test_even_areas_have_all_bits_set(points, radius):
    for value in range(0, 256, 5):
        assert (_lbp_kernel.labels(np.full((9, 9), value, dtype=np.uint8), points, radius, "uniform") == points).all()


@pytest.mark.parametrize("method", ["uniform", "nri_uniform"])
def test_counts_in_cells(method, photo):
    lbp = LBP(size=(40, 50), grid=(2, 3), method=method)
    histograms = lbp.fit_transform([photo]).reshape(6, -1)
    np.testing.assert_allclose(histograms.sum(axis=1), 1, rtol=1e-6)
    patterns = oracle(Picture(photo).gray((40, 50)), 8, 1, method)[1:-1, 1:-1].astype(int)
    last = np.bincount(patterns[19:, 32:].ravel(), minlength=histograms.shape[1])
    np.testing.assert_allclose(histograms[5], last / last.sum(), rtol=1e-6)
    assert lbp.names_[:2] == ["lbp_cell0_0_bin0", "lbp_cell0_0_bin1"]
    assert lbp.names_[-1] == f"lbp_cell1_2_bin{histograms.shape[1] - 1}"


def test_size_must_hold_the_grid(photo):
    with pytest.raises(InvalidParameterError, match=r"grid=\(4, 4\) has more cells than size=\(5, 64\).*3 x 62 pixels"):
        LBP(size=(5, 64)).fit([photo])
    with pytest.raises(InvalidParameterError, match="'points' parameter"):
        LBP(points=17).fit([photo])


def test_without_numba(photo, monkeypatch):
    ours, key = LBP(cache=False).fit_transform([photo]), LBP()._cache_key()
    monkeypatch.setattr(lbp_module, "implementation", lambda: "scikit-image")
    np.testing.assert_allclose(LBP(cache=False).fit_transform([photo]), ours, atol=0.01)
    assert LBP()._cache_key() != key
