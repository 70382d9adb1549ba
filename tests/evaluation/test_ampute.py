"""ampute_modalities: how many cells are hidden, which, and that nothing else changes."""

import numpy as np
import pandas as pd
import pytest

from mmsk.evaluation import ampute_modalities

N = 40
X = pd.DataFrame(
    {
        "title": pd.Series([f"item {row}" for row in range(N)], dtype=object),
        "photo": pd.Series([np.full((2, 2), row) for row in range(N)], dtype=object),
        "width": np.arange(N),
        "height": np.arange(N, dtype=float),
    }
).set_axis([f"row {row}" for row in range(N)])


def hidden(frame):
    return frame.isna().to_numpy() & X.notna().to_numpy()


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.33, 0.5, 1.0])
def test_the_rate_is_met_in_each_column(rate):
    assert (hidden(ampute_modalities(X, rate, random_state=0)).sum(axis=0) == round(rate * N)).all()


def test_the_seed_may_stand_third():
    pd.testing.assert_frame_equal(ampute_modalities(X, 0.5, 0), ampute_modalities(X, 0.5, random_state=0))


def test_what_is_not_hidden_stays_and_the_input_too():
    before = X.copy()
    amputed = ampute_modalities(X, 0.5, random_state=0)
    pd.testing.assert_frame_equal(X, before)
    pd.testing.assert_index_equal(amputed.index, X.index)
    for name in X:
        shown = amputed[name].notna()
        assert all(a is b or a == b for a, b in zip(amputed[name][shown], X[name][shown], strict=True))


def test_cells_of_objects_become_none_and_numbers_nan():
    amputed = ampute_modalities(X, 1.0)
    assert all(cell is None for cell in amputed["photo"])
    assert amputed["photo"].dtype == object
    assert amputed["width"].dtype == float


def test_a_column_of_its_own_dtype_keeps_it():
    frame = pd.DataFrame({"kind": pd.Categorical(["a", "b"] * 5), "count": pd.array(range(10), dtype="Int64")})
    amputed = ampute_modalities(frame, 0.5, random_state=0)
    assert amputed.dtypes.to_list() == frame.dtypes.to_list()
    assert amputed.isna().sum().to_list() == [5, 5]


def test_the_same_seed_hides_the_same_cells_and_columns_differ():
    first, second = (hidden(ampute_modalities(X, 0.5, random_state=3)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert len({column.tobytes() for column in first.T}) == X.shape[1]


def test_a_larger_rate_hides_the_cells_of_a_smaller_one():
    for keep_one in (False, True):
        few, many = (hidden(ampute_modalities(X, rate, random_state=0, keep_one=keep_one)) for rate in (0.4, 0.8))
        assert not (few & ~many).any()


def test_missing_cells_are_not_counted():
    half = ampute_modalities(X, 0.5, columns=["title"], random_state=0)
    again = ampute_modalities(half, 0.5, columns=["title"], random_state=1)
    assert again["title"].isna().sum() == 30


def test_a_blank_may_be_a_category_and_is_hidden_like_any_other():
    frame = pd.DataFrame({"kind": pd.Series(["", "a", None, " "], dtype=object)})
    assert ampute_modalities(frame, 1.0)["kind"].isna().all()


def test_columns_of_one_modality_are_hidden_together():
    for columns in (["title", ["width", "height"]], {"text": "title", "number": ["width", "height"]}):
        amputed = ampute_modalities(X, 0.5, columns=columns, random_state=0)
        assert (amputed["width"].isna() == amputed["height"].isna()).all()
        assert amputed.isna().sum().to_dict() == {"title": 20, "photo": 0, "width": 20, "height": 20}


def test_a_rate_for_each_name():
    amputed = ampute_modalities(X, {"title": 1.0, "width": 0.5}, random_state=0)
    assert amputed.isna().sum().to_dict() == {"title": 40, "photo": 0, "width": 20, "height": 0}


@pytest.mark.parametrize("rate", [0.7, 1.0])
def test_the_last_cell_of_a_row_can_be_kept(rate):
    some = ampute_modalities(X, 0.3, random_state=1)
    amputed = ampute_modalities(some, rate, random_state=0, keep_one=True)
    left = amputed.notna().sum(axis=1)
    assert (left >= some.notna().any(axis=1)).all()
    if rate == 1.0:
        assert (left <= 1).all()
        assert (amputed.notna().sum() > 0).all()  # which one it is differs from row to row
    assert (amputed.isna() | ~some.isna()).to_numpy().all()  # nothing comes back


@pytest.mark.parametrize("columns", [None, ["width"], {"size": ["title", "width"]}])
def test_a_name_that_several_columns_have_is_refused(columns):
    twice = X.rename(columns={"height": "width"})
    with pytest.raises(ValueError, match="2 columns are named 'width'; rename them, or name other columns"):
        ampute_modalities(twice, 0.5, columns=columns)


def test_columns_that_are_not_meant_may_share_a_name():
    twice = X.rename(columns={"height": "width"})
    amputed = ampute_modalities(twice, 0.5, columns=["title"], random_state=0)
    assert amputed.isna().to_numpy().sum(axis=0).tolist() == [20, 0, 0, 0]


def test_what_cannot_be_hidden_is_refused():
    with pytest.raises(TypeError, match="DataFrame"):
        ampute_modalities(X.to_numpy(), 0.5)
    with pytest.raises(ValueError, match="no column 'sound'; there are title, photo"):
        ampute_modalities(X, 0.5, columns=["sound"])
    with pytest.raises(ValueError, match=r"between 0 and 1, got 1\.5 for 'title'"):
        ampute_modalities(X, {"title": 1.5})
    with pytest.raises(ValueError, match="rate for unknown sound"):
        ampute_modalities(X, {"sound": 0.5})
    with pytest.raises(ValueError, match="put it into a list"):
        ampute_modalities(X, 0.5, columns="title")
