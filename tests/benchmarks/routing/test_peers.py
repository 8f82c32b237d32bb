"""The peers: equal among themselves and to brute force, whatever limits there are."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.routing.cases import draw_case
from benchmarks.routing.drawing import Extras, draw_snapshot
from benchmarks.routing.pairs import PairList, list_pairs
from benchmarks.routing.peers import (
    flow_over_pairs,
    greedy,
    outcome,
    program,
)
from benchmarks.routing.slots import dense_solvers, slots_of, sparse_matching
from optimizer.model import RoutingWeights


def best_of_all(pairs: PairList) -> tuple[int, float]:
    """Return the greatest sum of levels and, with it, of scores, over all sets of pairs."""
    own: list[list[int | None]] = [[None] for _ in range(pairs.tickets)]
    for pair, ticket in enumerate(pairs.ticket.tolist()):
        own[ticket].append(pair)
    best = (0, 0.0)
    for chosen in itertools.product(*own):
        taken = np.array([pair for pair in chosen if pair is not None], dtype=np.int64)
        room, limit = pairs.room.copy(), pairs.limit.copy()
        np.subtract.at(room, pairs.agent[taken], pairs.units[pairs.ticket[taken]])
        channel = pairs.channel[pairs.ticket[taken]]
        np.subtract.at(limit, (pairs.agent[taken], channel), 1)
        if (room >= 0).all() and (limit >= 0).all():
            found = outcome(pairs, taken)
            best = max(best, (found.levels, found.value))
    return best


def small(seed: int, *, mixed: bool) -> PairList:
    """Return the pairs of a few tickets of a case."""
    snapshot = draw_case(4 * seed, mixed=mixed)
    some = [ticket for ticket in snapshot.tickets if not ticket.relaxation][:6]
    return list_pairs(replace(snapshot, tickets=tuple(some)))


@pytest.mark.parametrize("seed", range(18))
def test_exact_peers_find_what_trying_everything_finds(seed: int) -> None:
    pairs = small(seed, mixed=False)
    found = [flow_over_pairs(pairs), program(pairs)]
    slots = slots_of(pairs)
    if slots is not None:
        found.append(sparse_matching(pairs, slots)())
        found += [solve() for solve in dense_solvers(pairs, slots).values()]
    best = best_of_all(pairs)
    for taken in found:
        reached = outcome(pairs, taken)
        assert (reached.levels, reached.value) == (best[0], pytest.approx(best[1], abs=1e-5))


@pytest.mark.parametrize("seed", range(6))
def test_the_program_is_exact_with_units_too(seed: int) -> None:
    pairs = small(seed, mixed=True)
    reached = outcome(pairs, program(pairs))
    best = best_of_all(pairs)
    assert (reached.levels, reached.value) == (best[0], pytest.approx(best[1], abs=1e-5))


def test_peers_agree_on_a_drawn_snapshot_with_limits_and_levels() -> None:
    extras = Extras(levels=True, continuity=0.2, relaxation=0.2, strict=True, limits=True)
    pairs = list_pairs(draw_snapshot(120, 50, 2, skills=12, extras=extras))
    slots = slots_of(pairs)
    assert slots is not None
    flow = outcome(pairs, flow_over_pairs(pairs))
    sparse = outcome(pairs, sparse_matching(pairs, slots)())
    assert flow.levels == sparse.levels > 0
    assert flow.value == pytest.approx(sparse.value)
    quick = outcome(pairs, greedy(pairs))
    assert (quick.levels, quick.value) < (flow.levels, flow.value)


def test_limits_of_several_channels_of_one_agent_are_beyond_slots() -> None:
    pairs = list_pairs(draw_snapshot(20, 5, 2, skills=8))
    room = np.full(5, 4)
    one = replace(pairs, limit=np.array([[1, 4, 4]] * 5), room=room)
    two = replace(pairs, limit=np.array([[1, 1, 4]] * 5), room=room)
    assert slots_of(one) is not None
    assert slots_of(two) is None


def test_an_agent_is_worth_more_for_the_first_contact_only() -> None:
    pairs = list_pairs(draw_snapshot(2, 1, 2, skills=8))
    alone = replace(
        pairs,
        ticket=np.array([0, 1, 1]),
        agent=np.array([0, 0, 1]),
        score=np.array([5.0, 5.0, 4.0]),
        first=np.array([10.0, 3.0]),
        room=np.array([2, 1]),
        limit=np.full((2, 1), 9),
    )
    for taken in (flow_over_pairs(alone), program(alone), greedy(alone)):
        assert outcome(alone, taken).value == 5.0 + 10.0 + 4.0 + 3.0


def test_levels_go_before_points_and_nothing_is_taken_that_costs_more_than_it_brings() -> None:
    snapshot = draw_snapshot(60, 40, 3, skills=10)
    costly = replace(
        snapshot, weights=RoutingWeights(reserve=20.0, skill_prices={"skill_01": 50.0})
    )
    pairs = list_pairs(costly)
    assert pairs.score.min() < 0.0
    assert pairs.score[flow_over_pairs(pairs)].min() >= 0.0
