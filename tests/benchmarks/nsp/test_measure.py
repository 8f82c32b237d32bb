from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from api.cli import main
from benchmarks.nsp.instance import parse_instance
from benchmarks.nsp.judge import judge
from benchmarks.nsp.measure import best_known
from benchmarks.nsp.problem import assignments_of, problem_of
from optimizer.model import Roster, Shift
from optimizer.roster.verify import verify

TEXT = """\
SECTION_HORIZON
14
SECTION_SHIFTS
E,480,
L,450,E
SECTION_STAFF
A,E=14|L=3,4320,2400,5,2,2,1
B,E=4|L=14,4320,2400,5,2,2,1
C,E=14|L=14,4320,2400,5,2,3,2
SECTION_DAYS_OFF
A,3
SECTION_SHIFT_ON_REQUESTS
A,0,E,2
A,0,L,1
SECTION_SHIFT_OFF_REQUESTS
B,6,L,3
SECTION_COVER
""" + "".join(f"{day},E,1,100,1\n{day},L,1,100,1\n" for day in range(14))


def roster_of(text: str, plan: list[list[str]]) -> Roster:
    """Return a plan as a roster."""
    instance = parse_instance(text)
    grid = problem_of(instance).requirement.grid
    per_day = 24 * 60 // grid.interval_minutes
    length = {shift.id: shift.minutes // grid.interval_minutes for shift in instance.shifts}
    shifts = [
        Shift(employee.id, shift, per_day * day, per_day * day + length[shift])
        for employee, mine in zip(instance.staff, plan, strict=True)
        for day, shift in enumerate(mine)
        if shift
    ]
    return Roster(grid, tuple(sorted(shifts, key=lambda shift: (shift.agent, shift.start))))


@pytest.mark.parametrize("seed", range(40))
def test_verifier_and_judge_say_the_same_of_any_roster(seed: int) -> None:
    rng = np.random.default_rng(seed)
    # Mostly plans that keep all rules, and a few changes that may break some.
    work = list("EEELL--EEE----")
    plan = [["" if shift == "-" else shift for shift in work] for _ in range(3)]
    plan[0][3] = plan[0][4] = ""
    for _ in range(int(rng.integers(0, 4))):
        plan[rng.integers(3)][rng.integers(14)] = str(rng.choice(["", "E", "L"]))
    instance, roster = parse_instance(TEXT), roster_of(TEXT, plan)
    assert list(assignments_of(instance, roster).values()) == plan
    verdict = judge(TEXT, assignments_of(instance, roster))
    judged = verify(problem_of(instance), roster)
    assert judged.sound == verdict.feasible, (verdict.broken, judged.issues)
    assert judged.objective == verdict.objective


def test_the_command_reports_every_figure(tmp_path: Path) -> None:
    path = tmp_path / "Instance7.txt"
    path.write_text(TEXT, "utf-8", newline="\r\n")
    (tmp_path / "best_known.csv").write_text("instance,best_known\n7,400\n", "utf-8")
    result = CliRunner().invoke(main, ["bench", "nsp", str(path), "--seconds", "2", "--json"])
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert figures["verified"] is True
    assert figures["bound"] <= figures["objective"]
    assert figures["best_known"] == 400
    assert figures["best_known_gap"] == pytest.approx(figures["objective"] / 400 - 1)
    assert figures["curve"][-1][1:] == [figures["objective"], figures["bound"]]
    seconds = [point[0] for point in figures["curve"]]
    assert seconds == sorted(seconds)


def test_a_broken_file_is_refused_with_every_problem(tmp_path: Path) -> None:
    path = tmp_path / "broken.txt"
    path.write_text(TEXT.replace("A,3\n", "Z,99\n"), "utf-8")
    result = CliRunner().invoke(main, ["bench", "nsp", str(path), "--json"])
    assert result.exit_code == 2
    assert {"unknown_employee", "out_of_range"} <= {
        issue["code"] for issue in json.loads(result.stdout)["errors"]
    }


def test_the_best_known_value_is_taken_from_the_table_beside_the_file(tmp_path: Path) -> None:
    assert best_known(tmp_path / "Instance3.txt") is None
    (tmp_path / "best_known.csv").write_text("instance,best_known\n3,1001\n4,x\n", "utf-8")
    assert best_known(tmp_path / "Instance3.txt") == 1001
    assert best_known(tmp_path / "Instance4.txt") is None
    assert best_known(tmp_path / "other.txt") is None


@pytest.mark.parametrize(("number", "best"), [(2, 828), (3, 1001), (4, 1716)])
def test_published_instances_are_solved_to_the_best_known_value(
    number: int, best: int, reference_data: Callable[[str], Path]
) -> None:
    path = reference_data(f"rosters/Instance{number}.txt")
    result = CliRunner().invoke(main, ["bench", "nsp", str(path), "--seconds", "60", "--json"])
    figures = json.loads(result.stdout)
    assert figures["verified"] is True
    assert figures["objective"] == figures["bound"] == figures["best_known"] == best
