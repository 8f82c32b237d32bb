"""Rules that cannot all hold: what gives way is the least, in the order of giving up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import NoSolution
from optimizer.model import (
    Agent,
    Directives,
    History,
    Pin,
    Range,
    Relaxation,
    Roster,
    RuleName,
    Shift,
    ShiftTemplate,
)
from optimizer.roster.frame import Frame, Person
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.tours import Tours, relax
from tests.optimizer.roster.cases import MONDAY, problem

EARLY = ShiftTemplate("early", 6 * 60, 6 * 60, (240,), step_minutes=60)
LATE = ShiftTemplate("late", 16 * 60, 16 * 60, (360,), step_minutes=60)
WHEREVER = {
    RuleName.MIN_DAYS,
    RuleName.MAX_DAYS,
    RuleName.MIN_DAYS_OFF,
    RuleName.MAX_DAYS_OFF,
    RuleName.FORBIDDEN,
    RuleName.REST,
}
ORDER = [rule for rule in RuleName if rule.given_up is not None]


def frame_of(agent: Agent | None = None, pins: tuple[Pin, ...] = (), **contract: object) -> Frame:
    agent = agent or Agent("a", "c", "here", {"s0": 3})
    one = problem(agents=(agent,), templates=(EARLY, LATE), **{"days": 7, **contract})
    return Frame.of(replace(one, directives=Directives(pins=pins)))


def has_a_roster(person: Person, frame: Frame) -> bool:
    tours = Tours.of_people([person], frame.patterns, len(frame.calendar.days))
    return bool(np.isfinite(tours.best(0, np.zeros(len(frame.patterns))).cost))


def test_an_agent_with_a_roster_is_left_alone() -> None:
    frame = frame_of()
    relaxed, relaxations = relax(frame, [0])
    assert relaxed.people == frame.people
    assert relaxations == ()


def test_too_many_shifts_asked_for_are_asked_for_less() -> None:
    frame = frame_of(shifts_per_week=Range(6, 7), max_consecutive_days=2, rest_minutes=0)
    relaxed, relaxations = relax(frame, [0])
    person = relaxed.people[0]
    assert relaxations == (Relaxation("a", RuleName.SHIFTS_PER_WEEK, None, 1.0),)
    assert has_a_roster(person, frame)
    tour = Tours.of_people([person], frame.patterns, 7).best(0, np.zeros(len(frame.patterns)))
    assert np.count_nonzero(tour.worked >= 0) == 5


def test_a_pin_on_a_day_off_goes_before_the_day_off() -> None:
    tuesday = MONDAY + timedelta(days=1)
    agent = Agent("a", "c", "here", {"s0": 3}, days_off=(tuesday,))
    _, relaxations = relax(frame_of(agent, (Pin("a", tuesday, works=True),)), [0])
    assert relaxations == (Relaxation("a", RuleName.PINS, tuesday, 1.0),)


def test_each_of_a_group_that_is_over_constrained_alike_is_relaxed() -> None:
    impossible = {"shifts_per_week": Range(7, 7), "max_consecutive_days": 6}
    frame = Frame.of(problem(agents=3, **impossible))
    relaxed, relaxations = relax(frame, range(3))
    assert relaxations == tuple(
        Relaxation(f"a{number}", RuleName.SHIFTS_PER_WEEK, None, 1.0) for number in range(3)
    )
    costs, _, _ = Tours.of(relaxed).best_all(
        np.zeros((len(frame.teams), len(frame.patterns))), range(3)
    )
    assert np.isfinite(costs).all()


def test_who_cannot_have_any_roster_is_named() -> None:
    one = problem(templates=(EARLY, LATE))
    # It has begun, and is a shift that there is no more.
    begun = Roster(one.requirement.grid, (Shift("a0", "early", 9, 13),))
    noon = Directives(now=datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("Europe/Paris")))
    frame = Frame.of(replace(one, previous=begun, directives=noon))
    with pytest.raises(NoSolution) as caught:
        relax(frame, [0])
    assert [(issue.code, issue.pointer) for issue in caught.value.issues] == [
        ("no_roster", "/organisation/agents/0")
    ]


@st.composite
def overconstrained(draw: st.DrawFn) -> Frame:
    """Draw an agent from Wednesday to Sunday with many limits, most of them narrow."""
    days = [MONDAY + timedelta(days=day) for day in range(2, 7)]
    some = st.sampled_from(days)
    agent = Agent(
        "a",
        "c",
        "here",
        {"s0": 3},
        days_off=tuple(draw(st.lists(some, max_size=3))),
        history=History(days_worked=draw(st.sampled_from([0, 0, 2]))),
    )
    least = draw(st.integers(0, 5))
    pins = tuple(
        Pin("a", draw(some), works=draw(st.booleans())) for _ in range(draw(st.integers(0, 2)))
    )
    return frame_of(
        agent,
        pins,
        days=5,
        first=days[0],
        shifts_per_week=Range(least, 5),
        minutes_per_week=draw(st.sampled_from([Range(), Range(1200), Range(0, 700)])),
        rest_minutes=draw(st.sampled_from([0, 660, 1260, 2400])),
        max_consecutive_days=draw(st.integers(1, 5)),
        min_consecutive_days=draw(st.sampled_from([1, 2, 3])),
        min_consecutive_days_off=draw(st.sampled_from([1, 2])),
        max_weekends=draw(st.sampled_from([None, 0])),
        whole_weekends=draw(st.booleans()),
        max_start_spread_minutes=draw(st.sampled_from([None, 60])),
        template_limits={"late": draw(st.sampled_from([Range(), Range(2), Range(0, 1)]))},
        soft=draw(st.sampled_from([{}, {RuleName.MAX_DAYS: 2.0}])),
    )


@given(overconstrained())
@settings(max_examples=30)
def test_the_least_gives_way_in_the_order_of_giving_up(frame: Frame) -> None:
    relaxed, relaxations = relax(frame, [0])
    totals: dict[RuleName, float] = {}
    for relaxation in relaxations:
        totals[relaxation.rule] = totals.get(relaxation.rule, 0.0) + relaxation.amount
    least = by_brute_force(frame)
    assert totals.keys() == least.keys()
    for rule, amount in least.items():
        # What holds wherever it is needed is told once, with the greatest breach.
        assert totals[rule] <= amount + 1e-6
        if rule not in WHEREVER:
            assert totals[rule] == pytest.approx(amount)
    assert has_a_roster(relaxed.people[0], frame)


def by_brute_force(frame: Frame) -> dict[RuleName, float]:
    """Return the breach of each rule in the roster that is best in the order of giving up."""
    patterns, view = frame.patterns, frame.views[0]
    soft = view.contract.soft.keys()
    forms = frame.forms(0, {rule: 1.0 for rule in ORDER if rule not in soft})
    rules = [rule for rule in reversed(ORDER) if any(form.rule == rule for form in forms)]
    people = [
        Person.of(view, [form for form in forms if form.rule == rule])
        for rule in rules
        if rule not in soft
    ]
    days = [[-1, *np.flatnonzero(patterns.day == day).tolist()] for day in range(5)]
    best = min(
        [cost_of(person, patterns, worked) for person in people] for worked in product(*days)
    )
    hard = (rule for rule in rules if rule not in soft)
    return {rule: amount for rule, amount in zip(hard, best, strict=True) if amount}
