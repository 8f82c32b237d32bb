"""`callboard simulate` reads the files of the other commands and says what would happen."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from api.cli import main
from api.cli.output import console
from forecasts.result import write_forecast
from optimizer.io import write
from optimizer.model import (
    Channel,
    ChannelKind,
    Organisation,
    PlanningGroup,
    Roster,
    ServiceGoal,
    Shift,
    TimeGrid,
)
from optimizer.simulation import RULES, Settings
from optimizer.simulation import simulate as play
from tests.api.builders import forecast as forecast_of
from tests.optimizer.builders import MONDAY, organisation

HEADER = "group,start,offered,lower80,upper80,lower95,upper95,aht_s"
GRID = TimeGrid.of_days(MONDAY, 2, 30, "Europe/Paris")


@pytest.fixture
def centre() -> Organisation:
    return organisation(6)


@pytest.fixture
def roster(centre: Organisation) -> Roster:
    """Return a roster in which everybody works from nine to five on Monday and Tuesday."""
    shifts = [
        Shift(agent.id, "day", 48 * day + 18, 48 * day + 34)
        for agent in centre.agents
        for day in (0, 1)
    ]
    return Roster(GRID, tuple(shifts))


@pytest.fixture
def inputs(tmp_path: Path, centre: Organisation, roster: Roster) -> list[str]:
    write(tmp_path / "organisation.json", centre)
    write(tmp_path / "roster.json", roster)
    (tmp_path / "forecast.csv").write_text(forecast("2026-11-23", "2026-11-24"))
    return [
        f"--{name}={tmp_path / name}.{kind}"
        for name, kind in (("organisation", "json"), ("roster", "json"), ("forecast", "csv"))
    ]


def forecast(*days: str, clocks: tuple[str, ...] = ("10:00", "10:30", "11:00")) -> str:
    rows = [
        f"{group},{day} {clock},{offered},0,90,0,99,300"
        for group, offered in (("voice:orders", 12), ("voice:billing", 8))
        for day in days
        for clock in clocks
    ]
    return "\n".join([HEADER, *rows]) + "\n"


def simulate(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["simulate", *arguments])


def test_one_json_object_holds_the_figures_of_the_simulation(
    inputs: list[str], centre: Organisation, roster: Roster
) -> None:
    shown = simulate(*inputs, "--seed", "3", "--replications", "4", "--json")
    assert shown.exit_code == 0
    figures = json.loads(shown.stdout)
    offered = {group["name"]: group["offered"]["mean"] for group in figures["groups"]}
    assert offered["voice:orders"] == pytest.approx(72, rel=0.2)
    assert (figures["seed"], figures["replications"], figures["rule"]) == (3, 4, "best")

    volumes = np.zeros((2, GRID.count))
    for day in (0, 48):
        volumes[:, day + 20 : day + 23] = [[12.0], [8.0]]
    times = np.full((2, GRID.count), 300.0)
    same = play(centre, roster, volumes, times, settings=Settings(seed=3, replications=4))
    assert figures["groups"] == same.as_dict()["groups"]


def test_a_day_is_played_alone(inputs: list[str]) -> None:
    figures = json.loads(simulate(*inputs, "--day", "2026-11-24", "--json").stdout)
    assert figures["starts"][0] == "2026-11-24T00:00:00+01:00"
    assert len(figures["starts"]) == 48
    assert figures["groups"][0]["offered"]["mean"] == pytest.approx(36, rel=0.2)


def test_people_see_a_table_and_where_the_files_are(inputs: list[str], tmp_path: Path) -> None:
    shown = simulate(*inputs, "--rule", "fifo", "--out", str(tmp_path / "out"))
    assert shown.exit_code == 0
    assert shown.stderr == ""
    assert "voice:orders" in shown.stdout
    assert "rule fifo" in shown.stdout
    assert "simulation_intervals.csv" in shown.stdout
    figures = json.loads((tmp_path / "out" / "simulation.json").read_text())
    with (tmp_path / "out" / "simulation_intervals.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    assert rows[0]["start"] == "2026-11-23 10:00+01:00"
    total = sum(float(row["offered"]) for row in rows if row["group"] == "voice:orders")
    assert total == pytest.approx(figures["groups"][0]["offered"]["mean"], abs=0.01)


def test_nobody_absent_serves_at_least_as_many(inputs: list[str]) -> None:
    answered = []
    for absence in ("0.9", "0"):
        figures = json.loads(simulate(*inputs, "--absence", absence, "--json").stdout)
        answered.append(figures["groups"][0]["answered"]["mean"])
    assert answered[0] < answered[1]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (forecast("2027-01-04"), "no_overlap"),
        (forecast("2026-11-23", clocks=("10:00", "11:00", "12:00")), "interval_mismatch"),
        (forecast("2026-11-23").replace("voice:billing", "fax"), "unknown_group"),
    ],
)
def test_a_forecast_that_does_not_fit_is_bad_input(
    inputs: list[str], tmp_path: Path, text: str, code: str
) -> None:
    (tmp_path / "forecast.csv").write_text(text)
    shown = simulate(*inputs, "--json")
    assert shown.exit_code == 2
    assert code in [error["code"] for error in json.loads(shown.stdout)["errors"]]


def test_a_day_outside_the_roster_is_bad_input(inputs: list[str]) -> None:
    shown = simulate(*inputs, "--day", "2026-12-24")
    assert shown.exit_code == 2
    assert "2026-11-23 to 2026-11-24" in shown.stderr


def test_a_roster_for_other_people_is_bad_input(
    inputs: list[str], tmp_path: Path, roster: Roster
) -> None:
    strangers = tuple(replace(shift, agent="stranger") for shift in roster.shifts[:1])
    write(tmp_path / "roster.json", replace(roster, shifts=strangers))
    shown = simulate(*inputs, "--json")
    assert shown.exit_code == 2
    assert json.loads(shown.stdout)["errors"][0]["pointer"] == "/roster/shifts/0/agent"


@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_known_by_name(inputs: list[str], name: str) -> None:
    shown = simulate(*inputs, "--rule", name, "--replications", "1", "--json")
    assert shown.exit_code == 0
    assert json.loads(shown.stdout)["rule"] == name


def test_the_help_names_every_rule() -> None:
    shown = simulate("--help").stdout
    assert all(name in shown for name in RULES)


def test_a_rule_may_come_from_a_file(inputs: list[str], tmp_path: Path) -> None:
    rule = {"name": "mine", "kind": "c_mu", "costs": {"voice:billing": 9.0}}
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"schema": "callboard/1", "rule": rule}))
    assert json.loads(simulate(*inputs, "--rule", str(path), "--json").stdout)["rule"] == "mine"
    rule["costs"] = {"fax": 1.0}
    path.write_text(json.dumps({"schema": "callboard/1", "rule": rule}))
    shown = simulate(*inputs, "--rule", str(path), "--json")
    assert shown.exit_code == 2
    assert [error["pointer"] for error in json.loads(shown.stdout)["errors"]] == ["/rule/costs/fax"]


def test_a_rule_that_nobody_knows_is_bad_input(inputs: list[str]) -> None:
    shown = simulate(*inputs, "--rule", "luck")
    assert shown.exit_code == 2
    assert "unknown_rule" in shown.stderr


def test_every_contact_may_be_written(inputs: list[str], tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    shown = simulate(*inputs, "--records", str(path), "--replications", "2", "--json")
    figures = json.loads(shown.stdout)
    assert figures["files"] == [str(path)]
    with path.open() as file:
        rows = list(csv.DictReader(file))
    assert 50 < len(rows) < 250
    assert {row["replication"] for row in rows} == {"0"}


def test_records_in_an_unknown_form_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    for name in ("organisation.json", "roster.json", "forecast.csv"):
        (tmp_path / name).write_text("nothing yet")
    shown = simulate(
        f"--organisation={tmp_path / 'organisation.json'}",
        f"--roster={tmp_path / 'roster.json'}",
        f"--forecast={tmp_path / 'forecast.csv'}",
        "--records",
        str(tmp_path / "contacts.xlsx"),
        "--json",
    )
    assert shown.exit_code == 2
    assert [error["code"] for error in json.loads(shown.stdout)["errors"]] == ["bad_ending"]


def test_people_may_be_late_and_days_busy(inputs: list[str]) -> None:
    plain, varied = (
        json.loads(simulate(*inputs, "--absence", "0", *more, "--json").stdout)
        for more in ((), ("--adherence", "600", "--busyness", "0.3"))
    )

    def width(figures: dict[str, Any]) -> float:
        offered = figures["groups"][0]["offered"]
        return float(offered["high"] - offered["low"])

    assert width(varied) > 1.5 * width(plain)


def test_pairs_are_played_as_one(inputs: list[str]) -> None:
    single, pairs = (
        json.loads(simulate(*inputs, *more, "--json").stdout) for more in ((), ("--antithetic",))
    )
    assert pairs["contacts"] == pytest.approx(2 * single["contacts"], rel=0.1)
    assert pairs["replications"] == single["replications"] == 10


def test_sample_paths_of_a_bare_table_are_bad_input(inputs: list[str]) -> None:
    shown = simulate(*inputs, "--paths", "3", "--json")
    assert shown.exit_code == 2
    assert [e["code"] for e in json.loads(shown.stdout)["errors"]] == ["no_uncertainty"]


def test_sample_paths_are_played_from_a_folder(inputs: list[str], tmp_path: Path) -> None:
    write_forecast(
        forecast_of({"voice:orders": 12.0, "voice:billing": 8.0}, known=True), tmp_path / "folder"
    )
    options = [*inputs[:2], f"--forecast={tmp_path / 'folder'}", "--replications", "40", "--json"]
    expected = json.loads(simulate(*options).stdout)["groups"][0]["offered"]
    paths = json.loads(simulate(*options, "--paths", "20").stdout)["groups"][0]["offered"]
    assert paths["mean"] == pytest.approx(expected["mean"], rel=0.15)
    assert paths["high"] - paths["low"] > 1.5 * (expected["high"] - expected["low"])


def test_clocks_of_tickets_may_keep_business_hours(
    inputs: list[str], tmp_path: Path, centre: Organisation
) -> None:
    email = PlanningGroup(
        "email:orders", "email", "orders", goal=ServiceGoal(first_response_seconds=3600.0)
    )
    more = replace(
        centre,
        channels=(*centre.channels, Channel("email", ChannelKind.EMAIL)),
        groups=(*centre.groups, email),
    )
    write(tmp_path / "organisation.json", more)
    # Emails come at night; calls from ten to half past eleven, with people there from nine.
    night = [f"email:orders,2026-11-23 {clock},5,0,9,0,9,60" for clock in ("20:00", "20:30")]
    text = forecast("2026-11-23", "2026-11-24").rstrip("\n")
    (tmp_path / "forecast.csv").write_text("\n".join([text, *night]) + "\n")
    shares = [
        json.loads(simulate(*inputs, "--absence", "0", *more_, "--json").stdout)["deferred"][
            "first_response"
        ]["mean"]
        for more_ in ((), ("--business-hours",))
    ]
    assert shares == [0.0, 1.0]


@pytest.mark.parametrize("columns", [80, 120])
def test_the_table_fits_the_terminal(
    inputs: list[str], columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "width", columns)
    shown = simulate(*inputs, "--replications", "3").stdout
    assert max(len(line.rstrip()) for line in shown.splitlines()) <= columns
    assert "…" not in shown
    assert "±" in shown


def test_a_roster_without_a_forecast_day_in_part_plays_what_is_there(
    inputs: list[str], tmp_path: Path
) -> None:
    (tmp_path / "forecast.csv").write_text(forecast("2026-11-24", "2026-11-25"))
    figures = json.loads(simulate(*inputs, "--json").stdout)
    expecting = [
        start
        for start, offered in zip(
            figures["starts"], figures["intervals"][0]["offered"], strict=True
        )
        if offered
    ]
    assert {date.fromisoformat(start[:10]) for start in expecting} == {date(2026, 11, 24)}
