"""Events are checked together, and every problem is told at once."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from forecasts import ForecastError
from forecasts.events import Event, check_events
from forecasts.events.event import in_order

DAY = date(2026, 6, 18)


def problems(*events: Event, groups: tuple[str, ...] = ("chat", "voice")) -> list[tuple[str, str]]:
    with pytest.raises(ForecastError) as caught:
        check_events(events, groups)
    return [(issue.code, issue.pointer) for issue in caught.value.issues]


def test_an_occurrence_is_its_days_with_those_before_and_after() -> None:
    event = Event("618", (DAY, date(2025, 6, 18)), 1, 2, length_days=2)
    assert event.offsets.tolist() == [-1, 0, 1, 2, 3]
    assert event.phases().tolist() == [0, 1, 1, 2, 2]
    dates = event.occurrences()
    assert dates.dtype == np.dtype("datetime64[D]")
    assert dates[0].astype(str).tolist() == [f"2025-06-{day}" for day in range(17, 22)]
    assert dates[1, 1] == np.datetime64(DAY)


def test_sensible_events_pass() -> None:
    check_events(
        [
            Event("618", (DAY, DAY + timedelta(days=4)), 1, 2, groups=("chat",)),
            Event("double 11", (DAY,), like="618"),
            Event("launch", (DAY,), uplift=1.4),
        ],
        ("chat", "voice"),
    )
    check_events([], ())


def test_every_problem_is_told_at_once() -> None:
    found = problems(
        Event("", ()),
        Event("a", (DAY,), before_days=-1, length_days=0, groups=("fax", "chat")),
        Event("a", (DAY,), uplift=0.0),
        Event("b", (DAY,), uplift=float("nan")),
        Event("c", (DAY,), uplift=130.0, like="nobody"),
        Event("d", (DAY, DAY), after_days=70),
    )
    assert found == [
        ("empty_name", "/events/0/name"),
        ("no_days", "/events/0/days"),
        ("duplicate_event", "/events/1/name"),
        ("bad_length", "/events/1/before_days"),
        ("bad_length", "/events/1/length_days"),
        ("unknown_group", "/events/1/groups/0"),
        ("duplicate_event", "/events/2/name"),
        ("bad_uplift", "/events/2/uplift"),
        ("bad_uplift", "/events/3/uplift"),
        ("bad_uplift", "/events/4/uplift"),
        ("two_expectations", "/events/4/like"),
        ("unknown_event", "/events/4/like"),
        ("bad_length", "/events/5/length_days"),
        ("overlapping_occurrences", "/events/5/days"),
    ]


def test_windows_of_one_event_may_touch_but_not_overlap() -> None:
    check_events([Event("a", (DAY, DAY + timedelta(days=4)), 1, 1, length_days=2)], ())
    found = problems(Event("a", (DAY + timedelta(days=3), DAY), 1, 1, length_days=2))
    assert found == [("overlapping_occurrences", "/events/0/days")]


def test_circles_of_likeness_are_told_for_each_of_their_events_only() -> None:
    events = [
        Event("a", (DAY,), like="b"),
        Event("b", (DAY,), like="c"),
        Event("c", (DAY,), like="a"),
        Event("own", (DAY,), like="own"),
        Event("outside", (DAY,), like="a"),
    ]
    assert problems(*events) == [("circular_like", f"/events/{at}/like") for at in range(4)]


def test_events_come_after_those_they_are_like() -> None:
    events = [
        Event("a", (DAY,), like="b"),
        Event("b", (DAY,), like="z"),
        Event("z", (DAY,)),
        Event("c", (DAY,)),
    ]
    assert [event.name for event in in_order(events)] == ["c", "z", "b", "a"]
    assert in_order(events[::-1]) == in_order(events)
