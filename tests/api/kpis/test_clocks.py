"""Clocks of tickets run in business hours and are counted on the day on which they run out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from api.calendars import Calendar
from api.data.contact_fields import Contact
from api.kpis.attributes import Centre
from api.kpis.clocks import count_clocks, day_bounds, groups_with_clocks
from api.kpis.figures import add_up
from optimizer.model import OpeningHours, OpenWindow, ServiceGoal
from tests.optimizer.builders import organisation

PARIS = ZoneInfo("Europe/Paris")
HOURS = OpeningHours(
    "Europe/Paris", tuple(OpenWindow(weekday, opens=540, closes=1020) for weekday in range(5))
)
FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)


def centre(response_s: float | None = 7200.0, resolution_s: float | None = None) -> Centre:
    base = organisation()
    goal = ServiceGoal(first_response_seconds=response_s, resolution_seconds=resolution_s)
    return Centre.of(replace(base, groups=(replace(base.groups[0], goal=goal), base.groups[1])))


def at(day: date, hour: float) -> float:
    midnight = datetime(day.year, day.month, day.day, tzinfo=PARIS)
    return midnight.timestamp() + 3600.0 * hour


def ticket(created: float, answered: float | None = None, **told: object) -> Contact:
    base = {"group": "voice:orders", "created": created, "first_response": answered}
    return Contact(**base | told)  # type: ignore[arg-type]


def counted(
    day: date, *tickets: Contact, of: Centre | None = None, calendar: Calendar | None = None
) -> tuple[float, float]:
    calendar = calendar or Calendar(hours=HOURS)
    tally = add_up(count_clocks([tickets], of or centre(), calendar, day, "Europe/Paris").values())
    return tally.get("response_met", 0.0), tally.get("response_due", 0.0)


def test_a_clock_of_friday_afternoon_runs_out_on_monday_morning() -> None:
    met = ticket(at(FRIDAY, 16.0), at(MONDAY, 9.5))
    missed = ticket(at(FRIDAY, 16.0), at(MONDAY, 10.5))
    assert counted(MONDAY, met, missed) == (1, 2)
    assert counted(FRIDAY, met, missed) == (0, 0)


def test_without_business_hours_clocks_always_run() -> None:
    answered = ticket(at(FRIDAY, 16.0), at(FRIDAY, 18.0))
    assert counted(FRIDAY, answered, calendar=Calendar()) == (1, 1)
    assert counted(FRIDAY, answered) == (0, 0)


def test_closures_stop_the_clocks() -> None:
    waiting = ticket(at(FRIDAY, 16.0), at(MONDAY, 18.0))
    closed = Calendar(closures=(MONDAY,), hours=HOURS)
    assert counted(MONDAY, waiting, calendar=closed) == (0, 0)
    assert counted(date(2026, 11, 24), waiting, calendar=closed) == (1, 1)


def test_a_pause_moves_the_deadline() -> None:
    late = at(FRIDAY, 12.5)
    assert counted(FRIDAY, ticket(at(FRIDAY, 10.0), late)) == (0, 1)
    assert counted(FRIDAY, ticket(at(FRIDAY, 10.0), late, paused_s=3600.0)) == (1, 1)


def test_resolutions_have_a_clock_of_their_own() -> None:
    both = centre(7200.0, 14_400.0)
    one = ticket(at(FRIDAY, 9.0), at(FRIDAY, 10.0), resolved=at(FRIDAY, 14.0))
    tally = add_up(count_clocks([[one]], both, None, FRIDAY, "Europe/Paris").values())
    assert (tally["resolution_met"], tally["resolution_due"]) == (0, 1)
    assert (tally["response_met"], tally["response_due"]) == (1, 1)


def test_a_log_that_tells_no_answers_tells_no_figure() -> None:
    assert counted(FRIDAY, ticket(at(FRIDAY, 9.0))) == (0, 0)


def test_only_groups_with_such_goals_have_clocks() -> None:
    assert groups_with_clocks(centre()) == {"voice:orders"}
    assert groups_with_clocks(centre(None, 60.0)) == {"voice:orders"}
    assert groups_with_clocks(Centre.of(None)) == frozenset()


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (MONDAY, 24)]
)
def test_a_day_is_as_long_as_its_clocks_make_it(day: date, hours: int) -> None:
    begin, end = day_bounds(day, "Europe/Paris")
    assert end - begin == 3600 * hours
