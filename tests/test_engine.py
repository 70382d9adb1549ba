"""The engine and the forms of a column: what is described how often, in which order, and what becomes of bad items."""

from typing import ClassVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from joblib import parallel_config
from PIL import Image

from mmsk import _engine
from mmsk._items import as_cells
from mmsk.errors import MediaBatchError, MediaError, MmskError

BLOBS = [bytes([number, number + 1, 200 - number][: 1 + number % 3]) for number in range(40)]
EXPECTED = np.array([[np.mean(list(blob)), len(blob)] for blob in BLOBS], dtype=np.float32)


@pytest.fixture
def folder(tmp_path, settled):
    """Return the paths of files that hold BLOBS."""
    paths = [tmp_path / f"{number}.bin" for number in range(len(BLOBS))]
    for path, blob in zip(paths, BLOBS, strict=True):
        path.write_bytes(blob)
    return [str(path) for path in paths]


# Forms of a column


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


# What is described


def test_each_row_has_its_vector_and_missing_rows_are_nan(toy):
    found = toy.Bytes().fit_transform([BLOBS[0], None, BLOBS[2], float("nan"), [], BLOBS[4]])
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found[[0, 2, 5]], EXPECTED[[0, 2, 4]])
    assert np.isnan(found[[1, 3, 4]]).all()


def test_no_rows_and_only_missing_rows(toy):
    fitted = toy.Bytes().fit([None])
    assert fitted.transform([]).shape == (0, 2)
    assert np.isnan(fitted.transform([None, [None]])).all()
    with pytest.raises(ValueError, match="0 rows"):
        toy.Bytes().fit([])


@pytest.mark.parametrize("pool", [np.mean, np.max])
def test_several_items_in_a_cell_are_pooled(toy, pool):
    found = toy.Bytes(pool=pool.__name__).fit_transform([[BLOBS[1], BLOBS[2], None], [BLOBS[3]]])
    np.testing.assert_allclose(found, [pool(EXPECTED[1:3], axis=0), EXPECTED[3]], rtol=1e-6)


@pytest.mark.parametrize("array", [np.array(["{0}", "{1}"], dtype=object), np.array(["{0}", "{1}"])])
def test_the_lists_of_arrow_come_as_arrays(toy, folder, array):
    """A column of lists that was read from Parquet has an array in each cell."""
    cell = np.array([text.format(*folder) for text in array], dtype=array.dtype.kind)
    found = toy.Bytes().fit_transform([cell, cell[:1], cell[:0]])
    np.testing.assert_allclose(found[0], EXPECTED[:2].mean(axis=0))
    np.testing.assert_array_equal(found[1], EXPECTED[0])
    assert np.isnan(found[2]).all()


@pytest.mark.parametrize("chunk", [1, 7, 1000])
@pytest.mark.parametrize("backend", ["sequential", "threading", "multiprocessing", "loky"])
def test_chunks_and_backends_do_not_show(toy, monkeypatch, backend, chunk):
    if backend in {"multiprocessing", "loky"} and chunk == 1:
        chunk = 13
    monkeypatch.setattr(_engine, "CHUNK", chunk)
    cells = [*BLOBS, None, b"bad", [BLOBS[0], b"bad"], None]
    expected = np.vstack([EXPECTED, np.full((4, 2), np.nan)])
    expected[42] = EXPECTED[0]
    descriptor = toy.Bytes(on_error="missing", cache=False)
    if backend == "sequential":
        found = descriptor.fit_transform(cells)
    else:
        with parallel_config(backend=backend, n_jobs=2):
            found = descriptor.fit_transform(cells)
    np.testing.assert_array_equal(found, expected)
    assert [(bad["row"], bad["kind"]) for bad in descriptor.report_] == [(41, "corrupt"), (42, "corrupt")]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_interrupted_run_keeps_what_it_has_done(toy, described, cache, monkeypatch, n_jobs):
    monkeypatch.setattr(_engine, "CHUNK", 4)
    descriptor = toy.Bytes(cache=cache, n_jobs=n_jobs).fit(BLOBS)
    broken = [*BLOBS[:20], b"bug", *BLOBS[20:]]
    with parallel_config(backend="threading"), pytest.raises(MmskError, match="row 20"):
        descriptor.transform(broken)
    described.clear()
    toy.Bytes(cache=cache).fit_transform(BLOBS[:16])
    assert described == []


