"""Rows that lack a modality, answered by the model of those that they have."""

import pickle

import numpy as np
import pandas as pd
import pytest

from mmsk import KernelFusionClassifier, KernelFusionRegressor, fusion_transformer
from mmsk.datasets import make_multimodal

DATA = make_multimodal(120, 3, modalities={"a": "number", "b": "number", "c": "number"}, noise=0.3, random_state=0)
COLUMNS = DATA.columns
BRANCHES = [(name, "passthrough", COLUMNS[name]) for name in "abc"]
X, Y = DATA.data, DATA.target.to_numpy()
TRAIN, TEST = slice(0, 80), slice(80, None)


def model(names="abc", **settings):
    branches = [branch for branch in BRANCHES if branch[0] in names]
    return KernelFusionClassifier(fusion_transformer(branches), **settings)


def without(frame, names):
    frame = frame.copy()
    for name in names:
        frame[COLUMNS[name]] = np.nan
    return frame


@pytest.mark.parametrize(
    "settings", [{}, {"weights": {"a": 0.5, "b": 0.3, "c": 0.2}}, {"kernel": {"a": "rbf"}}], ids=str
)
def test_a_row_without_a_modality_is_for_the_model_of_the_others(settings):
    settings = {**settings, "probability": True}
    whole = model(absent="submodel", **settings).fit(X[TRAIN], Y[TRAIN])
    plain = model(**settings).fit(X[TRAIN], Y[TRAIN])
    others = {
        "weights": settings.get("weights") and {"a": 0.5, "c": 0.2},
        "kernel": settings.get("kernel", "linear"),
    }
    others = {key: value for key, value in others.items() if value is not None}
    pair = model("ac", probability=True, **others).fit(X[TRAIN], Y[TRAIN])
    mixed = pd.concat([X[TEST], without(X[TEST], "b")])
    half = len(X[TEST])
    for method in ("predict", "decision_function", "predict_proba"):
        found = getattr(whole, method)(mixed)
        np.testing.assert_array_equal(found[:half], getattr(plain, method)(X[TEST]))
        np.testing.assert_array_equal(found[half:], getattr(pair, method)(X[TEST]))
    assert sorted(whole.submodels_) == ["a", "a+b", "a+c", "b", "b+c", "c"]
    assert sorted(pickle.loads(pickle.dumps(whole)).predict(mixed)) == sorted(whole.predict(mixed))


def test_weights_of_classes_that_a_modality_never_shows():
    holes = X[TRAIN].copy()
    holes.loc[Y[TRAIN] == 2, COLUMNS["a"]] = np.nan
    whole = model(absent="submodel", class_weight={0: 3.0, 2: 0.5}, probability=True).fit(holes, Y[TRAIN])
    two = Y[TRAIN] != 2
    alone = model("a", class_weight={0: 3.0}, probability=True).fit(holes[two], Y[TRAIN][two])
    asked = without(X[TEST], "bc")
    np.testing.assert_array_equal(whole.predict_proba(asked)[:, :2], alone.predict_proba(asked))


def test_a_submodel_learns_from_the_rows_that_have_it_only():
    holes = without(X[TRAIN], "")
    holes.loc[holes.index[::2], COLUMNS["b"]] = np.nan
    whole = model(absent="submodel").fit(holes, Y[TRAIN])
    alone = model("b").fit(holes.iloc[1::2], Y[TRAIN][1::2])
    asked = without(X[TEST], "ac")
    np.testing.assert_array_equal(whole.predict(asked), alone.predict(asked))


def test_a_class_that_a_modality_has_never_shown_is_not_its_answer():
    holes = X[TRAIN].copy()
    holes.loc[Y[TRAIN] == Y[0], COLUMNS["b"]] = np.nan
    whole = model(absent="submodel", probability=True).fit(holes, Y[TRAIN])
    asked = without(X[TEST], "ac")
    missing = list(whole.classes_).index(Y[0])
    assert not (whole.predict(asked) == Y[0]).any()
    assert whole.predict_proba(asked)[:, missing].max() == 0
    assert (whole.decision_function(asked).argmax(axis=1) != missing).all()


