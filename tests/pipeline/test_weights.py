"""Grids of weights: on the simplex, of equal energy, and refused where they would do nothing."""

import math

import pytest
from sklearn.ensemble import BaggingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from mmsk import fusion_pipeline, fusion_transformer, simplex_weights, weight_grid
from mmsk.audio import MFCC
from mmsk.image import HOG
from mmsk.text import Tfidf

BRANCHES = [("text", Tfidf(), "text"), ("image", HOG(), "image"), ("audio", MFCC(), "audio")]


@pytest.mark.parametrize(("names", "step"), [("abc", 0.25), ("ab", 0.1), ("abcd", 0.5), ("a", 1.0), ("abc", 1 / 3)])
def test_shares_sum_to_one_and_none_is_left_out(names, step):
    shares = simplex_weights(list(names), step)
    steps = round(1 / step)
    assert len(shares) == math.comb(steps + len(names) - 1, len(names) - 1)
    assert len({tuple(share.values()) for share in shares}) == len(shares)
    for share in shares:
        assert list(share) == list(names)
        assert sum(share.values()) == pytest.approx(1)
        assert all(value * steps == pytest.approx(round(value * steps)) for value in share.values())


@pytest.mark.parametrize("step", [0.3, 0, -1, 2])
def test_a_step_that_does_not_divide_one_is_refused(step):
    with pytest.raises(ValueError, match="step"):
        simplex_weights(["a", "b"], step)


def test_the_grid_holds_square_roots_of_the_shares():
    model = fusion_pipeline(BRANCHES, SVC())
    candidates = list(ParameterGrid(weight_grid(model, step=0.25)))
    assert len(candidates) == 15
    for candidate in candidates:
        assert sum(weight**2 for weight in candidate.values()) == pytest.approx(1)
        model.set_params(**candidate)


def test_a_column_transformer_has_a_grid_too():
    assert "text__scale__weight" in weight_grid(fusion_transformer(BRANCHES))[0]


@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(),
        HistGradientBoostingClassifier(),
        BaggingClassifier(),
        make_pipeline(StandardScaler(), SVC()),
    ],
)
def test_weights_that_cannot_matter_are_refused(estimator):
    with pytest.raises(ValueError, match="weights have no effect"):
        weight_grid(fusion_pipeline(BRANCHES, estimator))


def test_bagged_machines_see_weights():
    assert weight_grid(fusion_pipeline(BRANCHES, BaggingClassifier(SVC())))


def test_a_model_without_scaled_branches_is_refused():
    with pytest.raises(ValueError, match="fusion_pipeline"):
        weight_grid(SVC())
