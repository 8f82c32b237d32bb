"""What a live match does with each change, in cases that can be followed by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from optimizer.routing.live import LIMIT, LiveMatch


def pairs_of(match: LiveMatch) -> dict[int, int]:
    tickets, agents = match.pairs()
    return dict(zip(tickets.tolist(), agents.tolist(), strict=True))


def test_a_ticket_moves_on_so_that_another_finds_a_place() -> None:
    match = LiveMatch()
    versatile, narrow = match.add_agent(1), match.add_agent(1)
    easy = match.add_class([versatile, narrow], [9, 2])
    hard = match.add_class([versatile], [0])
    first = match.add_ticket(easy, 10)
    assert pairs_of(match) == {first: versatile}
    second = match.add_ticket(hard, 10)
    assert pairs_of(match) == {first: narrow, second: versatile}
    assert match.value() == 22


def test_a_slot_that_comes_free_goes_to_whoever_gains_most_through_a_chain() -> None:
    match = LiveMatch()
    one, other = match.add_agent(1), match.add_agent(1)
    either = match.add_class([one, other], [5, 5])
    only_other = match.add_class([other], [0])
    first, second = match.add_tickets([either, either], [30, 20]).tolist()
    waiting = match.add_ticket(only_other, 10)
    match.remove_ticket(first)
    assert pairs_of(match) == {second: one, waiting: other}


def test_what_is_worth_nothing_waits_until_points_change() -> None:
    match = LiveMatch()
    agent = match.add_agent(1, points=-5)
    ticket = match.add_ticket(match.add_class([agent], [1]), 3)
    assert pairs_of(match) == {}
    match.set_points(agent, 0)
    assert pairs_of(match) == {ticket: agent}
    match.rescore([ticket], [-2])
    assert pairs_of(match) == {}


def test_less_room_sends_the_ticket_of_least_worth_back_to_wait() -> None:
    match = LiveMatch()
    agent = match.add_agent(3)
    kinds = [match.add_class([agent], [fit]) for fit in (0, 4, 8)]
    tickets = match.add_tickets(kinds, [10, 10, 10]).tolist()
    match.set_room(agent, 1)
    assert pairs_of(match) == {tickets[2]: agent}
    match.set_room(agent, 2)
    assert pairs_of(match) == {tickets[1]: agent, tickets[2]: agent}


def test_a_door_limits_its_own_channel_alone() -> None:
    match = LiveMatch()
    agent = match.add_agent(3, limits=[1])
    limited, straight = (match.add_class([agent], [0], [door]) for door in (0, -1))
    first, second = match.add_tickets([limited, limited], [9, 8]).tolist()
    third = match.add_ticket(straight, 1)
    assert pairs_of(match) == {first: agent, third: agent}
    match.set_room(agent, 3, [2])
    assert pairs_of(match) == {first: agent, second: agent, third: agent}
    match.set_room(agent, 3, [0])
    assert pairs_of(match) == {third: agent}


def test_spread_gives_work_in_turn() -> None:
    match = LiveMatch(spread=1)
    agents = [match.add_agent(2) for _ in range(3)]
    match.add_tickets([match.add_class(agents, [0, 0, 0])] * 4, [5] * 4)
    counts = np.bincount(match.pairs()[1], minlength=3)
    assert sorted(counts.tolist()) == [1, 1, 2]


def test_a_bonus_gives_the_idle_one_contact_but_not_two() -> None:
    match = LiveMatch()
    busy, idle = match.add_agent(2), match.add_agent(2, bonus=3)
    kind = match.add_class([busy, idle], [1, 0])
    match.add_tickets([kind, kind, kind], [5, 5, 5])
    tickets, agents = match.pairs()
    assert agents.tolist() == [busy, busy, idle]
    assert match.value() == 15 + 2 + 3
    match.commit(int(tickets[2]), idle)
    late = match.add_ticket(kind, 5)
    assert match.agent_of(late) == idle
    assert match.value() == 15 + 2


def test_of_equal_tickets_the_one_of_lower_sequence_is_served() -> None:
    match = LiveMatch()
    agent = match.add_agent(1)
    kind = match.add_class([agent], [0])
    match.add_ticket(kind, 7, sequence=5)
    older = match.add_ticket(kind, 7, sequence=2)
    match.add_ticket(kind, 7)
    assert pairs_of(match) == {older: agent}


def test_a_tentative_pair_leaves_without_moving_anybody_else() -> None:
    match = LiveMatch(spread=1)
    agents = [match.add_agent(2) for _ in range(4)]
    kinds = [match.add_class(agents[i : i + 2], [3, i]) for i in range(3)]
    match.add_tickets(kinds * 3, range(10, 19))
    before, value = pairs_of(match), match.value()
    assert list(before.values()).count(0) == 2
    ticket = min(ticket for ticket, agent in before.items() if agent == 0)
    match.commit(ticket, 0)
    del before[ticket]
    assert pairs_of(match) == before
    assert match.room(0) == 1
    assert match.value() == value - (10 + ticket + 3)
    assert match.is_optimal()


def test_a_pair_may_be_forced_even_where_no_rule_foresees_it() -> None:
    match = LiveMatch()
    mine, theirs = match.add_agent(1), match.add_agent(1)
    kind = match.add_class([mine], [0])
    forced, waiting = match.add_tickets([kind, kind], [5, 4]).tolist()
    match.commit(forced, theirs)
    assert pairs_of(match) == {waiting: mine}
    assert match.room(theirs) == 0


def test_taking_tickets_all_at_once_is_worth_as_much_as_one_by_one() -> None:
    rng = np.random.default_rng(1)
    matches = LiveMatch(), LiveMatch()
    kinds, bases = rng.integers(0, 12, size=300), rng.integers(0, 1000, size=300)
    for match in matches:
        draw = np.random.default_rng(2)
        for _ in range(40):
            match.add_agent(int(draw.integers(0, 5)))
        for _ in range(12):
            agents = draw.choice(40, size=9, replace=False)
            match.add_class(agents, draw.integers(0, 300, size=9))
    matches[0].add_tickets(kinds, bases)
    for kind, base in zip(kinds.tolist(), bases.tolist(), strict=True):
        matches[1].add_ticket(kind, base)
    assert matches[0].value() == matches[1].value()
    assert matches[0].is_optimal()


def test_the_value_is_that_of_an_assignment_of_tickets_to_slots() -> None:
    rng = np.random.default_rng(3)
    match = LiveMatch()
    rooms = rng.integers(0, 4, size=30)
    points = rng.integers(0, 30, size=30)
    agents = [match.add_agent(int(r), int(p)) for r, p in zip(rooms, points, strict=True)]
    fits = np.where(rng.random((15, 30)) < 0.3, rng.integers(0, 200, size=(15, 30)), -(10**6))
    kinds = [match.add_class(np.flatnonzero(row > -1), row[row > -1]) for row in fits]
    bases = rng.integers(-100, 300, size=80)
    of = rng.integers(0, 15, size=80)
    match.add_tickets(np.array(kinds)[of], bases)
    assert agents == list(range(30))
    slot = np.repeat(np.arange(30), rooms)
    worth = bases[:, np.newaxis] + fits[of][:, slot] + points[slot]
    worth = np.hstack([worth, np.zeros((80, 80), dtype=np.int64)])
    rows, columns = linear_sum_assignment(worth, maximize=True)
    assert match.value() == worth[rows, columns].sum()


def test_a_thousand_tickets_of_one_class_in_reversed_order_are_sorted_anew() -> None:
    match = LiveMatch()
    agent = match.add_agent(3)
    tickets = match.add_tickets([match.add_class([agent], [0])] * 1000, np.arange(1000, 0, -1))
    assert sorted(pairs_of(match)) == tickets[:3].tolist()
    match.rescore(tickets, np.arange(1000) // 2)
    assert sorted(pairs_of(match)) == [tickets[996], tickets[998], tickets[999]]
    assert match.is_optimal()


@pytest.mark.parametrize("seed", range(5))
def test_worths_at_their_bounds_do_not_overflow(seed: int) -> None:
    rng = np.random.default_rng(seed)
    match = LiveMatch(spread=LIMIT // 8)

    def worths(count: int) -> list[int]:
        return [int(sign) * LIMIT for sign in rng.choice([-1, 0, 1], size=count)]

    for _ in range(6):
        match.add_agent(int(rng.integers(0, 4)), *worths(1), limits=[1])
    for _ in range(5):
        match.add_class(range(0, 12, 2), worths(6), rng.integers(-1, 1, size=6))
    tickets = match.add_tickets(rng.integers(0, 5, size=20), worths(20))
    for _ in range(40):
        match.rescore(tickets, worths(20), [0, 2, 4], worths(3))
        match.set_room(int(rng.integers(6)) * 2, int(rng.integers(4)), [int(rng.integers(3))])
        match.change_agent(int(rng.integers(6)) * 2, range(5), worths(5))
        assert match.faults() == []


def test_loaded_states_have_the_same_future() -> None:
    rng = np.random.default_rng(4)
    match = LiveMatch(spread=2)
    for _ in range(30):
        match.add_agent(int(rng.integers(0, 4)), limits=[1, 2])
    numbers = np.arange(0, 90, 3)
    for _ in range(20):
        chosen = rng.choice(numbers, size=6, replace=False)
        match.add_class(chosen, rng.integers(0, 99, size=6), rng.integers(-1, 2, size=6))
    match.add_tickets(rng.integers(0, 20, size=100), rng.integers(0, 99, size=100))
    twin = LiveMatch.load(match.dump())
    for step in range(60):
        for each in (match, twin):
            draw = np.random.default_rng(step)
            each.remove_ticket(int(each.pairs()[0][0]))
            each.add_tickets(draw.integers(0, 20, size=3), draw.integers(0, 99, size=3))
            each.set_room(int(draw.choice(numbers)), int(draw.integers(4)), [2, 1])
    mine, theirs = match.dump(), twin.dump()
    assert mine.keys() == theirs.keys()
    for name, array in mine.items():
        np.testing.assert_array_equal(array, theirs[name], err_msg=name)


REFUSED: dict[str, tuple[type[Exception], Callable[[LiveMatch], object]]] = {
    "an agent who is not there": (KeyError, lambda m: m.add_class([5], [0])),
    "an agent listed twice": (ValueError, lambda m: m.add_class([0, 0], [1, 2])),
    "a fit too few": (ValueError, lambda m: m.add_class([0], [])),
    "a fit beyond the limit": (ValueError, lambda m: m.add_class([0], [LIMIT + 1])),
    "a door that is not there": (ValueError, lambda m: m.add_class([0], [0], [1])),
    "a door below -1": (ValueError, lambda m: m.add_class([0], [0], [-2])),
    "a door in the place of an agent": (KeyError, lambda m: m.set_room(1, 1)),
    "a class that is not there": (KeyError, lambda m: m.add_agent(1, 0, [3], [0])),
    "a door of somebody without": (ValueError, lambda m: m.add_agent(1, 0, [0], [0], [0])),
    "a bonus below 0": (ValueError, lambda m: m.set_points(0, 1, -1)),
    "a bonus that with the points is beyond the limit": (
        ValueError,
        lambda m: m.set_points(0, LIMIT, 1),
    ),
    "a bonus too many": (ValueError, lambda m: m.rescore([], [], [0], [0], [1, 1])),
    "a room below 0": (ValueError, lambda m: m.set_room(0, -1)),
    "a room beyond the limit": (ValueError, lambda m: m.set_room(0, LIMIT + 1)),
    "a limit too many": (ValueError, lambda m: m.set_room(0, 1, [1, 1])),
    "a class that has tickets": (ValueError, lambda m: m.drop_class(0)),
    "a new door when skills change": (ValueError, lambda m: m.change_agent(0, [0], [0], [4])),
    "a ticket that is not there": (KeyError, lambda m: m.remove_ticket(9)),
    "a base beyond the limit": (ValueError, lambda m: m.add_ticket(0, -LIMIT - 1)),
    "a base that is no whole number": (ValueError, lambda m: m.add_ticket(0, 1.5)),
    "a base too few": (ValueError, lambda m: m.rescore([0], [])),
    "tickets of which one is not there": (KeyError, lambda m: m.rescore([0, 7], [1, 1])),
    "a move to nowhere": (KeyError, lambda m: m.move_ticket(0, 4)),
    "an offer to somebody without room": (ValueError, lambda m: m.commit(0, 2)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_changes_nothing(name: str) -> None:
    error, attempt = REFUSED[name]
    match = LiveMatch()
    match.add_agent(1, limits=[1])
    match.add_agent(0)
    match.add_ticket(match.add_class([0], [3]), 4)
    before = match.dump()
    with pytest.raises(error):
        attempt(match)
    assert match.is_optimal()
    for field in ("class_used", "ticket_class", "base", "owner", "room", "used", "cost", "profit"):
        np.testing.assert_array_equal(match.dump()[field][:3], before[field][:3])


def test_slots_that_spread_makes_too_dear_are_refused() -> None:
    match = LiveMatch(spread=LIMIT)
    agent = match.add_agent(2)
    for attempt in (
        lambda: match.add_agent(3),
        lambda: match.set_room(agent, 3),
        lambda: match.set_points(agent, -1),
    ):
        with pytest.raises(ValueError, match="spread"):
            attempt()
    assert match.room(agent) == 2


def test_a_spread_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="spread"):
        LiveMatch(spread=-1)
