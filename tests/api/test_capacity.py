"""Hours of a capacity plan come from what the goals need of a forecast."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from api.capacity import with_forecast
from api.volumes import on_contacts, volumes_of
from forecasts import Forecast, read_forecast
from optimizer.errors import InvalidInput
from optimizer.model import Organisation, Tier
from optimizer.staffing.capacity import CapacityProblem, StaffGroup
from tests.optimizer.builders import organisation

MONDAY = date(2026, 10, 19)
HEADER = "group,start,offered,lower80,upper80,lower95,upper95,aht_s"


@pytest.fixture
def centre() -> Organisation:
    """Return two voice groups, one of them for technical experts; the clocks change in week 1."""
    base = organisation()
    orders, billing = base.groups
    experts = replace(billing, tier=Tier.TECHNICAL)
    return replace(base, groups=(replace(orders, shrinkage=0.3), experts))


@pytest.fixture
def forecast(tmp_path: Path) -> Forecast:
    """Return a forecast of two weeks: Monday mornings, and the Sunday before the second."""
    rows = [
        f"{group},{day} {clock},{offered},0,900,0,900,180"
        for group, offered in (("voice:orders", 100), ("voice:billing", 40))
        for day in ("2026-10-19", "2026-10-25", "2026-10-26", "2026-11-01")
        for clock in ("09:00", "09:30")
    ]
    path = tmp_path / "forecast.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return read_forecast(path)


def question(*groups: StaffGroup, weeks: int = 2) -> CapacityProblem:
    return CapacityProblem(MONDAY, weeks, groups)


FRONT = StaffGroup("front", heads=2, hourly_cost=20.0, tier=Tier.FRONT_LINE)
EXPERTS = StaffGroup("experts", heads=1, hourly_cost=30.0, planning_groups=("voice:billing",))


def test_hours_are_those_of_the_agents_on_contacts(
    centre: Organisation, forecast: Forecast
) -> None:
    filled = with_forecast(question(FRONT, EXPERTS), centre, forecast)
    needed = on_contacts(centre, volumes_of(centre, forecast))
    totals = dict(zip(needed.groups, needed.agents.sum(axis=1) * 0.5, strict=True))
    front, experts = (group.required_hours for group in filled.groups)
    # Monday and Sunday belong to the first week, the next Monday to the second.
    assert sum(front) == pytest.approx(totals["voice:orders"])
    assert front[0] == pytest.approx(front[1])
    assert sum(experts) == pytest.approx(totals["voice:billing"])


def test_hours_that_are_given_stay(centre: Organisation, forecast: Forecast) -> None:
    given = replace(FRONT, required_hours=(7.0,))
    filled = with_forecast(question(given, EXPERTS), centre, forecast)
    assert filled.groups[0].required_hours == (7.0,)
    assert filled.groups[1].required_hours[0] > 0.0


@pytest.mark.parametrize(
    ("problem", "found"),
    [
        (question(FRONT, weeks=3), ("forecast_too_short", "/capacity/weeks")),
        (
            question(replace(FRONT, planning_groups=("voice:none",))),
            ("unknown_group", "/capacity/groups/0/planning_groups/0"),
        ),
        (
            question(replace(FRONT, tier=Tier.RISK)),
            ("nothing_to_serve", "/capacity/groups/0"),
        ),
        (
            question(EXPERTS, replace(EXPERTS, id="more")),
            ("served_twice", "/capacity/groups/1"),
        ),
        (question(FRONT, weeks=10**9), ("out_of_range", "/capacity/weeks")),
    ],
)
def test_what_does_not_fit_is_named(
    problem: CapacityProblem, found: tuple[str, str], centre: Organisation, forecast: Forecast
) -> None:
    with pytest.raises(InvalidInput) as caught:
        with_forecast(problem, centre, forecast)
    assert found in [(issue.code, issue.pointer) for issue in caught.value.issues]
