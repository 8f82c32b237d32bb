"""Counts add up before they are divided, and what nobody tells has no figure."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.kpis.attributes import By, Slice
from api.kpis.figures import FIGURES, Figure, add_up, figures_of
from api.kpis.from_contacts import Driver
from api.kpis.records import Counted, DayRecord, gathered
from api.kpis.reports import report_of

NAMES = sorted({name for one in FIGURES.values() for name in (one.part, one.whole) if name})
TALLIES = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 1000).map(float))


@given(TALLIES)
def test_a_figure_is_null_or_a_finite_number(tally: dict[str, float]) -> None:
    for figure in figures_of(tally).values():
        assert figure.value is None or math.isfinite(figure.value)


@given(st.lists(TALLIES, max_size=4))
def test_days_may_be_added_in_any_order(tallies: list[dict[str, float]]) -> None:
    assert add_up(tallies) == add_up(reversed(tallies))


def test_no_counts_have_no_figures() -> None:
    assert set(figures_of({})) == set(FIGURES)
    assert all(figure == Figure(None, 0.0) for figure in figures_of({}).values())


def test_a_quarter_is_no_mean_of_means() -> None:
    days = [{"outcomes": 10.0, "abandoned": 5.0}, {"outcomes": 90.0, "abandoned": 0.0}]
    assert figures_of(add_up(days))["abandonment"] == Figure(0.05, 100.0)


def record(day: int, *counted: Counted, drivers: tuple[Driver, ...] = ()) -> DayRecord:
    made = datetime(2026, 11, 30, tzinfo=UTC)
    return DayRecord(date(2026, 11, day), made, 0, counted, drivers, forecast=f"job-{day % 2}")


def test_parts_are_told_by_what_was_asked_for_and_the_rest_by_null() -> None:
    one = Counted(Slice("a", "voice", site="cork"), {"contacts": 2.0})
    two = Counted(Slice("b", "voice"), {"contacts": 3.0})
    days = [record(1, one, two), record(2, one)]
    by_site = report_of(days, By.SITE, 0.4)
    assert by_site.total["contacts"].value == 7.0
    assert [(p.name, p.figures["contacts"].value) for p in by_site.parts] == [
        ("cork", 4.0),
        (None, 3.0),
    ]
    assert [part.name for part in report_of(days, By.CHANNEL, 0.4).parts] == ["voice"]
    assert by_site.forecasts == ("job-1", "job-0")


def test_the_ten_largest_drivers_are_told_with_what_falls_away() -> None:
    drivers = tuple(Driver(f"d{n}", 10, 10, 3600.0 * n) for n in range(1, 13))
    days = [record(1, drivers=drivers), record(2, drivers=drivers[:1])]
    told = report_of(days, By.GROUP, 0.25).drivers
    assert [driver.driver for driver in told] == [f"d{n}" for n in range(12, 2, -1)]
    assert told[0].hours_saved == 9.0
    assert told[0].contacts_saved == 7.5
    assert told[0].share_of_hours == pytest.approx(12 / (sum(range(1, 13)) + 1))


def test_sources_of_one_place_are_put_together() -> None:
    place = Slice("a")
    [counted] = gathered({place: {"contacts": 1.0}}, {place: {"forecast": 2.0}})
    assert counted == Counted(place, {"contacts": 1.0, "forecast": 2.0})
