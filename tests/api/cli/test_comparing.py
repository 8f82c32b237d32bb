"""`callboard compare` sets plans side by side, and says which problem is whose."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from api.cli.output import console
from optimizer.simulation import FIGURES
from optimizer.simulation.sets import SetKind
from tests.api.builders import baseline, centre, day_roster, forecast, write_plan, write_scenario

VOLUMES = {"voice:orders": 30.0, "voice:billing": 12.0}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    people = centre()
    write_plan(tmp_path, people, day_roster(people), forecast(VOLUMES))
    return tmp_path


def compare(*arguments: Path | str) -> Result:
    return CliRunner().invoke(main, ["compare", *map(str, arguments)])


def figures(*arguments: Path | str) -> dict[str, Any]:
    shown = compare(*arguments, "--absence", "0", "--json")
    assert shown.exit_code == 0, shown.output
    document = json.loads(shown.stdout)
    assert isinstance(document, dict)
    return document


def change(document: dict[str, Any], name: str, figure: str, kind: str = "when") -> dict[str, Any]:
    (scenario,) = [one for one in document["scenarios"] if one["name"] == name]
    (found,) = [d for d in scenario["differences"] if (d["kind"], d["figure"]) == (kind, figure)]
    assert isinstance(found, dict)
    return found


def test_one_json_object_holds_every_plan_and_its_differences(folder: Path) -> None:
    document = figures(baseline(folder), write_scenario(folder, "core", staff="core"))
    assert document["baseline"] == "today"
    assert [one["name"] for one in document["scenarios"]] == ["today", "core"]
    fewer = change(document, "core", "service_level.offered")
    assert fewer["better"] is False
    assert fewer["change"]["high"] < 0
    assert document["scenarios"][1]["cost_change"] < 0


def test_deflection_is_better_and_says_by_how_much(folder: Path) -> None:
    bot = {
        "kind": "deflect",
        "name": "bot",
        "groups": ["voice:orders"],
        "coverage": 0.8,
        "success": 0.75,
    }
    (folder / "bot_adjustments.json").write_text(json.dumps({"adjustments": [bot]}))
    document = figures(
        baseline(folder),
        write_scenario(folder, "bot", adjustments="bot_adjustments.json"),
        write_scenario(folder, "pilot", adjustments="bot_adjustments.json", pilot_site="lyon"),
        "--replications",
        "20",
    )
    offered = change(document, "bot", "offered")
    today = offered["value"]["mean"] - offered["change"]["mean"]
    assert offered["change"]["mean"] / today == pytest.approx(-0.6 * 30 / 42, abs=0.03)
    assert offered["better"] is None
    assert change(document, "bot", "abandonment")["better"] is True
    piloted = change(document, "pilot", "offered")
    assert piloted["change"]["mean"] == pytest.approx(offered["change"]["mean"] / 2, rel=0.1)


def test_a_pilot_is_seen_beside_the_rest_by_site(folder: Path) -> None:
    bot = {
        "kind": "deflect",
        "name": "bot",
        "groups": ["voice:orders"],
        "coverage": 1.0,
        "success": 0.5,
    }
    (folder / "bot_adjustments.json").write_text(json.dumps({"adjustments": [bot]}))
    document = figures(
        baseline(folder, sites="separate"),
        write_scenario(folder, "pilot", adjustments="bot_adjustments.json", pilot_site="lyon"),
    )
    (pilot,) = document["scenarios"][1:]
    by_site = {
        d["name"]: d["change"]["mean"]
        for d in pilot["differences"]
        if (d["kind"], d["figure"]) == ("site", "offered")
    }
    assert by_site["paris"] == 0.0
    assert by_site["lyon"] < -100


def test_sites_that_answer_apart_are_worse_than_one_pool(folder: Path) -> None:
    document = figures(
        baseline(folder), write_scenario(folder, "apart", sites="separate"), "--replications", "20"
    )
    assert change(document, "apart", "mean_answer_s")["better"] is False


def test_people_see_who_is_better_and_where_the_files_are(folder: Path) -> None:
    shown = compare(
        baseline(folder),
        write_scenario(folder, "core", staff="core"),
        "--by",
        "group",
        "--figure",
        "mean_answer_s",
        "--figure",
        "wait_p90_s",
        "--out",
        folder / "out",
    )
    assert shown.exit_code == 0
    assert shown.stderr == ""
    assert "core against today" in shown.stdout
    assert "voice:orders" in shown.stdout
    assert "worse" in shown.stdout
    assert "wait_p90_s" in shown.stdout
    assert "service_level" not in shown.stdout
    json.loads((folder / "out" / "comparison.json").read_text())
    with (folder / "out" / "comparison.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["scenario"] for row in rows} == {"core"}
    assert {"better", "worse"} & {row["verdict"] for row in rows}


@pytest.mark.parametrize("columns", [80, 120])
def test_the_tables_fit_the_terminal(
    folder: Path, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "width", columns)
    long = write_scenario(folder, "a rather long name of a plan", staff="core", absence=0.3)
    shown = compare(baseline(folder), long, "--by", "group").stdout
    assert max(len(line.rstrip()) for line in shown.splitlines()) <= columns
    assert "…" not in shown


def test_plans_without_a_set_in_common_say_so(folder: Path) -> None:
    shown = compare(
        baseline(folder), write_scenario(folder, "apart", sites="separate"), "--by", "group"
    )
    assert shown.exit_code == 0
    assert "no group with such figures in common" in shown.stdout


def test_one_plan_alone_is_shown_without_differences(folder: Path) -> None:
    shown = compare(baseline(folder))
    assert shown.exit_code == 0
    assert "today" in shown.stdout
    assert "against today" not in shown.stdout


def test_every_kind_of_set_can_be_asked_for() -> None:
    shown = compare("--help").stdout
    assert all(kind in shown for kind in SetKind)


def problems(*arguments: Path | str) -> list[dict[str, str]]:
    shown = compare(*arguments, "--json")
    assert shown.exit_code == 2
    found = json.loads(shown.stdout)["errors"]
    assert isinstance(found, list)
    return found


def test_a_figure_that_nobody_knows_is_bad_input(folder: Path) -> None:
    (found,) = problems(baseline(folder), "--figure", "happiness")
    assert found["code"] == "unknown_figure"
    assert all(name in found["detail"] for name in FIGURES)


def test_a_file_that_is_not_there_is_bad_input(folder: Path) -> None:
    shown = compare(baseline(folder), folder / "absent.json")
    assert shown.exit_code == 2
    assert "absent.json" in shown.stderr


def test_problems_of_all_files_are_listed_with_their_names(folder: Path) -> None:
    (folder / "more").mkdir()
    found = problems(
        write_scenario(folder, "today", roster="roster.json"),
        write_scenario(folder / "more", "today"),
        write_scenario(folder, "odd", colour="red"),
    )
    assert sorted(problem["code"] for problem in found) == [
        "duplicate_id", "missing_field", "missing_field", "unknown_field",
    ]  # fmt: skip
    assert all(".json" in problem["detail"] for problem in found)


def test_problems_of_plans_are_listed_with_their_names(folder: Path) -> None:
    found = problems(
        baseline(folder),
        write_scenario(folder, "one", rule="luck"),
        write_scenario(folder, "two", forecast="absent.csv"),
        write_scenario(folder, "three", absence=-0.1),
    )
    assert [problem["detail"].split(":")[0] for problem in found] == ["one", "two", "three"]
