"""Shapley values and interactions: against their definition over all orders, and their axioms."""

from itertools import permutations

import numpy as np
import pytest

from mmsk.evaluation._shapley import members, shapley_interactions, shapley_values

N = 4
WORTH = np.random.default_rng(0).normal(size=(2**N, 3))


def mask_of(players):
    return sum(1 << player for player in players)


def test_values_are_the_mean_gain_over_all_orders_of_joining():
    expected = np.zeros((N, 3))
    orders = list(permutations(range(N)))
    for order in orders:
        for place, player in enumerate(order):
            before = mask_of(order[:place])
            expected[player] += (WORTH[before | 1 << player] - WORTH[before]) / len(orders)
    np.testing.assert_allclose(shapley_values(WORTH), expected)


def test_values_sum_to_the_worth_of_all_less_that_of_none():
    np.testing.assert_allclose(shapley_values(WORTH).sum(axis=0), WORTH[-1] - WORTH[0])


def test_interactions_are_what_joining_as_one_adds():
    """The index is recursive: the value of the pair as one player, less each one's where the other is absent."""
    for (one, other), found in shapley_interactions(WORTH).items():
        rest = [player for player in range(N) if player not in (one, other)]

        def game(players, rest=rest):
            """The game in which the last of the players stands for one, the other or both."""
            masks = range(2 ** (len(rest) + 1))
            real = [rest[p] if p < len(rest) else players for p in range(len(rest) + 1)]
            return np.array([WORTH[mask_of(_flat(real[p] for p in members(mask, len(real))))] for mask in masks])

        together = shapley_values(game((one, other)))[-1]
        apart = shapley_values(game((one,)))[-1] + shapley_values(game((other,)))[-1]
        np.testing.assert_allclose(found, together - apart)


def _flat(parts):
    return [player for part in parts for player in (part if isinstance(part, tuple) else (part,))]


def test_a_player_that_adds_nothing_has_no_value_and_no_interaction():
    worth = WORTH[np.arange(2**N) & 0b1011]  # the worth does not depend on player 2
    assert not shapley_values(worth)[2].any()
    of_it = [value for pair, value in shapley_interactions(worth).items() if 2 in pair]
    np.testing.assert_allclose(of_it, 0, atol=1e-12)


def test_players_whose_gains_add_up_do_not_interact():
    gains = np.array([1.0, 2.0, 4.0])
    worth = np.array([gains[members(mask, 3)].sum() for mask in range(8)])
    np.testing.assert_allclose(shapley_values(worth), gains)
    np.testing.assert_allclose(list(shapley_interactions(worth).values()), 0, atol=1e-12)


def test_one_player():
    np.testing.assert_allclose(shapley_values(np.array([0.5, 2.0])), [1.5])
    assert shapley_interactions(np.array([0.5, 2.0])) == {}


def test_the_number_of_coalitions_is_checked():
    with pytest.raises(ValueError, match=r"2\*\*n coalitions, got 3"):
        shapley_values(np.zeros(3))
