"""The report has a row for every figure that was kept, and says what was not measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli import main
from benchmarks.rostering.report import markdown, read_figures

MACHINE = {"cores": 2, "architecture": "x", "python": "3.11", "versions": {"ortools": "9"}}


def instance(number: int, curve: list[list[float | None]]) -> dict[str, Any]:
    return {
        "command": f"callboard bench nsp Instance{number}.txt",
        "instance": f"Instance{number}",
        "days": 14,
        "staff": 8,
        "shift_types": 1,
        "objective": 120.0,
        "bound": 90.0,
        "gap": 0.25,
        "seconds": 12.0,
        "verified": True,
        "best_known": 100.0,
        "best_known_gap": 0.2,
        "curve": curve,
        "machine": MACHINE,
    }


def test_a_curve_is_read_at_fixed_times() -> None:
    curve = [[0.5, None, 50.0], [1.5, 200.0, 50.0], [4.0, 200.0, 90.0], [11.0, 120.0, 90.0]]
    report = markdown({"nsp_8": instance(8, curve)})
    assert "| case | 1 s | 2 s | 5 s | 10 s | end |" in report
    assert "| nsp_8 | - | 75.00 % | 55.00 % | 55.00 % | 25.00 % |" in report
    assert "| nsp_8 | - | 100.00 % | 100.00 % | 100.00 % | 20.00 % |" in report
    assert "    callboard bench nsp Instance8.txt" in report
    assert "Not measured: `callboard bench replan`." in report


def test_figures_are_read_by_name_and_numbers_are_in_order(tmp_path: Path) -> None:
    for name in ("nsp_10", "nsp_2", "staffing"):
        (tmp_path / f"{name}.json").write_text(json.dumps(instance(2, [])))
    assert list(read_figures(tmp_path)) == ["nsp_2", "nsp_10"]


@pytest.mark.parametrize(
    ("case", "arguments"),
    [
        ("roster_12", "roster --agents 12 --skills 2 --seconds 1 --peers"),
        ("deadlines", "deadlines --agents 15 --skills 2 --limit 0.5"),
        ("replan", "replan --agents 15 --skills 2 --absences 2 --seeds 1 --seconds 1"),
    ],
)
def test_what_a_case_prints_as_json_has_a_place_in_the_report(
    tmp_path: Path, case: str, arguments: str
) -> None:
    shown = CliRunner().invoke(main, ["bench", *arguments.split(), "--json"])
    assert shown.exit_code == 0, shown.output
    (tmp_path / f"{case}.json").write_text(shown.stdout)
    written = CliRunner().invoke(main, ["bench", "report", "--folder", str(tmp_path), "--json"])
    assert json.loads(written.stdout)["read"] == [case]
    report = (tmp_path / "roster.md").read_text("utf-8")
    assert f"| {case} |" in report
    assert f"Not measured: `callboard bench {case.split('_')[0]}`." not in report


@pytest.mark.parametrize(
    "arguments",
    [
        "roster --agents 12 --skills 1 --seconds 1",
        "textbooks --seconds 1",
        "replan --agents 12 --skills 1 --absences 1 --seeds 1 --seconds 1",
    ],
)
def test_the_cases_speak_to_people_too(arguments: str) -> None:
    shown = CliRunner().invoke(main, ["bench", *arguments.split()])
    assert shown.exit_code == 0, shown.output
    assert "SOUND" not in shown.stdout


def test_peers_are_compared_in_whole_weeks_only() -> None:
    shown = CliRunner().invoke(main, ["bench", "roster", "--days", "8", "--peers"])
    assert shown.exit_code == 2
    assert "multiple of 7" in shown.stderr