def test_a_progress_bar_changes_nothing(toy, capsys):
    np.testing.assert_array_equal(toy.Bytes(verbose=True).fit_transform(BLOBS), EXPECTED)
    assert "describing blob" in capsys.readouterr().out
    toy.Bytes().fit_transform(BLOBS)
    toy.Bytes(verbose=True).fit([None]).transform([None])
    assert capsys.readouterr().out == ""


# What is not described again


def test_the_second_time_nothing_is_read_or_described(toy, folder, described, reads, cache):
    first = toy.Bytes(cache=cache).fit_transform(folder)
    assert len(described) == len(reads) == len(folder)
    second = toy.Bytes(cache=cache).fit_transform(folder)
    assert len(described) == len(reads) == len(folder)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, EXPECTED)


@pytest.mark.parametrize("form", ["paths", "bytes"])
def test_with_workers_the_second_time_nothing_is_described(toy, folder, described, cache, form):
    cells = folder if form == "paths" else BLOBS
    with parallel_config(backend="threading", n_jobs=2):
        for _ in range(2):
            np.testing.assert_array_equal(toy.Bytes(cache=cache).fit_transform(cells), EXPECTED)
    assert len(described) == len(set(BLOBS))


def test_processes_hand_back_what_they_have_described(toy, folder, described, cache):
    with parallel_config(backend="loky", n_jobs=2):
        toy.Bytes(cache=cache).fit_transform(folder)
        assert described == []  # not in this process
        np.testing.assert_array_equal(toy.Bytes(cache=cache).fit_transform(folder), EXPECTED)
    toy.Bytes(cache=cache).fit_transform(folder)
    toy.Bytes(cache=cache).fit_transform(BLOBS)
    assert described == []


def test_equal_items_are_described_once_wherever_they_lie(toy, folder, described, cache, tmp_path):
    toy.Bytes(cache=cache).fit_transform(folder[:1])
    moved = tmp_path / "moved.bin"
    moved.write_bytes(BLOBS[0])
    toy.Bytes(cache=cache).fit_transform([moved, BLOBS[0], {"bytes": BLOBS[0]}, [BLOBS[0], BLOBS[0]]])
    assert len(described) == 1


def test_other_parameters_classes_and_limits_are_described_anew(toy, described, cache):
    for descriptor in [toy.Bytes(), toy.Bytes(2), toy.Length(), toy.Bytes(limits={"max_bytes": 100})]:
        described.clear()
        descriptor.set_params(cache=cache).fit_transform(BLOBS[:1])
        assert described == BLOBS[:1]


def test_a_path_or_a_root_is_no_part_of_what_is_known(toy, folder, described, cache, tmp_path):
    toy.Bytes(cache=cache).fit_transform(folder[:1])
    toy.Bytes(cache=cache, limits={"root": tmp_path}).fit_transform(["0.bin"])
    assert len(described) == 1


def test_a_file_that_is_replaced_is_described_anew(toy, folder, cache, tmp_path):
    """Even if size and time of modification are the same."""
    import os
    import time

    descriptor = toy.Bytes(cache=cache).fit(folder)
    descriptor.transform(folder[:1])
    found = os.stat(folder[0])
    time.sleep(0.02)
    (tmp_path / "0.bin").write_bytes(bytes([99]))
    os.utime(folder[0], ns=(found.st_atime_ns, found.st_mtime_ns))
    np.testing.assert_array_equal(descriptor.transform(folder[:1]), [[99, 1]])


def test_a_fresh_file_is_read_again(toy, tmp_path, cache, reads):
    path = tmp_path / "fresh.bin"
    path.write_bytes(b"a")
    descriptor = toy.Bytes(cache=cache).fit([path])
    descriptor.transform([path])
    descriptor.transform([path])
    assert len(reads) == 2


