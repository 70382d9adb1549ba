"""Ranking and its measures: against values worked out by hand, and against plain loops."""

from itertools import permutations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score
from sklearn.metrics.pairwise import cosine_similarity

from mmsk.retrieval import _ranking
from mmsk.retrieval._measures import measures
from mmsk.retrieval._ranking import average_precision, best_rows, places, unit_rows

RNG = np.random.default_rng(0)
QUERIES, INDEXED = unit_rows(RNG.normal(size=(23, 6))), unit_rows(RNG.normal(size=(31, 6)))
EAST, NORTH, NORTHEAST, NOWHERE = [1.0, 0.0], [0.0, 1.0], [np.sqrt(0.5), np.sqrt(0.5)], [0.0, 0.0]


@pytest.fixture(params=[2**26, 1], ids=["one chunk", "a chunk a query"])
def chunks(request, monkeypatch):
    monkeypatch.setattr(_ranking, "CHUNK_BYTES", request.param)


@pytest.mark.parametrize("theta", [None, -1.0, 0.2, 0.99])
@pytest.mark.parametrize("n_results", [1, 5, 31, 100])
def test_the_best_rows_are_those_of_a_plain_sort(n_results, theta, chunks):
    expected = []
    for query, similar in enumerate(cosine_similarity(QUERIES, INDEXED)):
        order = [row for row in np.argsort(-similar) if theta is None or similar[row] > theta][:n_results]
        expected += [(query, rank, row, similar[row]) for rank, row in enumerate(order, start=1)]
    found = list(zip(*best_rows(QUERIES, INDEXED, n_results, theta), strict=True))
    assert [hit[:3] for hit in found] == [hit[:3] for hit in expected]
    np.testing.assert_allclose([hit[3] for hit in found], [hit[3] for hit in expected])


def test_of_equally_similar_rows_the_first_come_first():
    indexed = np.array([NORTH, EAST, NORTH, EAST, EAST])
    query, rank, row, score = best_rows(np.array([EAST, NORTH]), indexed, 2, None)
    assert query.tolist() == [0, 0, 1, 1]
    assert rank.tolist() == [1, 2, 1, 2]
    assert row.tolist() == [1, 3, 0, 2]
    assert score.tolist() == [1, 1, 1, 1]


def test_what_is_nowhere_finds_nothing_and_is_never_found():
    query, _, row, _ = best_rows(np.array([EAST, NOWHERE]), np.array([NOWHERE, NORTH, EAST]), 10, None)
    assert query.tolist() == [0, 0]
    assert row.tolist() == [2, 1]


def test_theta_has_to_be_exceeded():
    indexed = np.array([EAST, NORTHEAST, NORTH])
    assert best_rows(np.array([EAST]), indexed, 10, 0.0)[2].tolist() == [0, 1]
    assert best_rows(np.array([EAST]), indexed, 10, 1.0)[2].tolist() == []


@pytest.mark.parametrize(("n_queries", "n_rows"), [(0, 3), (3, 0)])
def test_nothing_is_found_where_there_is_nothing(n_queries, n_rows):
    assert [part.size for part in best_rows(np.ones((n_queries, 2)), np.ones((n_rows, 2)), 5, None)] == [0] * 4


def test_the_place_of_a_row_is_behind_all_that_are_nearer(chunks):
    similar = cosine_similarity(QUERIES, INDEXED[:23])
    expected = [sum(other > row[number] for other in row) for number, row in enumerate(similar)]
    before, equal = places(QUERIES, INDEXED[:23])
    np.testing.assert_array_equal(before, expected)
    np.testing.assert_array_equal(equal, 1)


def test_average_precision_is_scikit_learns(chunks):
    labels = RNG.integers(4, size=23)
    similar = cosine_similarity(QUERIES, INDEXED[:23])
    expected = [average_precision_score(labels == label, row) for label, row in zip(labels, similar, strict=True)]
    np.testing.assert_allclose(average_precision(QUERIES, INDEXED[:23], labels), expected)


@pytest.mark.parametrize(
    ("scores", "labels"),
    [
        ([0.0] * 6, "aabbbc"),
        ([0.5, 0.5, 0.5, 0.1, 0.1, 0.1], "abbaab"),
        ([0.9, 0.1, 0.1, 0.1, 0.9, -0.3], "aabbab"),
        ([0.9, 0.5, 0.5, 0.5 - 1e-15, 0.1, 0.1], "abcabc"),
    ],
)
def test_average_precision_is_the_mean_over_all_orders_of_equally_similar_rows(scores, labels, chunks):
    scores, labels = np.array(scores), np.array(list(labels))
    indexed = np.column_stack([scores, np.sqrt(1 - scores**2)])
    expected = np.zeros(6)
    orders = [list(order) for order in permutations(range(6)) if (np.diff(scores[list(order)]) < 1e-9).all()]
    for number, label in enumerate(labels):
        for order in orders:
            places = np.flatnonzero(labels[order] == label)
            expected[number] += np.mean(np.arange(1, len(places) + 1) / (places + 1)) / len(orders)
    np.testing.assert_allclose(average_precision(np.array([EAST] * 6), indexed, labels), expected)


