"""Grids of weights: on the simplex, of equal energy, and refused where they would do nothing."""

import math

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import BaggingClassifier, HistGradientBoostingClassifier, RandomForestClassifier, VotingClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401  # makes the next import possible
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, ParameterGrid, RandomizedSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC, SVR

from mmsk import (
    AugmentedClassifier,
    KernelFusionClassifier,
    LateFusionClassifier,
    fusion_pipeline,
    fusion_transformer,
    simplex_weights,
    weight_distributions,
    weight_grid,
)
from mmsk.audio import MFCC
from mmsk.datasets import make_multimodal
from mmsk.fusion import modality_models
from mmsk.image import HOG
from mmsk.pipeline import DirichletWeights
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


@pytest.mark.parametrize("of_weights", [weight_grid, weight_distributions])
def test_a_stack_has_no_weights(of_weights):
    models = modality_models(fusion_transformer(BRANCHES), LogisticRegression())
    with pytest.raises(ValueError, match="weights have no effect: combine='stack'"):
        of_weights(LateFusionClassifier(models, combine="stack"))


def test_bagged_machines_see_weights():
    assert weight_grid(fusion_pipeline(BRANCHES, BaggingClassifier(SVC())))


@pytest.mark.parametrize(
    ("outer", "around"),
    [
        ("estimator", AugmentedClassifier(fusion_pipeline(BRANCHES))),
        ("estimator", AugmentedClassifier(KernelFusionClassifier(fusion_transformer(BRANCHES)))),
        ("regressor", TransformedTargetRegressor(fusion_pipeline(BRANCHES, SVR()))),
    ],
)
def test_a_model_around_a_fusion_has_its_grid(outer, around):
    inner = weight_grid(around.get_params()[outer])
    found = weight_grid(around)
    assert found == [{f"{outer}__{name}": value for name, value in one.items()} for one in inner]
    for candidate in ParameterGrid(found):
        around.set_params(**candidate)
    drawn = weight_distributions(around)
    assert sorted(drawn) == sorted(f"{outer}__{name}" for name in weight_distributions(around.get_params()[outer]))


@pytest.mark.parametrize("around", [False, True], ids=["bare", "augmented"])
def test_a_pipeline_that_ends_in_a_fusion_has_its_grid(around):
    fusion = KernelFusionClassifier(fusion_transformer(BRANCHES))
    last = AugmentedClassifier(fusion) if around else fusion
    model = Pipeline([("inner", Pipeline([("as it is", FunctionTransformer()), ("model", last)]))])
    prefix = "inner__model__estimator__" if around else "inner__model__"
    assert weight_grid(model) == [{f"{prefix}weights": one["weights"]} for one in weight_grid(fusion)]
    assert list(weight_distributions(model)) == [f"{prefix}weights"]
    model.set_params(**{name: values[0] for name, values in weight_grid(model)[3].items()})


def test_an_ensemble_with_weights_of_its_own_is_no_late_fusion():
    voting = VotingClassifier([("svc", SVC()), ("forest", RandomForestClassifier())])
    assert "fusion__text__scale__weight" in weight_grid(fusion_pipeline(BRANCHES, voting))[0]


@pytest.mark.parametrize("model", [SVC(), VotingClassifier([("svc", SVC())])])
def test_a_model_without_scaled_branches_is_refused(model):
    with pytest.raises(ValueError, match="fusion_pipeline"):
        weight_grid(model)


DATA = make_multimodal(n_samples=60, n_classes=2, modalities=("text", "number"), random_state=0)
TABLE = [("text", Tfidf(), "text"), ("number", "passthrough", DATA.columns["number"])]
MODELS = {
    "pipeline": fusion_pipeline(TABLE),
    "kernel": KernelFusionClassifier(fusion_transformer(TABLE)),
    "late": LateFusionClassifier(modality_models(fusion_transformer(TABLE), LogisticRegression()), combine="mean"),
}


@pytest.mark.parametrize("name", MODELS)
def test_every_kind_of_fusion_is_searched_by_grid_by_halving_and_at_random(name):
    model = MODELS[name]
    searches = [
        GridSearchCV(model, weight_grid(model, step=0.5), cv=2, error_score="raise"),
        HalvingGridSearchCV(model, weight_grid(model, step=0.5), cv=2, error_score="raise", random_state=0),
        RandomizedSearchCV(model, weight_distributions(model), n_iter=3, cv=2, error_score="raise", random_state=0),
    ]
    for search in searches:
        search.fit(DATA.data, DATA.target)
        assert search.best_score_ > 0.6
        assert len(search.cv_results_["params"]) >= 3


def test_drawn_shares_are_a_dirichlets():
    drawn = [DirichletWeights("abc", 2.0).rvs(random_state=seed) for seed in range(2000)]
    shares = np.array([list(one.values()) for one in drawn])
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    np.testing.assert_allclose(shares.mean(axis=0), 1 / 3, atol=0.02)
    np.testing.assert_allclose(shares.var(axis=0), (1 / 3) * (2 / 3) / 7, atol=0.005)
    energies = np.array(
        [
            [
                one.rvs(seed * 3 + place) ** 2
                for place, one in enumerate(weight_distributions(MODELS["pipeline"]).values())
            ]
            for seed in range(2000)
        ]
    )
    np.testing.assert_allclose((energies[:, 0] / energies.sum(axis=1)).var(), 1 / 12, atol=0.01)


@pytest.mark.parametrize(("names", "concentration"), [([], 1.0), (["a"], 0.0), (["a"], float("nan"))])
def test_no_names_and_no_concentration_are_refused(names, concentration):
    with pytest.raises(ValueError, match="concentration above 0"):
        DirichletWeights(names, concentration)
