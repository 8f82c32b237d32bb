from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.schedules.cron import Cron, check_cron
from optimizer.model.findings import Findings

SATURDAY = datetime(2026, 3, 28, 12, tzinfo=UTC)


def occasions(
    expression: str, zone: str = "UTC", *, count: int = 3, now: datetime = SATURDAY
) -> list[str]:
    cron = Cron(expression, zone)
    found: list[str] = []
    for _ in range(count):
        following = cron.after(now)
        assert following is not None
        now = following
        found.append(f"{now.astimezone(UTC):%a %d %H:%M}")
    return found


def test_occasions_are_those_of_the_clocks_of_the_zone() -> None:
    assert occasions("30 22 * * *") == ["Sat 28 22:30", "Sun 29 22:30", "Mon 30 22:30"]
    # Clocks go forward on Sunday.
    there = occasions("30 22 * * *", "Europe/Paris")
    assert there == ["Sat 28 21:30", "Sun 29 20:30", "Mon 30 20:30"]


def test_an_hour_that_is_left_out_is_made_up_for_and_one_that_comes_twice_counts_once() -> None:
    spring = occasions("30 2 * * *", "Europe/Paris", count=2)
    assert spring == ["Sun 29 01:30", "Mon 30 00:30"]
    night = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert occasions("30 2 * * *", "Europe/Paris", count=2, now=night) == [
        "Sun 25 00:30",
        "Mon 26 01:30",
    ]
    # What happens every hour happens in both.
    hourly = occasions("30 * * * *", "Europe/Paris", count=3, now=night + timedelta(hours=11))
    assert hourly == ["Sat 24 23:30", "Sun 25 00:30", "Sun 25 01:30"]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("0", "sun"),
        ("7", "sun"),
        ("1-5", "mon tue wed thu fri"),
        ("5-7", "fri sat sun"),
        ("0-2", "sun mon tue"),
        ("1-5/2", "mon wed fri"),
        ("1,sat", "mon sat"),
        ("mon-fri", "mon tue wed thu fri"),
    ],
)
def test_days_of_the_week_are_counted_as_crontab_does(days: str, expected: str) -> None:
    week = occasions(f"0 6 * * {days}", count=7)
    assert {day[:3].lower() for day in week} == set(expected.split())


def test_the_latest_of_several_occasions_is_found() -> None:
    cron = Cron("0 6 * * *", "UTC")
    missed = cron.after(SATURDAY)
    assert missed is not None
    assert cron.latest(missed, missed) == missed
    assert cron.latest(missed, missed + timedelta(days=3, hours=1)) == missed + timedelta(days=3)


@pytest.mark.parametrize(
    ("expression", "zone", "codes"),
    [
        ("61 24 * x 9", "Mars/Base", ["unknown_zone"] + 4 * ["invalid_cron"]),
        ("* * * *", "UTC", ["invalid_cron"]),
        ("", "UTC", ["invalid_cron"]),
        ("0 0 31 2 *", "UTC", ["never"]),
        ("0 0 1 * mon", "UTC", ["ambiguous_cron"]),
        ("*/0 5-1 -1 * *", "UTC", 3 * ["invalid_cron"]),
        ("0 0 * * 5-1", "UTC", ["invalid_cron"]),
    ],
)
def test_all_that_is_wrong_is_listed(expression: str, zone: str, codes: list[str]) -> None:
    found = Findings()
    assert check_cron(expression, zone, SATURDAY, found) is None
    assert [issue.code for issue in found.issues] == codes
