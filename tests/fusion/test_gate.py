"""The gate: attention that finds the modality to trust, and keeps the fixed shares where there is none."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime
from scipy.special import softmax
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC

from mmsk import fusion_transformer, simplex_weights
from mmsk.audio import MFCC
from mmsk.datasets import make_multimodal
from mmsk.fusion import LateFusionClassifier, linear_gram, modality_models
from mmsk.fusion._folds import hide
from mmsk.fusion._gate import _Objective, fit_gate
from mmsk.fusion._pools import product
from mmsk.fusion._quality import MEASURES, fit_quality
from mmsk.image import HOG
from mmsk.text import Tfidf

PRIOR = np.array([0.5, 0.3, 0.2])
EQUAL = np.full(2, 0.5)


def opinions(n, seed=0, absent=0.0):
    """Return two modalities' opinions of n rows, the codes, and a signal that says which of the two is right."""
    rng = np.random.default_rng(seed)
    codes = rng.choice(3, size=n, p=PRIOR)
    good = rng.integers(2, size=n)
    shown = np.where(np.arange(2)[:, None] == good, codes, rng.choice(3, size=(2, n), p=PRIOR))
    found = softmax(2.5 * np.eye(3)[shown] + rng.normal(0, 0.3, (2, n, 3)), axis=2)
    found[rng.uniform(size=(2, n)) < absent] = np.nan
    signals = [np.where(good == number, 1.0, 0.0)[:, None] + rng.normal(0, 0.3, (n, 1)) for number in (0, 1)]
    return found, codes, signals


# The gate itself ------------------------------------------------------------------------------------------------------


def test_the_gradient_is_that_of_the_loss():
    found, codes, signals = opinions(40, absent=0.2)
    some = ~np.isnan(found).all(axis=(0, 2))
    found, codes = found[:, some], codes[some]
    rng = np.random.default_rng(0)
    designs = [np.hstack([np.ones((len(codes), 1)), rng.normal(size=(len(codes), 4))]) for _ in signals]
    objective = _Objective(designs, found, codes, PRIOR, np.array([0.7, 0.3]), rng.uniform(0.5, 2, len(codes)))
    theta = rng.normal(size=3 + 5 + 5)
    expected = approx_fprime(theta, lambda theta: objective(theta)[0], 1e-6)
    np.testing.assert_allclose(objective(theta)[1], expected, rtol=1e-3, atol=1e-3)


def test_attention_sums_to_one_over_what_is_present():
    found, codes, signals = opinions(200, absent=0.3)
    attention = fit_gate(found, signals, codes, PRIOR, EQUAL).attention(found, signals)
    present = ~np.isnan(found).all(axis=2)
    np.testing.assert_allclose(attention.sum(axis=0), present.any(axis=0))
    assert not attention[~present].any()
    assert (attention[present] > 0).all()
    np.testing.assert_allclose(attention[:, present.sum(axis=0) == 1].max(axis=0), 1)


def test_attention_goes_to_the_modality_that_its_signal_speaks_for():
    found, codes, signals = opinions(500)
    gate = fit_gate(found, signals, codes, PRIOR, EQUAL)
    new, truth, new_signals = opinions(2000, seed=1)
    attention = gate.attention(new, new_signals)
    spoken_for = np.argmax([signal[:, 0] for signal in new_signals], axis=0)
    assert (attention.argmax(axis=0) == spoken_for).mean() > 0.95
    fixed = (product(new, np.full((2, 2000), 0.5), PRIOR).argmax(axis=1) == truth).mean()
    gated = (gate.probabilities(new, new_signals).argmax(axis=1) == truth).mean()
    assert gated > fixed + 0.15


@pytest.mark.parametrize("base", [EQUAL, np.array([0.8, 0.2])], ids=str)
def test_without_rows_attention_is_the_fixed_shares_and_the_rest_is_the_product(base):
    found, codes, signals = opinions(50)
    gate = fit_gate(found[:, :0], [signal[:0] for signal in signals], codes[:0], PRIOR, base)
    np.testing.assert_allclose(gate.attention(found, signals), np.tile(base[:, None], 50))
    if base is EQUAL:
        expected = product(found, np.full((2, 50), 0.5), PRIOR)
        np.testing.assert_allclose(gate.probabilities(found, signals), expected)