def test_average_precision_does_not_depend_on_the_order_of_the_rows(chunks):
    queries, indexed = np.round(QUERIES[:20], 0), np.round(INDEXED[:20], 0)  # whole numbers: many are equally similar
    labels = RNG.integers(3, size=20)
    shuffled = RNG.permutation(20)
    found = average_precision(queries, indexed, labels)
    again = average_precision(queries[shuffled], indexed[shuffled], labels[shuffled])
    np.testing.assert_allclose(again, found[shuffled])


def test_measures_by_hand():
    # of the three rows that have both sides, query 0 finds its own first, query 1 last, query 2 second
    queries = np.array([EAST, EAST, NORTH, EAST, NOWHERE])
    indexed = np.array([EAST, NORTH, NORTHEAST, NOWHERE, EAST])
    found = measures(queries, indexed, None, k=2)
    ranks = [1, 3, 2]
    assert found == {
        "n": 3,
        "recall": pytest.approx(2 / 3),
        "chance": pytest.approx(2 / 3),
        "times_chance": pytest.approx(1),
        "mrr": pytest.approx(np.mean([1 / rank for rank in ranks])),
        "median_rank": 2,
    }


def test_a_space_that_tells_nothing_apart_is_as_good_as_chance():
    found = measures(np.array([EAST] * 4), np.array([EAST] * 4), None, k=2)
    assert found["recall"] == found["chance"] == 0.5
    assert found["mrr"] == pytest.approx(np.mean([1, 1 / 2, 1 / 3, 1 / 4]))
    assert found["median_rank"] == 2.5


@pytest.mark.parametrize("labels", [["a", "a", "b", "b"], ["a", "b", "a", "b"], ["a", "b", "c", "d"], ["a"] * 4])
def test_the_chance_of_a_right_label_is_what_a_space_that_tells_nothing_apart_gets(labels):
    same = np.array([EAST] * 4)
    found = measures(same, same, np.array(labels), k=2)
    assert found["map"] == pytest.approx(found["map_chance"])


def test_of_labels_that_are_all_different_the_mean_average_precision_is_the_reciprocal_rank():
    same = np.array([EAST] * 4)
    found = measures(same, same, np.arange(4), k=2)
    assert found["map"] == pytest.approx(found["mrr"])


def test_each_order_of_equally_similar_rows_counts_alike():
    queries = np.array([EAST, EAST, EAST, NORTH])
    indexed = np.array([NORTHEAST, NORTHEAST, EAST, NORTH])  # queries 0 and 1: one row before, two equal
    found = measures(queries, indexed, None, k=2)
    assert found["recall"] == pytest.approx(np.mean([1 / 2, 1 / 2, 1, 1]))
    assert found["mrr"] == pytest.approx(np.mean([(1 / 2 + 1 / 3) / 2] * 2 + [1, 1]))


def test_rounding_does_not_put_equal_rows_in_an_order():
    nearly = np.array(EAST) * (1 - 1e-15)
    assert measures(np.array([EAST] * 2), np.array([EAST, nearly]), None, k=1)["recall"] == 0.5


def test_mean_average_precision_by_hand():
    queries = np.array([EAST, EAST, NORTH])
    indexed = np.array([EAST, NORTHEAST, NORTH])
    # EAST finds 0, 1, 2 in this order, NORTH 2, 1, 0
    found = measures(queries, indexed, np.array(["a", "a", "b"]), k=1)
    assert found["map"] == pytest.approx(1)
    # in the six orders of a, a, b the two are at 1, 2 or 1, 3 or 2, 3, and the one at 1, 2 or 3
    pair, single = np.mean([1, (1 + 2 / 3) / 2, (1 / 2 + 2 / 3) / 2]), np.mean([1, 1 / 2, 1 / 3])
    assert found["map_chance"] == pytest.approx((2 * pair + single) / 3)
    found = measures(queries, indexed, np.array(["a", "b", "a"]), k=1)
    # a*, b, a* : (1 + 2/3) / 2;  a, b*, a : 1/2;  a*, b, a* : (1 + 2/3) / 2
    assert found["map"] == pytest.approx((5 / 6 + 1 / 2 + 5 / 6) / 3)


def test_chance_is_what_random_places_get():
    rng = np.random.default_rng(1)
    sides = unit_rows(rng.normal(size=(2000, 8))), unit_rows(rng.normal(size=(2000, 8)))
    found = measures(*sides, rng.integers(5, size=2000), k=100)
    assert found["times_chance"] == pytest.approx(1, abs=0.25)
    assert found["map"] == pytest.approx(found["map_chance"], abs=0.002)
