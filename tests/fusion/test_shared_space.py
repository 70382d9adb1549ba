"""SharedSpace: exact canonical correlation where that can be computed, and its promises where it cannot."""

import numpy as np
import pandas as pd
import pytest
from scipy import linalg
from sklearn.metrics.pairwise import rbf_kernel

from mmsk import fusion_transformer
from mmsk.datasets import make_multimodal
from mmsk.fusion import SharedSpace
from mmsk.fusion._blocks import fit_blocks
from mmsk.text import Tfidf

from ._shared_space_data import BRANCHES, cosines, fusion_of, linear, numbers


def blocks_of(frame):
    return {name: block for name, (_, block) in fit_blocks(fusion_of(frame), frame, None).items()}


def correlations(left, right):
    return np.array([np.corrcoef(a, b)[0, 1] for a, b in zip(left.T, right.T, strict=True)])


def test_two_sets_without_ridge_are_hotellings():
    frame = numbers(widths=(5, 4))
    a, b = (block - block.mean(axis=0) for block in blocks_of(frame).values())
    qa, qb = linalg.orth(a), linalg.orth(b)
    left, expected, right = linalg.svd(qa.T @ qb, full_matrices=False)
    space = linear(frame).fit(frame)
    np.testing.assert_allclose(space.correlations_, expected, atol=1e-6)
    np.testing.assert_allclose(abs(correlations(space.project(frame, "a"), qa @ left)), 1, atol=1e-6)
    np.testing.assert_allclose(abs(correlations(space.project(frame, "b"), qb @ right.T)), 1, atol=1e-6)


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("regularization", [1e-6, 1.0, 30.0])
def test_three_sets_solve_the_generalised_eigenproblem(missing, regularization):
    frame = numbers()
    rng = np.random.default_rng(1)
    for letter in "abc":
        hidden = rng.uniform(size=len(frame)) < missing
        frame.loc[hidden, [name for name in frame if name[0] == letter]] = np.nan
    space = linear(frame, regularization=regularization).fit(frame)
    blocks = blocks_of(frame)
    held = np.column_stack([block.any(axis=1) for block in blocks.values()])
    used = held.sum(axis=1) >= 2
    assert missing == 0 or used.sum() < len(frame)
    centred = []
    for block, shown in zip(blocks.values(), held.T, strict=True):
        rows = shown & used
        block = np.where(rows[:, None], block - block[rows].mean(axis=0), 0)
        centred.append(block / np.sqrt((block[rows] ** 2).sum(axis=1).mean()))
    together = np.hstack(centred)
    within = linalg.block_diag(*(block.T @ block + regularization * np.eye(block.shape[1]) for block in centred))
    between = together.T @ together - linalg.block_diag(*(block.T @ block for block in centred))
    values = linalg.eigh(between + within, within, eigvals_only=True)[::-1]
    expected = (values[values > 1 + 1e-9] - 1) / 2
    np.testing.assert_allclose(space.correlations_, expected, atol=1e-6)


def test_of_two_complete_modalities_a_row_is_the_mean_of_both_but_for_their_correlation():
    frame = numbers(widths=(5, 4))
    space = linear(frame).fit(frame)
    alone = space.project(frame, "a") + space.project(frame, "b")
    np.testing.assert_allclose(space.transform(frame), alone / (1 + space.correlations_), atol=1e-8)


def test_a_third_modality_that_says_the_same_changes_nothing_when_it_is_added():
    frame = numbers(widths=(3, 3))
    doubled = frame.assign(**{f"c{name[1:]}": frame[name] for name in frame if name[0] == "b"})
    space = linear(doubled, regularization=0.5).fit(doubled)
    np.testing.assert_allclose(space.project(doubled, "b"), space.project(doubled, "c"), atol=1e-8)


def test_coordinates_have_unit_energy_and_fall_with_their_correlation():
    frame = numbers()
    plain, weighed = linear(frame, regularization=1.0), linear(frame, regularization=1.0, power=2.0)
    z, w = plain.fit_transform(frame), weighed.fit_transform(frame)
    assert np.square(z).sum(axis=1).mean() == pytest.approx(1)
    assert np.square(w).sum(axis=1).mean() == pytest.approx(1)
    ratio = np.linalg.norm(w, axis=0) / np.linalg.norm(z, axis=0)
    np.testing.assert_allclose(ratio / ratio[0], (plain.correlations_ / plain.correlations_[0]) ** 2)
    assert (np.diff(plain.correlations_) <= 0).all()


def test_an_rbf_kernel_is_the_dual_of_kernel_cca():
    frame = numbers(n_rows=40, widths=(5, 4))
    space = SharedSpace(fusion_of(frame), kernel="rbf", regularization=0.7).fit(frame)
    halves = []
    for block in blocks_of(frame).values():
        squared = ((block[:, None] - block[None]) ** 2).sum(axis=2)
        kernel = rbf_kernel(block, gamma=1 / np.median(squared[np.triu_indices(len(block), 1)]))
        centre = np.eye(len(block)) - 1 / len(block)
        kernel = centre @ kernel @ centre
        kernel /= np.trace(kernel) / len(kernel)
        values, vectors = linalg.eigh(kernel)
        halves.append(vectors * np.sqrt(values.clip(0) / (values.clip(0) + 0.7)))
    expected = linalg.svdvals(halves[0].T @ halves[1])
    np.testing.assert_allclose(space.correlations_[:20], expected[:20], atol=1e-8)


