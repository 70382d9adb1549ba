"""Positions in trees: the last one that is allowed, and the first one that is not."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from mmsk.persistence import load, save
from mmsk.persistence._bounds import _points_forward, bounds_problem

LEAF = -1
# a root, a node below it, and their leaves
LEFT, RIGHT, FEATURE = [1, 3, LEAF, LEAF, LEAF], [2, 4, LEAF, LEAF, LEAF], [0, 1, -2, -2, -2]


def fits(left=LEFT, right=RIGHT, feature=FEATURE, columns=2):
    left, right, feature = map(np.array, (left, right, feature))
    return _points_forward(left, right, feature, left == LEAF, len(left), columns)


def test_each_position_up_to_the_last_is_allowed():
    assert fits()
    assert fits([LEAF], [LEAF], [-2])


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(("node", "to"), [(0, 0), (1, 1), (1, 0), (0, 5), (1, 6), (1, -2)])
def test_nodes_point_to_later_nodes_of_their_tree(side, node, to):
    sides = {"left": list(LEFT), "right": list(RIGHT)}
    sides[side][node] = to
    assert not fits(**sides)


@pytest.mark.parametrize("column", [-1, 2, 3])
def test_nodes_split_by_columns_that_are_there(column):
    assert not fits(feature=[0, column, -2, -2, -2])
    assert not fits(feature=[column, 0, -2, -2, -2])


def test_leaves_may_say_anything():
    assert fits(feature=[0, 1, -2, 99, -5])


def test_a_tree_of_one_node_is_one(tmp_path):
    """As of a class that a sample of the rows has alone."""
    X = np.arange(6.0).reshape(3, 2)
    stump = DecisionTreeClassifier().fit(X, [1, 1, 1])
    assert stump.tree_.node_count == 1
    assert bounds_problem(stump) == ""
    forest = RandomForestClassifier(3, random_state=0).fit(X, [0, 0, 0])
    save(forest, tmp_path / "m.mmsk")
    np.testing.assert_array_equal(load(tmp_path / "m.mmsk").predict(X), [0, 0, 0])


@pytest.fixture
def categorical():
    """Return a boosted model whose first tree splits by categories once."""
    X = np.random.default_rng(0).integers(0, 4, size=(60, 2)).astype(float)
    model = HistGradientBoostingClassifier(max_iter=1, min_samples_leaf=2, categorical_features=[0])
    return model.fit(X, X[:, 0] % 2)


def test_categories_are_looked_up_where_there_are_some(categorical):
    nodes = categorical._predictors[0][0].nodes
    assert nodes["is_categorical"].tolist() == [1, 0, 0]
    assert bounds_problem(categorical) == ""
    nodes["bitset_idx"][1:] = 99  # of leaves, which look nothing up
    assert bounds_problem(categorical) == ""
    nodes["bitset_idx"][0] = 1
    assert "points to nodes or columns that are not there" in bounds_problem(categorical)


@pytest.mark.parametrize("sets", ["raw_left_cat_bitsets", "binned_left_cat_bitsets"])
def test_categories_need_both_tables(categorical, sets):
    predictor = categorical._predictors[0][0]
    setattr(predictor, sets, getattr(predictor, sets)[:0])
    assert "points to nodes or columns that are not there" in bounds_problem(categorical)
