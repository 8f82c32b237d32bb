"""Random events around a pool: always such that the pool can take them."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.routing.drawing import draw_snapshot
from benchmarks.routing.floor import Bag, Floor
from optimizer.routing.pool import Pool, PoolSettings


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5))))
def test_a_bag_is_a_set_of_which_each_member_can_be_picked(steps: list[tuple[bool, int]]) -> None:
    bag, plain = Bag([7, 8]), {7, 8}
    for adds, member in steps:
        (bag.add if adds else bag.discard)(member)
        (plain.add if adds else plain.discard)(member)
        assert set(bag) == plain
        assert len(bag) == len(plain)
    assert {bag.pick(place / len(bag)) for place in range(len(bag))} == plain


def test_a_pool_takes_every_event_and_both_know_the_same() -> None:
    forms = draw_snapshot(200, 20, 1, skills=10)
    floor = Floor(forms, 40, 2.0, 1)
    pool = Pool(PoolSettings(weights=forms.weights), forms.now)
    kinds: Counter[str] = Counter()
    for name in sorted(floor.gone):
        event = floor.comes(name)
        floor.follow(event, pool.take(event))
    for _ in range(1500):
        event = floor.next()
        floor.follow(event, pool.take(event))
        kinds[event.kind] += 1
    assert set(floor.waiting) == {queued.ticket for queued in pool.waiting()}
    assert set(floor.offered) == {(offer.ticket, offer.agent) for offer in pool.offers()}
    assert 20 < len(floor.waiting) < 60
    assert len(kinds) >= 7


def test_equal_seeds_tell_equal_events() -> None:
    def told(seed: int) -> list[object]:
        forms = draw_snapshot(50, 5, 1, skills=10)
        floor, pool = Floor(forms, 10, 2.0, seed), Pool(PoolSettings(), forms.now)
        events: list[object] = []
        for _ in range(60):
            event = floor.next()
            floor.follow(event, pool.take(event))
            events.append(event)
        return events

    assert told(4) == told(4) != told(5)