def test_order_of_rows_scale_of_columns_and_weights_do_not_matter():
    frame = numbers()
    expected = cosines(linear(frame, regularization=1.0, power=2.0).fit_transform(frame))
    order = np.random.default_rng(0).permutation(len(frame))
    shuffled = frame.iloc[order]
    found = cosines(linear(frame, regularization=1.0, power=2.0).fit(shuffled).transform(frame))
    np.testing.assert_allclose(found, expected, atol=1e-6)
    scaled = frame * np.linspace(0.1, 100, frame.shape[1]) + 7
    np.testing.assert_allclose(
        cosines(linear(frame, regularization=1.0, power=2.0).fit_transform(scaled)), expected, atol=1e-6
    )
    weighted = SharedSpace(fusion_of(frame, {"a": 5.0, "b": 0.1}), kernel="linear").fit_transform(frame)
    np.testing.assert_allclose(cosines(weighted), expected, atol=1e-6)


def test_rows_with_one_modality_teach_the_space_nothing():
    frame = numbers(widths=(4, 4))
    lonely = frame.copy()
    lonely.loc[60:, ["b0", "b1", "b2", "b3"]] = np.nan
    space, other = linear(frame).fit(frame.loc[:59]), linear(frame).fit(lonely)
    np.testing.assert_allclose(other.correlations_, space.correlations_, atol=1e-8)


def test_classes_are_near_each_other_in_the_space_across_modalities():
    data = make_multimodal(n_samples=300, n_classes=5, noise=0.3, random_state=0)
    space = SharedSpace(fusion_transformer(BRANCHES)).fit(data.data.iloc[:200])
    held_out, labels = data.data.iloc[200:], np.asarray(data.target)[200:]
    places = {name: space.project(held_out, name) for name in ("text", "image", "audio")}
    for source in places:
        for target in places:
            if source != target:
                nearest = (places[source] @ places[target].T / np.linalg.norm(places[target], axis=1)).argmax(axis=1)
                assert (labels[nearest] == labels).mean() > 0.6  # chance is 0.2


def test_more_rows_than_landmarks_are_approximated():
    frame = numbers(n_rows=400, widths=(5, 4))
    fusion = fusion_of(frame)
    exact = SharedSpace(fusion, kernel="rbf", n_components=2).fit(frame)
    rough = SharedSpace(fusion, kernel="rbf", n_components=2, max_rank=60).fit(frame)
    np.testing.assert_allclose(rough.correlations_, exact.correlations_, rtol=0.1)
    assert (abs(correlations(rough.transform(frame), exact.transform(frame))) > 0.95).all()


def test_inverse_transform_tells_one_block_from_another():
    frame = numbers(n_rows=200, widths=(6, 5), noise=0.1)
    space = linear(frame, n_components=2, regularization=1e-3).fit(frame.iloc[:150])
    block = space.branches_["b"].transform(frame.iloc[150:])
    told = space.inverse_transform(space.project(frame.iloc[150:], "a"), "b")
    assert told.shape == block.shape
    assert np.square(told - block).sum() < 0.05 * np.square(block - block.mean(axis=0)).sum()


def test_words_of_a_class_are_expected_from_its_pictures():
    frame = pd.DataFrame({"t": ["red fox", "grey goose"] * 20, "x": [1.0, -1.0] * 20, "y": np.arange(40) % 3.0})
    branches = [("text", Tfidf(analyzer="word"), "t"), ("number", "passthrough", ["x", "y"])]
    space = SharedSpace(fusion_transformer(branches)).fit(frame)
    told = space.inverse_transform(space.project(frame, "number"), "text")
    names = list(space.branches_["text"].get_feature_names_out())
    fox, goose = told[:, names.index("text__word__fox")], told[:, names.index("text__word__goose")]
    assert (fox[::2] > goose[::2]).all()
    assert (fox[1::2] < goose[1::2]).all()


def test_a_modality_that_is_never_seen_beside_another_is_left_out_and_said_so():
    frame = numbers()
    apart = frame.copy()
    apart.loc[:, ["c0", "c1", "c2"]] = np.nan
    apart.loc[0, ["c0", "c1", "c2"]] = 1.0
    with pytest.warns(UserWarning, match="left out.*: c") as caught:
        space = linear(frame).fit(apart)
    assert caught[0].filename == __file__
    assert space.modalities_ == ["a", "b"]
    expected = linear(frame[[name for name in frame if name[0] != "c"]]).fit(frame).transform(frame)
    np.testing.assert_allclose(space.transform(frame), expected, atol=1e-8)


def test_a_modality_that_never_varies_says_nothing():
    frame = numbers(widths=(4, 4)).assign(t="fox")
    two = SharedSpace(fusion_of(frame.drop(columns="t"))).fit(frame)
    branches = [*two.fusion.transformers, ("text", Tfidf(), "t")]
    three = SharedSpace(fusion_transformer(branches)).fit(frame)
    np.testing.assert_allclose(three.correlations_ * 2, two.correlations_, atol=1e-10)  # a mean over three pairs
    np.testing.assert_allclose(three.project(frame, "text"), 0, atol=1e-8)
    np.testing.assert_allclose(cosines(three.transform(frame)), cosines(two.transform(frame)), atol=1e-6)
