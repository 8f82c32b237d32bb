"""The engine does exactly what a slow simulator does, and never what it must not."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optimizer.errors import InvalidInput
from optimizer.model import Law, LawKind, RoutingWeights
from optimizer.simulation.engine import Run, play, run
from optimizer.simulation.system import PLAIN, Contacts, Flows, Staff, System
from optimizer.simulation.tables import Goals
from optimizer.simulation.traffic import Draws, Traffic
from tests.optimizer.simulation import slow_books as books
from tests.optimizer.simulation.slow_reference import SlowRun

# Coarse numbers, so that events often fall on the same instant and scores are often equal; all are
# sums of powers of two, so that both simulators add them up without rounding.
WEIGHTS = [PLAIN, RoutingWeights(), RoutingWeights(1.0, 1.0, 1.0, (1.0, 2.0, 4.0, 8.0), 1.0)]
LAWS = [Law(LawKind.FIXED), Law(), Law(LawKind.EMPIRICAL, points=(0.0, 1.0, 5.0))]
SLOT_S, SLOTS = 4.0, 4


@dataclass(frozen=True)
class Case:
    """A small centre with its staff and contacts."""

    system: System
    staff: Staff
    traffic: Traffic
    draws: Draws
    goals: Goals
    given: Contacts
    horizon: float

    def run(self) -> Run:
        return run(
            self.system,
            self.staff,
            self.traffic,
            self.draws,
            goals=self.goals,
            given=self.given,
            horizon_s=self.horizon,
            keep_records=True,
        )

    def slow_run(self) -> SlowRun:
        slow = SlowRun(
            self.system,
            self.staff,
            self.traffic,
            self.draws,
            self.goals,
            self.given,
            self.horizon,
        )
        return slow.play()


class Chooser:
    """Arrays whose entries are chosen from a few values.

    Parameters
    ----------
    choose
        Returns as many of the values as asked for.
    """

    def __init__(self, choose: Callable[[Sequence[Any], int], list[Any]]) -> None:
        self.choose = choose

    def one(self, values: Sequence[Any]) -> Any:
        return self.choose(values, 1)[0]

    def some(self, values: Sequence[Any], *shape: int, kind: type = float) -> Any:
        chosen = self.choose(values, math.prod(shape))
        return np.array(chosen, kind).reshape(shape)

    def maybe(self, values: Sequence[Any], *shape: int) -> Any:
        return self.some(values, *shape) if self.one([False, True]) else None


def small_centre(any_of: Chooser) -> Case:
    """Return a small centre that uses anything the engine can do."""
    lines, pools, agents = any_of.one([1, 2, 3]), any_of.one([1, 2, 3]), any_of.one(range(6))
    capacity = any_of.one([1, 2, 4])
    fits = any_of.one([[0.0], [0.0, 0.0, math.nan], [0.0, 1.0, 2.0, math.nan]])
    escalate_s = any_of.maybe([math.inf, 1.0, 4.0], lines)
    if escalate_s is not None:
        escalate_s[-1] = math.inf
    system = System(
        fit=any_of.some(fits, lines, pools),
        rank=any_of.some(range(4), lines, kind=np.int64),
        value=any_of.some([0.0, 1.0, 2.0], lines),
        target=any_of.some([1.0, 2.0, 8.0], lines),
        idle_until_s=any_of.some([0.0, 0.0, 2.0, math.inf], lines),
        units=any_of.some([u for u in (1, 2, 4) if u <= capacity], lines, kind=np.int64),
        capacity=capacity,
        weights=any_of.one(WEIGHTS),
        bonus=any_of.maybe([0.0, 2.0], lines),
        queue_weight=any_of.one([0.0, 0.0, 1.0]),
        ratio=any_of.maybe([0.0, 0.25, 0.5], lines),
        after_s=any_of.maybe([0.0, 0.0, 2.0, 5.0], lines, pools),
        escalate_s=escalate_s,
        escalate_to=None if escalate_s is None else np.minimum(np.arange(lines) + 1, lines - 1),
        pace=any_of.maybe([0.5, 1.0, 2.0], lines, capacity + 1),
        flows=few_flows(any_of, lines),
    )
    # An agent comes and goes at some of the full seconds, in turns.
    edges = any_of.some([True, False, False], agents, 12, kind=bool).cumsum(axis=1) % 2
    edges[any_of.some([True, False], agents, kind=bool)] = 1
    changes = np.diff(edges, axis=1, prepend=0, append=0)
    staff = Staff(
        any_of.some(range(pools), agents, kind=np.int64),
        np.nonzero(changes == 1)[0],
        np.nonzero(changes == 1)[1].astype(float),
        np.nonzero(changes == -1)[1].astype(float),
        interchangeable=any_of.one([False, True]),
    )
    traffic = Traffic(
        names=[f"line {i}" for i in range(lines)],
        slot_s=SLOT_S,
        offered=any_of.some([0.0, 0.0, 0.0, 1.0], lines, SLOTS),
        handling_s=any_of.some([1.0, 2.0, 4.0], lines, SLOTS),
        patience_s=any_of.some([0.0, 1.0, 4.0, math.inf], lines, SLOTS),
        handling=[any_of.one(LAWS) for _ in range(lines)],
        patience=[any_of.one(LAWS) for _ in range(lines)],
        balking=any_of.some([0.0, 0.5], lines),
        after_contact=any_of.some([0.0, 0.5], lines),
    )
    goals = Goals(
        within_s=any_of.some([math.nan, 0.0, 2.0], lines),
        first_response_s=any_of.some([math.nan, 2.0, 4.0], lines),
        resolution_s=any_of.some([math.nan, 4.0, 8.0], lines),
        calendar=any_of.some([-1, 0], lines, kind=np.int64),
        opened_s=np.array([[0.0, 4.0, 4.0, 6.0, 6.0]]),
    )
    count = any_of.one(range(13))
    contacts = Contacts(
        np.sort(any_of.some(range(9), count)),
        any_of.some(range(lines), count, kind=np.int32),
        any_of.some([0.0, 1.0, 3.0, math.inf], count),
        any_of.some(range(6), count),
    )
    draws = Draws(any_of.one(range(100)), mirrored=any_of.one([False, True]))
    horizon = any_of.one([math.inf, 7.0, 16.0, 20.0])
    return Case(system, staff, traffic, draws, goals, contacts, horizon)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Return a small centre that Hypothesis makes smaller if it fails."""

    def choose(values: Sequence[Any], count: int) -> list[Any]:
        return draw(st.lists(st.sampled_from(values), min_size=count, max_size=count))

    return small_centre(Chooser(choose))