def test_limits_hold_for_what_is_known_too(toy, folder, cache, tmp_path):
    toy.Bytes(cache=cache).fit_transform(folder[2:3])
    for limits, kind in [({"max_bytes": 1}, "too_large"), ({"root": tmp_path / "sub"}, "outside_root")]:
        with pytest.raises(MediaBatchError, match=kind):
            toy.Bytes(cache=cache, limits=limits).fit_transform(folder[2:3])


def test_without_a_cache_everything_is_described_each_time(toy, folder, described):
    for _ in range(2):
        toy.Bytes(cache=False).fit_transform(folder)
    assert len(described) == 2 * len(folder)


def test_a_bad_item_is_never_taken_for_known(toy, described, cache):
    for _ in range(2):
        with pytest.raises(MediaBatchError):
            toy.Bytes(cache=cache).fit_transform([b"bad"])
    assert described == [b"bad", b"bad"]


def test_a_vector_that_its_descriptor_writes_over_is_known_as_it_was(toy, cache):
    class Careless(toy.Bytes):
        _schema = 1
        buffer = np.zeros(2, dtype=np.float32)

        def _describe(self, item):
            self.buffer[:] = super()._describe(item)
            return self.buffer

    descriptor = Careless(cache=cache)
    np.testing.assert_array_equal(descriptor.fit_transform(BLOBS), EXPECTED)
    np.testing.assert_array_equal(descriptor.transform(BLOBS), EXPECTED)


def test_a_class_that_is_written_anew_is_described_anew(toy):
    """As in a notebook, whose cell is changed and run again; nobody can see that the code is another."""

    def write(sign):
        class Mine(toy.Bytes):
            def _describe(self, item):
                return sign * super()._describe(item)

        return Mine

    np.testing.assert_array_equal(write(1)().fit_transform(BLOBS), EXPECTED)
    np.testing.assert_array_equal(write(-1)().fit_transform(BLOBS), -EXPECTED)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.arange(2000), np.where(np.arange(2000) == 1000, 0, np.arange(2000))),
        (pd.Series(np.arange(2000)), pd.Series(np.where(np.arange(2000) == 1000, 0, np.arange(2000)))),
        ((1, "a"), (1, "b")),
    ],
    ids=["array", "series", "tuple"],
)
def test_parameters_whose_text_is_abbreviated_are_told_apart(toy, one, other):
    class Free(toy.Bytes):
        _schema = 1
        _parameter_constraints: ClassVar = {**toy.Bytes._parameter_constraints, "factor": "no_validation"}

    assert Free(one)._cache_key() == Free(one)._cache_key() is not None
    assert Free(one)._cache_key() != Free(other)._cache_key()


def test_a_parameter_that_has_no_name_is_not_cached(toy):
    assert toy.Bytes(lambda: 1)._cache_key() is None


# Bad items


def test_all_bad_items_are_named_in_the_order_of_the_rows(toy, tmp_path):
    cells = pd.Series([BLOBS[0], b"bad", str(tmp_path / "gone.bin"), BLOBS[1], 3, b""], index=list("uvwxyz"))
    with pytest.raises(MediaBatchError, match="on_error='missing'") as caught:
        toy.Bytes().fit_transform(cells)
    found = [(error.row, error.kind) for error in caught.value.errors]
    assert found == [("v", "corrupt"), ("w", "missing_file"), ("y", "wrong_type"), ("z", "empty")]
    assert caught.value.errors[1].ref == str(tmp_path / "gone.bin")
    assert caught.value.n_rows == 6


def test_a_bad_item_is_named_with_workers_as_without(toy, monkeypatch):
    monkeypatch.setattr(_engine, "CHUNK", 3)
    cells = [b"bad" if number % 5 == 0 else blob for number, blob in enumerate(BLOBS)]
    messages = []
    for backend in ["sequential", "threading", "loky"]:
        with parallel_config(backend=backend, n_jobs=2), pytest.raises(MediaBatchError) as caught:
            toy.Bytes().fit_transform(cells)
        messages.append(str(caught.value))
    assert messages[0] == messages[1] == messages[2]


