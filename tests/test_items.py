"""The forms in which a column may come, and what passes for one but is none."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image

from mmsk._items import as_cells


@pytest.mark.parametrize(
    "make",
    [
        list,
        tuple,
        lambda cells: pd.Series(cells, dtype=object),
        lambda cells: pd.Series(cells, dtype="str"),
        lambda cells: pd.Series(cells, dtype="string[pyarrow]"),
        lambda cells: pd.Series(cells, dtype=pd.ArrowDtype(pa.string())),
        lambda cells: pd.Series(cells, dtype="category"),
        lambda cells: pd.Index(cells),
        lambda cells: pd.DataFrame({"photo": cells}),
        lambda cells: pd.DataFrame({True: cells}),
        lambda cells: pd.DataFrame({np.nan: cells}),
        lambda cells: pd.DataFrame({("a", "b"): cells}),
        lambda cells: np.array(cells, dtype=object),
        lambda cells: np.array(cells, dtype=object).reshape(-1, 1),
        lambda cells: np.array(cells, dtype="U"),
        lambda cells: np.array(cells, dtype=np.dtypes.StringDType()),
        lambda cells: dict(enumerate(cells)).values(),
    ],
)
def test_every_form_of_a_column_has_the_same_cells(make):
    cells, rows = as_cells(make(["a.png", "b.png", "c" * 300 + ".png"]))
    assert cells.dtype == object
    assert [str(cell) for cell in cells] == ["a.png", "b.png", "c" * 300 + ".png"]
    assert all(isinstance(cell, str) for cell in cells)
    assert rows == [0, 1, 2]


def test_the_index_names_the_rows():
    frame = pd.DataFrame({"photo": ["a", "b"]}, index=pd.MultiIndex.from_tuples([("x", 1), ("y", 2)]))
    assert as_cells(frame)[1] == [("x", 1), ("y", 2)]


def test_labels_that_repeat_come_with_their_positions():
    assert as_cells(pd.Series(["a", "b", "c"], index=[7, 8, 7]))[1] == [
        "7 at position 0",
        "8 at position 1",
        "7 at position 2",
    ]


def test_columns_of_missing_cells():
    for column in [pd.Series([None, np.nan]), pd.Series([np.nan, np.nan]), pd.Series([None, pd.NA], dtype="str")]:
        cells, _ = as_cells(column)
        assert len(cells) == 2


def test_arrays_and_pairs_stay_cells():
    pair = (np.zeros(3), 8000)
    assert as_cells([pair, pair])[0][1] is pair
    assert as_cells(pd.Series([pair, pair]))[0][1] is pair
    assert as_cells([np.zeros((2, 2)), np.zeros((2, 2))])[0].shape == (2,)


def test_a_stack_of_pictures():
    stack = np.arange(2 * 4 * 5 * 3, dtype=np.uint8).reshape(2, 4, 5, 3)
    cells, _ = as_cells(stack)
    assert [cell.shape for cell in cells] == [(4, 5, 3), (4, 5, 3)]
    np.testing.assert_array_equal(cells[1], stack[1])
    assert as_cells(np.zeros((2, 4, 5)))[0][0].shape == (4, 5)


@pytest.mark.parametrize(
    "X",
    [
        "a.png",
        b"a",
        bytearray(b"a"),
        memoryview(b"a"),
        {"path": "a.png"},
        None,
        3,
        np.array("a"),
        Image.new("L", (2, 2)),
    ],
    ids=lambda X: type(X).__name__,
)
def test_a_single_item_is_not_a_column(X):
    with pytest.raises(ValueError, match=r"expected a column of items, got a single .* put it into a list"):
        as_cells(X)


@pytest.mark.parametrize("channels", [3, 4])
def test_a_single_picture_is_not_a_stack_of_grey_ones(channels):
    with pytest.raises(ValueError, match=r"a single picture of shape \(5, 6, \d\).* put it into a list"):
        as_cells(np.zeros((5, 6, channels), dtype=np.uint8))


@pytest.mark.parametrize("make", [iter, lambda cells: (cell for cell in cells), set])
def test_a_column_can_be_read_twice_and_has_an_order(make):
    """A generator that fit has used up would be an empty column in transform."""
    with pytest.raises(ValueError, match=r"expected a column of items, got a .* put the items into a list"):
        as_cells(make(["a", "b"]))


def test_byte_strings_of_numpy_have_lost_their_last_zeros():
    column = np.array([b"RIFF\0\0"])
    assert column[0] == b"RIFF"
    with pytest.raises(ValueError, match="dtype=object"):
        as_cells(column)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (pd.DataFrame({"a": ["x"], "b": ["y"]}), r"expected one column, got 2 \(a, b\); use one descriptor a column"),
        (pd.DataFrame(index=[0, 1]), r"expected one column, got 0"),
        (np.array([["a", "b"]], dtype=object), r"expected one column, got an array of shape \(1, 2\)"),
    ],
)
def test_more_or_less_than_one_column(X, message):
    with pytest.raises(ValueError, match=message):
        as_cells(X)


def test_labels_that_are_nan_repeat_too():
    assert as_cells(pd.Series(["a", "b"], index=[np.nan, float("nan")]))[1] == [
        "nan at position 0",
        "nan at position 1",
    ]


@pytest.mark.parametrize("value", ["1", None, 0, -5, float("nan"), True])
def test_a_limit_is_a_positive_number(toy, value):
    with pytest.raises(ValueError, match="limits: max_bytes must be a number > 0, got "):
        toy.Bytes(limits={"max_bytes": value}).fit([b"a"])


def test_a_limit_that_is_not_known(toy):
    with pytest.raises(ValueError, match="limits: unknown max_byte; blob: max_bytes, root"):
        toy.Bytes(limits={"max_byte": 3}).fit([b"a"])
