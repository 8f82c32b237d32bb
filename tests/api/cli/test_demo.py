"""The demo end to end, small: every part runs for real, and the page is looked at by a parser."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from api.cli import main
from optimizer import io

FILES = {
    "forecast.csv", "forecast.json", "organisation.json", "requirement.json", "requirement.csv",
    "roster.json", "roster.csv", "simulation.json", "simulation_intervals.csv", "summary.json",
    "report.html",
}  # fmt: skip


class Page(HTMLParser):
    """What a page loads from elsewhere, and the text of its headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.headings: list[str] = []
        self._in_heading = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_heading = tag == "h2"
        self.loaded += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        if self._in_heading and data.strip():
            self.headings.append(data.strip())
            self._in_heading = False


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """Run the demo once."""
    out = tmp_path_factory.mktemp("demo")
    arguments = ["demo", "--agents", "30", "--skills", "2", "--seconds", "4", "--out", str(out)]
    return CliRunner().invoke(main, [*arguments, "--json"]), out


def test_the_summary_is_one_json_object_that_a_person_can_judge_by(
    shown: tuple[Result, Path],
) -> None:
    result, _ = shown
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    assert summary["roster"]["verified"] is True
    assert 0 < summary["forecast"]["forecast"]["wape"] < 1
    assert 0 <= summary["roster"]["elastic_share"] < 1
    assert 0.5 < summary["roster"]["coverage"] <= 1
    assert summary["assignment"]["assigned"] > 0
    assert 0 < summary["simulation"]["channels"]["voice"]["service_level"] <= 1


def test_the_requirement_is_corrected_and_the_best_roster_kept(shown: tuple[Result, Path]) -> None:
    result, out = shown
    figures = json.loads(result.stdout)
    told = figures["correction"]["rounds"]
    kept = told[figures["correction"]["kept"]]
    assert len(told) == 2
    assert kept["objective"] == min(one["objective"] for one in told)
    assert figures["roster"]["required_hours"] == pytest.approx(kept["required_hours"])
    assert figures["roster"]["payroll"] == pytest.approx(kept["payroll"])
    assert "Rosters before and after correction" in (out / "report.html").read_text("utf-8")


def test_the_files_are_there_and_can_be_read_back(shown: tuple[Result, Path]) -> None:
    _, out = shown
    assert {path.name for path in out.iterdir()} == FILES | {"assignment.json"}
    organisation = io.read_organisation(out / "organisation.json")
    assert io.read_roster(out / "roster.json", organisation).shifts
    checked = CliRunner().invoke(
        main,
        ["verify"]
        + [f"--{name}={out / name}.json" for name in ("organisation", "requirement", "roster")],
    )
    assert checked.exit_code == 0, checked.output


def test_the_report_is_one_page_that_loads_nothing(shown: tuple[Result, Path]) -> None:
    _, out = shown
    page = Page((out / "report.html").read_text(encoding="utf-8"))
    assert page.loaded == []
    assert page.headings[:2] == ["Forecast", "Coverage"]
    assert page.headings[3:] == ["The plan, tried out", "Live assignment"]


def test_a_history_of_ones_own_gets_a_centre_around_it(tmp_path: Path) -> None:
    starts = pd.date_range("2026-01-05 08:00", periods=60 * 48, freq="30min")
    starts = starts[(starts.hour >= 8) & (starts.hour < 18) & (starts.day_of_week < 5)]
    calls = np.random.default_rng(0).poisson(30, len(starts))
    frame = pd.DataFrame({"unique_id": "PS", "ds": starts, "y": calls})
    frame.to_csv(tmp_path / "calls.csv", index=False)
    files = [f"--history={tmp_path / 'calls.csv'}", f"--out={tmp_path / 'out'}"]
    result = CliRunner().invoke(
        main, ["demo", *files, "--aht", "200", "--rounds", "1", "--seconds", "5", "--json"]
    )
    assert result.exit_code == 0, result.output
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    summary = json.loads(result.stdout)
    assert "assignment" not in summary
    assert len(summary["correction"]["rounds"]) == 1
    assert "before and after" not in (tmp_path / "out" / "report.html").read_text("utf-8")
    assert summary["roster"]["coverage"] > 0.8


def test_a_sample_that_cannot_be_made_lists_why(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["demo", "--agents", "1", "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "agents" in result.output
