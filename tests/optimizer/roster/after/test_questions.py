"""Why, and who could: answers are held against the judgement of whole rosters and enumeration."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from optimizer.errors import InvalidInput
from optimizer.model import (
    ActivityKind,
    Agent,
    Directives,
    PlannedActivity,
    Range,
    Request,
    RequestKind,
    Roster,
    RosterProblem,
    RuleName,
    Shift,
    ShiftTemplate,
    TimeGrid,
    Training,
)
from optimizer.roster.after.desk import Desk
from optimizer.roster.after.diff import ChangeKind
from optimizer.roster.after.effect import Effect
from optimizer.roster.after.recommend import (
    Recommendation,
    recommend_for_absence,
    recommend_for_shift,
    recommend_swaps,
)
from optimizer.roster.after.why import why
from optimizer.roster.frame import Frame
from optimizer.roster.placement import FREE
from optimizer.roster.respond import first_plan
from optimizer.roster.tours import Tours
from optimizer.roster.verify import verify
from tests.optimizer.roster import cases
from tests.optimizer.roster.cases import MONDAY, demand, problem, roster, shift, soon

DAYS = tuple(MONDAY + timedelta(days=d) for d in range(7))
LATE = ShiftTemplate("late", 16 * 60, 16 * 60, (240,), step_minutes=60)
SHAPES = (cases.MORNING, LATE)


def planned(made: RosterProblem) -> Roster:
    """Return a roster in which nobody can improve alone."""
    frame = Frame.of(made)
    state = first_plan(frame, Tours.of(frame), soon())
    assume(math.isfinite(state.cost))
    return as_roster(Desk(made, Roster(made.requirement.grid, ())), state.worked, state.begins)


def as_roster(desk: Desk, worked: Any, begins: Any) -> Roster:
    shifts = [
        desk.shift(agent, int(worked[agent, day]), begins[agent, day].tolist())
        for agent, day in np.argwhere(worked != FREE).tolist()
    ]
    return Roster(desk.problem.requirement.grid, tuple(shifts))


def applied(before: Roster, effect: Effect) -> Roster:
    """Return a roster with the changes of an effect made."""
    gone = {change.before for change in effect.changes}
    new = [change.after for change in effect.changes if change.after is not None]
    return replace(before, shifts=(*(s for s in before.shifts if s not in gone), *new))


def assert_told_truly(made: RosterProblem, before: Roster, effect: Effect) -> None:
    """Compare an effect with the verifier's judgement of both whole rosters."""
    old, new = verify(made, before), verify(made, applied(before, effect))
    assert new.sound == (not effect.breaks)
    if new.sound:
        assert effect.cost == pytest.approx(new.objective - old.objective, abs=1e-6)


small = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@small
@given(st.data())
def test_an_answer_tells_what_the_verifier_finds(data: st.DataObject) -> None:
    made = data.draw(cases.problems(agents=3, days=7))
    before = planned(made)
    assume(verify(made, before).sound)
    agent = data.draw(st.sampled_from(made.organisation.agents)).id
    day = data.draw(st.sampled_from(DAYS))
    free = data.draw(st.booleans())
    try:
        told = why(made, before, agent, day, free=free)
    except InvalidInput:  # no template starts on that day
        return
    assert_told_truly(made, before, told.effect)
    assert (told.shift is None) == free
    if told.rearranged is not None:
        assert_told_truly(made, before, told.rearranged)
        assert told.rearranged.cost < told.effect.cost
        assert {change.agent for change in told.rearranged.changes} == {agent}


def rows(desk: Desk, agent: int) -> Iterator[np.ndarray[Any, Any]]:
    """Yield everything that an agent could work."""
    mine = desk.frame.people[agent].patterns
    of_day = desk.frame.patterns.day[mine]
    days = range(len(desk.frame.calendar.days))
    for choice in itertools.product(*([FREE, *mine[of_day == day].tolist()] for day in days)):
        yield np.array(choice, dtype=np.int64)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases.problems(agents=2, days=4, small=True), st.integers(0, 3))
def test_no_other_days_around_a_shift_would_be_cheaper(made: RosterProblem, day: int) -> None:
    before = planned(made)
    desk = Desk(made, before)
    for agent in range(len(made.organisation.agents)):
        name = made.organisation.agents[agent].id
        told = why(made, before, name, DAYS[day], free=True)
        costs = [desk.quick({agent: row}) for row in rows(desk, agent) if row[day] == FREE]
        best = min(costs)
        answers = [told.effect.cost] if told.rearranged is None else [told.rearranged.cost]
        if desk.frame.shared:
            continue  # rows over several days are approached, not solved
        assert min(answers) == pytest.approx(best, abs=1e-6)


