from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from api.schedules.placeholders import fill_in
from optimizer.model.findings import Findings

THURSDAY = date(2026, 12, 31)


def filled(value: Any, jobs: dict[str, str] | None = None) -> tuple[Any, list[tuple[str, str]]]:
    found = Findings()
    result = fill_in(value, THURSDAY, (jobs or {}).get, found)
    return result, [(issue.code, issue.pointer) for issue in found.issues]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${day}", "2026-12-31"),
        ("${day+1}", "2027-01-01"),
        ("${week}", "2026-12-28"),
        ("${week+1}", "2027-01-04"),
        ("${month}", "2026-12-01"),
        ("${month+2}", "2027-02-01"),
        ("${month-12}", "2025-12-01"),
        ("From ${day-1} to ${day}", "From 2026-12-30 to 2026-12-31"),
        ("costs $5 {a}", "costs $5 {a}"),
    ],
)
def test_dates_are_counted_from_the_day(text: str, expected: str) -> None:
    assert filled(text) == (expected, [])


def test_texts_are_filled_in_wherever_they_stand_and_nothing_else_is_touched() -> None:
    body = {"forecast": "${forecasts}", "grid": [{"day": "${day}", "n": 3, "on": True}, None]}
    expected = {"forecast": "f-1", "grid": [{"day": "2026-12-31", "n": 3, "on": True}, None]}
    assert filled(body, {"forecasts": "f-1"}) == (expected, [])


def test_what_means_nothing_or_nothing_yet_is_listed() -> None:
    body = {"a": "${tomorrow}", "b": ["${published}", "${month-999}", "${day+1000}"]}
    _, issues = filled(body)
    assert issues == [
        ("unknown_placeholder", "/a"),
        ("nothing_there", "/b/0"),
        ("unknown_placeholder", "/b/2"),
    ]
