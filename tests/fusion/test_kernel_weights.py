"""Shares of kernels that are learned, modality dropout, and the regressor of kernel fusion."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize, nnls
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from mmsk import fusion_transformer
from mmsk.fusion import KernelFusionClassifier, KernelFusionRegressor
from mmsk.fusion._alignment import alignment, alignment_shares, without_diagonal
from mmsk.fusion._easymkl import BALANCE, closest_points, easymkl_shares

RNG = np.random.default_rng(0)
N = 150
CODES = np.arange(N) % 3
LABELS = np.array(["ant", "bee", "cat"])[CODES]
TARGET = np.eye(3)[CODES]
ALL = np.ones(N, dtype=bool)


def numbers(signal, noise, width, n=N):
    """Return a table of columns that know a signal, and of many that do not."""
    return np.column_stack([signal[:n, None] + RNG.normal(0, noise, (n, 2)), RNG.normal(0, 1, (n, width))])


FRAME = pd.DataFrame(
    np.hstack([numbers(CODES, 0.7, 2), numbers(CODES == 1, 0.7, 2), RNG.normal(size=(N, 40))]),
    columns=[f"a{i}" for i in range(4)] + [f"b{i}" for i in range(4)] + [f"noise{i}" for i in range(40)],
)
BRANCHES = [
    (name, "passthrough", [column for column in FRAME if column.startswith(name)]) for name in ("a", "b", "noise")
]


def model(kind=KernelFusionClassifier, **parameters):
    return kind(fusion_transformer(BRANCHES), **parameters)


def gram_of(columns):
    centred = columns - columns.mean(axis=0)
    return centred @ centred.T / np.square(centred).sum(axis=1).mean()


# Alignment ------------------------------------------------------------------------------------------------------------


def test_centring_without_the_diagonal_by_hand():
    gram = RNG.normal(size=(6, 6))
    gram += gram.T
    off = gram - np.diag(np.diag(gram))
    expected = np.zeros((6, 6))
    for i in range(6):
        for j in range(6):
            if i != j:
                expected[i, j] = off[i, j] - off[i].sum() / 4 - off[:, j].sum() / 4 + off.sum() / 20
    centred = without_diagonal(gram, np.ones(6, dtype=bool))
    np.testing.assert_allclose(centred, expected)
    np.testing.assert_allclose(centred.sum(axis=1), 0, atol=1e-12)


def test_absent_rows_are_left_out_of_the_centring():
    gram = gram_of(RNG.normal(size=(8, 2)))
    present = np.array([True] * 6 + [False] * 2)
    centred = without_diagonal(gram, present)
    np.testing.assert_allclose(centred[:6, :6], without_diagonal(gram[:6, :6], np.ones(6, dtype=bool)))
    assert not centred[6:].any()
    assert not without_diagonal(gram, np.arange(8) < 3).any()


def test_an_alignment_with_noise_is_about_zero_where_the_biased_one_is_not():
    noise, target = gram_of(RNG.normal(size=(N, 1000))), TARGET @ TARGET.T
    unbiased = np.vdot(without_diagonal(noise, ALL), without_diagonal(target, ALL))
    centre = np.eye(N) - 1 / N
    biased = np.vdot(centre @ noise @ centre, target)
    assert abs(unbiased) < 0.2 * biased


def test_shares_of_two_kernels_by_hand():
    grams = [gram_of(numbers(CODES, 0.7, 2)), gram_of(numbers(CODES == 1, 0.7, 2))]
    cosines = [gram / np.sqrt(np.outer(np.diag(gram), np.diag(gram))) for gram in grams]
    centred = [without_diagonal(cosine, ALL).ravel() for cosine in cosines]
    wanted = without_diagonal(TARGET @ TARGET.T, ALL).ravel()
    found, _ = nnls(np.array(centred).T, wanted)  # the same least squares, without the shortcut
    trust = N / (N + 50)
    expected = trust * found / found.sum() + (1 - trust) / 2
    np.testing.assert_allclose(alignment_shares(grams, [ALL, ALL], TARGET), expected)


def test_a_few_broken_rows_do_not_decide():
    clean = numbers(CODES, 0.5, 2)
    broken = np.where(np.arange(N)[:, None] < 8, RNG.normal(0, 50, clean.shape), clean)
    other = gram_of(numbers(CODES == 1, 0.7, 2))
    whole, part = (alignment_shares([gram_of(block), other], [ALL] * 2, TARGET)[0] for block in (clean, broken))
    assert part > whole - 0.1
    alone, damaged = (alignment(block - block.mean(axis=0), LABELS) for block in (clean, broken))
    assert damaged > 0.9 * alone


def test_a_copy_of_a_kernel_changes_nothing_but_the_pull_to_equal_shares():
    first, second = gram_of(numbers(CODES, 0.7, 2)), gram_of(numbers(CODES == 1, 0.7, 2))
    trust = N / (N + 50)
    two = alignment_shares([first, second], [ALL] * 2, TARGET)
    three = alignment_shares([first, second, second], [ALL] * 3, TARGET)
    assert three[1] + three[2] - (1 - trust) * 2 / 3 == pytest.approx(two[1] - (1 - trust) / 2, abs=1e-6)


def test_kernels_that_know_nothing_get_equal_shares():
    np.testing.assert_array_equal(
        alignment_shares([np.zeros((9, 9))] * 3, [np.ones(9, dtype=bool)] * 3, TARGET[:9]), 1 / 3
    )


# EasyMKL --------------------------------------------------------------------------------------------------------------


def test_the_closest_points_solve_the_quadratic_program():
    gram, inside = gram_of(numbers(CODES, 1.0, 2))[:24, :24], CODES[:24] == 1
    signs = np.where(inside, 1.0, -1.0)

    def objective(weights):
        signed = weights * signs
        return (1 - BALANCE) * signed @ gram @ signed + BALANCE * weights @ weights

    start = np.where(inside, 1 / inside.sum(), 1 / (~inside).sum())
    sides = [{"type": "eq", "fun": lambda weights, side=side: weights[side].sum() - 1} for side in (inside, ~inside)]
    best = minimize(objective, start, bounds=[(0, 1)] * 24, constraints=sides, options={"ftol": 1e-12})
    found = closest_points(gram, inside)
    assert found[inside].sum() == pytest.approx(1)
    assert found[~inside].sum() == pytest.approx(-1)
    assert (found * signs >= 0).all()
    assert objective(found * signs) == pytest.approx(best.fun, rel=1e-3)


def test_two_points_by_hand():
    # the weights can only be 1 and -1, so that the squared distances are 4 and 1
    grams = [np.array([[1.0, -1.0], [-1.0, 1.0]]), np.array([[0.25, -0.25], [-0.25, 0.25]])]
    np.testing.assert_allclose(easymkl_shares(grams, np.array([0, 1])), [0.8, 0.2])


def test_easymkl_gives_noise_little():
    grams = [gram_of(FRAME[columns].to_numpy()) for _, _, columns in BRANCHES]
    shares = easymkl_shares(grams, CODES)
    assert shares.sum() == pytest.approx(1)
    assert shares.argmin() == 2


# In the classifier ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weights", ["auto", "alignment", "easymkl"])
def test_learned_shares_are_readable_and_know_noise(weights):
    fitted = model(weights=weights).fit(FRAME, LABELS)
    assert list(fitted.weights_) == ["a", "b", "noise"]
    assert sum(fitted.weights_.values()) == pytest.approx(1)
    assert fitted.weights_["noise"] == min(fitted.weights_.values())
    assert fitted.weights_["noise"] < 0.25


def test_equal_shares_have_two_names():
    for weights in ("uniform", None):
        assert set(model(weights=weights).fit(FRAME, LABELS).weights_.values()) == {1 / 3}


def test_a_search_learns_shares_once_a_fold(monkeypatch):
    from mmsk.fusion import _kernel_mix

    calls = []
    learn = _kernel_mix.LEARN["auto"]
    monkeypatch.setitem(_kernel_mix.LEARN, "auto", lambda *args: (calls.append(1), learn(*args))[1])
    GridSearchCV(model(), {"C": [0.1, 1.0, 10.0]}, cv=3).fit(FRAME, LABELS)
    assert len(calls) == 3 + 1


def test_labels_are_part_of_the_key():
    first = model().fit(FRAME, LABELS).weights_
    assert model().fit(FRAME, RNG.permutation(LABELS)).weights_ != first


def test_dropout_trains_the_machine_to_do_without():
    without = FRAME.copy()
    without.loc[:, BRANCHES[0][2]] = np.nan
    plain = model(C=10.0).fit(FRAME, LABELS).score(without, LABELS)
    seeds = [model(C=10.0, dropout=0.5, random_state=seed).fit(FRAME, LABELS) for seed in range(5)]
    assert np.mean([fitted.score(without, LABELS) for fitted in seeds]) > plain


@pytest.mark.parametrize("kind", [KernelFusionClassifier, KernelFusionRegressor])
def test_dropout_is_the_same_for_a_seed(kind):
    found = [model(kind, dropout=0.5, random_state=seed).fit(FRAME, CODES).predict(FRAME) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])


def test_dropout_hides_nothing_at_predict():
    fitted = model(weights="alignment", dropout=0.9, random_state=0).fit(FRAME, LABELS)
    shown = fitted._mix.shown
    assert np.any(list(shown.values()), axis=0).all()
    plain = {name: model(weights={name: 1.0}).fit(FRAME, LABELS)._mix for name in shown}
    inner = sum(s * plain[n].training() * np.outer(shown[n], shown[n]) for n, s in fitted.weights_.items())
    asked = sum(s * plain[n].with_training(FRAME) * shown[n] for n, s in fitted.weights_.items())
    expected = SVC(kernel="precomputed", C=fitted.C).fit(inner, LABELS).decision_function(asked)
    np.testing.assert_allclose(fitted.decision_function(FRAME), expected, atol=1e-6)


# The regressor --------------------------------------------------------------------------------------------------------


def test_the_regressor_is_the_linear_machine_on_weighted_blocks():
    shares = {"a": 0.6, "b": 0.3, "noise": 0.1}
    weights = {name: share**0.5 for name, share in shares.items()}
    blocks = fusion_transformer(BRANCHES, weights=weights)
    y = CODES * 3.0 + 5.0
    target = StandardScaler().fit(y[:, None])
    machine = SVR(kernel="linear", tol=1e-6).fit(blocks.fit_transform(FRAME), target.transform(y[:, None])[:, 0])
    expected = target.inverse_transform(machine.predict(blocks.transform(FRAME))[:, None])[:, 0]
    found = model(KernelFusionRegressor, weights=shares, tol=1e-6).fit(FRAME, y).predict(FRAME)
    np.testing.assert_allclose(found, expected, atol=1e-2)


def test_the_unit_of_the_target_does_not_matter():
    y = CODES + RNG.normal(0, 0.1, N)
    found = model(KernelFusionRegressor).fit(FRAME, y).predict(FRAME)
    other = model(KernelFusionRegressor).fit(FRAME, 1000 * y - 7).predict(FRAME)
    np.testing.assert_allclose(other, 1000 * found - 7)


def test_the_regressor_learns_its_shares():
    fitted = model(KernelFusionRegressor).fit(FRAME, CODES.astype(float))
    assert fitted.weights_["a"] > fitted.weights_["noise"]
    assert fitted.score(FRAME, CODES) > 0.5
    with pytest.raises(ValueError, match="'weights' parameter"):
        model(KernelFusionRegressor, weights="easymkl").fit(FRAME, CODES)


def test_a_row_of_weight_zero_is_as_if_it_were_not_there():
    counts = np.arange(N) % 4 != 1
    y = CODES + RNG.normal(0, 0.1, N)
    weighted = model(KernelFusionRegressor).fit(FRAME, y, sample_weight=counts.astype(float))
    without = model(KernelFusionRegressor).fit(FRAME[counts], y[counts])
    np.testing.assert_array_equal(weighted.predict(FRAME), without.predict(FRAME))


def test_a_row_with_nothing_gets_the_weighted_mean():
    y, weights = RNG.normal(size=N), np.arange(1.0, N + 1)
    fitted = model(KernelFusionRegressor).fit(FRAME, y, sample_weight=weights)
    assert fitted.predict(FRAME[:1] * np.nan) == pytest.approx(y @ weights / weights.sum())
    assert fitted.scale_ == pytest.approx(np.sqrt(np.cov(y, aweights=weights, ddof=0)))


@pytest.mark.parametrize("bad", [None, np.inf])
def test_a_target_that_is_no_number_is_refused(bad):
    y = CODES.astype(object)
    y[7] = bad
    with pytest.raises(ValueError, match=r"y is missing in 1 of 150 rows|Input y contains infinity"):
        model(KernelFusionRegressor).fit(FRAME, y)


def test_a_constant_target_is_what_is_predicted():
    np.testing.assert_allclose(model(KernelFusionRegressor).fit(FRAME, np.full(N, 4.0)).predict(FRAME), 4.0)
