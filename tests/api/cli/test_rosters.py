from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from api.cli import main
from optimizer import io
from optimizer.model import Directives, Pin, Roster
from tests.optimizer.builders import MONDAY, organisation, requirement


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a small problem: one of each group needed from ten to four."""
    needed = np.zeros((2, 7 * 48))
    for day in range(7):
        needed[:, day * 48 + 20 : day * 48 + 32] = 1
    io.write(tmp_path / "organisation.json", replace(organisation(), name="=cmd()"))
    io.write(tmp_path / "requirement.json", requirement(needed))
    return tmp_path


def call(command: str, folder: Path, *more: str) -> Result:
    files = [f"--{name}={folder / f'{name}.json'}" for name in ("organisation", "requirement")]
    return CliRunner().invoke(main, [command, *files, *more])


def test_a_roster_is_built_written_and_passes_the_verifier(folder: Path) -> None:
    built = call("roster", folder, "--seconds", "3", "--out", str(folder), "--json")
    assert built.exit_code == 0, built.output
    figures = json.loads(built.stdout)
    assert figures["verified"] is True
    assert figures["bound"] <= figures["objective"] + 1e-6
    assert figures["short_agent_intervals"] == pytest.approx(
        2 * sum(row["short_hours"] for row in figures["groups"])
    )

    checked = call("verify", folder, f"--roster={folder / 'roster.json'}", "--json")
    assert checked.exit_code == 0
    assert json.loads(checked.stdout)["objective"] == pytest.approx(figures["objective"])

    with (folder / "roster.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == figures["shifts"]
    assert {row["agent"] for row in rows} <= {"a0", "a1", "a2"}
    told = json.loads((folder / "analysis.json").read_text())
    assert told["gap"] == figures["gap"]
    assert sum(rule["cost"] for rule in told["rules"]) == pytest.approx(figures["objective"])
    assert (folder / "calendars" / "sites" / "paris.ics").is_file()
    assert (folder / "roster.html").read_text().startswith("<!doctype html>")
    assert figures["files"] == [
        str(folder / name)
        for name in ("roster.json", "roster.csv", "analysis.json", "roster.html", "calendars")
    ]


def test_parts_may_be_solved_in_processes_of_their_own(folder: Path) -> None:
    built = call("roster", folder, "--seconds", "20", "--parallel", "2", "--json")
    assert built.exit_code == 0, built.output
    assert json.loads(built.stdout)["verified"] is True


def test_a_person_sees_gap_coverage_and_cost(folder: Path) -> None:
    built = call("roster", folder, "--seconds", "3")
    assert built.exit_code == 0
    assert "voice:billing" in built.output
    assert "payroll" in built.output


def test_a_roster_that_breaks_a_rule_is_told_and_exits_with_one(folder: Path) -> None:
    assert call("roster", folder, "--seconds", "3", "--out", str(folder)).exit_code == 0
    roster = io.read_roster(folder / "roster.json", organisation())
    first = roster.shifts[0]
    broken = Roster(roster.grid, (replace(first, end=first.end + 1), *roster.shifts[1:]))
    io.write(folder / "broken.json", broken)
    checked = call("verify", folder, f"--roster={folder / 'broken.json'}", "--json")
    assert checked.exit_code == 1
    figures = json.loads(checked.stdout)
    assert figures["verified"] is False
    assert figures["issues"]


def test_a_problem_that_makes_no_sense_lists_every_issue(folder: Path) -> None:
    centre = organisation()
    agents = tuple(replace(agent, contract="gone") for agent in centre.agents)
    io.write(folder / "organisation.json", replace(centre, agents=agents))
    answer = call("roster", folder, "--json")
    assert answer.exit_code == 2
    pointers = {error["pointer"] for error in json.loads(answer.stdout)["errors"]}
    assert pointers == {f"/organisation/agents/{i}/contract" for i in range(3)}


def test_times_on_the_roster_are_local(folder: Path) -> None:
    assert call("roster", folder, "--seconds", "3", "--out", str(folder)).exit_code == 0
    with (folder / "roster.csv").open() as file:
        for row in csv.DictReader(file):
            assert row["start"].endswith("+01:00")
            assert row["day"] >= MONDAY.isoformat()


def test_directives_and_the_roster_before_are_read_and_checked(folder: Path) -> None:
    said = Directives(pins=(Pin("a0", MONDAY, works=True), Pin("a0", MONDAY, works=False)))
    io.write(folder / "directives.json", said)
    answer = call("roster", folder, f"--directives={folder / 'directives.json'}", "--json")
    assert answer.exit_code == 2
    (error,) = json.loads(answer.stdout)["errors"]
    assert (error["code"], error["pointer"]) == ("contradictory_pins", "/directives/pins/1")
    before = f"--previous={folder / 'requirement.json'}"
    assert call("roster", folder, before, "--json").exit_code == 2
