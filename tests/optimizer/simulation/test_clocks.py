"""Rings, escalations, retries, paces, after-contact work and exchanges happen at the second that
was worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from optimizer.model import Law, LawKind
from optimizer.simulation.engine import Run, run
from optimizer.simulation.records import Records
from optimizer.simulation.system import PLAIN, Contacts, Flows, Staff, System
from optimizer.simulation.tables import Goals
from optimizer.simulation.traffic import Draws, Traffic

INF = math.inf

# A contact that is given: arrival, line, patience and service.
Call = tuple[float, int, float, float]


def centre(fit: Sequence[Sequence[float]], **changes: object) -> System:
    """Return a centre in which the longest waiting is next."""
    lines = len(fit)
    system = System(
        fit=np.array(fit),
        rank=np.full(lines, 2),
        value=np.ones(lines),
        target=np.ones(lines),
        idle_until_s=np.zeros(lines),
        units=np.ones(lines, np.int64),
        weights=PLAIN,
    )
    return replace(system, **changes)  # type: ignore[arg-type]  # fields by name


def crew(*stretches: tuple[int, float, float], interchangeable: bool = False) -> Staff:
    """Return an agent for each stretch: pool, begin and end."""
    pool, begin, end = zip(*stretches, strict=True)
    return Staff(
        np.array(pool),
        np.arange(len(stretches)),
        np.array(begin, float),
        np.array(end, float),
        interchangeable,
    )


def flow(
    source: int, target: int, *, share: float = 1.0, delay_s: float = 0.0, kind: str = "transfer"
) -> Flows:
    return Flows(
        np.array([source]),
        np.array([target]),
        np.array([share]),
        np.array([delay_s]),
        np.array([kind == "repeat"]),
        np.array([kind == "retry"]),
        np.array([False]),
    )


def played(
    system: System,
    staff: Staff,
    calls: Sequence[Call],
    *,
    within_s: float = math.nan,
    brought_s: float = 10.0,
    wrap: float = 0.0,
    **options: object,
) -> Run:
    """Play given contacts; those that they bring take `brought_s` seconds and are patient."""
    lines = len(system.rank)
    each = np.ones((lines, 1))
    traffic = Traffic(
        names=[str(line) for line in range(lines)],
        slot_s=3600.0,
        offered=0 * each,
        handling_s=brought_s * each,
        patience_s=math.inf * each,
        handling=[Law(LawKind.FIXED)] * lines,
        patience=[Law()] * lines,
        balking=np.zeros(lines),
        after_contact=np.full(lines, wrap),
    )
    arrival, line, patience, service = zip(*calls, strict=True)
    contacts = Contacts(
        np.array(arrival, float),
        np.array(line, np.int32),
        np.array(patience, float),
        np.array(service, float),
    )
    goals = replace(Goals.none(lines), within_s=np.full(lines, within_s))
    return run(
        system,
        staff,
        traffic,
        Draws(1),
        goals=goals,
        given=contacts,
        keep_records=True,
        **options,  # type: ignore[arg-type]  # horizon_s and most_events
    )


def by_number(outcome: Run) -> Records:
    return outcome.records[np.argsort(outcome.records["number"])]


def begun(outcome: Run) -> list[float]:
    """Return when each contact was answered, left, or was left behind, by number."""
    kept = by_number(outcome)
    return (kept["arrival"] + kept["wait"]).tolist()


ALWAYS = (0, 0.0, INF)

# Rings: a further pool, from a wait on.


def test_a_further_pool_takes_a_contact_only_once_it_has_waited_long_enough() -> None:
    system = centre([[0.0, 0.0]], after_s=np.array([[0.0, 20.0]]))
    calls = [(0.0, 0, INF, 100.0), (1.0, 0, INF, 100.0), (2.0, 0, INF, 5.0)]
    outcome = played(system, crew(ALWAYS, (1, 0.0, INF)), calls)
    # The other pool has one agent: whoever is second waits for either.
    assert begun(outcome) == [0.0, 21.0, 100.0]
    assert by_number(outcome)["agent"].tolist() == [0, 1, 0]


def test_an_agent_of_a_further_pool_who_becomes_free_leaves_young_contacts_alone() -> None:
    system = centre([[0.0, 0.0], [math.nan, 0.0]], after_s=np.array([[0.0, 20.0], [0.0, 0.0]]))
    calls = [(0.0, 0, INF, 100.0), (0.0, 1, INF, 15.0), (1.0, 0, INF, 5.0), (10.0, 1, INF, 3.0)]
    outcome = played(system, crew(ALWAYS, (1, 0.0, INF)), calls)
    # Free at 15, the agent takes the later contact, and the earlier one as it has waited 20.
    assert begun(outcome) == [0.0, 0.0, 21.0, 15.0]


def test_a_ring_answers_nobody_who_has_given_up_but_ends_the_virtual_wait() -> None:
    system = centre([[0.0, 0.0]], after_s=np.array([[0.0, 20.0]]))
    calls = [(0.0, 0, INF, 100.0), (1.0, 0, 5.0, 5.0)]
    for within, virtual in ((19.0, 1), (20.0, 2)):
        outcome = played(system, crew(ALWAYS, (1, 0.0, INF)), calls, within_s=within)
        assert by_number(outcome)["outcome"].tolist() == [1, 2]
        assert outcome.counts["virtual"].sum() == virtual


def test_the_ring_of_a_line_that_was_left_opens_none_of_the_line_after() -> None:
    system = centre(
        [[0.0, 0.0], [0.0, 0.0]],
        after_s=np.array([[0.0, 10.0], [0.0, 20.0]]),
        escalate_s=np.array([5.0, INF]),
        escalate_to=np.array([1, 0]),
    )
    calls = [(0.0, 0, INF, 100.0), (1.0, 0, INF, 5.0)]
    outcome = played(system, crew(ALWAYS, (1, 0.0, INF)), calls)
    assert begun(outcome) == [0.0, 21.0]


# Escalations: to another line, from a wait on.


def escalating(**changes: object) -> System:
    """Return two lines, each with a pool; from the first one moves to the second after 10 s."""
    system = centre(
        [[0.0, math.nan], [math.nan, 0.0]],
        escalate_s=np.array([10.0, INF]),
        escalate_to=np.array([1, 0]),
    )
    return replace(system, **changes)  # type: ignore[arg-type]  # fields by name


def test_who_escalates_goes_before_those_who_came_later() -> None:
    calls = [
        (0.0, 0, INF, 100.0),  # keeps the first pool busy
        (0.0, 1, INF, 30.0),  # and the second
        (1.0, 0, INF, 5.0),  # moves at 11
        (2.0, 1, INF, 5.0),
    ]
    outcome = played(escalating(), crew(ALWAYS, (1, 0.0, INF)), calls)
    assert begun(outcome) == [0.0, 0.0, 30.0, 35.0]
    assert by_number(outcome)["origin"].tolist() == [0, 1, 0, 1]
    assert by_number(outcome)["line"].tolist() == [0, 1, 1, 1]
    assert outcome.counts["escalated"].tolist() == [[1], [0]]


def test_who_escalates_to_somebody_free_is_answered_at_once() -> None:
    calls = [(0.0, 0, INF, 100.0), (1.0, 0, INF, 5.0)]
    outcome = played(escalating(), crew(ALWAYS, (1, 0.0, INF)), calls)
    assert begun(outcome) == [0.0, 11.0]


@pytest.mark.parametrize("retry", [False, True])
def test_who_has_given_up_escalates_no_more(retry: bool) -> None:
    # With retries anywhere, giving up is an event; without, it is found out later.
    system = escalating(flows=flow(1, 1, share=0.0, kind="retry") if retry else Flows.none())
    calls = [(0.0, 0, INF, 100.0), (1.0, 0, 5.0, 5.0)]
    outcome = played(system, crew(ALWAYS, (1, 0.0, INF)), calls, within_s=10.0)
    assert by_number(outcome)["outcome"].tolist() == [1, 2]
    assert outcome.counts["escalated"].sum() == 0
    # A patient contact would have been answered at 11.
    assert outcome.counts["virtual"].sum() == 2


# Contacts that bring others.


def test_who_gives_up_comes_back_as_the_same_case() -> None:
    system = centre([[0.0]], flows=flow(0, 0, kind="retry"))
    calls = [(0.0, 0, INF, 30.0), (1.0, 0, 4.0, 5.0)]
    outcome = played(system, crew(ALWAYS), calls)
    kept = by_number(outcome)
    assert kept["case"].tolist() == [0, 1, 1]
    assert kept["hop"].tolist() == [0, 0, 1]
    assert kept["outcome"].tolist() == [1, 2, 1]
    assert kept["arrival"].tolist() == [0.0, 1.0, 5.0]
    assert begun(outcome) == [0.0, 5.0, 30.0]
    assert outcome.counts["cases"].sum() == outcome.counts["resolved"].sum() == 2


def test_a_transfer_leaves_when_the_customer_does_not_when_the_agent_is_done() -> None:
    system = centre([[0.0, math.nan], [math.nan, 0.0]], flows=flow(0, 1))
    staff = crew(ALWAYS, (1, 0.0, INF))
    outcome = played(system, staff, [(0.0, 0, INF, 100.0)], wrap=0.25)
    kept = by_number(outcome)
    assert kept["arrival"].tolist() == [0.0, 75.0]
    assert kept["end"].tolist() == [100.0, 85.0]
    assert outcome.busy_s.tolist() == [100.0, 10.0]


def test_contacts_brought_at_the_same_second_come_in_the_order_of_those_who_brought_them() -> None:
    system = centre([[0.0, math.nan], [math.nan, 0.0]], flows=flow(0, 1))
    calls = [(0.0, 0, INF, 30.0), (1.0, 0, INF, 29.0), (2.0, 0, INF, 28.0)]
    outcome = played(system, crew(ALWAYS, ALWAYS, ALWAYS, (1, 0.0, INF)), calls)
    kept = by_number(outcome)
    assert kept["case"].tolist() == [0, 1, 2, 0, 1, 2]
    assert begun(outcome)[3:] == [30.0, 40.0, 50.0]


# Several contacts in hand.


def test_chats_slow_each_other_down_as_long_as_they_are_together() -> None:
    # Alone at full pace, two at half of it. The first is 10 s ahead; each has 40 s of work.
    system = centre([[0.0]], capacity=2, pace=np.array([[1.0, 1.0, 2.0]]))
    calls = [(0.0, 0, INF, 40.0), (10.0, 0, INF, 40.0), (20.0, 0, INF, 5.0)]
    outcome = played(system, crew(ALWAYS), calls)
    # 10 alone and 30 at half pace: 70. The second has 10 left, and shares 10 s with the third.
    assert by_number(outcome)["end"].tolist() == [70.0, 85.0, 80.0]
    assert begun(outcome) == [0.0, 10.0, 70.0]
    assert outcome.busy_s.tolist() == [85.0]


def test_deferred_work_fills_idle_time_until_it_has_waited_too_long() -> None:
    # Emails are the second line; the agent is free at 10, 20, 30 ...
    idle_until_s, bonus = np.array([0.0, 25.0]), np.array([0.0, 99.0])
    system = centre([[0.0], [0.0]], idle_until_s=idle_until_s, bonus=bonus)
    calls = [(float(t), 0, INF, 10.0) for t in (0, 1, 2, 3)] + [(4.0, 1, INF, 10.0)]
    outcome = played(system, crew(ALWAYS), calls)
    assert begun(outcome) == [0.0, 10.0, 20.0, 40.0, 30.0]


# Agents who come and go.


def test_of_interchangeable_agents_whoever_is_free_first_leaves() -> None:
    staff = crew((0, 0.0, 10.0), (0, 0.0, INF), interchangeable=True)
    calls = [(0.0, 0, INF, 50.0), (1.0, 0, INF, 19.0), (30.0, 0, INF, 5.0)]
    outcome = played(centre([[0.0]]), staff, calls)
    # The stretch of the one with the long contact ends, but the other one leaves, at 20.
    assert by_number(outcome)["agent"].tolist() == [0, 1, 0]
    assert begun(outcome)[2] == 50.0
    assert outcome.staffed_s.tolist() == [55.0, 20.0]


def test_who_owes_leaving_stays_if_another_one_was_to_come() -> None:
    staff = crew((0, 0.0, 10.0), (0, 20.0, 60.0), interchangeable=True)
    calls = [(0.0, 0, INF, 30.0), (25.0, 0, INF, 5.0)]
    outcome = played(centre([[0.0]]), staff, calls)
    assert by_number(outcome)["agent"].tolist() == [0, 0]
    assert outcome.staffed_s.tolist() == [60.0, 0.0]


# The same second.


def test_who_waits_is_served_before_who_arrives_at_that_second() -> None:
    calls = [(0.0, 0, INF, 10.0), (5.0, 0, INF, 10.0), (10.0, 0, INF, 10.0)]
    assert begun(played(centre([[0.0]]), crew(ALWAYS), calls)) == [0.0, 10.0, 20.0]


def test_who_leaves_at_that_second_takes_no_other() -> None:
    calls = [(0.0, 0, INF, 10.0), (5.0, 0, INF, 10.0)]
    outcome = played(centre([[0.0]]), crew((0, 0.0, 10.0), (0, 12.0, 90.0)), calls)
    assert begun(outcome) == [0.0, 12.0]


def test_who_comes_at_that_second_takes_who_would_give_up() -> None:
    outcome = played(centre([[0.0]]), crew((0, 10.0, 90.0)), [(0.0, 0, 10.0, 5.0)])
    assert by_number(outcome)["outcome"].tolist() == [1]


# The end.


def test_clocks_of_who_is_gone_do_not_lengthen_a_run() -> None:
    system = escalating(escalate_s=np.array([1000.0, INF]), flows=flow(0, 0, kind="retry"))
    calls = [(0.0, 0, 5000.0, 10.0), (1.0, 0, 5000.0, 10.0)]
    outcome = played(system, crew(ALWAYS), calls)
    assert outcome.end_s == 20.0
    assert outcome.staffed_s.tolist() == [20.0]
