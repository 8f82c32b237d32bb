"""`callboard accuracy`, as a person and as a program call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from forecasts.adjustments import Multiply, apply
from forecasts.result import write_forecast
from tests.forecasts.stored import made


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["accuracy", *(str(argument) for argument in arguments)])


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """Return a folder with a forecast raised by a fifth, and actuals that are as it was before."""
    write_forecast(apply(made(), [Multiply(name="rise [1]", factor=1.2)]), tmp_path / "out")
    actual = made().to_frame()[["group", "start", "offered"]]
    actual.rename(columns={"offered": "calls"}).to_csv(tmp_path / "actuals.csv", index=False)
    return tmp_path


def test_the_figures_come_as_one_object(stored: Path) -> None:
    result = run(
        "--forecast", stored / "out", "--history", stored / "actuals.csv",
        "--map", "offered=calls", "--json",
    )  # fmt: skip
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["wape"] == pytest.approx(0.2, abs=1e-6)
    assert told["bias"] == pytest.approx(0.2, abs=1e-6)
    assert told["times_floor"] == pytest.approx(told["wape"] / told["poisson_floor"])
    assert told["scored_share"] == 1.0
    assert told["groups"].keys() == {"front", "experts", "night"}
    assert list(told["horizon"]) == ["1", "2", "3", "4", "5", "6", "7+"]
    assert told["unadjusted"]["wape"] == pytest.approx(0.0, abs=1e-6)
    assert told["value_added"][0]["wape_saved"] == pytest.approx(-0.2, abs=1e-6)
    assert told["aht_error"] is None, "the actuals have no handling times"
    assert told["fingerprint"] is None


def test_a_person_sees_a_table(stored: Path) -> None:
    shown = run(
        "--forecast", stored / "out", "--history", stored / "actuals.csv", "--map", "offered=calls"
    )
    assert shown.exit_code == 0
    for word in ("unadjusted", "experts", "day 7+", "Sunday", "rise [1]"):
        assert word in shown.stdout
    assert "nan" not in shown.stdout


def test_actuals_of_another_time_exit_with_2(stored: Path) -> None:
    late = (stored / "actuals.csv").read_text().replace("2024-", "2025-")
    (stored / "late.csv").write_text(late)
    result = run(
        "--forecast", stored / "out", "--history", stored / "late.csv",
        "--map", "offered=calls", "--json",
    )  # fmt: skip
    assert result.exit_code == 2
    assert "nothing_to_score" in {one["code"] for one in json.loads(result.stdout)["errors"]}