def few_flows(any_of: Chooser, lines: int) -> Flows:
    """Return none or a few flows, of which no line sends on more than it has."""
    count = any_of.one([0, 0, 1, 2, 3])
    kind = any_of.some(["transfer", "repeat", "retry"], count, kind=str)
    return Flows(
        source=any_of.some(range(lines), count, kind=np.int64),
        target=any_of.some(range(lines), count, kind=np.int64),
        share=any_of.some([0.25, 0.5, 1.0] if count == 1 else [0.25], count),
        delay_s=any_of.some([0.0, 0.0, 2.0], count),
        repeat=kind == "repeat",
        retry=kind == "retry",
        pauses=any_of.some([False, True], count, kind=bool),
    )


def queue(agents: int, until: float = math.inf) -> tuple[System, Staff]:
    """Return one line and one pool, everybody there from the beginning."""
    system = System(
        np.zeros((1, 1)),
        np.array([2]),
        np.ones(1),
        np.ones(1),
        np.zeros(1),
        np.ones(1, np.int64),
    )
    everybody = np.arange(agents)
    return system, Staff(0 * everybody, everybody, np.zeros(agents), np.full(agents, until))


def contacts(arrival: list[float], service: float, patience: float = math.inf) -> Contacts:
    count = len(arrival)
    return Contacts(
        np.array(arrival, float),
        np.zeros(count, np.int32),
        np.full(count, patience),
        np.full(count, service),
    )


def same(ours: Any, theirs: Any) -> None:
    """Check that arrays of records, or of numbers, have the same entries."""
    if ours.dtype.names is None:
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)
        return
    for name in ours.dtype.names:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-9, atol=1e-9, err_msg=name)


def fares_as_in_the_slow_simulator(case: Case) -> bool:
    """Play a case in both simulators and compare everything, unless it never ends."""
    try:
        fast = case.run()
    except InvalidInput as problem:
        if problem.issues[0].code != "too_many_events":
            raise
        return False
    slow, end = case.slow_run(), fast.end_s
    same(fast.records[np.argsort(fast.records["number"])], books.records_of(slow, end))
    same(fast.counts, books.counts_of(slow, end))
    assert (fast.waits == books.waits_of(slow, end)).all()
    busy, there = books.stretches(slow, end)
    same(fast.busy_s, np.array([sum(b - a for a, b in own) for own in busy]))
    same(fast.staffed_s, np.array([sum(b - a for a, b in own) for own in there]))
    same(fast.busy_by_slot_s, books.busy_by_slot(slow, end))
    same(fast.work_s, books.work_of(slow, end))
    return True


@given(cases())
@settings(max_examples=100, deadline=None)
def test_every_contact_and_every_count_is_as_in_the_slow_simulator(case: Case) -> None:
    assume(fares_as_in_the_slow_simulator(case))


