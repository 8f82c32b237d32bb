"""The state of a plan, kept up to date, beside everything computed anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import (
    ActivityKind,
    ActivityTemplate,
    Agent,
    PlannedActivity,
    RosterProblem,
    RuleName,
    Shift,
    ShiftTemplate,
)
from optimizer.roster.checks.cover import shortage_of
from optimizer.roster.frame import Frame
from optimizer.roster.placement import FREE, working_slots
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.rules.shared import Part, SharedRow, Watch
from optimizer.roster.state import State
from tests.optimizer.roster.cases import problem, roster

BREAK = ActivityTemplate(ActivityKind.BREAK, 60, 60, 120, 60, paid=True)
MEAL = ActivityTemplate(ActivityKind.MEAL, 60, 60, 300, 60)
LONG = ShiftTemplate("long", 8 * 60, 10 * 60, (360, 420), step_minutes=60, activities=(BREAK, MEAL))
SHORT = ShiftTemplate("short", 9 * 60, 20 * 60, (180,), step_minutes=240)
DAYS = 3
PRICES = (3.0, 11.0, 7.0)
LEVELS = st.sampled_from([0.0, 0.3, 1.0, 1.0, 1.5, 2.25])


@dataclass
class Drawn:
    """A frame with rows and watches of every kind."""

    problem: RosterProblem
    frame: Frame


@st.composite
def frames(draw: st.DrawFn) -> Drawn:
    held = draw(st.lists(st.sets(st.integers(0, 2), min_size=1), min_size=1, max_size=5))
    agents = tuple(
        Agent(f"a{i}", "c", "here", {f"s{skill}": 3 for skill in sorted(skills)})
        for i, skills in enumerate(held)
    )
    required = np.zeros((3, 24 * DAYS))
    for group in range(3):
        for day in range(DAYS):
            levels = draw(st.lists(LEVELS, min_size=3, max_size=3))
            required[group, 24 * day + 8 : 24 * day + 20] = np.repeat(levels, 4)
    made = problem(
        agents=agents,
        required=required,
        days=DAYS,
        templates=(LONG, SHORT),
        prices=PRICES,
        hourly_cost=draw(st.sampled_from([0.0, 2.0])),
        call_cost=draw(st.sampled_from([0.0, 4.0])),
    )
    return Drawn(made, with_rows(draw, Frame.of(made)))


def with_rows(draw: st.DrawFn, frame: Frame) -> Frame:
    """Return a frame with a cap per day, a share of the period, and a watch."""
    agents = np.arange(len(frame.people))
    patterns = frame.patterns
    lent = agents[: draw(st.integers(0, len(agents)))]
    everything = np.arange(len(patterns))
    first_day = np.flatnonzero(patterns.day == 0)
    minutes = patterns.paid.astype(float)
    above = draw(st.sampled_from([5.0, np.inf]))
    rows = [
        SharedRow(
            RuleName.VENDOR_CAPS,
            (Part(lent, first_day, np.ones(len(first_day))),),
            -np.inf,
            1.0,
            np.inf,
            above,
        ),
        SharedRow(
            RuleName.SHIFT_DEMAND,
            (Part(agents, first_day, np.ones(len(first_day))),),
            2.0,
            2.0,
            9.0,
            1.5,
        ),
        SharedRow(
            RuleName.ELASTIC_SHARE,
            (
                Part(lent, everything, 0.5 * minutes),
                Part(np.setdiff1d(agents, lent), everything, -0.5 * minutes),
            ),
            -np.inf,
            4.0,
            np.inf,
            above,
        ),
    ]
    needed = np.zeros(24 * DAYS)
    needed[9:19] = draw(st.sampled_from([1.0, 2.0]))
    watch = Watch(RuleName.FLOORS, agents[1:], needed, 6.0)
    marks = np.stack([np.isin(agents, lent), agents >= 1], axis=1)
    keys: dict[Any, int] = {}
    team = np.array(
        [
            keys.setdefault((frame.serves[frame.team[a]], *marks[a].tolist()), len(keys))
            for a in agents
        ]
    )
    return replace(
        frame,
        shared=tuple(rows),
        watches=(watch,),
        team=team,
        teams=tuple(np.flatnonzero(team == t) for t in range(len(keys))),
        serves=tuple(key[0] for key in keys),
    )


def shifts_of(drawn: Drawn, state: State) -> list[Shift]:
    """Return the shifts of a state as the model says them."""
    organisation, patterns = drawn.problem.organisation, drawn.frame.patterns
    found = []
    for agent, day in np.argwhere(state.worked != FREE).tolist():
        pattern = int(state.worked[agent, day])
        template = organisation.templates[patterns.template[pattern]]
        activities = tuple(
            PlannedActivity(a.kind, int(begin), int(begin) + a.minutes // 60, a.paid)
            for a, begin in zip(template.activities, state.begins[agent, day], strict=False)
        )
        start, end = int(patterns.start[pattern]), int(patterns.end[pattern])
        found.append(Shift(organisation.agents[agent].id, template.id, start, end, activities))
    return found


def cost_anew(drawn: Drawn, state: State) -> float:
    """Return the objective with nothing of the state but its plan."""
    frame = drawn.frame
    shifts = shifts_of(drawn, state)
    missing = shortage_of(drawn.problem, roster(drawn.problem, *shifts))
    cost = float(np.array(PRICES) @ missing.sum(axis=1))
    for agent in np.flatnonzero(state.inside).tolist():
        cost += cost_of(frame.people[agent], frame.patterns, state.worked[agent].tolist())
    for row in frame.shared:
        total = 0.0
        for part in row.parts:
            units = dict(zip(part.patterns.tolist(), part.units.tolist(), strict=True))
            worked = state.worked[part.agents]
            total += sum(units.get(pattern, 0.0) for pattern in worked[worked != FREE].tolist())
        for outside, price in (
            (row.lower - total, row.below_price),
            (total - row.upper, row.above_price),
        ):
            cost += outside * price if outside > 1e-9 else 0.0
    names = [agent.id for agent in drawn.problem.organisation.agents]
    for watch in frame.watches:
        there = np.zeros(len(watch.needed))
        for shift in shifts:
            if names.index(shift.agent) in watch.agents:
                there[[slot for slot in shift.working_slots() if slot < len(there)]] += 1
        cost += watch.price * float(np.maximum(0.0, watch.needed - there).sum())
    return cost


def draw_row(data: st.DataObject, frame: Frame, agent: int) -> npt.NDArray[np.int64]:
    """Draw a roster of an agent, whatever the rules say of it."""
    row = np.full(DAYS, FREE, dtype=np.int64)
    for day in range(DAYS):
        mine = frame.people[agent].patterns
        choices = mine[frame.patterns.day[mine] == day].tolist()
        row[day] = data.draw(st.sampled_from([FREE, *choices]))
    return row


@settings(max_examples=60, deadline=None)
@given(frames(), st.data())
def test_the_cost_after_any_changes_is_that_of_the_plan_computed_anew(
    drawn: Drawn, data: st.DataObject
) -> None:
    frame = drawn.frame
    state = State(frame)
    for _ in range(data.draw(st.integers(1, 12))):
        agent = data.draw(st.integers(0, len(frame.people) - 1))
        if state.inside[agent]:
            state.take_out(agent)
        else:
            row = draw_row(data, frame, agent)
            state.put_in(agent, row, state.place(agent, row))
    assert state.cost == pytest.approx(cost_anew(drawn, state), abs=1e-6)
    rebuilt = State.of(frame, state.worked, state.begins)
    for agent in np.flatnonzero(~state.inside).tolist():
        rebuilt.take_out(agent)
    assert rebuilt.weight == pytest.approx(state.weight, abs=1e-6)
    for team in range(len(frame.teams)):
        assert rebuilt.values(team) == pytest.approx(state.values(team), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(frames(), st.data())
def test_the_price_of_a_pattern_is_what_it_adds_to_the_cost(
    drawn: Drawn, data: st.DataObject
) -> None:
    frame = drawn.frame
    state = State(frame)
    for agent in range(len(frame.people)):
        row = draw_row(data, frame, agent)
        state.put_in(agent, row, state.place(agent, row))
    agent = data.draw(st.integers(0, len(frame.people) - 1))
    state.take_out(agent)
    prices, before = state.prices(agent), state.weight
    for pattern in frame.people[agent].patterns.tolist():
        row = np.full(DAYS, FREE, dtype=np.int64)
        row[frame.patterns.day[pattern]] = pattern
        state.put_in(agent, row, state.place(agent, row), own=0.0)
        assert state.weight - before == pytest.approx(prices[pattern], abs=1e-6)
        state.take_out(agent)


@settings(max_examples=40, deadline=None)
@given(frames(), st.data())
def test_prices_add_up_over_a_roster_where_no_row_sums_several_days(
    drawn: Drawn, data: st.DataObject
) -> None:
    frame = replace(drawn.frame, shared=drawn.frame.shared[:2])
    state = State(frame)
    for agent in range(len(frame.people)):
        row = draw_row(data, frame, agent)
        state.put_in(agent, row, state.place(agent, row), own=0.0)
    agent = data.draw(st.integers(0, len(frame.people) - 1))
    seat = state.take_out(agent)
    assert state.spanning(agent) is None
    prices, before = state.prices(agent), state.weight
    shifts = seat.worked[seat.worked != FREE]
    state.put_in(agent, seat.worked, state.place(agent, seat.worked), own=0.0)
    assert state.weight - before == pytest.approx(prices[shifts].sum(), abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(frames(), st.data())
def test_the_loss_of_a_slot_is_what_somebody_taken_from_it_costs(
    drawn: Drawn, data: st.DataObject
) -> None:
    frame = replace(drawn.frame, shared=())
    state = State(frame)
    for agent in range(len(frame.people)):
        row = draw_row(data, frame, agent)
        state.put_in(agent, row, state.place(agent, row), own=0.0)
    agent = data.draw(st.integers(0, len(frame.people) - 1))
    losses = state.losses(int(frame.team[agent]))
    slots = working_slots(state.shapes, state.worked[agent], state.begins[agent], 24 * DAYS)
    before = state.weight
    seat = state.take_out(agent)
    # All slots are apart from each other, so that taking all away costs the sum.
    assert state.weight - before == pytest.approx(losses[slots].sum(), abs=1e-6)
    state.put_back(agent, seat)
    assert state.weight == pytest.approx(before, abs=1e-6)


def test_hard_rows_make_the_cost_infinite_and_leave_a_weight_to_climb_down() -> None:
    made = problem(agents=2)
    frame = Frame.of(made)
    patterns = np.arange(len(frame.patterns))
    cap = SharedRow(
        RuleName.VENDOR_CAPS,
        (Part(np.arange(2), patterns, np.ones(len(patterns))),),
        -np.inf,
        1.0,
        np.inf,
        np.inf,
    )
    state = State(replace(frame, shared=(cap,)))
    row = np.full(7, FREE, dtype=np.int64)
    row[0] = 0
    state.put_in(0, row, state.place(0, row))
    assert np.isfinite(state.cost)
    assert state.prices(1)[0] > 1e6
    state.put_in(1, row, state.place(1, row))
    assert np.isinf(state.cost)
    assert 1e6 < state.weight < 1e9
