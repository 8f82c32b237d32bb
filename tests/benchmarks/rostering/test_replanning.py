"""Mending a week: who is away works nothing, and greed moves nobody else."""

from __future__ import annotations

import pytest

from benchmarks.centre import centre
from benchmarks.rostering.replanning import WAYS, greedily_filled, replanned, with_absences
from optimizer.model import Roster, RosterProblem, check_problem
from optimizer.roster import solve, verify
from optimizer.stop import Deadline

Shape = tuple[str, int, int, str]


@pytest.fixture(scope="module")
def week() -> tuple[RosterProblem, Roster]:
    problem = centre(24, 2, 7, 3)
    standing = solve(problem, deadline=Deadline.after(1.5), seed=3).roster
    return with_absences(problem, standing, 3, 3), standing


def shapes(roster: Roster) -> set[Shape]:
    return {(shift.agent, shift.start, shift.end, shift.template) for shift in roster.shifts}


def test_people_are_away_on_days_on_which_some_of_them_work(
    week: tuple[RosterProblem, Roster],
) -> None:
    sick, standing = week
    assert check_problem(sick) == []
    away = {agent.id for agent in sick.organisation.agents if agent.absences}
    assert len(away) == 3
    for name in away:
        assert any(48 * 2 <= s.start < 48 * 4 for s in standing.shifts if s.agent == name)


def test_greed_keeps_every_shift_that_is_not_lost_and_the_verifier_agrees(
    week: tuple[RosterProblem, Roster],
) -> None:
    sick, standing = week
    filled = greedily_filled(sick, standing)
    judged = verify(sick, filled)
    assert judged.sound, judged.issues
    away = {agent.id for agent in sick.organisation.agents if agent.absences}
    assert {rule.agent for rule in filled.relaxed} <= away
    lost = {s for s in shapes(standing) if s[0] in away and 48 * 2 <= s[1] < 48 * 4}
    assert shapes(standing) - shapes(filled) == lost
    added = shapes(filled) - shapes(standing)
    assert {shape[1:] for shape in added} <= {shape[1:] for shape in lost}


def test_every_way_is_judged_and_averaged_over_the_seeds() -> None:
    found = replanned(15, 2, (1, 2), absences=2, price=1.0, seconds=0.7)
    assert [run["seed"] for run in found["runs"]] == [1, 2]
    for way in WAYS:
        assert found["mean"][way]["verified"]
        mean = sum(run[way]["changes"] for run in found["runs"]) / 2
        assert found["mean"][way]["changes"] == pytest.approx(mean)
    assert set(found["no_worse"]) == {"cold", "greedy"}


def test_no_more_people_are_away_than_work() -> None:
    problem = centre(6, 1, 7, 1)
    standing = solve(problem, deadline=Deadline.after(1), seed=1).roster
    sick = with_absences(problem, standing, 50, 1)
    assert 0 < sum(bool(agent.absences) for agent in sick.organisation.agents) <= 6
