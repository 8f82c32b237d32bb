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
    arguments = (*inputs, "--method", "by-interval", "--out", str(tmp_path / "out"))
    assert staff(*arguments).exit_code == 0
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
    shown = staff(*inputs, "--method", "by-interval", "--json")
    assert shown.exit_code == 0
    summary = json.loads(shown.stdout)
    orders = next(row for row in summary["groups"] if row["group"] == "voice:orders")
    assert summary["method"] == "by_interval"
    assert orders["offered"] == 600
    assert orders["workload_hours"] == 30
    assert orders["agent_hours"] == orders["peak_agents"] * 3
    assert summary["agent_hours"] == sum(row["agent_hours"] for row in summary["groups"])
    assert "files" not in summary


def long_calls(inputs: list[str], tmp_path: Path) -> list[str]:
    """Return the arguments for a day of calls that take 20 minutes, busiest at noon."""
    rows = [
        f"voice:orders,2026-10-26 {8 + slot // 2:02d}:{slot % 2 * 30:02d},"
        f"{100 * np.sin(np.pi * (slot + 0.5) / 17) ** 2:.3f},1,2,1,2,1200"
        for slot in range(17)
    ]
    (tmp_path / "forecast.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    return inputs


def test_both_methods_are_shown_with_where_they_differ_most(
    inputs: list[str], tmp_path: Path
) -> None:
    arguments = long_calls(inputs, tmp_path)
    summary = json.loads(staff(*arguments, "--json").stdout)
    assert summary["method"] == "offered_load"
    (orders,) = summary["groups"]
    load, interval = orders["by_method"]["offered_load"], orders["by_method"]["by_interval"]
    assert orders["agent_hours"] == load["agent_hours"] == summary["agent_hours"]
    assert summary["agent_hours_by_method"] == {
        "offered_load": load["agent_hours"],
        "by_interval": interval["agent_hours"],
    }
    assert interval["peak_at"] == "2026-10-26 12:00+01:00"
    difference = orders["difference"]
    # The work of the morning is not there yet.
    assert difference["at"] == "2026-10-26 10:00+01:00"
    assert difference["most_agents"] == -12
    assert difference["agent_hours"] == load["agent_hours"] - interval["agent_hours"]


def test_the_check_follows_both_staffings_through_time(inputs: list[str], tmp_path: Path) -> None:
    arguments = long_calls(inputs, tmp_path)
    summary = json.loads(staff(*arguments, "--check", "--json").stdout)
    (orders,) = summary["groups"]
    load, interval = (
        orders["by_method"][name]["in_time"] for name in ("offered_load", "by_interval")
    )
    assert (load["within_seconds"], load["target_share"], load["intervals"]) == (20.0, 0.8, 17)
    assert load["mean_share"] > 0.8 > interval["mean_share"]
    assert load["worst_share"] > 0.7
    # The calls of noon are still in hand when the agents for them are gone.
    assert interval["worst_share"] < 0.01
    assert interval["worst_at"] == "2026-10-26 16:00+01:00"


def test_a_person_sees_both_methods_and_the_check(inputs: list[str], tmp_path: Path) -> None:
    shown = staff(*long_calls(inputs, tmp_path), "--check")
    assert shown.exit_code == 0
    assert "where they differ most" in shown.stdout
    assert "80%/20 s" in shown.stdout
    assert "10-26 16:00" in shown.stdout


def test_agents_of_several_skills_are_counted_once_on_request(inputs: list[str]) -> None:
    separate, pooled = (
        json.loads(staff(*inputs, *more, "--json").stdout) for more in ((), ("--pooled",))
    )
    assert (separate["pooled"], pooled["pooled"]) == (False, True)
    assert pooled["agent_hours"] < separate["agent_hours"]
    for alone, together in zip(separate["groups"], pooled["groups"], strict=True):
        assert together["agent_hours"] <= alone["agent_hours"]


def test_where_nothing_differs_it_is_said(inputs: list[str], tmp_path: Path) -> None:
    rows = [f"voice:orders,2026-10-26 09:{minute},0,0,0,0,0,180" for minute in ("00", "30")]
    (tmp_path / "forecast.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    assert "Both methods need the same agents" in staff(*inputs).stdout


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
