"""Directions and kernels: those of the plain computation, also where only an approximation is affordable."""

import tracemalloc

import numpy as np
import pytest
from scipy import linalg, sparse

from mmsk import fusion_transformer
from mmsk.datasets import make_multimodal
from mmsk.fusion._blocks import fit_blocks
from mmsk.fusion._cca import leading_directions, linear_map, meet
from mmsk.fusion._cca_kernel import descriptor_columns, fit_kernel_map
from mmsk.fusion._cca_views import fit_loadings
from mmsk.image import HOG, ColorHistogram


def test_the_kernel_of_several_descriptors_is_the_mean_of_one_each():
    frame = make_multimodal(40, modalities=["image"], random_state=0).data
    fusion = fusion_transformer([("image", [HOG(), ColorHistogram()], "image")])
    (single, block) = fit_blocks(fusion, frame, None)["image"]
    columns = descriptor_columns(single, block.shape[1])
    assert columns == ((0, 1764), (1764, block.shape[1]))
    found = fit_kernel_map(block, columns, 1000).kernel(block)
    expected = 0
    for start, stop in columns:
        part = block[:, start:stop].astype(float)
        squared = ((part[:, None] - part[None]) ** 2).sum(axis=2)
        expected = expected + np.exp(-squared / np.median(squared[np.triu_indices(len(part), 1)])) / 2
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_what_wide_blocks_share_is_found_though_it_is_not_what_varies_most_in_them():
    rng = np.random.default_rng(0)
    shared = linalg.orth(rng.normal(size=(800, 10)))
    quiet = np.sqrt(800) * np.repeat(shared, 30, axis=1) * 0.3 + 0.3 * rng.normal(size=(800, 300))
    X = np.hstack([2.5 * rng.normal(size=(800, 60)), quiet])

    def seen(found):
        return np.linalg.norm(found.scores.T @ shared) / np.linalg.norm(shared)

    own = leading_directions(X, 100)
    assert own.scores.shape[1] == 50
    assert seen(own) < 0.5
    assert seen(meet(X, own, shared)) > 0.9


@pytest.mark.parametrize("wrap", [np.asarray, sparse.csr_array])
def test_directions_are_those_of_the_centred_set_however_they_are_found(wrap):
    rng = np.random.default_rng(0)
    X = np.maximum(rng.normal(size=(200, 3)) @ rng.normal(size=(3, 150)), 0) + 3
    expected = linalg.svdvals(X - X.mean(axis=0))[:20] ** 2
    unit = np.square(X - X.mean(axis=0)).sum() / len(X)
    for max_rank, rank in ((1000, 20), (90, 20), (41, 20)):  # all of them; the leading ones of few rows; a search
        found = leading_directions(wrap(X), max_rank)
        np.testing.assert_allclose(found.energies[:rank], expected[:rank] / unit, rtol=0.02)
        np.testing.assert_allclose(found.scores.T @ found.scores, np.eye(found.scores.shape[1]), atol=1e-6)
        matrix, offset = linear_map(wrap(X), found, np.eye(found.scores.shape[1]))
        np.testing.assert_allclose(wrap(X) @ matrix - offset, found.scores, atol=2e-2)


def test_a_wide_sparse_block_is_never_made_dense():
    X = sparse.csr_array(sparse.random(600, 100_000, density=1e-3, random_state=0, format="csr"))
    coordinates = np.random.default_rng(1).normal(size=(600, 8))
    tracemalloc.start()
    found = leading_directions(X, 40)
    found = meet(X, found, coordinates)
    linear_map(X, found, np.ones((found.scores.shape[1], 8)))
    fit_loadings(coordinates, X, 1.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 600 * 100_000 * 8 / 3
