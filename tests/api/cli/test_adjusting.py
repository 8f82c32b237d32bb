"""`callboard adjust`, as a person and as a program call it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from api.cli import main
from forecasts import read_forecast
from forecasts.result import write_forecast
from tests.forecasts.stored import made

WHATIF = {
    "adjustments": [
        {
            "kind": "deflect",
            "name": "bot [1]",
            "coverage": 0.5,
            "success": 0.6,
            "reason": "[pilot]",
        },
        {"kind": "aht", "name": "tool", "factor": 0.7},
    ]
}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["adjust", *(str(argument) for argument in arguments)])


def told(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    write_forecast(made(), tmp_path / "out")
    (tmp_path / "whatif.json").write_text(json.dumps(WHATIF))
    return tmp_path


def test_adjustments_are_applied_stored_and_told(stored: Path) -> None:
    out = stored / "adjusted"
    result = told(
        run(
            "--forecast",
            stored / "out",
            "--adjustments",
            stored / "whatif.json",
            "--out",
            out,
            "--json",
        )
    )
    front = result["groups"][0]
    assert front["after"]["contacts"] == pytest.approx(0.7 * front["before"]["contacts"], abs=1e-3)
    assert front["after"]["hours"] == pytest.approx(0.49 * front["before"]["hours"], abs=1e-3)
    assert [row["name"] for row in result["adjustments"]] == ["bot [1]", "tool"]
    assert sum(row["effect"]["contacts"] for row in result["adjustments"]) == pytest.approx(
        sum(row["after"]["contacts"] - row["before"]["contacts"] for row in result["groups"]),
        abs=0.01,
    )
    assert [Path(file).name for file in result["files"]] == [
        "forecast.csv", "forecast.json", "unadjusted.csv",
    ]  # fmt: skip
    assert len(read_forecast(out).adjustments) == 2


def test_adjustments_are_taken_back(stored: Path) -> None:
    out = stored / "adjusted"
    run("--forecast", stored / "out", "--adjustments", stored / "whatif.json", "--out", out)
    left = told(run("--forecast", out, "--without", "bot [1]", "--json"))
    assert [row["name"] for row in left["adjustments"]] == ["tool"]
    told(run("--forecast", out, "--reverse", "--out", stored / "back", "--json"))
    back = read_forecast(stored / "back")
    assert back.adjustments == ()
    np.testing.assert_allclose(back.offered, made().offered, atol=5.1e-7)


def test_a_person_sees_groups_adjustments_and_files(stored: Path) -> None:
    shown = run(
        "--forecast", stored / "out", "--adjustments", stored / "whatif.json",
        "--out", stored / "adjusted",
    )  # fmt: skip
    assert shown.exit_code == 0
    for word in ("front", "bot [1]", "[pilot]", "deflect", "unadjusted.csv"):
        assert word in shown.stdout.replace("\n", " ")
    table = run("--forecast", stored / "out" / "forecast.csv", "--reverse")
    assert "experts" in table.stdout


def test_every_problem_is_listed_and_nothing_is_written(stored: Path) -> None:
    bad = {
        "adjustments": [{"kind": "multiply", "name": "x", "factor": 2, "groups": ["fax", "front"]}]
    }
    (stored / "bad.json").write_text(json.dumps(bad))
    result = run(
        "--forecast", stored / "out", "--adjustments", stored / "bad.json",
        "--out", stored / "adjusted", "--json",
    )  # fmt: skip
    assert result.exit_code == 2
    errors = json.loads(result.stdout)["errors"]
    assert [(one["code"], one["pointer"]) for one in errors] == [
        ("unknown_group", "/adjustments/0/groups/0")
    ]
    assert not (stored / "adjusted").exists()


@pytest.mark.parametrize("arguments", [[], ["--without", "nothing"]])
def test_nothing_to_do_or_to_take_back_exits_with_2(stored: Path, arguments: list[str]) -> None:
    result = run("--forecast", stored / "out", *arguments, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["errors"]


def test_warnings_go_to_standard_error(stored: Path) -> None:
    early = {"kind": "multiply", "name": "x", "factor": 2, "first_day": "2024-01-01"}
    (stored / "early.json").write_text(json.dumps({"adjustments": [early]}))
    result = run("--forecast", stored / "out", "--adjustments", stored / "early.json")
    assert result.exit_code == 0
    assert "reaches beyond the horizon" in result.stderr
    assert "reaches beyond" not in result.stdout
