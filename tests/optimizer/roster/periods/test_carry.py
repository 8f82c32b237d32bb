"""A period cut in two breaks the same rules as in one piece: what is carried over is enough."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optimizer.model import History, Range, Roster, RosterProblem, RuleName
from optimizer.roster.checks.worker import workers
from optimizer.roster.periods.carry import carried_agents
from optimizer.roster.periods.stretch import joined, part_of, stretch_of
from optimizer.roster.rules.registry import CHECKS
from tests.optimizer.roster.agreement import as_roster, drawn_plan, views_of
from tests.optimizer.roster.cases import problem, rich_problems, roster, shift

KEPT = {
    RuleName.REST,
    RuleName.FORBIDDEN,
    RuleName.MAX_DAYS,
    RuleName.MIN_DAYS,
    RuleName.MIN_DAYS_OFF,
    RuleName.MAX_DAYS_OFF,
    RuleName.SHIFTS_PER_WEEK,
    RuleName.MINUTES_PER_WEEK,
    RuleName.START_SPREAD,
}
"""Rules that history speaks of. Weekends and the period's minutes are shared out by days."""


def broken(problem: RosterProblem, roster: Roster) -> dict[str, set[RuleName]]:
    """Return the rules that each agent's shifts break."""
    found: dict[str, set[RuleName]] = {}
    for worker in workers(problem, roster):
        matches = [match for check in CHECKS for match in check(worker)]
        found[worker.agent.id] = {m.rule for m in matches if m.cost > 0 and m.rule in KEPT}
    return found


@settings(max_examples=25, deadline=None)
@given(made=rich_problems(agents=2), seed=st.integers(0, 9999), cut=st.integers(1, 8))
def test_whatever_is_broken_in_one_piece_is_broken_in_one_of_two(
    made: RosterProblem, seed: int, cut: int
) -> None:
    grid = made.requirement.grid
    days = grid.days()
    assume(cut < len(days))
    # Days of other zones do not end where the stretch does.
    sites = tuple(replace(site, zone=grid.zone) for site in made.organisation.sites)
    made = replace(made, organisation=replace(made.organisation, sites=sites))
    whole = as_roster(views_of(made), drawn_plan(views_of(made), seed, 0.4))
    opening = stretch_of(made, Roster(grid, ()), days[0], days[cut - 1])
    closing = stretch_of(made, whole, days[cut], days[-1])
    early = part_of(whole, opening.requirement.grid)
    late = part_of(whole, closing.requirement.grid)
    assert joined(grid, [early, late]).shifts == whole.shifts
    before, after = broken(opening, early), broken(closing, late)
    for name, rules in broken(made, whole).items():
        assert rules <= before[name] | after[name]


def test_runs_hours_and_fair_shares_are_carried_over() -> None:
    made = problem(days=14)
    worked = roster(made, *(shift("a0", day) for day in (2, 3, 5, 6)))
    (agent,) = carried_agents(made, worked, made.requirement.grid.days()[7])
    assert agent.history == History(
        days_worked=2,
        last_shift_end=made.requirement.grid.local(6 * 24 + 12),
        last_template="morning",
        weekends=1,
    )
    (agent,) = carried_agents(made, worked, made.requirement.grid.days()[5])
    assert (agent.history.days_worked, agent.history.days_off) == (0, 1)
    assert (agent.history.shifts_this_week, agent.history.minutes_this_week) == (2, 480)
    assert agent.history.earliest_start_this_week == agent.history.latest_start_this_week == 480


def test_a_cut_weekend_counts_once() -> None:
    made = problem(days=14)
    worked = roster(made, shift("a0", 5), shift("a0", 6))
    sunday = made.requirement.grid.days()[6]
    (agent,) = carried_agents(made, worked, sunday)
    assert agent.history.worked_saturday
    assert agent.history.weekends == 1
    rest = stretch_of(made, worked, sunday, made.requirement.grid.days()[13])
    later = part_of(worked, rest.requirement.grid)
    (agent,) = carried_agents(rest, later, made.requirement.grid.days()[7])
    assert agent.history.weekends == 1


@pytest.mark.parametrize(
    ("until", "least", "most"), [(6, 0, 1200), (13, 480, 1920)], ids=["half", "the whole"]
)
def test_limits_of_the_period_are_shared_out_by_days(until: int, least: int, most: int) -> None:
    made = problem(days=14)
    days = made.requirement.grid.days()
    contract = replace(made.organisation.contracts[0], minutes_per_period=Range(480, 1920))
    made = replace(made, organisation=replace(made.organisation, contracts=(contract,)))
    part = stretch_of(made, roster(made), days[0], days[until])
    (agent,) = part.organisation.agents
    assert agent.limits is not None
    bounds = agent.limits.minutes_per_period
    assert bounds is not None
    assert (bounds.minimum, bounds.maximum) == (least, most)
