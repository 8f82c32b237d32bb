"""The commands that ask about a roster: one JSON object each, and words for people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from api.cli import main
from optimizer import io
from optimizer.model import Organisation, PlannedActivity, Roster, Shift, TimeGrid
from tests.optimizer.builders import MONDAY, organisation, requirement

GRID = TimeGrid.of_days(MONDAY, 7, 30, "Europe/Paris")


def shift(centre: Organisation, agent: str, day: int, hour: int = 9) -> Shift:
    """Return a shift of the core's template with its meal four hours after the start."""
    start = 48 * day + 2 * hour
    meal = centre.templates[0].activities[0]
    return Shift(
        agent, "day", start, start + 18, (PlannedActivity(meal.kind, start + 8, start + 10, False),)
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a week in which a0 works from Monday to Friday and a1 from Wednesday to Sunday."""
    centre = organisation()
    needed = np.zeros((2, 7 * 48))
    for day in range(7):
        needed[0, day * 48 + 20 : day * 48 + 24] = 1
    shifts = [shift(centre, "a0", day) for day in range(5)]
    shifts += [shift(centre, "a1", day) for day in range(2, 7)]
    io.write(tmp_path / "organisation.json", centre)
    io.write(tmp_path / "requirement.json", requirement(needed))
    io.write(tmp_path / "roster.json", Roster(GRID, tuple(shifts)))
    io.write(tmp_path / "before.json", Roster(GRID, tuple(shifts[1:])))
    return tmp_path


def ask(folder: Path, command: str, *more: str) -> Result:
    names = ("organisation", "requirement", "roster")
    files = [f"--{name}={folder / f'{name}.json'}" for name in names]
    return CliRunner().invoke(main, [command, *files, *more])


def figures(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_costs_are_told_by_rule_and_people(folder: Path) -> None:
    told = figures(ask(folder, "explain", "--json"))
    assert sum(rule["cost"] for rule in told["rules"]) == pytest.approx(told["objective"])
    assert [one["hours"] for one in told["agents"]] == [40.0, 40.0, 0.0]
    assert [one["weekends"] for one in told["agents"]] == [0, 1, 0]
    shown = ask(folder, "explain")
    assert "per hour on contacts" in shown.output


def test_the_rule_that_stops_a_sixth_shift_is_told(folder: Path) -> None:
    question = ("why", "--agent=a0", "--day=2026-11-28")
    told = figures(ask(folder, *question, "--json"))
    assert told["now"] is None
    assert [stop["rule"] for stop in told["alone"]["breaks"]] == ["shifts_per_week"]
    assert told["alone"]["cost"] is None
    assert "stopped by shifts per week" in ask(folder, *question).output


def test_a_day_off_has_its_price(folder: Path) -> None:
    told = figures(ask(folder, "why", "--agent=a1", "--day=2026-11-29", "--free", "--json"))
    assert told["shift"] is None
    assert told["alone"]["costs"] == {"shortage": pytest.approx(200.0)}


def test_somebody_is_found_for_an_absence_and_a_shift(folder: Path) -> None:
    told = figures(ask(folder, "recommend", "--absent=a1", "--day=2026-11-29", "--json"))
    assert told["undone"]["cost"] == pytest.approx(200.0)
    # On Wednesday two are there for one; otherwise the elastic colleague is called.
    best = told["proposals"][0]
    called = next(p for p in told["proposals"] if not p["other_days"])
    assert (best["agents"], best["cost"]) == (["a0"], pytest.approx(-200.0))
    assert (called["agents"], called["cost"]) == (["a2"], pytest.approx(115.0 - 200.0))
    shown = ask(folder, "recommend", "--shift=short", "--day=2026-11-29", "--start=10:00")
    assert shown.exit_code == 0
    assert "a2" in shown.output
    assert "Nobody could" not in shown.output


def test_a_swap_is_told_with_both_sides(folder: Path) -> None:
    told = figures(ask(folder, "recommend", "--swap=a0", "--day=2026-11-23", "--json"))
    assert all(len(proposal["changes"]) == 4 for proposal in told["proposals"])
    assert {proposal["agents"][0] for proposal in told["proposals"]} == {"a1"}


def test_two_rosters_are_told_apart(folder: Path) -> None:
    files = [f"--before={folder / 'before.json'}", f"--after={folder / 'roster.json'}"]
    run = CliRunner()
    command = ["diff", f"--organisation={folder / 'organisation.json'}", *files]
    told = figures(run.invoke(main, [*command, "--json"]))
    assert told["counts"] == {"added": 1}
    assert told["changes"][0]["after"]["start"] == "2026-11-23T09:00+01:00"
    assert told["paid_hours"] == {"a0": 8.0}
    assert "a0 Mon 23 Nov: free -> day 09:00-18:00" in run.invoke(main, command).output


@pytest.mark.parametrize(
    "question",
    [
        ("recommend", "--day=2026-11-23"),
        ("recommend", "--day=2026-11-23", "--absent=a0", "--swap=a1"),
        ("recommend", "--day=2026-11-23", "--absent=a0", "--start=09:00"),
        ("recommend", "--day=2026-11-23", "--shift=day", "--start=9 am"),
        ("recommend", "--day=Monday", "--shift=day"),
        ("recommend", "--day=2026-11-23", "--absent=nobody"),
        ("why", "--day=2026-11-23", "--agent=nobody"),
        ("why", "--day=2030-11-23", "--agent=a0"),
        ("why", "--day=2026-11-23", "--agent=a0", "--free", "--template=day"),
    ],
)
def test_a_question_that_makes_no_sense_exits_with_two(
    folder: Path, question: tuple[str, ...]
) -> None:
    assert ask(folder, *question).exit_code == 2
