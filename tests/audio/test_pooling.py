"""Statistics over time."""

import numpy as np
import pytest
from scipy import stats

from mmsk._params import InvalidParameterError
from mmsk.audio._pooling import check_statistics, pool, statistic_names

FRAMES = np.random.default_rng(0).gamma(2.0, size=(3, 50)).astype(np.float32)

ORACLES = {
    "mean": lambda x: x.mean(),
    "std": lambda x: x.std(),
    "min": min,
    "max": max,
    "median": np.median,
    "skewness": stats.skew,
    "q10": lambda x: np.quantile(x, 0.1),
    0.975: lambda x: np.quantile(x, 0.975),
}


@pytest.mark.parametrize("statistic", ORACLES)
def test_one_statistic(statistic):
    expected = [ORACLES[statistic](row.astype(np.float64)) for row in FRAMES]
    np.testing.assert_allclose(pool(FRAMES, [statistic]), expected)


def test_statistic_by_statistic():
    both = pool(FRAMES, ("max", "q25"))
    np.testing.assert_array_equal(both, np.concatenate([pool(FRAMES, ["max"]), pool(FRAMES, [0.25])]))
    assert statistic_names(("max", "q25", 0.25, 0.975)) == ["max", "q25", "q25", "q97.5"]


def test_one_frame():
    pooled = pool(FRAMES[:, :1], ("mean", "std", "median", "skewness", "q90"))
    one = FRAMES[:, 0]
    np.testing.assert_array_equal(pooled, np.concatenate([one, 0 * one, one, 0 * one, one]))


def test_skewness_of_a_constant_is_zero():
    constant = np.full((1, 7), 0.1, dtype=np.float32)
    constant[0, 3] = np.nextafter(np.float32(0.1), np.float32(1))
    assert pool(constant, ["skewness"]) == [0]


@pytest.mark.parametrize(
    "statistics",
    [[], ["mode"], ["mean", "mean"], ["q10", 0.1], ["q101"], [1.5], [-0.1], [None], [True], [float("nan")], ["q"]],
)
def test_refused(statistics):
    with pytest.raises(InvalidParameterError, match=r"statistics.*mean, std, min, max, median, skewness.*'q10' or 0.1"):
        check_statistics(statistics)


def test_accepted():
    check_statistics(("mean", "q0", "q100", 0.5, np.float64(0.25)))
