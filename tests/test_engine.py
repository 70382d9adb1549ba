"""The engine: what is described, how often, and what is kept of a run that is cut short."""

from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config

from mmsk import _engine
from mmsk.errors import MediaBatchError, MmskError

BLOBS = [bytes([number, number + 1, 200 - number][: 1 + number % 3]) for number in range(40)]
EXPECTED = np.array([[np.mean(list(blob)), len(blob)] for blob in BLOBS], dtype=np.float32)


@pytest.fixture
def folder(tmp_path, settled):
    """Return the paths of files that hold BLOBS."""
    paths = [tmp_path / f"{number}.bin" for number in range(len(BLOBS))]
    for path, blob in zip(paths, BLOBS, strict=True):
        path.write_bytes(blob)
    return [str(path) for path in paths]


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


def test_ctrl_c_keeps_what_has_been_done(toy, described, cache, monkeypatch):
    monkeypatch.setattr(_engine, "CHUNK", 4)
    describe = toy.Bytes._describe

    def interrupted(self, item):
        if item.content == BLOBS[20]:
            raise KeyboardInterrupt
        return describe(self, item)

    monkeypatch.setattr(toy.Bytes, "_describe", interrupted)
    with pytest.raises(KeyboardInterrupt):
        toy.Bytes(cache=cache).fit_transform(BLOBS)
    monkeypatch.setattr(toy.Bytes, "_describe", describe)
    described.clear()
    toy.Bytes(cache=cache).fit_transform(BLOBS)
    assert described == BLOBS[20:]


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
