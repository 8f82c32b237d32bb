"""Calendars are read back with an independent reading of the format."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest

from api.publishing.calendars import calendars_of, write_calendars
from api.publishing.zones import changes_of, zone_definition
from optimizer.model import ActivityKind, PlannedActivity, Roster, Shift, Site, TimeGrid
from tests.optimizer.builders import MONDAY, organisation

GRID = TimeGrid.of_days(MONDAY, 7, 30, "Europe/Paris")
MEAL = PlannedActivity(ActivityKind.MEAL, 24, 26, False)
COURSE = PlannedActivity(ActivityKind.TRAINING, 28, 30, True, "fire drill")
ROSTER = Roster(GRID, (Shift("a0", "day", 18, 36, (MEAL, COURSE)), Shift("a1", "day", 66, 84, ())))
MADE = datetime(2026, 11, 20, 12, tzinfo=UTC)


def events(body: bytes) -> dict[str, icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(body)
    return {str(event["uid"]): event for event in calendar.walk("VEVENT")}


def test_a_shift_is_an_event_in_the_time_of_the_site_with_its_activities() -> None:
    (event,) = events(calendars_of(organisation(), ROSTER, MADE)["agents/a0.ics"]).values()
    paris = ZoneInfo("Europe/Paris")
    assert event.start == datetime(2026, 11, 23, 9, tzinfo=paris)
    assert event.end == datetime(2026, 11, 23, 18, tzinfo=paris)
    assert event["dtstart"].params["TZID"] == "Europe/Paris"
    assert str(event["description"]).splitlines() == [
        "12:00-13:00 meal (unpaid)",
        "14:00-15:00 fire drill",
        "8 paid hours",
    ]


def test_the_calendar_of_a_site_holds_everybody_by_name() -> None:
    centre = organisation()
    named = replace(centre, agents=(replace(centre.agents[0], name="Zoë"), *centre.agents[1:]))
    body = calendars_of(named, ROSTER, MADE)["sites/paris.ics"]
    assert {str(event["summary"]) for event in events(body).values()} == {
        "Zoë: day, paris",
        "a1: day, paris",
    }


def test_a_new_version_replaces_the_old_and_cancels_what_is_gone() -> None:
    later = Roster(GRID, (Shift("a0", "day", 20, 38, ()), Shift("a1", "day", 114, 132, ())))
    before = calendars_of(organisation(), ROSTER, MADE)
    after = calendars_of(organisation(), later, MADE + timedelta(hours=1), ROSTER)
    ((uid, old),) = events(before["agents/a0.ics"]).items()
    ((same, new),) = events(after["agents/a0.ics"]).items()
    assert uid == same
    assert new["sequence"] > old["sequence"]
    assert new.start == old.start + timedelta(hours=1)
    ((uid, _),) = events(before["agents/a1.ics"]).items()
    told = events(after["agents/a1.ics"])
    assert {name: str(event["status"]) for name, event in told.items()} == {
        uid: "CANCELLED",
        next(name for name in told if name != uid): "CONFIRMED",
    }


def test_what_is_in_force_replaces_what_was_made_later() -> None:
    draft = calendars_of(organisation(), ROSTER, MADE + timedelta(days=365))
    first = calendars_of(organisation(), ROSTER, MADE, publication=1)
    back = calendars_of(organisation(), ROSTER, MADE, publication=2)
    told = [next(iter(events(each["agents/a0.ics"]).values())) for each in (draft, first, back)]
    assert [event["sequence"] for event in told] == sorted({event["sequence"] for event in told})


def test_shifts_of_another_period_are_not_cancelled_and_days_of_another_grid_are_the_same() -> None:
    longer = TimeGrid.of_days(MONDAY - timedelta(days=7), 14, 30, "Europe/Paris")
    earlier, same = Shift("a0", "day", 18, 36), Shift("a1", "day", 7 * 48 + 18, 7 * 48 + 36)
    told = calendars_of(organisation(), ROSTER, MADE, Roster(longer, (earlier, same)))
    assert [str(event["status"]) for event in events(told["agents/a0.ics"]).values()] == [
        "CONFIRMED"
    ]
    statuses = {
        event.start.date(): str(event["status"]) for event in events(told["agents/a1.ics"]).values()
    }
    assert statuses == {MONDAY: "CANCELLED", MONDAY + timedelta(days=1): "CONFIRMED"}


def test_events_of_people_days_and_centres_are_told_apart() -> None:
    everybody = Roster(
        GRID,
        tuple(Shift(f"a{i}", "day", 48 * d + 18, 48 * d + 36) for i in range(3) for d in (0, 1)),
    )
    here = events(calendars_of(organisation(), everybody, MADE)["sites/paris.ics"])
    elsewhere = replace(organisation(), name="Other")
    there = events(calendars_of(elsewhere, everybody, MADE)["sites/paris.ics"])
    assert len(here) == len(there) == 6
    assert not here.keys() & there.keys()


def test_shifts_over_a_change_of_the_clocks_keep_their_instants() -> None:
    saturday = date(2026, 10, 24)
    grid = TimeGrid.of_days(saturday, 2, 30, "Europe/Paris")
    night = Roster(grid, (Shift("a0", "day", 44, 62),))  # 22:00 to 06:00, nine hours
    (event,) = events(calendars_of(organisation(), night, MADE)["agents/a0.ics"]).values()
    assert event.start.astimezone(UTC) == datetime(2026, 10, 24, 20, tzinfo=UTC)
    assert event.end.astimezone(UTC) - event.start.astimezone(UTC) == timedelta(hours=9)


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "UTC"])
def test_the_definition_of_a_zone_gives_every_hour_its_offset(zone: str) -> None:
    first, last = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    parts = zone_definition(zone, first, last).subcomponents
    tz = ZoneInfo(zone)
    # By the standard: the offset of the part whose onset, with the offset before it, is the last.
    onsets = [part["dtstart"].dt.replace(tzinfo=UTC) - part["tzoffsetfrom"].td for part in parts]
    for hour in range(0, 365 * 24, 7):
        instant = first + timedelta(hours=hour)
        told = max(i for i, onset in enumerate(onsets) if onset <= instant)
        assert parts[told]["tzoffsetto"].td == instant.astimezone(tz).utcoffset()


def test_clocks_change_twice_a_year_in_paris() -> None:
    changes = changes_of(
        ZoneInfo("Europe/Paris"), datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    )
    assert list(changes) == [
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 1, tzinfo=UTC),
    ]


def test_strange_identifiers_stay_in_the_folder(tmp_path: Path) -> None:
    centre = organisation()
    agents = tuple(
        replace(agent, id=name, site="../x")
        for agent, name in zip(centre.agents, ("..", "a/b", "C:\\a"), strict=True)
    )
    centre = replace(centre, agents=agents, sites=(Site("../x", zone="Europe/Paris"),))
    files = write_calendars(tmp_path / "calendars", centre, Roster(GRID, ()), MADE)
    assert len(set(files)) == 4
    assert all(file.parent.parent == tmp_path / "calendars" for file in files)
    assert sorted(path for path in tmp_path.rglob("*.ics")) == sorted(files)


def test_texts_cannot_break_out_of_their_line() -> None:
    centre = organisation()
    evil = replace(centre.agents[0], name="x\r\nEND:VEVENT;,\\")
    centre = replace(centre, agents=(evil, *centre.agents[1:]))
    body = calendars_of(centre, ROSTER, MADE)["sites/paris.ics"]
    assert len(events(body)) == 2
