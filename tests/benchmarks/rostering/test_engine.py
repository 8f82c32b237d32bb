"""The figures of one run, and the curve that they come with."""

from __future__ import annotations

import math

import pytest

from benchmarks.centre import centre
from benchmarks.rostering.engine import Curve, measure
from optimizer.progress import Event


def test_the_curve_keeps_what_changed_and_when() -> None:
    heard: list[Event] = []
    curve = Curve(heard.append)
    events = [
        Event("first roster", 0.1),
        Event("first roster", 0.5, 100.0),
        Event("bound", 0.6, 100.0),
        Event("bound", 1.0, 100.0, 80.0),
        Event("people", 2.0, 80.0, 80.0),
        Event("people", 3.0, 80.0, 80.0),
    ]
    for event in events:
        curve(event)
    assert curve.points == [
        (0.5, 100.0, None, None),
        (1.0, 100.0, 80.0, pytest.approx(0.2)),
        (2.0, 80.0, 80.0, 0.0),
    ]
    assert curve.first_roster_seconds == 0.5
    assert heard == events


def test_infinite_objectives_and_bounds_are_nothing_yet() -> None:
    curve = Curve()
    curve(Event("columns", 1.0, math.inf, -math.inf))
    curve(Event("columns", 2.0, math.inf, 5.0))
    assert curve.points == [(2.0, None, 5.0, None)]
    assert curve.first_roster_seconds is None


def test_every_lunch_of_a_centre_is_placed_and_the_curve_ends_at_the_answer() -> None:
    built, figures = measure(centre(24, 2, 7, 1), 2.0, seed=1)
    lunches = sum(shift.template == "full_day" for shift in built.roster.shifts)
    assert figures["activities_placed"] == figures["activities_asked"] == lunches > 0
    assert figures["verified"] is True
    assert figures["curve"][-1][1] == pytest.approx(figures["objective"])
    gaps = [point[3] for point in figures["curve"] if point[3] is not None]
    assert gaps == sorted(gaps, reverse=True)
    assert 0 < figures["first_roster_seconds"] <= figures["seconds"]
    assert figures["peak_memory_mb"] > 50
