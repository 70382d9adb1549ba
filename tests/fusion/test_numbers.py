"""Numbers as they come into a BlockScaler: dates and spans of time, infinite values, outliers."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from mmsk import fusion_pipeline, fusion_transformer
from mmsk.fusion import BlockScaler, present_rows
from mmsk.fusion._rows import present_cells
from mmsk.text import Tfidf

WHEN = pd.Series(pd.to_datetime(["2024-01-01", None, "2024-03-01 06:00", "2024-04-01"], format="mixed"), name="when")
DAYS = np.array([19723, np.nan, 19783.25, 19814])
FRAME = pd.DataFrame({"a": [1.0, 2.0, 4.0, 8.0], "when": WHEN, "took": WHEN - WHEN[0]})
AS_DAYS = pd.DataFrame({"a": FRAME["a"], "when": DAYS, "took": DAYS - DAYS[0]})
FORMS = {
    **{unit: WHEN.astype(f"M8[{unit}]").to_frame() for unit in ("s", "ms", "us", "ns")},
    "zone": WHEN.dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo").to_frame(),
    "array": WHEN.to_numpy()[:, None],
    "list": [[moment] for moment in WHEN.to_numpy("M8[s]")],
}

NUMBERS = np.random.default_rng(0).normal(3, [1, 10, 0.1], size=(200, 3))


@pytest.mark.parametrize("form", FORMS)
def test_dates_are_days_since_1970_in_whatever_form(form):
    scaler, expected = BlockScaler().fit(FORMS[form]), BlockScaler().fit(DAYS[:, None])
    assert scaler.mean_ == expected.mean_
    named = isinstance(FORMS[form], pd.DataFrame)
    for later in [one for one in FORMS.values() if isinstance(one, pd.DataFrame) == named]:
        np.testing.assert_array_equal(scaler.transform(later), expected.transform(DAYS[:, None]))


def test_arrow_holds_dates_as_well():
    pytest.importorskip("pyarrow")
    for dtype in ("timestamp[us][pyarrow]", "timestamp[s, tz=Asia/Tokyo][pyarrow]"):
        zoned = WHEN.dt.tz_localize("UTC") if "tz" in dtype else WHEN
        np.testing.assert_array_equal(
            BlockScaler().fit_transform(zoned.astype(dtype).to_frame()), BlockScaler().fit_transform(DAYS[:, None])
        )
    dates = WHEN.dt.floor("D").astype("date32[pyarrow]").to_frame()
    np.testing.assert_array_equal(
        BlockScaler().fit_transform(dates), BlockScaler().fit_transform(np.floor(DAYS)[:, None])
    )


def test_times_stand_beside_numbers_and_the_table_stays_as_it_is():
    given = FRAME.copy()
    scaler = BlockScaler().set_output(transform="pandas").fit(FRAME)
    made = scaler.transform(FRAME)
    pd.testing.assert_frame_equal(made, BlockScaler().set_output(transform="pandas").fit_transform(AS_DAYS))
    assert list(made.columns) == list(scaler.get_feature_names_out()) == ["a", "when", "took"]
    pd.testing.assert_frame_equal(FRAME, given)


def test_spans_of_time_keep_what_a_microsecond_cannot_hold():
    spans = pd.DataFrame({"took": pd.to_timedelta([100, 200, 900], unit="ns")})
    assert BlockScaler().fit(spans).mean_[0] == pytest.approx(400e-9 / 86_400, rel=1e-9)


def test_a_row_without_any_time_is_missing():
    assert present_rows(BlockScaler().fit_transform(WHEN.to_frame())).all()  # zeros, none of them nan
    assert not BlockScaler().fit_transform(WHEN.to_frame())[1].any()
    assert present_cells(BlockScaler(), WHEN.to_frame()).tolist() == [True, False, True, True]
    assert present_cells(BlockScaler(), WHEN.to_numpy()[:, None]).tolist() == [True, False, True, True]


def test_a_pipeline_takes_dates_in_another_unit_than_it_was_fitted_to():
    branches = [("numbers", "passthrough", ["a", "when"])]
    model = fusion_pipeline(branches, Ridge(), weights=None).fit(FRAME, [1.0, 2.0, 3.0, 5.0])
    expected = fusion_pipeline(branches, Ridge(), weights=None).fit(AS_DAYS, [1.0, 2.0, 3.0, 5.0]).predict(AS_DAYS)
    for unit in ("s", "ns"):
        np.testing.assert_array_equal(model.predict(FRAME.assign(when=WHEN.astype(f"M8[{unit}]"))), expected)
    np.testing.assert_array_equal(fusion_transformer([("when", "passthrough", ["when"])]).fit_transform(FRAME)[1], [0])


def test_infinite_values_are_told_by_column_and_row():
    table = pd.DataFrame(NUMBERS.copy(), columns=["price", "size", "age"], index=[f"r{row}" for row in range(200)])
    table.iloc[[3, 9], 1] = -np.inf
    table.iloc[10:20, 2] = np.inf
    with pytest.raises(ValueError, match="infinity in 2 of 3 columns") as caught:
        fusion_transformer([("numbers", "passthrough", list(table))]).fit_transform(table)
    told = str(caught.value)
    assert "column 'size': 2 of 200 rows (row r3, row r9)" in told
    assert "column 'age': 10 of 200 rows (row r10, row r11, row r12, row r13, row r14, and 5 more)" in told
    assert "replace([np.inf, -np.inf], np.nan)" in told
    assert "price" not in told
    scaler = BlockScaler().fit(table.replace([np.inf, -np.inf], np.nan))
    with pytest.raises(ValueError, match=r"column 'size': 1 of 1 rows \(row r3\)"):
        scaler.transform(table.iloc[[3]])


def test_infinite_values_without_labels_are_told_by_position():
    table = NUMBERS.copy()
    table[[5, 7], [0, 2]] = np.inf
    for X in (table, table.astype(np.float32), sparse.csc_array(table)):
        with pytest.raises(ValueError, match=r"column 0: 1 of 200 rows \(row 5\)\n.*column 2: 1 of 200 rows \(row 7\)"):
            BlockScaler().fit(X)
    twice = pd.DataFrame(table, columns=list("abc"), index=["same"] * 200)
    with pytest.raises(ValueError, match="row same at position 5"):
        BlockScaler().fit(twice)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_outliers_are_limited_in_training_and_in_later_rows(dtype):
    X = NUMBERS.astype(dtype)
    X[4, 1], X[5, 0], X[6] = 100, np.nan, np.nan  # about 9 deviations off
    standardized = np.nan_to_num(np.clip(StandardScaler().fit_transform(X.astype(np.float64)), -3, 3))
    present = np.arange(200) != 6
    scaler = BlockScaler(clip=3)
    block = scaler.fit_transform(X)
    norm = np.sqrt(np.square(standardized[present]).sum(axis=1).mean())
    np.testing.assert_allclose(block, standardized / norm, rtol=1e-4, atol=1e-5)
    assert np.square(block[present], dtype=np.float64).sum(axis=1).mean() == pytest.approx(1, rel=1e-5)
    assert block.dtype == dtype
    assert not block[6].any()
    later = np.array([[1e9, -1e9, np.nan]], dtype=dtype)
    np.testing.assert_allclose(scaler.transform(later)[0], [3 / norm, -3 / norm, 0], rtol=1e-4)


def test_a_clip_beyond_all_values_changes_nothing():
    np.testing.assert_array_equal(BlockScaler(clip=50).fit_transform(NUMBERS), BlockScaler().fit_transform(NUMBERS))


def test_a_clip_needs_a_standardised_block():
    with pytest.raises(ValueError, match=r"clip=2 is in deviations.*clip=None"):
        BlockScaler(standardize=False, clip=2.0).fit(NUMBERS)
    for bad in (0, -1.0, "4"):
        with pytest.raises(ValueError, match="'clip' parameter"):
            BlockScaler(clip=bad).fit(NUMBERS)
    counts = sparse.csr_array(np.where(NUMBERS > 5, NUMBERS, 0))
    changed = BlockScaler(clip=0.1).fit_transform(counts) != BlockScaler().fit_transform(counts)
    assert changed.nnz == 0


def test_columns_as_they_come_are_clipped_and_descriptors_are_not():
    branches = [("a", "passthrough", ["a"]), ("scaled", StandardScaler(), ["a"]), ("text", Tfidf(), "text")]
    fusion = fusion_transformer(branches)
    clips = {name: branch.named_steps["scale"].clip for name, branch, _ in fusion.transformers}
    assert clips == {"a": 4.0, "scaled": None, "text": None}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_few_absurd_values_do_not_make_a_deviation(dtype):
    X = NUMBERS.astype(dtype)
    X[[4, 5], 1], X[6, 0], X[7] = [1e12, -1e5], 1e6, np.nan  # the larger hides the smaller
    holes = np.where(np.abs(X) > 1e4, np.nan, X)
    found, expected = BlockScaler(clip=4).fit(X), BlockScaler().fit(holes)
    np.testing.assert_array_equal(found.mean_, expected.mean_)
    np.testing.assert_array_equal(found.scale_, expected.scale_)
    block = found.transform(X)
    np.testing.assert_allclose(block[[4, 5], 1] * found.norm_, [4, -4], rtol=1e-5)
    assert np.square(block[present_rows(X)], dtype=np.float64).sum(axis=1).mean() == pytest.approx(1, rel=1e-5)


def test_rare_values_and_long_tails_are_not_absurd():
    rng = np.random.default_rng(0)
    flag = (np.arange(400) == 7) * 1000.0
    spent = np.where(rng.uniform(size=400) < 0.05, rng.lognormal(8, 1, size=400), 0)
    X = np.column_stack([flag, spent, rng.lognormal(size=400), rng.standard_t(3, size=400), rng.normal(size=400)])
    found, expected = BlockScaler(clip=4).fit(X), BlockScaler().fit(X)
    np.testing.assert_array_equal(found.mean_, expected.mean_)
    np.testing.assert_array_equal(found.scale_, expected.scale_)


@pytest.mark.parametrize(("where", "at_least", "at_most"), [("training", 0.8, 0.1), ("later", 0.7, -100)])
def test_a_row_of_absurd_numbers_does_no_harm_to_a_linear_model(where, at_least, at_most):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(400, 5)), columns=list("abcde"))
    y = X @ np.array([1.0, -1.0, 0.5, 2.0, 1.0]) + rng.normal(size=400)
    X.loc[3 if where == "training" else 350] = 1000.0
    clipped = fusion_pipeline([("numbers", "passthrough", list(X))], Ridge())
    unclipped = clone(clipped).set_params(fusion__numbers__scale__clip=None)
    scores = [model.fit(X[:300], y[:300]).score(X[300:], y[300:]) for model in (clipped, unclipped)]
    assert scores[0] > at_least > at_most > scores[1]