def test_a_few_rows_move_it_less_than_many():
    moved = []
    for n in (10, 100, 1000):
        found, codes, signals = opinions(n)
        attention = fit_gate(found, signals, codes, PRIOR, EQUAL).attention(found, signals)
        moved.append(np.abs(attention - 0.5).mean())
    assert moved[0] < 0.1 < moved[1] < moved[2]


def test_a_signal_far_outside_of_what_was_seen_says_no_more_than_the_limit():
    found, codes, signals = opinions(200)
    gate = fit_gate(found, signals, codes, PRIOR, EQUAL)
    far = [np.full((200, 1), 1e9), signals[1]]
    farther = [np.full((200, 1), 1e12), signals[1]]
    np.testing.assert_array_equal(gate.attention(found, far), gate.attention(found, farther))


def test_a_signal_that_is_not_known_counts_as_the_mean():
    found, codes, signals = opinions(200)
    gate = fit_gate(found, signals, codes, PRIOR, EQUAL)
    unknown = [np.full((200, 1), np.nan), signals[1]]
    mean = [np.full((200, 1), signals[0].mean()), signals[1]]
    np.testing.assert_allclose(gate.attention(found, unknown), gate.attention(found, mean))


def test_rows_count_by_their_weight():
    found, codes, signals = opinions(300)
    weights = np.where(np.arange(300) < 100, 1.0, 0.2)
    weighted = fit_gate(found, signals, codes, PRIOR, EQUAL, sample_weight=weights)
    again = fit_gate(found, signals, codes, PRIOR, EQUAL, sample_weight=weights * 7)
    np.testing.assert_allclose(weighted.own[0], again.own[0])
    assert not np.allclose(weighted.own[0], fit_gate(found, signals, codes, PRIOR, EQUAL).own[0], atol=1e-3)


def test_rows_of_no_weight_are_as_good_as_left_out():
    found, codes, signals = opinions(300)
    some = np.arange(300) < 100
    weighted = fit_gate(found, signals, codes, PRIOR, EQUAL, sample_weight=some * 3.0)
    left = fit_gate(found[:, some], [signal[some] for signal in signals], codes[some], PRIOR, EQUAL)
    np.testing.assert_allclose(weighted.common, left.common)
    for number in range(2):
        np.testing.assert_allclose(weighted.own[number], left.own[number])
        np.testing.assert_allclose(weighted.means[number], left.means[number])


# Quality --------------------------------------------------------------------------------------------------------------


def measured(estimator, cells, name):
    columns = pd.Series(cells, dtype=object)
    present = columns.notna().to_numpy()
    quality = fit_quality(estimator, columns, present)
    return quality.measure(columns, present)[:, quality.names.index(name)]


def test_pictures_are_measured_for_light_contrast_and_blur():
    sharp = np.random.default_rng(0).integers(0, 255, (32, 32, 3)).astype(np.uint8)
    dark = (sharp * 0.2).astype(np.uint8)
    blurred = np.repeat(np.repeat(sharp[::8, ::8], 8, axis=0), 8, axis=1)
    model = make_pipeline(HOG(size=(32, 32)), LogisticRegression())
    for name, worse in (("brightness", dark), ("contrast", dark), ("sharpness", blurred)):
        found = measured(model, [sharp, worse, None], name)
        assert found[0] > found[1]
        assert np.isnan(found[2])


def test_sounds_are_measured_for_level_silence_and_length():
    loud = np.sin(np.arange(8000) / 5).astype(np.float32)
    quiet, gap = loud * 0.01, np.where(np.arange(8000) < 4000, loud, 0)
    model = make_pipeline(MFCC(), LogisticRegression())
    level = measured(model, [(loud, 8000), (quiet, 8000), None], "level")
    assert level[0] > level[1]
    assert np.isnan(level[2])
    silence = measured(model, [(loud, 8000), (gap, 8000)], "silence")
    assert silence[0] < 0.1 < 0.4 < silence[1]
    assert np.diff(measured(model, [(loud[:800], 8000), (loud, 8000)], "length")) > 0


def test_texts_are_measured_for_length_and_capitals():
    model = make_pipeline(Tfidf(), LogisticRegression())
    np.testing.assert_allclose(measured(model, ["ab", "abcdef"], "length"), np.log1p([2, 6]), rtol=1e-6)
    np.testing.assert_allclose(measured(model, ["No Way", "NO", "12"], "capitals"), [0.4, 1, 0], rtol=1e-6)


