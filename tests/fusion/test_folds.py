"""Folds within a training set: every class on both sides of each, as far as its rows and groups go."""

import numpy as np
import pytest

from mmsk.fusion._folds import make_folds

Y = np.repeat(["ant", "bee", "cat"], [40, 40, 6])
COPIES = 3


def classes(y, rows):
    return set(y[rows].tolist())


@pytest.mark.parametrize("copies", [0, 1, COPIES])
def test_every_fold_has_every_class(copies):
    y, groups = np.repeat(Y, copies or 1), np.repeat(np.arange(len(Y)), copies) if copies else None
    for seed in range(20):
        folds = make_folds(5, y, y, groups, stratify=True, seed=seed)
        assert len(folds) == 5
        assert all(classes(y, train) == classes(y, test) == classes(y, slice(None)) for train, test in folds)


def draw(rng):
    """Return labels of a few rows, of classes that may be of one row, and groups of any size and of mixed classes."""
    n = rng.integers(2, 30)
    return rng.integers(rng.integers(1, 6), size=n), rng.integers(rng.integers(1, n + 1), size=n)


@pytest.mark.parametrize("stratify", [False, True])
def test_each_row_is_in_one_test_fold_with_all_of_its_group(stratify):
    rng = np.random.default_rng(0)
    for seed in range(300):
        y, groups = draw(rng)
        folds = make_folds(5, y, y, groups, stratify=stratify, seed=seed)
        assert not folds or sorted(np.concatenate([test for _, test in folds])) == list(range(len(y)))
        assert bool(folds) or len(set(groups)) < 2 or (stratify and np.bincount(y).max() < 2)
        for train, test in folds:
            assert len(train)
            assert len(test)
            assert len(train) + len(test) == len(y)
            assert not set(groups[train]) & set(groups[test])


def test_rows_are_shuffled_by_the_seed():
    groups = np.arange(len(Y))
    tests = [make_folds(5, Y, Y, groups, stratify=True, seed=seed)[0][1].tolist() for seed in (0, 0, 1)]
    assert tests[0] == tests[1] != tests[2]


def test_folds_that_are_given_are_taken():
    given = [(np.arange(40), np.arange(40, 86))]
    assert make_folds(given, Y, Y, None, stratify=True, seed=0) == given


def test_a_fold_that_no_group_goes_to_is_none():
    y = np.array([0, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1])
    groups = np.array([0, 4, 3, 1, 3, 4, 3, 3, 4, 1, 3, 1, 1, 3, 0, 1, 4, 0, 4, 5, 4, 1, 1, 1, 4, 1, 4])
    folds = make_folds(5, y, y, groups, stratify=True, seed=0)
    assert 2 <= len(folds) <= 5
    assert all(len(test) for _, test in folds)
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(len(y)))
