from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from optimizer.io import write
from optimizer.staffing.capacity import (
    CapacityProblem,
    Goals,
    Hiring,
    Promotion,
    StaffGroup,
    write_capacity,
)
from tests.optimizer.builders import organisation
from tests.optimizer.staffing.capacity.cases import MONDAY, group, problem, promotion


@pytest.fixture
def question() -> CapacityProblem:
    sale = Promotion("sale", MONDAY, {"front": (0.0, 0.0, 0.0, 0.0, 40.0)})
    base = promotion()
    fewer = tuple(replace(one, heads=one.heads - 2) for one in base.groups)
    return replace(base, groups=fewer, promotions=(sale,))


@pytest.fixture
def plan(tmp_path: Path, question: CapacityProblem) -> list[str]:
    write_capacity(tmp_path / "plan.json", question)
    return ["--plan", str(tmp_path / "plan.json")]


def capacity(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["capacity", *arguments])


def test_one_json_object_holds_the_plan(plan: list[str], question: CapacityProblem) -> None:
    shown = json.loads(capacity(*plan, "--json").stdout)
    assert shown["verified"]
    assert shown["termination"] == "optimal"
    assert sum(shown["costs"].values()) == pytest.approx(shown["cost"], abs=0.1)
    assert sum(shown["cost_by_week"]) == pytest.approx(shown["cost"], abs=0.1)
    assert shown["mondays"][0] == "2026-09-21"
    front = shown["groups"][0]
    assert len(front["heads"]) == question.weeks
    assert front["required_hours"][4] == 460.0
    missing = sum(sum(one["short_hours"]) for one in shown["groups"])
    assert missing == pytest.approx(shown["short_hours"], abs=0.1)
    assert missing > 0.0
    told = [issue for issue in shown["issues"] if issue["code"] == "goal_missed"]
    assert (
        len(told)
        == len(shown["shortfalls"])
        == sum(hours > 0 for one in shown["groups"] for hours in one["short_hours"])
    )


def test_every_hire_and_call_says_when_to_decide(plan: list[str]) -> None:
    shown = json.loads(capacity(*plan, "--json").stdout)
    hired = sum(a["amount"] for a in shown["actions"] if a["kind"] == "hire")
    assert hired == sum(sum(one["starts"]) for one in shown["groups"]) > 0
    days = [(action["decide_by"], action["effective"]) for action in shown["actions"]]
    assert days == sorted(days)
    assert all(by <= day for by, day in days)
    called = [a for a in shown["actions"] if a["whom"] == "far"]
    assert called[0]["decide_by"] == "2026-09-21"
    assert called[0]["effective"] == "2026-10-05"


def test_the_files_hold_the_same_plan(plan: list[str], tmp_path: Path) -> None:
    shown = capacity(*plan, "--out", str(tmp_path / "out"))
    assert shown.exit_code == 0
    stored = json.loads((tmp_path / "out" / "capacity.json").read_text())
    with (tmp_path / "out" / "capacity.csv").open() as file:
        table = list(csv.DictReader(file))
    assert len(table) == 2 * 8
    experts = [row for row in table if row["group"] == "experts"]
    assert [float(row["heads"]) for row in experts] == stored["groups"][1]["heads"]
    assert {"hours_of_near", "hours_of_far", "short_hours", "monday"} <= set(table[0])


def test_a_person_sees_weeks_groups_decisions_and_cost(plan: list[str]) -> None:
    shown = capacity(*plan)
    assert shown.exit_code == 0
    for text in ("2026-10-19", "experts", "hire", "hours missing", "wages"):
        assert text in shown.stdout


def test_what_a_promotion_and_the_pools_change_is_told(plan: list[str]) -> None:
    options = ("--without", "promotions", "--without", "pools", "--gap", "0")
    shown = json.loads(capacity(*plan, *options, "--json").stdout)
    promotions, pools = shown["compared"]
    assert promotions["changes_cost"] > 0
    assert promotions["cost"] + promotions["changes_cost"] == pytest.approx(shown["cost"], abs=0.1)
    assert pools["short_hours"] > shown["short_hours"]
    assert "Without promotions" in capacity(*plan, "--without", "promotions").stdout


def test_goals_that_cannot_be_held_end_with_the_weeks(tmp_path: Path) -> None:
    short = problem(group(required_hours=(290.0,)), weeks=2, goals=Goals.REQUIRED)
    write_capacity(tmp_path / "plan.json", short)
    shown = capacity("--plan", str(tmp_path / "plan.json"), "--json")
    assert shown.exit_code == 1
    assert len(json.loads(shown.stdout)["errors"]) == 2


def test_bad_input_lists_every_problem(tmp_path: Path) -> None:
    bad = problem(group(heads=-1, shrinkage=(1.0,), hiring=Hiring((1,), cost=-5.0)))
    write_capacity(tmp_path / "plan.json", bad)
    shown = capacity("--plan", str(tmp_path / "plan.json"), "--json")
    assert shown.exit_code == 2
    assert {error["pointer"] for error in json.loads(shown.stdout)["errors"]} == {
        "/capacity/groups/0/heads",
        "/capacity/groups/0/shrinkage/0",
        "/capacity/groups/0/hiring/cost",
    }


def test_hours_can_come_from_a_forecast(tmp_path: Path) -> None:
    write(tmp_path / "organisation.json", organisation())
    rows = [
        f"voice:orders,2026-09-{day} {clock},100,90,110,80,120,180"
        for day in (21, 27)
        for clock in ("09:00", "09:30")
    ]
    header = "group,start,offered,lower80,upper80,lower95,upper95,aht_s"
    (tmp_path / "forecast.csv").write_text("\n".join([header, *rows]) + "\n")
    one = StaffGroup("front", heads=1, hourly_cost=20.0, planning_groups=("voice:orders",))
    write_capacity(tmp_path / "plan.json", CapacityProblem(MONDAY, 1, (one,)))
    arguments = ["--plan", str(tmp_path / "plan.json"), "--json"]
    assert capacity(*arguments).exit_code == 2
    assert capacity(*arguments, "--forecast", str(tmp_path / "forecast.csv")).exit_code == 2
    both = ("--forecast", str(tmp_path / "forecast.csv"))
    both += ("--organisation", str(tmp_path / "organisation.json"))
    shown = capacity(*arguments, *both)
    assert shown.exit_code == 0, shown.stdout
    assert json.loads(shown.stdout)["required_hours"] > 10.0
