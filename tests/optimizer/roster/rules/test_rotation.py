"""Rotations: a cycle of days on, off and with certain templates."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from optimizer.model import Absence, Rotation, ShiftTemplate
from optimizer.roster.rules import rotation
from tests.optimizer.roster.cases import MONDAY, MORNING, PARIS, problem, shift
from tests.optimizer.roster.rules.pricing import person, price

LATE = ShiftTemplate("late", 16 * 60, 16 * 60, (240,), step_minutes=60)
ZONE = ZoneInfo(PARIS)


def cost(
    cycle: tuple[str, ...], line: str, anchor: int = 0, soft: bool = True, **fields: Any
) -> float:
    """Return what a line of days costs: ``m`` and ``l`` are shifts, ``.`` is off."""
    turns = Rotation(MONDAY + timedelta(days=anchor), cycle)
    made = problem(
        agents=person(rotation=turns, **fields),
        templates=(MORNING, LATE),
        days=len(line),
        soft={"rotation": 1.0} if soft else {},
    )
    hours = {"m": (8, 4, "morning"), "l": (16, 4, "late")}
    shifts = [shift("a0", day, *hours[mark]) for day, mark in enumerate(line) if mark != "."]
    return price(rotation, made, *shifts)


@pytest.mark.parametrize(
    ("line", "expected"), [("ml.ml.", 0), ("...ml.", 2), ("mlmmlm", 2), ("..m..m", 6)]
)
def test_each_day_against_the_cycle_costs(line: str, expected: float) -> None:
    assert cost(("on", "on", "off"), line) == expected
    assert math.isinf(cost(("on", "on", "off"), line, soft=False)) == (expected > 0)


@pytest.mark.parametrize(("line", "expected"), [("m..", 0), ("l..", 1), ("...", 1), ("mlm", 0)])
def test_a_day_may_ask_for_a_template_or_for_nothing(line: str, expected: float) -> None:
    assert cost(("morning", "any", "any"), line) == expected


@pytest.mark.parametrize("anchor", [-5, -2, 1, 4])
def test_the_cycle_runs_on_both_sides_of_its_anchor(anchor: int) -> None:
    assert cost(("on", "off", "off"), ".m..m.", anchor) == 0
    assert cost(("on", "off", "off"), "m..m..", anchor) == 4


def test_who_is_off_or_away_is_not_asked_for_a_shift() -> None:
    leave = Absence(datetime(2026, 11, 23, 20, tzinfo=ZONE), datetime(2026, 11, 25, tzinfo=ZONE))
    off = MONDAY + timedelta(days=3)
    assert cost(("on",), "..m.m", absences=(leave,), days_off=(off,)) == 0
    assert cost(("on",), "....m", absences=(leave,), days_off=(off,)) == 1


def test_who_is_away_may_still_not_work_on_days_that_the_cycle_keeps_free() -> None:
    leave = Absence(datetime(2026, 11, 23, 20, tzinfo=ZONE), datetime(2026, 11, 24, tzinfo=ZONE))
    assert cost(("off",), "m..", absences=(leave,)) == 1
