"""Orders are counterbalanced: by place over as many sittings as there are changes, by neighbour over a round."""

from collections import Counter
from itertools import pairwise

import pytest

from sessions_app.studying import orders

SEED = 4711
COUNTS = pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 8])


def sittings(count: int, how_many: int, first: int = 1) -> list[tuple[int, ...]]:
    steps = range(count)
    return [orders.changes_of(steps, seed=SEED, number=number) for number in range(first, first + how_many)]


@COUNTS
@pytest.mark.parametrize("which", [0, 1, 5], ids=lambda which: f"square {which}")
def test_each_change_stands_at_each_place_once_over_as_many_sittings(count, which):
    square = sittings(count, count, first=1 + which * count)

    assert all(set(column) == set(range(count)) for column in zip(*square, strict=True))


@COUNTS
def test_each_change_follows_each_other_equally_often_over_a_round(count):
    followers = Counter(pair for row in sittings(count, orders.sittings_of_a_round(count)) for pair in pairwise(row))

    wanted = {(a, b) for a in range(count) for b in range(count) if a != b}
    assert set(followers) == wanted
    assert len(set(followers.values())) <= 1


def test_an_odd_number_of_changes_takes_twice_as_many_sittings():
    assert [orders.sittings_of_a_round(count) for count in (4, 5)] == [4, 10]


def test_the_same_seed_gives_the_same_orders_in_every_version():
    assert orders.changes_of([3, 4, 6, 9], seed=1, number=2) == (3, 6, 4, 9)


def test_another_seed_gives_other_orders():
    assert {orders.changes_of(range(8), seed=seed, number=1) for seed in range(20)} > {
        orders.changes_of(range(8), seed=0, number=1)
    }


def test_trials_without_a_change_stand_between_the_others_and_leave_their_order():
    shown = orders.order(range(6), catches=3, seed=SEED, number=2)

    assert len(shown) == 9
    assert tuple(one.step for one in shown if not one.is_catch) == orders.changes_of(range(6), seed=SEED, number=2)


def test_trials_without_a_change_stand_elsewhere_in_each_sitting():
    places = {
        tuple(
            place
            for place, one in enumerate(orders.order(range(6), catches=2, seed=SEED, number=number))
            if one.is_catch
        )
        for number in range(1, 21)
    }

    assert len(places) > 10


def test_every_picture_is_shown_unchanged_equally_often_over_as_many_sittings_as_there_are_changes():
    caught = Counter(
        one.step
        for number in range(1, 6)
        for one in orders.order(range(5), catches=3, seed=SEED, number=number)
        if one.is_catch
    )

    assert set(caught.values()) == {3}
