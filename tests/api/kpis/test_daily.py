"""A day is counted from all that is kept of it, and told the same ever after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from api.data import put_contacts, put_history
from api.data.parts import put_organisation
from api.errors import TooLarge
from api.kpis import By, ReportKind, count_day, daily_report, report
from api.kpis.figures import Figure
from api.store import Store
from optimizer.errors import InvalidInput
from tests.optimizer.builders import organisation

DAY = date(2026, 11, 20)


def log(store: Store, *rows: dict[str, object]) -> None:
    base = {"group": "voice:orders", "created": "2026-11-20T10:00:00Z"}
    put_contacts(store, "main", pd.DataFrame([base | row for row in rows]))


def total(store: Store, first: date = DAY, last: date = DAY) -> dict[str, Figure]:
    [period] = report(store, "main", first, last, kind=ReportKind.QUARTERLY).periods
    return period.total


@pytest.fixture
def there(store: Store) -> Store:
    """A database with an organisation and three contacts."""
    put_organisation(store, "main", organisation())
    log(
        store,
        {"id": "1", "first_response": "2026-11-20T10:00:10Z", "case_id": "k", "agent": "a2"},
        {"id": "2", "first_response": "2026-11-20T10:00:30Z", "case_id": "k"},
        {"id": "3", "abandoned": "2026-11-20T10:00:40Z", "handled_s": 0.0, "driver": "late"},
    )
    return store


def test_a_day_without_anything_has_no_figures(store: Store) -> None:
    assert all(figure.value is None for figure in total(store).values())


def test_contacts_and_intervals_of_other_groups_are_counted_together(there: Store) -> None:
    rows = pd.DataFrame(
        {
            "group": ["voice:billing", "voice:orders"],
            "start": ["2026-11-20T10:00"] * 2,
            "offered": [7, 99],
            "present": [2.0, 3.0],
        }
    )
    put_history(there, "main", rows, interval_minutes=30)
    found = total(there)
    assert found["contacts"].value == 10.0
    assert found["service_level"] == Figure(1 / 3, 3.0)
    assert found["present_hours"].value == 2.5
    [period] = report(there, "main", DAY, DAY, by=By.GROUP).periods
    assert [(part.name, part.figures["contacts"].value) for part in period.parts] == [
        ("voice:billing", 7.0),
        ("voice:orders", 3.0),
    ]
    assert [driver.driver for driver in period.drivers] == ["late"]


def test_a_case_that_began_days_before_came_again(there: Store) -> None:
    assert total(there)["repeat_rate"] == Figure(0.5, 2.0)
    log(there, {"id": "0", "case_id": "k", "created": "2026-11-15T10:00:00Z"})
    assert total(there)["repeat_rate"] == Figure(1.0, 2.0)


def test_what_was_told_of_a_day_stays_until_it_is_counted_again(there: Store) -> None:
    assert daily_report(there, "main", DAY).version == 1
    assert daily_report(there, "main", DAY).version == 1
    log(there, {"id": "4"})
    assert total(there)["contacts"].value == 3.0
    assert daily_report(there, "main", DAY).version == 2
    assert total(there)["contacts"].value == 4.0


def test_a_kept_day_is_the_day_that_was_counted(there: Store) -> None:
    counted = count_day(there, "main", DAY)
    [before] = report(there, "main", DAY, DAY).periods
    daily_report(there, "main", DAY)
    [after] = report(there, "main", DAY, DAY).periods
    assert (before.kept_days, after.kept_days) == (0, 1)
    assert (before.total, before.parts, before.drivers) == (
        after.total,
        after.parts,
        after.drivers,
    )
    assert counted.contacts == 3


def test_periods_are_days_or_quarters_of_the_year(there: Store) -> None:
    last = date(2027, 1, 2)
    quarters = report(there, "main", DAY, last, kind=ReportKind.QUARTERLY).periods
    assert [(one.first, one.last) for one in quarters] == [
        (DAY, date(2026, 12, 31)),
        (date(2027, 1, 1), last),
    ]
    days = report(there, "main", DAY, DAY + timedelta(days=2)).periods
    assert [one.total["contacts"].value for one in days] == [3.0, None, None]


@pytest.mark.parametrize("last", [DAY - timedelta(days=1), DAY + timedelta(days=400)])
def test_days_that_make_no_sense_are_refused(store: Store, last: date) -> None:
    with pytest.raises(InvalidInput):
        report(store, "main", DAY, last)


def test_days_that_would_take_too_long_to_count_are_refused(
    there: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.kpis.reports.MOST_COUNTED", 2)
    with pytest.raises(TooLarge):
        report(there, "main", DAY, DAY)
    daily_report(there, "main", DAY)
    assert total(there)["contacts"].value == 3.0


def test_days_after_many_waiting_contacts_are_refused_as_well(
    there: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation_with_clock = organisation()
    group, *others = organisation_with_clock.groups
    goal = replace(group.goal, first_response_seconds=3600.0)
    groups = (replace(group, goal=goal), *others)
    put_organisation(there, "main", replace(organisation_with_clock, groups=groups))
    monkeypatch.setattr("api.kpis.reports.MOST_COUNTED", 3)
    log(there, *({"id": f"w{n}", "group": group.id} for n in range(30)))
    after = DAY + timedelta(days=1)
    assert total(there, after, after)["contacts"].value is None
    with pytest.raises(TooLarge):
        report(there, "main", after, after + timedelta(days=15))


def test_several_days_are_each_what_they_are_alone(there: Store) -> None:
    log(there, *({"id": f"x{n}", "created": f"2026-11-{19 + n}T09:00Z"} for n in range(4)))
    days = [DAY + timedelta(days=n) for n in range(-1, 3)]
    together = report(there, "main", days[0], days[-1]).periods
    alone = [report(there, "main", day, day).periods[0] for day in days]
    assert [one.total for one in together] == [one.total for one in alone]