@settings(small, max_examples=15)
@given(st.data())
def test_what_is_recommended_for_an_absence_is_told_truly(data: st.DataObject) -> None:
    made = data.draw(cases.problems(agents=4, days=7))
    before = planned(made)
    assume(before.shifts and verify(made, before).sound)
    sick = data.draw(st.sampled_from(before.shifts))
    desk = Desk(made, before)
    home = desk.staff[desk.agent(sick.agent)].clock
    day = home.local(sick.start).date()
    found = recommend_for_absence(made, before, sick.agent, day)
    left = replace(before, shifts=tuple(s for s in before.shifts if s != sick))
    for proposal in found.proposals:
        assert sick.agent not in proposal.agents
        old, new = verify(made, left), verify(made, applied(left, proposal.effect))
        if old.sound:
            assert new.sound
            assert proposal.cost == pytest.approx(new.objective - old.objective, abs=1e-6)
    assert_in_order(found)
    for swap in recommend_swaps(made, before, sick.agent, day).proposals:
        assert_told_truly(made, before, swap.effect)
        assert any(
            (change.agent, change.day, change.kind) == (sick.agent, day, ChangeKind.REMOVED)
            for change in swap.effect.changes
        )


def assert_in_order(found: Recommendation) -> None:
    costs = [round(proposal.cost, 6) for proposal in found.proposals]
    assert costs == sorted(costs)


def test_the_rule_that_stops_a_shift_is_named_with_its_sentence() -> None:
    made = problem(agents=1, templates=SHAPES, rest_minutes=900)
    before = roster(made, shift("a0", 0, 16, template="late"))
    told = why(made, before, "a0", DAYS[1], template="morning")
    (stop,) = told.effect.breaks
    assert stop.rule is RuleName.REST
    assert "180 minutes of rest are missing" in stop.detail
    assert told.possible == 0
    assert told.rearranged is not None  # Monday given back
    assert [c.kind for c in told.rearranged.changes] in (
        [ChangeKind.REMOVED, ChangeKind.ADDED],
        [ChangeKind.MOVED, ChangeKind.ADDED],
    )


def test_a_template_that_the_contract_lacks_is_a_reason() -> None:
    made = problem(agents=1, templates=SHAPES)
    core = replace(made.organisation.contracts[0], templates=("morning",))
    made = replace(made, organisation=replace(made.organisation, contracts=(core,)))
    told = why(made, roster(made), "a0", DAYS[1], template="late")
    assert [match.rule for match in told.effect.breaks] == [RuleName.SHIFTS]
    assert told.rearranged is None


def test_working_on_sunday_is_explained_by_what_freedom_would_cost() -> None:
    needed = demand(7, range(8, 12), 0.0)
    needed[0, 6 * 24 + 8 : 6 * 24 + 12] = 1.0
    made = problem(agents=1, required=needed)
    told = why(made, roster(made, shift("a0", 6)), "a0", DAYS[6], free=True)
    assert told.now == shift("a0", 6)
    assert told.shift is None
    assert told.effect.costs == {RuleName.SHORTAGE: pytest.approx(40.0)}
    assert told.rearranged is None


def test_who_cannot_keep_every_rule_is_still_answered() -> None:
    # Five shifts are wanted of somebody who is away from Wednesday on.
    off = tuple(DAYS[day] for day in range(2, 7))
    staff = (Agent("a0", "c", "here", {"s0": 3}, days_off=off),)
    made = problem(agents=staff, shifts_per_week=Range(5, 5), required=demand(7, range(8, 12), 1.0))
    before = roster(made, shift("a0", 0), shift("a0", 1))
    told = why(made, before, "a0", DAYS[1], template="morning")
    assert (told.possible, told.effect.breaks) == (1, ())
    left = why(made, before, "a0", DAYS[1], free=True)
    assert [match.rule for match in left.effect.breaks] == [RuleName.SHIFTS_PER_WEEK]


def test_a_day_off_costs_the_training_that_was_held_on_it() -> None:
    course = Training("drill", ("a0", "a1"), 60, cost=9.0)
    made = problem(agents=2, required=demand(7, range(8, 12), 2.0))
    made = replace(made, directives=Directives(trainings=(course,)))
    session = PlannedActivity(ActivityKind.TRAINING, 9, 10, True, "drill")
    before = roster(
        made,
        replace(shift("a0", 0), activities=(session,)),
        replace(shift("a1", 0), activities=(session,)),
        shift("a1", 1),
    )
    told = why(made, before, "a0", DAYS[0], free=True)
    assert told.effect.costs == {
        RuleName.TRAINING: pytest.approx(9.0),
        RuleName.SHORTAGE: pytest.approx(30.0),
    }
    assert_told_truly(made, before, told.effect)
    assert_told_truly(made, before, why(made, before, "a1", DAYS[1], free=True).effect)


