"""Whatever stands in a problem, checking it ends with issues and never with a crash."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import Issue
from optimizer.model import (
    Absence,
    Availability,
    ChangePrices,
    Directives,
    Floor,
    Forbidden,
    History,
    Keep,
    Limits,
    PayBand,
    Pin,
    Range,
    Request,
    RequestKind,
    Roster,
    RosterProblem,
    Rotation,
    RuleName,
    Shift,
    ShiftDemand,
    TimeGrid,
    Training,
    check_problem,
)
from tests.optimizer.builders import MONDAY, organisation, requirement

GRID = TimeGrid.of_days(MONDAY, 7, 30, "Europe/Paris")


def rich_problem() -> RosterProblem:
    """Return a problem in which every record of people and directives stands once."""
    centre = organisation()
    first, *others = centre.agents
    core, *more = centre.contracts
    first = replace(
        first,
        availability=(Availability((0, 1), 480, 1200),),
        days_off=(MONDAY,),
        requests=(Request(MONDAY, RequestKind.OFF),),
        history=History(1, 0, GRID.local(0), 60, 1, "day", 480, 540),
        absences=(Absence(GRID.local(0), GRID.local(48)),),
        rotation=Rotation(MONDAY, ("on", "day", "off")),
        limits=Limits(max_weekends=1, template_limits={"day": Range(0, 2)}),
    )
    core = replace(
        core,
        template_limits={"day": Range(0, 5)},
        forbidden=(Forbidden("day", "day"),),
        overtime=(PayBand(2400, 0.5),),
        soft={RuleName.REST: 1.0},
    )
    site = replace(centre.sites[0], limits=Limits(rest_minutes=600))
    said = Directives(
        (ShiftDemand(MONDAY, "day", 1),),
        (Floor(1, "voice:orders", start_minute=480, end_minute=600),),
        (Training("t", ("a0", "a1"), 60, first_day=MONDAY),),
        (Pin("a0", MONDAY, Keep.SHIFT), Pin("a1", MONDAY, works=True, start_minute=480)),
        ChangePrices(1.0, 1.0, 1.0),
        GRID.local(4),
    )
    return RosterProblem(
        replace(centre, agents=(first, *others), contracts=(core, *more), sites=(site,)),
        requirement(np.full((2, 7 * 48), 0.1)),
        said,
        Roster(GRID, (Shift("a0", "day", 18, 36),)),
    )


_ODD: dict[type, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: st.sampled_from([-(10**9), -1, 0, 1, 7, 1441, 10**9]),
    float: st.sampled_from([-1.0, 0.0, 1e300, float("inf"), float("nan")]),
    str: st.sampled_from(["", "gone", "day", "off", "a1", "Europe/Paris", "../x"]),
    datetime: st.sampled_from([datetime(2026, 11, 23, 8), GRID.local(0), GRID.local(10**5)]),
    date: st.sampled_from([MONDAY, MONDAY - timedelta(days=1), date(1, 1, 1), date(9999, 12, 31)]),
}


def spoilt(value: Any, data: st.DataObject) -> Any:
    """Return a value with something odd somewhere in it."""
    if isinstance(value, Enum) or value is None:
        return value
    for kind, odd in _ODD.items():
        if type(value) is kind:
            return data.draw(odd)
    if isinstance(value, tuple):
        if not value or data.draw(st.integers(0, 4)) == 0:
            return data.draw(st.sampled_from([(), value, value + value]))
        at = data.draw(st.integers(0, len(value) - 1))
        return (*value[:at], spoilt(value[at], data), *value[at + 1 :])
    if isinstance(value, dict):
        return {key: spoilt(inner, data) for key, inner in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        field = data.draw(st.sampled_from([field.name for field in fields(value)]))
        return replace(value, **{field: spoilt(getattr(value, field), data)})
    return value


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_checking_a_spoilt_problem_ends_with_issues(data: st.DataObject) -> None:
    made = rich_problem()
    for _ in range(data.draw(st.integers(1, 4))):
        part = data.draw(st.sampled_from(["organisation", "directives", "previous"]))
        made = replace(made, **{part: spoilt(getattr(made, part), data)})
    issues = check_problem(made)
    assert all(isinstance(issue, Issue) and issue.detail.endswith(".") for issue in issues)


def test_what_is_spoilt_was_sound_before() -> None:
    assert {issue.code for issue in check_problem(rich_problem())} == {
        "pin_on_day_off",
        "pin_on_absence",
    }
