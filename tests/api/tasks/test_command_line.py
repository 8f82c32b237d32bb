"""A job comes to what the command line comes to for the same input."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from api.cli import main
from api.store import Store
from api.tasks import examples
from api.tasks.requests.forecasts import HistoryColumns
from api.tasks.requests.trials import ForecastColumns
from api.tasks.rostering import requirement_of
from optimizer.io import write
from optimizer.model import Roster
from tests.api.tasks.test_kinds import without_clocks
from tests.api.tasks.working import accepted, done, named


def told(*arguments: str) -> Any:
    """Return what a command prints as JSON."""
    result = CliRunner().invoke(main, [*arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def write_columns(path: Path, columns: HistoryColumns | ForecastColumns) -> None:
    """Write columns as the CSV file that the command line reads."""
    assert columns.group is not None
    assert columns.aht_s is not None
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["group", "start", "offered", "aht_s"])
        writer.writerows(
            zip(columns.group, columns.start, columns.offered, columns.aht_s, strict=True)
        )


def test_a_forecast(empty: Store, tmp_path: Path) -> None:
    write_columns(tmp_path / "history.csv", examples.HISTORY)
    out = tmp_path / "out"
    command = told(
        "forecast", "--history", str(tmp_path / "history.csv"), "--horizon", "5d", "--out", str(out)
    )
    made = named(done(empty, "forecasts", accepted(empty, "forecasts").body))
    job = json.loads(made["forecast"].body)
    for figures in (command, job):
        figures["history"].pop("file")
        figures.pop("files", None)
    assert command == job
    assert made["forecast_table"].body == (out / "forecast.csv").read_bytes()


def test_a_roster(empty: Store, tmp_path: Path) -> None:
    assert examples.ROSTER.requirement is not None
    write(tmp_path / "organisation.json", examples.ORGANISATION)
    write(tmp_path / "requirement.json", requirement_of(examples.ROSTER.requirement))
    command = told(
        "roster",
        "--organisation", str(tmp_path / "organisation.json"),
        "--requirement", str(tmp_path / "requirement.json"),
        "--workers", "1",
        "--out", str(tmp_path / "out"),
    )  # fmt: skip
    made = named(done(empty, "rosters", accepted(empty, "rosters").body))
    command.pop("files")
    assert without_clocks(command) == without_clocks(json.loads(made["report"].body))
    assert made["roster"].body == (tmp_path / "out" / "roster.json").read_bytes()


def test_a_simulation(empty: Store, tmp_path: Path) -> None:
    request = examples.SIMULATION
    assert isinstance(request.roster, Roster)
    assert isinstance(request.forecast, ForecastColumns)
    write(tmp_path / "organisation.json", examples.ORGANISATION)
    write(tmp_path / "roster.json", request.roster)
    write_columns(tmp_path / "forecast.csv", request.forecast)
    command = told(
        "simulate",
        "--organisation", str(tmp_path / "organisation.json"),
        "--roster", str(tmp_path / "roster.json"),
        "--forecast", str(tmp_path / "forecast.csv"),
        "--replications", "20",
    )  # fmt: skip
    made = named(done(empty, "simulations", accepted(empty, "simulations").body))
    assert without_clocks(command) == without_clocks(json.loads(made["simulation"].body))


def test_a_comparison(empty: Store, tmp_path: Path) -> None:
    base = examples.COMPARISON.scenarios[0]
    assert isinstance(base.roster, Roster)
    assert isinstance(base.forecast, ForecastColumns)
    write(tmp_path / "organisation.json", examples.ORGANISATION)
    write(tmp_path / "three.json", base.roster)
    write_columns(tmp_path / "forecast.csv", base.forecast)
    names = {
        "organisation": "organisation.json",
        "roster": "three.json",
        "forecast": "forecast.csv",
    }
    adjustments = {"adjustments": examples.COMPARISON.scenarios[2].adjustments}
    (tmp_path / "bot.json").write_text(json.dumps(adjustments))
    paths = []
    for name, fields in {"three": names, "fewer calls": {"adjustments": "bot.json"}}.items():
        path = tmp_path / f"scenario-{len(paths)}.json"
        scenario = {"schema": "callboard/1", "scenario": {"name": name, **fields}}
        path.write_text(json.dumps(scenario))
        paths.append(str(path))
    command = told("compare", *paths, "--replications", "20")
    made = named(done(empty, "comparisons", accepted(empty, "comparisons").body))
    job = json.loads(made["comparison"].body)
    assert job.pop("left_out") == []
    del job["scenarios"][1]
    assert without_clocks(command) == without_clocks(job)
