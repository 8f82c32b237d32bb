"""Tables for spreadsheets hold texts and numbers, never formulas."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from api.tables import safe, safe_frame, write_intervals, write_roster, write_table
from optimizer.model import ActivityKind, PlannedActivity, Roster, Shift, Site, TimeGrid
from optimizer.simulation import Settings, simulate
from tests.optimizer.builders import MONDAY, organisation
from tests.optimizer.simulation.builders import always, one_group, work


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-x", "@sum", "\tx", "-1-1", "--1"])
def test_a_text_that_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "orders", "-1.5", "+3", "1e-6", "-2e+07", "a=b"])
def test_other_texts_and_numbers_stay_as_they_are(text: str) -> None:
    assert safe(text) == text


def test_a_table_is_the_same_bytes_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_table(path, ("name", "value"), [["=a", "-1"], ['"b', "é"]])
    assert path.read_bytes() == 'name,value\n\'=a,-1\n"""b",é\n'.encode()


def test_a_roster_is_written_in_the_times_of_each_site(tmp_path: Path) -> None:
    centre = organisation()
    abroad = replace(centre.agents[1], site="york", name="=HYPERLINK()")
    centre = replace(
        centre,
        sites=(*centre.sites, Site("york", zone="America/New_York")),
        agents=(centre.agents[0], abroad),
    )
    grid = TimeGrid.of_days(MONDAY, 7, 30, "Europe/Paris")
    drill = PlannedActivity(ActivityKind.TRAINING, 32, 34, True, "drill")
    shifts = (Shift("a0", "day", 18, 36), Shift("a1", "day", 30, 48, (drill,)))
    write_roster(tmp_path / "roster.csv", centre, Roster(grid, shifts))
    with (tmp_path / "roster.csv").open() as file:
        here, there = csv.DictReader(file)
    assert (here["start"], here["end"]) == ("2026-11-23 09:00+01:00", "2026-11-23 18:00+01:00")
    assert (there["start"], there["end"]) == ("2026-11-23 09:00-05:00", "2026-11-23 18:00-05:00")
    assert (there["activities"], there["name"]) == ("drill 10:00-11:00", "'=HYPERLINK()")


def test_intervals_stand_in_rows_where_contacts_came(tmp_path: Path) -> None:
    centre = one_group(3, patience_seconds=60.0)
    offered, aht_s = work(centre, 0.0, 120.0)
    offered[0, 20:24] = 30.0
    settings = Settings(absence=0.0, replications=2)
    result = simulate(centre, always(centre), offered, aht_s, settings=settings)
    write_intervals(tmp_path / "intervals.csv", result)
    with (tmp_path / "intervals.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["start"] for row in rows] == [
        "2026-11-23 10:00+01:00",
        "2026-11-23 10:30+01:00",
        "2026-11-23 11:00+01:00",
        "2026-11-23 11:30+01:00",
    ]
    total = sum(float(row["offered"]) for row in rows)
    assert total == pytest.approx(result.groups[0].offered.mean, abs=0.01)
    assert {row["denominator"] for row in rows} == {"offered"}
    assert {row["first_response"] for row in rows} == {""}


def test_a_frame_keeps_everything_but_texts_that_a_spreadsheet_would_run() -> None:
    frame = pd.DataFrame(
        {
            "group": ["=1+1", "voice", "=1+1", "-5"],
            "start": pd.date_range("2026-11-23", periods=4, tz="Europe/Paris"),
            "offered": [-1.5, 2.0, 3.0, 4.0],
        }
    )
    safely = safe_frame(frame)
    assert safely["group"].tolist() == ["'=1+1", "voice", "'=1+1", "-5"]
    assert safely.drop(columns="group").equals(frame.drop(columns="group"))
    assert frame["group"].tolist()[0] == "=1+1", "the frame that was given stays as it is"
