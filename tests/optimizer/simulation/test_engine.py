"""The engine does exactly what a slow simulator does, and never what it must not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optimizer.errors import InvalidInput
from optimizer.simulation.engine import play, run
from optimizer.simulation.system import Contacts, Staff, System
from optimizer.simulation.traffic import Draws
from tests.optimizer.simulation import slow_books as books
from tests.optimizer.simulation.small_centres import (
    Case,
    Chooser,
    back_to_itself,
    contacts,
    drawn,
    queue,
    small_centre,
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Return a small centre that Hypothesis makes smaller if it fails."""

    def choose(values: Sequence[Any], count: int) -> list[Any]:
        return draw(st.lists(st.sampled_from(values), min_size=count, max_size=count))

    return small_centre(Chooser(choose))


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


def test_nobody_comes_where_nothing_is_offered() -> None:
    system, staff = queue(3)
    outcome = run(system, staff, drawn(0.0), Draws(0), horizon_s=3600.0)
    assert outcome.counts["offered"].sum() == 0
    assert outcome.staffed_s.tolist() == [3600.0] * 3
    assert outcome.busy_s.tolist() == [0.0] * 3


def test_without_agents_everybody_is_left_or_gives_up() -> None:
    system, nobody = queue(0)
    endless = run(system, nobody, drawn(50.0), Draws(0), horizon_s=3600.0, keep_records=True)
    assert (endless.records["outcome"] == 0).all()
    hasty = run(system, nobody, drawn(50.0, patience_s=0.0), Draws(0), keep_records=True)
    assert (hasty.records["outcome"] == 2).all()
    assert hasty.records["wait"].max() == 0.0
    assert len(hasty.records) == len(endless.records) == hasty.counts["offered"].sum() > 100


def test_without_patience_contacts_are_answered_at_once_or_never() -> None:
    system, staff = queue(3)
    outcome = run(system, staff, drawn(50.0, patience_s=0.0), Draws(0), keep_records=True)
    assert set(outcome.records["outcome"].tolist()) == {1, 2}
    assert outcome.records["wait"].max() == 0.0


def test_a_horizon_of_nothing_is_over_at_once() -> None:
    system, staff = queue(3)
    outcome = run(system, staff, drawn(50.0), Draws(0), horizon_s=0.0)
    assert outcome.end_s == 0.0
    assert outcome.counts["offered"].sum() == 0
    assert outcome.staffed_s.tolist() == [0.0] * 3


def test_a_single_slot_is_enough() -> None:
    system, staff = queue(5)
    outcome = run(system, staff, drawn(80.0, slots=1), Draws(0))
    assert outcome.counts["offered"][0, 0] == outcome.counts["answered"][0, 0] > 40
    assert outcome.busy_by_slot_s.sum() == pytest.approx(outcome.busy_s.sum())


@pytest.mark.parametrize("retry", [False, True])
def test_contacts_that_bring_ever_new_ones_at_once_are_stopped(retry: bool) -> None:
    system, staff = queue(0 if retry else 1)
    system = replace(system, flows=back_to_itself(retry=retry))
    with pytest.raises(InvalidInput) as caught:
        run(system, staff, drawn(10.0, patience_s=0.0, handling_s=0.0), Draws(0))
    assert [issue.code for issue in caught.value.issues] == ["too_many_events"]


def test_a_run_that_passes_its_bound_on_events_is_stopped() -> None:
    system, staff = queue(1)
    with pytest.raises(InvalidInput) as caught:
        play(system, staff, contacts([0.0, 1.0], service=1.0), most_events=2)
    assert [issue.code for issue in caught.value.issues] == ["too_many_events"]
