"""`callboard intraday`, as a person and as a program call it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from api.cli import main


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["intraday", *(str(argument) for argument in arguments)])


def only_json(result: Result) -> dict[str, Any]:
    """Return the one JSON object on standard output; not-a-number is refused."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    found = json.loads(result.stdout, parse_constant=refuse)
    assert isinstance(found, dict)
    return found


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Return eight weeks of two groups, today until 11:30, and both in one file."""
    starts = pd.date_range("2024-01-01", periods=56 * 24, freq="h")
    rng = np.random.default_rng(7)
    table = pd.concat(
        pd.DataFrame({"queue": name, "start": starts, "offered": rng.poisson(mean, len(starts))})
        for name, mean in (("billing [1]", 40.0), ("experts", 0.5))
    )
    today = table["start"] >= "2024-02-25"
    arrived = table["start"] < "2024-02-25 12:00"
    paths = (tmp_path / "calls.csv", tmp_path / "today.csv", tmp_path / "all.csv")
    table[~today].to_csv(paths[0], index=False)
    table[today & arrived].to_csv(paths[1], index=False)
    table[arrived].to_csv(paths[2], index=False)
    return paths


MAP = ["--map", "group=queue"]


def test_today_in_a_file_of_its_own_or_at_the_end_of_the_history(
    files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    calls, today, both = files
    out = tmp_path / "rest.csv"
    apart = run("--history", calls, "--today", today, *MAP, "--at", "11:30", "--json", "--out", out)
    assert apart.exit_code == 0, apart.output
    told = only_json(apart)
    assert (told["day"], told["at"]) == ("2024-02-25", "11:30")
    assert told["files"] == [str(out)]
    billing = told["groups"][0]
    rows = pd.read_csv(today)
    of_group = rows[rows["queue"] == "billing [1]"]
    # The hour from 11 is not over at 11:30.
    assert billing["arrived"] == of_group["offered"][:11].sum()
    assert billing["total"] == pytest.approx(billing["arrived"] + billing["rest"], abs=0.01)
    assert billing["lower80"] < billing["total"] < billing["upper80"]
    assert billing["aht_factor"] is None
    assert billing["alarm"]["signals"] == []
    written, total = pd.read_csv(out), sum(group["total"] for group in told["groups"])
    assert written["offered"].sum() == pytest.approx(total, abs=0.1)
    together = only_json(run("--history", both, *MAP, "--at", "11:30", "--json"))
    assert together["groups"] == told["groups"]


def test_a_stored_forecast_is_updated(files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    calls, _, both = files
    made = CliRunner().invoke(
        main,
        [
            "forecast",
            "--history",
            str(calls),
            *MAP,
            "--horizon",
            "3d",
            "--out",
            str(tmp_path / "f"),
        ],
    )
    assert made.exit_code == 0, made.output
    stored = tmp_path / "f" / "forecast.csv"
    told = only_json(run("--history", both, *MAP, "--at", "12:00", "--forecast", stored, "--json"))
    offered = pd.read_csv(stored, parse_dates=["start"])
    first_day = offered[offered["start"] < "2024-02-26"].groupby("group")["offered"].sum()
    for group in told["groups"]:
        assert group["forecast"] == pytest.approx(first_day[group["group"]], abs=0.05)


def test_a_person_sees_each_group_and_what_is_worth_knowing(
    files: tuple[Path, Path, Path],
) -> None:
    shown = run("--history", files[2], *MAP, "--at", "11:30")
    assert shown.exit_code == 0
    assert "billing [1]" in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 80
    assert "not over" in shown.stderr


def test_the_backtest_measures_each_time(files: tuple[Path, Path, Path]) -> None:
    measured = ["--history", files[0], *MAP, "--backtest", "1w"]
    told = only_json(run(*measured, "--at", "14:00", "--at", "10:00", "--json"))
    assert (told["days"], told["first_day"], told["last_day"]) == (7, "2024-02-18", "2024-02-24")
    assert list(told["at"]) == ["10:00", "14:00"]
    assert set(told["groups"]) == {"billing [1]", "experts"}
    assert 0 < told["at"]["10:00"]["update"] < 1
    shown = run(*measured, "--at", "10:00")
    assert "all groups" in shown.stdout


def test_options_that_do_not_go_together_are_refused(files: tuple[Path, Path, Path]) -> None:
    calls, today, _ = files
    for wrong in (
        ["--at", "10:00", "--at", "11:00"],
        ["--at", "10:00", "--backtest", "1w", "--today", today],
        ["--at", "noon"],
        [],
    ):
        assert run("--history", calls, *MAP, *wrong).exit_code == 2


def test_a_row_that_is_in_both_files_is_bad_input(files: tuple[Path, Path, Path]) -> None:
    result = run("--history", files[2], "--today", files[1], *MAP, "--at", "12:00", "--json")
    assert result.exit_code == 2
    errors = only_json(result)["errors"]
    assert errors[0]["code"] == "duplicate_interval"
    assert errors[0]["pointer"] == "/today/rows/0/start"
