"""shared_files: contents on both sides of a fold, and nothing else."""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import KFold, TimeSeriesSplit

from mmsk.evaluation import shared_files


@pytest.fixture
def files(tmp_path):
    """Four files: the first and the last have the same bytes."""
    paths = [tmp_path / f"{number}.png" for number in range(4)]
    for path, content in zip(paths, [b"cat", b"dog", b"fox", b"cat"], strict=True):
        path.write_bytes(content)
    return [str(path) for path in paths]


def halves(cells):
    return KFold(2).split(cells)


def test_copies_of_a_file_are_found_by_their_bytes(files):
    assert shared_files(files, halves(files)) == [[0, 3]]


def test_copies_on_one_side_of_every_fold_do_no_harm(files):
    together = [([0, 3], [1, 2]), ([1, 2], [0, 3])]
    assert shared_files(files, together) == []


def test_a_file_that_two_rows_refer_to_is_found(files):
    cells = [files[0], files[1], files[1], files[2]]
    assert shared_files(cells, halves(cells)) == [[1, 2]]


def test_a_path_and_its_bytes_are_the_same(files):
    cells = [files[1], None, b"dog", {"path": files[2], "bytes": None}]
    assert shared_files(cells, halves(cells)) == [[0, 2]]


def test_rows_are_named_by_the_index(files):
    cells = pd.Series(files, index=["a", "b", "c", "d"])
    assert shared_files(cells, halves(cells)) == [["a", "d"]]


def test_each_member_of_a_list_counts_and_a_row_is_no_copy_of_itself(files):
    cells = [[files[0], files[3]], [files[1]], [files[2]], [files[2], files[1]]]
    assert shared_files(cells, halves(cells)) == [[1, 3]]


def test_equal_arrays_and_sounds_are_found():
    sound = (np.zeros(3, dtype=np.float32), 8000)
    cells = [np.zeros((2, 2)), sound, np.zeros((2, 2)), (np.zeros(3, dtype=np.float32), 8000)]
    assert shared_files(cells, halves(cells)) == [[0, 2], [1, 3]]


def test_what_is_missing_or_cannot_be_read_is_passed_over(tmp_path):
    cells = [None, str(tmp_path / "absent.png"), str(tmp_path / "absent.png"), np.nan, str(tmp_path), str(tmp_path)]
    assert shared_files(cells, halves(cells)) == []


def test_rows_on_neither_side_do_no_harm(files):
    assert shared_files(files, [([1, 2], [0])]) == []
    assert shared_files(files, [([0, 3], [1]), ([2], [0, 3])]) == []
    first, copy = files[0], files[3]
    cells = [b"owl", *files[1:3], first, copy]
    assert shared_files(cells, [([0, 1], [2, 3])]) == []  # the copy comes later still, as in a TimeSeriesSplit
    assert shared_files(cells, TimeSeriesSplit(2, test_size=1).split(cells)) == [[3, 4]]


def test_rows_that_no_fold_tests_may_be_trained_on(files):
    assert shared_files(files, [([1, 3], [0])]) == [[0, 3]]
