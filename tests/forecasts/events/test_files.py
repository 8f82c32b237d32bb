"""Events are read from JSON and CSV, and every problem of a file is told at once."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from forecasts import ForecastError
from forecasts.events import Event, read_events

EVENTS = (
    Event(
        "618",
        (date(2025, 6, 16), date(2026, 6, 16)),
        before_days=1,
        after_days=2,
        length_days=3,
        groups=("chat", "voice"),
        uplift=2.5,
    ),
    Event("Double 11", (date(2026, 11, 11),), like="618"),
    Event("spring sale", (date(2026, 4, 2),), family="sales"),
)


def problems(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(ForecastError) as caught:
        read_events(path)
    return [(issue.code, issue.pointer) for issue in caught.value.issues]


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_json_and_csv_say_the_same(tmp_path: Path) -> None:
    listed = [
        {
            "name": "618",
            "days": ["2025-06-16", "2026-06-16"],
            "before_days": 1,
            "after_days": 2,
            "length_days": 3,
            "groups": ["chat", "voice"],
            "uplift": 2.5,
        },
        {"name": "Double 11", "days": ["2026-11-11"], "like": "618"},
        {"name": "spring sale", "days": ["2026-04-02"], "family": "sales"},
    ]
    for document in (listed, {"events": listed}):
        assert read_events(written(tmp_path / "events.json", json.dumps(document))) == EVENTS
    text = """name, first_day ,last_day,before_days,after_days,groups,uplift,like,family
618,2025-06-16,2025-06-18,1,2,chat; voice,2.5,,
Double 11,2026-11-11,,,,,,618,
spring sale,2026-04-02,2026-04-02,,,,,,sales
618,2026-06-16,2026-06-18,1,2,chat; voice,2.5,,
"""
    assert read_events(written(tmp_path / "events.CSV", text)) == EVENTS


def test_every_problem_of_a_json_file_is_told(tmp_path: Path) -> None:
    document = [
        {"name": "a", "days": ["11.11.2026"], "uplift": "2"},
        {"days": ["2026-11-11"], "upliftt": 2},
        {"name": "c", "days": ["2026-02-30", "2026-03-01"], "before_days": 1.5},
    ]
    path = written(tmp_path / "events.json", json.dumps({"events": document}))
    assert sorted(problems(path), key=lambda found: found[1]) == [
        ("wrong_type", "/events/0/days/0"),
        ("wrong_type", "/events/0/uplift"),
        ("missing_field", "/events/1/name"),
        ("unknown_field", "/events/1/upliftt"),
        ("wrong_type", "/events/2/before_days"),
        ("wrong_type", "/events/2/days/0"),
    ]


@pytest.mark.parametrize("text", ["", "{", "[NaN]", "3", '{"days": []}', '{"events": {}}'])
def test_files_that_are_no_lists_of_events_are_refused(tmp_path: Path, text: str) -> None:
    assert len(problems(written(tmp_path / "events.json", text))) == 1


def test_every_problem_of_a_csv_file_is_told(tmp_path: Path) -> None:
    text = """name,first_day,last_day,before_days,uplift
a,2026-11-11,2026-11-10,1,2
a,2027-11-11,2027-11-11,2,2
,11.11.2026,,x,
b
c,2026-11-11,,,30%
d,2027-11-11,2027-11-12,,NaN
"""
    assert sorted(problems(written(tmp_path / "events.csv", text)), key=lambda one: one[1]) == [
        ("bad_length", "/rows/0/last_day"),
        ("uneven_event", "/rows/1/before_days"),
        ("uneven_event", "/rows/1/last_day"),
        ("wrong_type", "/rows/2/before_days"),
        ("wrong_type", "/rows/2/first_day"),
        ("missing_field", "/rows/2/name"),
        ("missing_field", "/rows/3/first_day"),
        ("wrong_type", "/rows/4/uplift"),
        ("wrong_type", "/rows/5/uplift"),
    ]


def test_columns_that_are_unknown_or_repeated_are_told(tmp_path: Path) -> None:
    path = written(
        tmp_path / "events.csv", "name,first_day,factor,uplift ,uplift\na,2026-11-11,2,2,2"
    )
    assert problems(path) == [
        ("unknown_column", "/columns/factor"),
        ("duplicate_column", "/columns/uplift"),
    ]
    path = written(tmp_path / "events.csv", "first_day\n2026-11-11")
    assert problems(path) == [("missing_field", "/rows/0/name")]
    assert problems(written(tmp_path / "empty.csv", "")) == [("empty_file", "")]