def test_bad_items_become_missing_and_are_reported(toy):
    descriptor = toy.Bytes(on_error="missing", max_missing=0.5)
    found = descriptor.fit_transform(pd.Series([BLOBS[0], b"bad", BLOBS[1], 3]))
    np.testing.assert_array_equal(found[[0, 2]], EXPECTED[:2])
    assert np.isnan(found[[1, 3]]).all()
    assert [bad["row"] for bad in descriptor.report_] == [1, 3]
    assert descriptor.report_[0] == {"row": 1, "ref": "<3 bytes>", "kind": "corrupt", "detail": "it says so itself"}
    assert descriptor.n_bad_ == 2
    descriptor.transform(BLOBS)
    assert (descriptor.report_, descriptor.n_bad_) == ([], 0)


def test_too_many_bad_items_are_refused(toy):
    with pytest.raises(MediaBatchError, match=r"50% of the rows are bad, more than max_missing=0.1.*root"):
        toy.Bytes(on_error="missing").fit_transform([BLOBS[0], b"bad"] * 4)
    toy.Bytes(on_error="missing", max_missing=0.5).fit_transform([BLOBS[0], b"bad"] * 4)


def test_rows_are_counted_even_if_their_labels_are_the_same(toy):
    cells = pd.Series([BLOBS[0], b"bad"] * 4, index=[0] * 8)
    with pytest.raises(MediaBatchError, match="50% of the rows are bad"):
        toy.Bytes(on_error="missing").fit_transform(cells)


def test_a_row_with_several_bad_items_counts_once(toy):
    cells = [[b"bad"] * 10, *BLOBS]
    descriptor = toy.Bytes(on_error="missing", max_missing=0.05)
    assert np.isnan(descriptor.fit_transform(cells)[0]).all()
    assert descriptor.n_bad_ == 10


def test_the_good_items_of_a_cell_outlive_a_bad_one(toy):
    descriptor = toy.Bytes(on_error="missing")
    np.testing.assert_array_equal(descriptor.fit_transform([[BLOBS[1], b"bad"], BLOBS[0]]), EXPECTED[[1, 0]])
    assert descriptor.report_[0]["row"] == 0
    with pytest.raises(MediaBatchError, match="1 bad item in 2 rows"):
        toy.Bytes().fit_transform([[BLOBS[1], b"bad"], BLOBS[0]])


def test_what_is_reported_is_bounded_and_what_is_bad_counted(toy):
    descriptor = toy.Bytes(on_error="missing", max_missing=1)
    descriptor.fit_transform([b"bad"] * 1500)
    assert (len(descriptor.report_), descriptor.n_bad_) == (1000, 1500)


@pytest.mark.parametrize("on_error", ["raise", "missing"])
@pytest.mark.parametrize("backend", ["sequential", "loky"])
def test_a_mistake_of_the_descriptors_is_never_a_bad_item(toy, monkeypatch, backend, on_error):
    monkeypatch.setattr(_engine, "CHUNK", 3)
    cells = pd.Series([*BLOBS[:10], b"bug"], index=list("abcdefghijk"))
    message = r"row k: <3 bytes>: cannot be described \(ZeroDivisionError: a mistake"
    with parallel_config(backend=backend, n_jobs=2), pytest.raises(MmskError, match=message) as caught:
        toy.Bytes(on_error=on_error).fit_transform(cells)
    assert not isinstance(caught.value, MediaError)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (np.array([1.0, np.nan]), "nonfinite"),
        (np.array([1.0, np.inf]), "nonfinite"),
        (np.array([1.0, 1e300]), "nonfinite"),
        (np.zeros(3), r"returned shape \(3,\), expected \(2,\)"),
        (np.zeros((1, 2)), r"returned shape \(1, 2\), expected \(2,\)"),
        (None, r"returned shape \(\), expected \(2,\)"),
        (["a", "b"], "cannot be described"),
    ],
)
def test_an_answer_that_is_no_vector_is_refused(toy, monkeypatch, answer, kind):
    monkeypatch.setattr(toy.Bytes, "_describe", lambda self, item: answer)
    with pytest.raises(MmskError, match=f"(?s)row 0.*{kind}"):
        toy.Bytes(cache=False).fit_transform(BLOBS[:2])


def test_a_limit_that_is_not_known_is_refused_in_fit(toy):
    with pytest.raises(ValueError, match="limits: unknown max_byte; blob: max_bytes, root"):
        toy.Bytes(limits={"max_byte": 3}).fit(BLOBS)