@pytest.mark.parametrize("absent", ["zero", "submodel"])
def test_a_row_with_nothing_is_of_the_most_frequent_class(absent):
    rows = np.r_[0:80, np.flatnonzero(Y == Y[3])]
    whole = model(absent=absent, probability=True).fit(X.iloc[rows], Y[rows])
    nothing = without(X[:2], "abc")
    assert list(whole.predict(nothing)) == [Y[3]] * 2
    shares = [np.mean(Y[rows] == one) for one in whole.classes_]
    np.testing.assert_allclose(whole.predict_proba(nothing), [shares] * 2)
    decided = whole.decision_function(nothing)
    assert (decided.argsort(axis=1) == np.argsort(shares)).all()
    np.testing.assert_allclose(decided.sum(axis=1), 3, atol=0.5)  # a vote for each pair, as in the rows of others
    two = KernelFusionClassifier(fusion_transformer(BRANCHES), absent=absent).fit(X, Y == Y[3])
    odds = np.mean(Y == Y[3]) / np.mean(Y != Y[3])
    np.testing.assert_allclose(two.decision_function(nothing), np.log(odds))


def test_many_modalities_have_models_of_one_and_of_all_but_one():
    many = [(f"m{number}", "passthrough", [column]) for number, column in enumerate(X.columns[:6])]
    whole = KernelFusionClassifier(fusion_transformer(many), absent="submodel").fit(X, Y)
    assert sorted(key.count("+") for key in whole.submodels_) == [0] * 6 + [4] * 6


def test_that_nothing_is_known_may_tell_something():
    holes = X.copy()
    holes.loc[np.flatnonzero(Y == Y[0])[:20], list(X.columns)] = np.nan
    whole = model(probability=True).fit(holes, Y)
    assert list(whole.predict(without(X[:2], "abc"))) == [Y[0]] * 2
    assert whole.predict_proba(without(X[:2], "abc"))[0, list(whole.classes_).index(Y[0])] > 0.9


def test_the_regressor_has_submodels_too():
    target = X[TRAIN].fillna(0).to_numpy().sum(axis=1)
    fusions = [fusion_transformer([branch for branch in BRANCHES if branch[0] in names]) for names in ("abc", "ac")]
    whole = KernelFusionRegressor(fusions[0], absent="submodel").fit(X[TRAIN], target)
    pair = KernelFusionRegressor(fusions[1]).fit(X[TRAIN], target)
    plain = KernelFusionRegressor(fusions[0]).fit(X[TRAIN], target)
    asked = without(X[TEST], "b")
    np.testing.assert_array_equal(whole.predict(asked), pair.predict(asked))
    np.testing.assert_array_equal(whole.predict(X[TEST]), plain.predict(X[TEST]))
    assert sorted(whole.submodels_) == ["a", "a+b", "a+c", "b", "b+c", "c"]


@pytest.mark.parametrize("absent", ["zero", "submodel"])
def test_a_row_with_nothing_gets_the_mean_of_the_target(absent):
    target = np.arange(80.0) ** 2
    model = KernelFusionRegressor(fusion_transformer(BRANCHES), absent=absent).fit(X[TRAIN], target)
    np.testing.assert_allclose(model.predict(without(X[:2], "abc")), target.mean())


def test_a_row_at_the_mean_lacks_nothing():
    price = np.array([-1.0, 0.0, 1.0, 0.0, np.nan, 2.0, -2.0, 0.0])
    frame = pd.DataFrame({"price": price, "size": [1.0, 2, 0, 3, 1, 5, 4, 2]})
    branches = [(name, "passthrough", [name]) for name in frame]
    y = np.array(["a", "a", "b", "b", "a", "b", "a", "b"])
    fitted = KernelFusionClassifier(fusion_transformer(branches), absent="submodel").fit(frame, y)
    asked = pd.DataFrame({"price": [-1e-9, 0.0, 1e-9, np.nan], "size": 2.0})
    below, mean, above, absent = fitted.decision_function(asked)
    assert below == pytest.approx(mean, abs=1e-6)
    assert above == pytest.approx(mean, abs=1e-6)
    assert absent != pytest.approx(mean, abs=1e-3)
