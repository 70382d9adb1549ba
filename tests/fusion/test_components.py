"""Variance components: the shares that made the answers are found, and taken where they predict better."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import RidgeCV

from mmsk import fusion_pipeline
from mmsk.fusion._components import component_shares, judged_shares

RNG = np.random.default_rng(0)
N = 200
BLOCKS = [RNG.normal(size=(N, width)) for width in (3, 30, 10)]
GRAMS = [block @ block.T / block.shape[1] for block in BLOCKS]
ONE = np.ones(3)


def likelihood(shares, noise, target):
    covariance = sum(share * gram for share, gram in zip(shares, GRAMS, strict=True)) + noise * np.eye(N)
    return -np.linalg.slogdet(covariance)[1] - np.mean(np.sum(target * np.linalg.solve(covariance, target), axis=0))


@pytest.mark.parametrize("shares", [[0.8, 0.1, 0.1], [0.1, 0.6, 0.3], [0.2, 0.2, 0.6]])
def test_the_shares_of_a_covariance_are_found(shares):
    covariance = sum(share * gram for share, gram in zip(shares, GRAMS, strict=True)) + 0.3 * np.eye(N)
    target = np.linalg.cholesky(covariance) @ RNG.normal(size=(N, 400))
    found = component_shares(GRAMS, target, ONE / 3)
    believed = N / (N + 50)
    np.testing.assert_allclose((found - (1 - believed) / 3) / believed, shares, atol=0.07)


def test_steps_are_towards_likelier_shares():
    target = BLOCKS[0] @ RNG.normal(size=(3, 1)) + RNG.normal(size=(N, 1))
    found = component_shares(GRAMS, target, ONE / 3)
    scale = target.var()
    noises = np.geomspace(0.01, 1, 20) * scale
    best = [max(likelihood(share * scale, noise, target) for noise in noises) for share in (ONE / 3, found)]
    assert best[1] > best[0]


def test_copies_are_as_one():
    target = RNG.normal(size=(N, 1)) + BLOCKS[0][:, :1]
    alone = component_shares(GRAMS, target, ONE / 3)
    twice = component_shares([*GRAMS, GRAMS[0]], target, np.array([1, 2, 2, 1]) / 6)
    np.testing.assert_allclose(twice, [alone[0] / 2, alone[1], alone[2], alone[0] / 2])


def test_what_is_given_stays_unless_left_out_rows_say_otherwise():
    target = np.eye(2)[(BLOCKS[0].sum(axis=1) > 0).astype(int)]
    good = np.array([2.8, 0.1, 0.1])
    assert judged_shares(good, GRAMS, target, ONE) is good
    bad = np.array([0.1, 1.4, 1.5])
    better = judged_shares(bad, GRAMS, target, ONE)
    assert better.sum() == pytest.approx(3)
    assert better[0] > 1.5


@pytest.mark.parametrize(
    ("grams", "target"),
    [
        (GRAMS, np.ones((N, 1))),
        (GRAMS, np.full((N, 1), np.inf)),
        (GRAMS[:1], RNG.normal(size=(N, 1))),
        ([gram[:3, :3] for gram in GRAMS], RNG.normal(size=(3, 1))),
    ],
    ids=["equal answers", "infinite answers", "one kernel", "three rows"],
)
def test_where_there_is_nothing_to_judge_by_the_given_shares_stay(grams, target):
    given = np.arange(1.0, len(grams) + 1)
    assert judged_shares(given, grams, target, np.ones(len(grams))) is given


def test_a_modality_that_nothing_is_present_of_is_no_obstacle():
    grams = [GRAMS[0], np.zeros((N, N))]
    target = np.eye(2)[(BLOCKS[0].sum(axis=1) > 0).astype(int)]
    present = [np.ones(N, dtype=bool), np.zeros(N, dtype=bool)]
    assert np.isfinite(judged_shares(np.ones(2), grams, target, np.ones(2), present)).all()


def change(n_rows):
    """Return a table whose answer is the change between two modalities, each of which tells nearly nothing of it."""
    rng = np.random.default_rng(1)
    before, moved = rng.normal(size=(n_rows, 4)), 0.3 * rng.normal(size=(n_rows, 4))
    hint = moved.sum(axis=1, keepdims=True) + rng.normal(size=(n_rows, 1))
    X = pd.DataFrame(np.hstack([before, before + moved, hint])).add_prefix("x")
    names = [["x0", "x1", "x2", "x3"], ["x4", "x5", "x6", "x7"], ["x8"]]
    branches = [
        (name, "passthrough", columns) for name, columns in zip(("before", "after", "hint"), names, strict=True)
    ]
    return X, moved.sum(axis=1), branches


@pytest.mark.parametrize("n_rows", [300, 2_000], ids=["all rows", "more rows than are looked at"])
@pytest.mark.parametrize("classes", [True, False])
def test_modalities_that_tell_only_beside_each_other_get_their_weight(classes, n_rows):
    X, y, branches = change(n_rows)
    y = np.where(y > 0, "up", "down") if classes else y
    fitted = fusion_pipeline(branches, None if classes else RidgeCV()).fit(X, y)
    shares = {name: fitted["fusion"].named_transformers_[name]["scale"].weight_ ** 2 for name, _, _ in branches}
    assert fitted["fusion"].named_transformers_["before"]["scale"].alignment_ < 0.01  # alone it tells nothing
    assert shares["before"] > 0.25 * sum(shares.values())
