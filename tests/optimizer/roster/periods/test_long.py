"""Long periods are solved by windows when something is counted over all of them."""

from __future__ import annotations

import pytest

from optimizer.errors import NoSolution
from optimizer.model import Range, Site
from optimizer.progress import Event
from optimizer.roster import solve
from optimizer.roster.periods.long import is_long
from optimizer.stop import Deadline
from tests.optimizer.roster.cases import demand, problem


def test_a_quarter_with_contacts_or_limits_of_the_period_is_long() -> None:
    assert not is_long(problem(days=56, required=demand(56, range(8, 12), 1.0)))
    assert is_long(problem(days=91, required=demand(91, range(8, 12), 1.0)))
    assert not is_long(problem(days=91))
    assert is_long(problem(days=91, minutes_per_period=Range(0, 6000)))
    assert is_long(problem(days=91, max_weekends=6))
    assert is_long(problem(days=91, template_limits={"morning": Range(0, 50)}))


def test_days_that_begin_elsewhere_are_not_cut() -> None:
    far = (Site("here", zone="Asia/Tokyo"),)
    assert not is_long(problem(days=91, max_weekends=6, sites=far))
    same = (Site("here", zone="Europe/Berlin"),)
    assert is_long(problem(days=91, max_weekends=6, sites=same))


def test_a_quarter_is_covered_within_limits_of_the_whole() -> None:
    made = problem(
        agents=2,
        days=91,
        required=demand(91, range(8, 12), 1.0),
        minutes_per_period=Range(10800, 11040),
        max_weekends=10,
    )
    told: list[Event] = []
    found = solve(made, deadline=Deadline.after(8.0), observer=told.append, workers=1)
    assert found.verification.sound
    assert found.roster.relaxed == ()
    # Weekends are dear: few may be lost to those who worked theirs early.
    assert found.verification.short_agent_intervals <= 8.0
    assert found.report.bound is None
    assert any(event.phase.startswith("rolling") for event in told)


def test_a_stop_in_the_first_window_leaves_nothing() -> None:
    deadline = Deadline.after(20.0)
    deadline.stop()
    with pytest.raises(NoSolution):
        solve(problem(days=91, max_weekends=6), deadline=deadline)


def test_a_sound_start_takes_the_place_of_rolling() -> None:
    made = problem(days=91, max_weekends=6)
    deadline, told = Deadline.after(20.0), list[Event]()

    def stop_once_rolled(event: Event) -> None:
        if event.phase.startswith("opening"):
            deadline.stop()

    first = solve(made, deadline=deadline, observer=stop_once_rolled, workers=1)
    again = solve(
        made, deadline=Deadline.after(1.0), observer=told.append, workers=1, start=first.roster
    )
    assert told
    assert all(event.phase.startswith("opening") for event in told)
    assert again.report.objective <= first.report.objective
