"""FusionTransformer: rows of one length, whatever they lack and however many modalities there are."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_digits
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import cross_val_score

from mmsk import fusion_pipeline, fusion_transformer
from mmsk.fusion import BlockScaler, FusionTransformer

N = 120
RNG = np.random.default_rng(0)
LABELS = np.array(["a", "b", "c"])[np.arange(N) % 3]
NUMBERS = RNG.normal(size=N)
NAMES = ["one", "two", "three", "four"]
COLUMNS = {name: [f"{name}{k}" for k in range(4)] for name in NAMES}
X = pd.DataFrame({column: RNG.normal(size=N) for columns in COLUMNS.values() for column in columns})
X.iloc[:, ::2] += (LABELS == "a")[:, None]
HOLES = X.copy()
for name in NAMES:
    HOLES.loc[RNG.uniform(size=N) < 0.3, COLUMNS[name]] = np.nan
HOLES.iloc[7] = np.nan


def fusion(names=NAMES, weight="auto", **parameters):
    return FusionTransformer([(name, BlockScaler(weight, **parameters), COLUMNS[name]) for name in names])


def lengths(rows):
    return np.square(rows).sum(axis=1)


@pytest.mark.parametrize("names", [NAMES[:1], NAMES[:2], NAMES], ids=len)
@pytest.mark.parametrize("y", [LABELS, NUMBERS], ids=["classes", "numbers"])
@pytest.mark.parametrize("indicator", [False, True])
def test_rows_are_of_unit_length_in_the_mean_however_many_modalities_there_are(names, y, indicator):
    assert lengths(fusion(names, indicator=indicator).fit_transform(X, y)).mean() == pytest.approx(1)


def test_what_a_row_lacks_is_shared_out_among_what_it_has():
    fitted = fusion().fit(HOLES, LABELS)
    rows = fitted.transform(HOLES)
    shares = {name: fitted.named_transformers_[name].weight_ ** 2 for name in NAMES}
    there = {name: HOLES[COLUMNS[name]].notna().all(axis=1).to_numpy() for name in NAMES}
    total = sum(shares[name] * there[name] for name in NAMES)
    for name in NAMES:
        unit = BlockScaler(1.0).fit_transform(HOLES[COLUMNS[name]])
        expected = unit * np.sqrt(shares[name] / np.where(total > 0, total, 1))[:, None]
        np.testing.assert_allclose(rows[:, fitted.output_indices_[name]], expected, atol=1e-12)
    only = there["one"] & ~there["two"] & ~there["three"] & ~there["four"]
    assert only.any()
    alone = BlockScaler(1.0).fit_transform(HOLES[COLUMNS["one"]])
    np.testing.assert_allclose(rows[only][:, fitted.output_indices_["one"]], alone[only])
    assert not rows[7].any()


def test_of_numbers_an_absent_modality_adds_nothing():
    fitted = fusion().fit(HOLES, NUMBERS)
    rows = fitted.transform(HOLES)
    total = sum(fitted.named_transformers_[name].weight_ ** 2 for name in NAMES)
    plain = [fitted.named_transformers_[name].transform(HOLES[COLUMNS[name]]) for name in NAMES]
    np.testing.assert_allclose(rows, np.hstack(plain) / np.sqrt(total))


def test_training_rows_are_balanced_as_later_ones():
    for y in (LABELS, NUMBERS):
        fitted = fusion()
        np.testing.assert_allclose(fitted.fit_transform(HOLES, y), fitted.transform(HOLES), rtol=1e-12)


def test_given_weights_are_a_column_transformers():
    ours, plain = (
        kind([(name, BlockScaler(2.0), COLUMNS[name]) for name in NAMES])
        for kind in (FusionTransformer, ColumnTransformer)
    )
    np.testing.assert_array_equal(ours.fit_transform(HOLES, LABELS), plain.fit_transform(HOLES, LABELS))
    np.testing.assert_array_equal(ours.transform(HOLES), plain.transform(HOLES))


def test_columns_without_a_scaler_are_left_as_they_are():
    branches = [("raw", "passthrough", COLUMNS["one"]), ("two", BlockScaler("auto"), COLUMNS["two"])]
    fitted = FusionTransformer([*branches, ("three", BlockScaler(0.5), COLUMNS["three"])])
    rows = fitted.fit_transform(X, LABELS)
    np.testing.assert_array_equal(rows[:, :4], X[COLUMNS["one"]])
    assert lengths(rows[:, 4:]).mean() == pytest.approx(1)


def test_sparse_rows_are_balanced_as_dense_ones():
    branches = [(name, BlockScaler("auto", standardize=False), slice(4 * k, 4 * k + 4)) for k, name in enumerate(NAMES)]
    dense = np.where(RNG.uniform(size=X.shape) < 0.3, X, 0.0)
    rows = [
        FusionTransformer(branches, sparse_threshold=threshold).fit(given, LABELS).transform(given)
        for given, threshold in ((sparse.csr_array(dense), 1.0), (sparse.csr_array(dense), 0.0))
    ]
    assert sparse.issparse(rows[0])
    np.testing.assert_allclose(rows[0].toarray(), rows[1])
    assert lengths(rows[1])[rows[1].any(axis=1)].mean() == pytest.approx(1, abs=0.2)


def test_frames_stay_frames():
    rows = fusion().set_output(transform="pandas").fit(HOLES, LABELS).transform(HOLES.set_index(np.arange(N) + 5))
    assert list(rows.index[:2]) == [5, 6]
    assert rows.columns[0] == "one__one0"
    np.testing.assert_array_equal(rows, fusion().fit(HOLES, LABELS).transform(HOLES))


def test_one_row_is_as_in_a_batch():
    fitted = fusion().fit(HOLES, LABELS)
    np.testing.assert_array_equal(fitted.transform(HOLES[3:4]), fitted.transform(HOLES)[3:4])


def test_missing_cells_cost_the_default_less_than_they_cost_blocks_side_by_side():
    digits = load_digits()
    images, y = digits.data[:500], digits.target[:500]
    rng = np.random.default_rng(0)
    views = {
        "left": images[:, ::2],
        "right": images[:, 1::2],
        "far": np.tanh((images - 8) @ rng.normal(size=(64, 90)) / 32),
    }
    blocks, branches = [], []
    for name, view in views.items():
        blocks.append(pd.DataFrame(view + rng.normal(0, view.std(), size=view.shape)).add_prefix(name))
        blocks[-1][rng.uniform(size=500) < 0.3] = np.nan
        branches.append((name, "passthrough", list(blocks[-1])))
    frame = pd.concat(blocks, axis=1)
    ours = fusion_pipeline(branches)
    plain = fusion_pipeline(branches).set_params(fusion=ColumnTransformer(fusion_transformer(branches).transformers))
    scores = [cross_val_score(model, frame, y).mean() for model in (ours, plain)]
    assert scores[0] > scores[1] + 0.03


def test_a_regressor_learns_from_ratings_as_numbers_and_a_classifier_from_rare_codes_as_classes():
    ratings = np.clip(np.round(5 + 1.5 * X["one0"].to_numpy()), 1, 10)
    branches = [("one", "passthrough", COLUMNS["one"]), ("two", "passthrough", COLUMNS["two"])]
    learned = [
        fusion_pipeline(branches, RidgeCV()).fit(X, y)["fusion"].named_transformers_["one"]["scale"].weight_
        for y in (ratings, ratings + 1e-9 * NUMBERS)
    ]
    assert learned[0] == pytest.approx(learned[1], rel=1e-6)
    codes = np.arange(N) // 4 * 7  # 30 classes of 4 rows each
    scales = [
        fusion_pipeline(branches).fit(X, y)["fusion"].named_transformers_["one"]["scale"].weight_
        for y in (codes, codes.astype(str))
    ]
    assert scales[0] == pytest.approx(scales[1])


def test_the_kind_of_answers_may_be_said():
    y = pd.qcut(X["one0"], 5, labels=False).to_numpy()
    kinds = [
        BlockScaler("auto", target=kind).fit(X[COLUMNS["one"]], y).weight_ for kind in ("auto", "classes", "numbers")
    ]
    assert kinds[0] == kinds[1] != kinds[2]
    fusion = fusion_transformer([("one", "passthrough", COLUMNS["one"])], weights="auto", target="numbers")
    assert fusion.get_params()["one__scale__target"] == "numbers"
