"""The engine does exactly what a slow simulator does, and never what it must not."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import InvalidInput
from optimizer.model import RoutingWeights
from optimizer.simulation.engine import play
from optimizer.simulation.system import PLAIN, Contacts, Staff, System
from tests.optimizer.simulation.slow_reference import slow_play

Case = tuple[System, Staff, Contacts]

# Coarse numbers, so that events often fall on the same instant and scores are often equal.
TIMES = st.integers(0, 12).map(float)
WEIGHTS = st.sampled_from(
    [PLAIN, RoutingWeights(), RoutingWeights(1.0, 1.0, 1.0, (1.0, 2.0, 4.0, 8.0), 1.0)]
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Return a small centre with its staff and contacts."""
    lines, pools, agents = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(0, 5))
    capacity = draw(st.sampled_from([1, 2, 6]))
    units = [u for u in (1, 2, 3, 6) if capacity % u == 0]

    def each(count: int, strategy: st.SearchStrategy[object]) -> list[object]:
        return draw(st.lists(strategy, min_size=count, max_size=count))

    fits = draw(st.sampled_from([[0.0], [0.0, 0.0, math.nan], [0.0, 1.0, 2.0, math.nan]]))
    fit = each(lines * pools, st.sampled_from(fits))
    system = System(
        np.array(fit, float).reshape(lines, pools),
        np.array(each(lines, st.integers(0, 3)), np.int64),
        np.array(each(lines, st.sampled_from([0.0, 1.0, 2.0])), float),
        np.array(each(lines, st.sampled_from([1.0, 2.0, 8.0])), float),
        np.array(each(lines, st.sampled_from([0.0, 0.0, 2.0, math.inf])), float),
        np.array(each(lines, st.sampled_from(units)), np.int64),
        capacity,
        draw(WEIGHTS),
    )
    stretches = []
    for agent in range(agents):
        edges = sorted(draw(st.one_of(st.just({0.0, 12.0}), st.sets(TIMES, max_size=6))))
        stretches += [(agent, b, e) for b, e in zip(edges[::2], edges[1::2], strict=False)]
    columns = np.array(stretches, float).reshape(-1, 3)
    staff = Staff(
        np.array(each(agents, st.integers(0, pools - 1)), np.int64),
        columns[:, 0].astype(np.int64),
        columns[:, 1],
        columns[:, 2],
    )
    count = draw(st.integers(0, 16))
    contacts = Contacts(
        np.sort(np.array(each(count, st.integers(0, 8).map(float)), float)),
        np.array(each(count, st.integers(0, lines - 1)), np.int32),
        np.array(each(count, st.sampled_from([0.0, 1.0, 3.0, math.inf])), float),
        np.array(each(count, st.integers(0, 5).map(float)), float),
    )
    return system, staff, contacts


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


@given(cases(), st.sampled_from([math.inf, 7.0, 20.0]))
@settings(max_examples=400, deadline=None)
def test_every_contact_fares_as_in_the_slow_simulator(case: Case, horizon: float) -> None:
    _, _, given_contacts = case
    inside = given_contacts.arrival <= horizon
    some = Contacts(*(getattr(given_contacts, name)[inside] for name in Contacts.__slots__))
    played = play(case[0], case[1], some, horizon_s=horizon)
    served_by, start, gave_up = slow_play(case[0], case[1], some, horizon)
    assert {i: a for i, a in enumerate(played.agent.tolist()) if a >= 0} == served_by
    assert np.flatnonzero(played.abandoned).tolist() == sorted(gave_up)
    for contact, begun in start.items():
        assert played.wait[contact] == begun - some.arrival[contact]
    for contact in gave_up:
        assert played.wait[contact] == some.patience[contact]


@given(cases())
@settings(max_examples=200, deadline=None)
def test_nobody_serves_beyond_skill_stretch_or_capacity(case: Case) -> None:
    system, staff, given_contacts = case
    played = play(system, staff, given_contacts)
    assert (played.wait >= 0).all()
    assert not (played.answered & played.abandoned).any()
    begun = given_contacts.arrival + played.wait
    ended = begun + given_contacts.service
    for i in np.flatnonzero(played.answered):
        agent, line = played.agent[i], given_contacts.line[i]
        assert not np.isnan(system.fit[line, staff.pool[agent]])
        assert played.wait[i] <= given_contacts.patience[i]
        own = staff.agent == agent
        assert ((staff.begin[own] <= begun[i]) & (begun[i] < staff.end[own])).any()
        together = (played.agent == agent) & (begun <= begun[i]) & (begun[i] < ended)
        assert system.units[given_contacts.line[together]].sum() <= system.capacity
    left = ~played.answered & ~played.abandoned
    assert (given_contacts.patience[left] == math.inf).all()


@given(cases(), st.sampled_from([3.0, 7.0, 40.0]))
@settings(max_examples=200, deadline=None)
def test_busy_and_staffed_time_are_what_the_contacts_say(case: Case, horizon: float) -> None:
    system, staff, given_contacts = case
    inside = given_contacts.arrival <= horizon
    some = Contacts(*(getattr(given_contacts, name)[inside] for name in Contacts.__slots__))
    played = play(system, staff, some, horizon_s=horizon)
    ticks = np.arange(0.0, horizon)  # all times are whole, so unit steps see everything
    begun = some.arrival + played.wait
    for agent in range(len(staff.pool)):
        own = played.agent == agent
        serving = (begun[own, None] <= ticks) & (ticks < (begun + some.service)[own, None])
        mine = staff.agent == agent
        working = (staff.begin[mine, None] <= ticks) & (ticks < staff.end[mine, None])
        assert played.busy_s[agent] == serving.any(axis=0).sum()
        assert played.staffed_s[agent] == (serving.any(axis=0) | working.any(axis=0)).sum()


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