def test_a_thousand_more_centres_fare_as_in_the_slow_simulator() -> None:
    generator = np.random.default_rng(1)

    def choose(values: Sequence[Any], count: int) -> list[Any]:
        return [values[i] for i in generator.integers(len(values), size=count)]

    compared = [fares_as_in_the_slow_simulator(small_centre(Chooser(choose))) for _ in range(1000)]
    assert np.mean(compared) > 0.9


def test_an_agent_finishes_the_contact_in_hand_and_takes_no_other() -> None:
    system, staff = queue(1, until=10.0)
    played = play(system, staff, contacts([9.0, 9.5], service=5.0))
    assert played.answered.tolist() == [True, False]
    assert played.busy_s.tolist() == [5.0]
    assert played.staffed_s.tolist() == [14.0]


def test_a_contact_whose_patience_ends_as_the_agent_turns_to_it_is_answered() -> None:
    system, staff = queue(1)
    played = play(system, staff, contacts([0.0, 1.0], service=4.0, patience=3.0))
    assert played.wait.tolist() == [0.0, 3.0]
    assert played.answered.all()


def test_three_chats_share_an_agent_and_a_call_needs_a_whole_one() -> None:
    system = System(
        np.zeros((2, 1)),
        np.array([2, 2]),
        np.ones(2),
        np.ones(2),
        np.zeros(2),
        units=np.array([1, 3]),
        capacity=3,
    )
    staff = Staff(np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1), np.full(1, 100.0))
    line = np.array([0, 0, 0, 0, 1], np.int32)
    arrival = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    played = play(system, staff, Contacts(arrival, line, np.full(5, math.inf), np.full(5, 10.0)))
    assert (arrival + played.wait).tolist() == [0.0, 1.0, 2.0, 10.0, 20.0]


def test_deferred_work_waits_for_idle_time_however_high_its_score() -> None:
    system, _ = queue(1)
    system = replace(
        system,
        fit=np.zeros((2, 1)),
        rank=np.array([0, 3]),
        value=np.array([100.0, 0.0]),
        target=np.ones(2),
        idle_until_s=np.array([math.inf, 0.0]),
        units=np.ones(2, np.int64),
    )
    staff = queue(1)[1]
    line = np.array([1, 0, 1], np.int32)
    arrival = np.array([0.0, 1.0, 2.0])
    played = play(system, staff, Contacts(arrival, line, np.full(3, math.inf), np.full(3, 10.0)))
    assert (arrival + played.wait).tolist() == [0.0, 20.0, 10.0]


def test_contacts_are_left_when_the_horizon_comes_first() -> None:
    system, staff = queue(1)
    played = play(system, staff, contacts([0.0, 1.0], service=100.0), horizon_s=50.0)
    assert played.answered.tolist() == [True, False]
    assert not played.abandoned.any()
    assert played.wait.tolist() == [0.0, 49.0]
    assert played.busy_s.tolist() == [50.0]


def test_nothing_at_all_can_be_played() -> None:
    system, staff = queue(0)
    played = play(system, staff, contacts([], service=1.0))
    assert played.events == 0
    assert len(played.wait) == 0


def test_a_run_that_passes_its_bound_on_events_is_stopped() -> None:
    system, staff = queue(1)
    with pytest.raises(InvalidInput) as caught:
        play(system, staff, contacts([0.0, 1.0], service=1.0), most_events=2)
    assert [issue.code for issue in caught.value.issues] == ["too_many_events"]


def test_every_wrong_array_is_named_at_once() -> None:
    system, staff = queue(2)
    wrong = Contacts(
        np.array([1.0, 0.0, math.nan]),
        np.array([0, 1, 0], np.int32),
        np.array([-1.0, 0.0, 0.0]),
        np.array([1.0, math.inf, 1.0]),
    )
    overlapping = replace(staff, agent=np.zeros(2, np.int64), pool=np.array([0, 7]))
    with pytest.raises(InvalidInput) as caught:
        play(system, overlapping, wrong)
    assert {issue.pointer for issue in caught.value.issues} == {
        "/staff/pool/1",
        "/staff/begin/0",
        "/contacts/arrival/2",
        "/contacts/arrival/0",
        "/contacts/line/1",
        "/contacts/patience/0",
        "/contacts/service/1",
    }


def test_arrays_of_unequal_length_are_refused() -> None:
    system, staff = queue(2)
    with pytest.raises(InvalidInput) as caught:
        play(system, replace(staff, end=np.zeros(1)), contacts([0.0], service=1.0))
    assert [issue.code for issue in caught.value.issues] == ["bad_shape"]
