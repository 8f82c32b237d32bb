"""The scenarios that are shipped can be played with what the other commands write."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from api.cli import main
from forecasts.result import write_forecast
from optimizer.io import read_organisation, write
from optimizer.model import TimeGrid
from sample_data import SMALL
from tests.api.builders import day_roster, forecast

SCENARIOS = SMALL / "scenarios"
NAMES = ("today", "bot", "core_only", "bullseye")


def test_every_shipped_scenario_is_played_beside_today(tmp_path: Path) -> None:
    shutil.copytree(SCENARIOS, tmp_path / "scenarios")
    shutil.copy(SMALL / "organisation.json", tmp_path)
    people = read_organisation(SMALL / "organisation.json")
    (tmp_path / "plan").mkdir()
    grid = TimeGrid.of_days(date(2026, 3, 2), 1, 30, people.zone)
    write(tmp_path / "plan" / "roster.json", day_roster(people, grid))
    volumes = {
        group.id: 20.0 if group.channel in ("voice", "chat") else 1.0 for group in people.groups
    }
    write_forecast(forecast(volumes, "2026-03-02", 1), tmp_path / "plan")
    files = [str(tmp_path / "scenarios" / f"{name}.json") for name in NAMES]
    shown = CliRunner().invoke(main, ["compare", *files, "--replications", "4", "--json"])
    assert shown.exit_code == 0, shown.output
    today, bot, core, rings = json.loads(shown.stdout)["scenarios"]

    def offered(scenario: dict[str, Any], group: str) -> float:
        (found,) = [one for one in scenario["result"]["groups"] if one["name"] == group]
        return float(found["offered"]["mean"])

    for group in ("voice:orders", "chat:orders"):
        assert 0.3 < offered(bot, group) / offered(today, group) < 0.5
    assert offered(bot, "voice:after_sales") == offered(today, "voice:after_sales")
    assert core["cost_change"] < 0
    assert rings["result"]["rule"] == "best first"
    assert {file.stem for file in SCENARIOS.glob("*.json")} == {*NAMES, "bot_adjustments"}
