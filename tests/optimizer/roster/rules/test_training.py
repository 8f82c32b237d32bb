"""Training: who has it, when, with whom, and what it costs not to have it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import inf

import pytest

from optimizer.model import (
    ActivityKind,
    Directives,
    PlannedActivity,
    Roster,
    RosterProblem,
    Shift,
    Training,
    check_problem,
)
from optimizer.roster.checks.worker import workers
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.training import check
from tests.optimizer.roster.cases import MONDAY, problem, roster, shift

COURSE = Training("course", ("a0", "a1", "a2"), 60, group_min=2, group_max=2, cost=30.0)


def with_training(training: Training = COURSE) -> RosterProblem:
    return replace(problem(agents=4), directives=Directives(trainings=(training,)))


def attending(agent: str, start: int, day: int = 0, **changes: object) -> Shift:
    """Return a morning with one session; `changes` are fields of the session."""
    session = PlannedActivity(
        ActivityKind.TRAINING, 24 * day + start, 24 * day + start + 1, True, "course"
    )
    planned = replace(session, **changes)  # type: ignore[arg-type]  # whatever a test breaks
    return replace(shift(agent, day), activities=(planned,))


def found(made: RosterProblem, *shifts: Shift, previous: Roster | None = None) -> list[Match]:
    made = replace(made, previous=previous)
    return list(check(made, workers(made, roster(made, *shifts))))


def test_everybody_without_training_costs_its_price() -> None:
    matches = found(with_training(), attending("a0", 9), attending("a1", 9))
    assert [(m.agent, m.cost) for m in matches] == [("a2", 30.0)]


@pytest.mark.parametrize(
    ("shifts", "detail"),
    [
        ((attending("a0", 9),), "1 people in one session of 'course'."),
        (
            (attending("a0", 9), attending("a1", 9), attending("a2", 9)),
            "3 people in one session of 'course'.",
        ),
        (
            (attending("a0", 9), attending("a3", 9)),
            "Training 'course' is not for this agent.",
        ),
        (
            (attending("a0", 9), attending("a1", 9), attending("a0", 8, 1), attending("a2", 8, 1)),
            "Training 'course' is had 2 times.",
        ),
        (
            (attending("a0", 9, training="other"),),
            "There is no training 'other'.",
        ),
        (
            (attending("a0", 9, end=11), attending("a1", 9, end=11)),
            "A training of 120 min is not what training 'course' asks for.",
        ),
    ],
)
def test_a_session_that_is_not_as_the_training_has_it_is_broken(
    shifts: tuple[Shift, ...], detail: str
) -> None:
    broken = [match for match in found(with_training(), *shifts) if match.cost == inf]
    assert {match.detail for match in broken} == {detail}


def test_a_session_lies_within_days_and_hours_of_the_site() -> None:
    tuesday = MONDAY + timedelta(days=1)
    late = replace(COURSE, first_day=tuesday, last_day=tuesday, earliest_minute=9 * 60)
    for day, hour, allowed in ((0, 9, False), (1, 8, False), (1, 9, True), (2, 9, False)):
        matches = found(with_training(late), attending("a0", hour, day), attending("a1", hour, day))
        assert any(match.cost == inf for match in matches) is not allowed


def test_a_session_of_the_previous_roster_may_have_lost_people() -> None:
    made = with_training()
    before = roster(made, attending("a0", 9), attending("a1", 9))
    assert any(match.broken for match in found(made, attending("a0", 9)))
    assert not any(match.broken for match in found(made, attending("a0", 9), previous=before))


def test_unpaid_training_is_refused() -> None:
    made = with_training(replace(COURSE, paid=False))
    issues = [i for i in check_problem(made) if i.code == "unpaid_training"]
    assert [issue.pointer for issue in issues] == ["/directives/trainings/0/paid"]
