from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from api.cli import main
from optimizer.io import read_requirement, write
from optimizer.model import Organisation
from optimizer.staffing import least_agents
from tests.optimizer.builders import organisation

HEADER = "group,start,offered,lower80,upper80,lower95,upper95,aht_s"


@pytest.fixture
def centre() -> Organisation:
    base = organisation()
    orders, billing = base.groups
    return replace(base, groups=(replace(orders, shrinkage=0.3), billing))


@pytest.fixture
def inputs(tmp_path: Path, centre: Organisation) -> list[str]:
    """Return the arguments for a small organisation and a forecast of one Sunday.

    On that day, 25 October 2026, the hour from 2 to 3 comes twice in Paris.
    """
    write(tmp_path / "organisation.json", centre)
    rows = [
        f"{group},2026-10-25 {clock},{offered},90,110,80,120,180"
        for group, offered in (("voice:orders", 100), ("voice:billing", 40))
        for clock in ("02:00", "02:30", "09:00", "09:30")
    ]
    (tmp_path / "forecast.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    return [
        "--organisation",
        str(tmp_path / "organisation.json"),
        "--forecast",
        str(tmp_path / "forecast.csv"),
    ]


def staff(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["staff", *arguments])


def test_the_files_hold_the_agents_to_roster(
    inputs: list[str], centre: Organisation, tmp_path: Path
) -> None:
    assert staff(*inputs, "--out", str(tmp_path / "out")).exit_code == 0
    requirement = read_requirement(tmp_path / "out" / "requirement.json")
    assert requirement.grid.zone == "Europe/Paris"
    assert requirement.grid.count == 50
    needed = int(least_agents(centre.groups[0].goal, 100, 180, 1800.0))
    row = requirement.agents[requirement.groups.index("voice:orders")]
    assert set(row[row > 0]) == {np.ceil(needed / 0.7)}
    assert (row > 0).sum() == 6

    with (tmp_path / "out" / "requirement.csv").open() as file:
        table = list(csv.DictReader(file))
    orders = [line for line in table if line["group"] == "voice:orders"]
    assert [line["start"] for line in orders] == [
        "2026-10-25 02:00+02:00",
        "2026-10-25 02:30+02:00",
        "2026-10-25 02:00+01:00",
        "2026-10-25 02:30+01:00",
        "2026-10-25 09:00+01:00",
        "2026-10-25 09:30+01:00",
    ]
    assert [float(line["agents"]) for line in orders] == [float(agents) for agents in row[row > 0]]
    assert len(table) == 12


def test_one_json_object_sums_up_what_is_needed(inputs: list[str]) -> None:
    shown = staff(*inputs, "--json")
    assert shown.exit_code == 0
    summary = json.loads(shown.stdout)
    orders = next(row for row in summary["groups"] if row["group"] == "voice:orders")
    assert orders["offered"] == 600
    assert orders["workload_hours"] == 30
    assert orders["agent_hours"] == orders["peak_agents"] * 3
    assert summary["agent_hours"] == sum(row["agent_hours"] for row in summary["groups"])
    assert "files" not in summary


def test_a_person_sees_the_agents_per_group(inputs: list[str]) -> None:
    shown = staff(*inputs)
    assert shown.exit_code == 0
    assert shown.stderr == ""
    assert "voice:billing" in shown.stdout
    assert "agent-hours in all" in shown.stdout


def test_a_name_that_a_spreadsheet_would_run_is_quoted(
    centre: Organisation, inputs: list[str], tmp_path: Path
) -> None:
    orders, billing = centre.groups
    renamed = replace(centre, groups=(replace(orders, id="=1+1"), billing))
    write(tmp_path / "organisation.json", renamed)
    forecast = tmp_path / "forecast.csv"
    forecast.write_text(forecast.read_text().replace("voice:orders", "=1+1"))
    assert staff(*inputs, "--out", str(tmp_path)).exit_code == 0
    assert "\n'=1+1,2026" in (tmp_path / "requirement.csv").read_text()


def test_a_forecast_of_unknown_groups_is_bad_input(inputs: list[str], tmp_path: Path) -> None:
    forecast = tmp_path / "forecast.csv"
    forecast.write_text(forecast.read_text().replace("voice:orders", "fax"))
    shown = staff(*inputs)
    assert shown.exit_code == 2
    assert "unknown_group" in shown.stderr
    assert "/groups/fax" in shown.stderr


def test_absurd_volumes_are_bad_input(inputs: list[str], tmp_path: Path) -> None:
    forecast = tmp_path / "forecast.csv"
    forecast.write_text(forecast.read_text().replace(",100,", ",1e12,"))
    shown = staff(*inputs)
    assert shown.exit_code == 2
    assert "must be in [0, 1e+06]" in shown.stderr