def test_a_shift_that_is_worked_already_costs_nothing() -> None:
    made = problem(agents=1)
    before = roster(made, shift("a0", 0))
    told = why(made, before, "a0", DAYS[0], template="morning")
    assert told.effect == Effect((), {}, ())
    assert told.shift == shift("a0", 0)


def test_the_colleague_who_is_cheapest_comes_first_for_an_open_shift() -> None:
    wishes = (Request(DAYS[2], RequestKind.OFF, 7.0),)
    skills = {"s0": 3}
    staff = (
        Agent("unwilling", "c", "here", skills, requests=wishes),
        Agent("willing", "c", "here", skills),
        Agent("away", "c", "here", skills, days_off=(DAYS[2],)),
        Agent("busy", "c", "here", skills),
    )
    made = problem(agents=staff)
    before = roster(made, shift("busy", 2))
    found = recommend_for_shift(made, before, DAYS[2], "morning")
    assert [(p.agents, p.cost) for p in found.proposals] == [
        (("willing",), 0.0),
        (("unwilling",), pytest.approx(7.0)),
    ]


def test_who_has_worked_enough_takes_a_shift_only_in_place_of_another() -> None:
    made = problem(agents=1, max_consecutive_days=2)
    before = roster(made, shift("a0", 0), shift("a0", 1))
    found = recommend_for_shift(made, before, DAYS[2], "morning")
    (proposal,) = found.proposals
    assert proposal.other_days
    assert [(c.day, c.kind) for c in proposal.effect.changes if c.day != DAYS[2]] in (
        [(DAYS[0], ChangeKind.REMOVED)],
        [(DAYS[1], ChangeKind.REMOVED)],
    )


def test_an_absence_tells_what_it_costs_to_do_nothing() -> None:
    made = problem(agents=2, required=demand(7, range(8, 12), 1.0))
    before = roster(made, shift("a0", 0))
    found = recommend_for_absence(made, before, "a0", DAYS[0])
    assert found.undone is not None
    assert found.undone.cost == pytest.approx(40.0)
    best = found.proposals[0]
    assert best.agents == ("a1",)
    assert best.cost == pytest.approx(-40.0)


def test_a_swap_needs_a_day_for_a_day() -> None:
    made = problem(agents=3, max_consecutive_days=1)
    before = roster(made, shift("a0", 0), shift("a1", 3), shift("a2", 0))
    found = recommend_swaps(made, before, "a0", DAYS[0])
    assert [p.agents for p in found.proposals] == [("a1",)]
    assert {(c.agent, c.day, c.kind) for c in found.proposals[0].effect.changes} == {
        ("a0", DAYS[0], ChangeKind.REMOVED),
        ("a0", DAYS[3], ChangeKind.ADDED),
        ("a1", DAYS[3], ChangeKind.REMOVED),
        ("a1", DAYS[0], ChangeKind.ADDED),
    }


@pytest.mark.parametrize(
    "ask",
    [
        lambda p, r: why(p, r, "nobody", DAYS[0]),
        lambda p, r: why(p, r, "a0", MONDAY - timedelta(days=1)),
        lambda p, r: why(p, r, "a0", DAYS[0], template="night"),
        lambda p, r: why(p, r, "a0", DAYS[0], start_minute=13),
        lambda p, r: recommend_for_absence(p, r, "a0", DAYS[5]),
        lambda p, r: recommend_swaps(p, r, "a0", DAYS[5]),
        lambda p, r: recommend_for_shift(p, r, DAYS[5], "night"),
    ],
)
def test_questions_about_what_does_not_exist_are_refused(ask: Any) -> None:
    made = problem(agents=1)
    with pytest.raises(InvalidInput):
        ask(made, roster(made, shift("a0", 0)))


@pytest.mark.parametrize(
    ("shifts", "code", "pointer"),
    [
        ((shift("a0", 0, hours=5),), "shift_without_template", "/roster/shifts/0"),
        ((shift("a0", 0), shift("a0", 0)), "two_shifts_a_day", "/roster/shifts/1"),
        ((shift("gone", 0),), "unknown_agent", "/roster/shifts/0/agent"),
        ((shift("a0", 99),), "bad_slots", "/roster/shifts/0"),
    ],
)
def test_a_roster_that_cannot_be_laid_out_is_refused(
    shifts: tuple[Shift, ...], code: str, pointer: str
) -> None:
    made = problem(agents=1)
    with pytest.raises(InvalidInput) as caught:
        why(made, roster(made, *shifts), "a0", DAYS[0], free=True)
    assert [(issue.code, issue.pointer) for issue in caught.value.issues] == [(code, pointer)]


def test_a_roster_on_another_grid_is_refused() -> None:
    made = problem(agents=1)
    with pytest.raises(InvalidInput) as caught:
        why(made, Roster(TimeGrid.of_days(DAYS[1], 7, 60), ()), "a0", DAYS[0], free=True)
    assert [issue.code for issue in caught.value.issues] == ["other_grid"]