def test_numbers_are_measured_for_their_distance_from_the_mean():
    frame = pd.DataFrame({"a": [0.0, 1.0, -1.0, 30.0], "b": [1.0, np.nan, 3.0, 2.0]})
    quality = fit_quality(LogisticRegression(), frame, np.ones(4, dtype=bool))
    found = quality.measure(frame, np.array([True, True, True, True]))
    assert found[:, quality.names.index("distance")].argmax() == 3
    np.testing.assert_allclose(found[:, quality.names.index("unknown")], [0, 0.5, 0, 0])


def test_what_nobody_can_measure_has_no_signals():
    frame = pd.Series(["a", "b"])
    assert fit_quality(LogisticRegression(), frame, np.ones(2, dtype=bool)).names == ()


def of_columns(*descriptors):
    """Return a model of several columns, each with a descriptor of its own."""
    steps = ColumnTransformer([(name, descriptor, name) for name, descriptor in descriptors])
    return make_pipeline(steps, LogisticRegression())


def pictures(n):
    return pd.Series([np.full((16, 16, 3), 5 * row, dtype=np.uint8) for row in range(n)], dtype=object)


def test_one_column_is_measured_as_a_frame_too():
    frame = pd.DataFrame({"front": pictures(4)})
    quality = fit_quality(of_columns(("front", HOG(size=(16, 16)))), frame, np.ones(4, dtype=bool))
    assert quality.measure(frame, np.ones(4, dtype=bool)).shape == (4, 3)


@pytest.mark.parametrize("other", ["picture", "number"])
def test_a_modality_of_several_columns_of_items_has_no_signals(other):
    y = np.arange(20) % 2
    frame = pd.DataFrame({"front": pictures(20), "other": pictures(20) if other == "picture" else np.arange(20.0)})
    described = HOG(size=(16, 16)) if other == "picture" else FunctionTransformer(lambda column: column.to_frame())
    model = of_columns(("front", HOG(size=(16, 16))), ("other", described))
    fused = LateFusionClassifier([("shop", model, ["front", "other"])]).fit(frame, y)
    assert fused.attention(frame).tolist() == [[1.0]] * 20


def test_an_item_that_cannot_be_read_has_no_measures():
    model = make_pipeline(HOG(on_error="missing"), LogisticRegression())
    assert np.isnan(measured(model, ["no such file.png"], "sharpness")).all()


def test_empty_sounds_and_pictures_of_one_colour_are_measured_too():
    picture, _ = MEASURES["image"]
    sound, _ = MEASURES["audio"]
    assert np.isfinite(picture(np.zeros((1, 1, 3), dtype=np.uint8))).all()
    assert np.isfinite(sound(np.zeros(0, dtype=np.float32), 8000)).all()


# All together ---------------------------------------------------------------------------------------------------------


BRANCHES = [("text", Tfidf(), "text"), ("image", HOG(), "image"), ("audio", MFCC(), "audio")]


def test_it_beats_the_best_fixed_shares_where_items_are_damaged_row_by_row():
    made = make_multimodal(500, n_classes=4, noise=0.2, corrupt=0.4, random_state=0)
    X, y = made.data, np.asarray(made.target)
    models = modality_models(fusion_transformer(BRANCHES), SVC(kernel=linear_gram))
    fixed = [
        LateFusionClassifier(models, combine=combine, weights=shares).fit(X[:300], y[:300]).score(X[300:], y[300:])
        for combine in ("mean", "product")
        for shares in simplex_weights(["text", "image", "audio"], 0.25)
    ]
    gate = LateFusionClassifier(models).fit(X[:300], y[:300])
    assert gate.score(X[300:], y[300:]) > max(fixed) + 0.05
    damaged = made.corrupted.to_numpy()[300:]
    attention = gate.attention(X[300:])
    mixed = damaged.any(axis=1) & ~damaged.all(axis=1)
    assert (attention * damaged)[mixed].sum(axis=1).mean() < 0.2


def test_hiding_never_hides_the_last_modality_of_a_row():
    rng = np.random.RandomState(0)
    present = rng.uniform(size=(3, 4000)) < 0.6
    kept = hide(present, 0.5, rng)
    assert not (kept & ~present).any()
    np.testing.assert_array_equal(kept.any(axis=0), present.any(axis=0))
    several = present.sum(axis=0) == 3
    assert kept[:, several].mean() == pytest.approx(0.5 + 0.5**3 / 3, abs=0.03)
    np.testing.assert_array_equal(hide(present, 0.0, rng), present)
