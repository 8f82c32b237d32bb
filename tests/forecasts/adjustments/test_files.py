"""Adjustments in files: what is written is read, and everything that is wrong is told."""

from __future__ import annotations

import json
from datetime import date, time
from pathlib import Path

import pytest

from forecasts import ForecastError
from forecasts.adjustments import (
    Add,
    Campaign,
    Deflect,
    HandlingTime,
    HandOver,
    Multiply,
    RemoveCause,
    Shift,
    adjustments_as_json,
    read_adjustments,
)

EACH = (
    Multiply(name="a", factor=1.1, groups=("x", "y"), reason="why", author="who"),
    Add(name="b", contacts=-3.0, per="interval", aht_s=120.0, weekdays=(0, 6)),
    Shift(name="c", share=0.1, by_days=-1, by_minutes=30, to_group="y"),
    Deflect(
        name="d", coverage=0.5, success=0.6, cap=0.25, human_share=0.1, human_contacts=3.0,
        fallback_aht_multiplier=1.2, from_time=time(8, 30), to_time=time(20),
    ),
    HandOver(name="e", groups=("x",), to_group="y", share=0.4, aht_factor=1.3),
    HandlingTime(name="f", factor=0.7, ramp_days=28, first_day=date(2026, 11, 1)),
    RemoveCause(name="g", driver_share=0.3, recurrence_multiplier=0.4, driver="late parcel"),
    Campaign(
        name="h", first_day=date(2026, 11, 11), last_day=date(2026, 11, 12), uplift=2.3,
        before_days=2, after_days=1, shape=tuple(map(float, range(24))),
    ),
)  # fmt: skip


def read(tmp_path: Path, text: str) -> list[tuple[str, str]]:
    """Return the issues of a file that cannot be used."""
    path = tmp_path / "whatif.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ForecastError) as caught:
        read_adjustments(path)
    return [(issue.code, issue.pointer) for issue in caught.value.issues]


def test_every_kind_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "whatif.json"
    path.write_text(json.dumps(adjustments_as_json(EACH)), encoding="utf-8")
    assert read_adjustments(path) == EACH


def test_a_file_says_only_what_differs_from_the_default() -> None:
    (row,) = adjustments_as_json([Multiply(name="a", factor=1.1)])["adjustments"]
    assert row == {"kind": "multiply", "name": "a", "factor": 1.1}


def test_every_problem_of_a_file_is_listed(tmp_path: Path) -> None:
    rows = [
        {"kind": "halve", "name": "a"},
        {"kind": "multiply", "name": "b", "factor": "1.1", "colour": "red"},
        {"kind": "multiply", "name": "c"},
        {"kind": "multiply", "name": "d", "factor": -1, "first_day": "11/12/2026"},
        {"kind": "multiply", "name": "e", "factor": -1, "first_day": "2026-11-12"},
        {"kind": "add", "name": "f", "contacts": 1, "per": "week"},
        "more",
    ]
    found = read(tmp_path, json.dumps({"adjustments": rows, "version": 1}))
    assert sorted(found) == sorted(
        [
            ("unknown_field", "/version"),
            ("unknown_kind", "/adjustments/0/kind"),
            ("wrong_type", "/adjustments/1/factor"),
            ("unknown_field", "/adjustments/1/colour"),
            ("missing_field", "/adjustments/2/factor"),
            ("wrong_type", "/adjustments/3/first_day"),
            ("out_of_range", "/adjustments/4/factor"),
            ("unknown_value", "/adjustments/5/per"),
            ("wrong_type", "/adjustments/6"),
        ]
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "invalid_json"),
        ("{", "invalid_json"),
        ("[" * 100_000, "invalid_json"),
        ('{"adjustments": [{"kind": "multiply", "name": "a", "factor": NaN}]}', "invalid_json"),
        ("[]", "wrong_type"),
        ('{"adjustments": {}}', "wrong_type"),
        ('{"adjustments": [{"kind": "multiply", "name": "a", "factor": 1e999}]}', "out_of_range"),
    ],
)
def test_what_is_no_list_of_adjustments_is_told(tmp_path: Path, text: str, code: str) -> None:
    assert {found for found, _ in read(tmp_path, text)} == {code}


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    path = tmp_path / "whatif.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ForecastError):
        read_adjustments(path)
