"""`callboard forecast` and `callboard backtest`, as a person and as a program call them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from api.cli import main
from forecasts import read_forecast


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def only_json(result: Result) -> dict[str, Any]:
    """Return the one JSON object on standard output; not-a-number is refused."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    found = json.loads(result.stdout, parse_constant=refuse)
    assert isinstance(found, dict)
    return found


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Return the file of two skills over ten weeks in the columns of somebody else."""
    starts = pd.date_range("2024-01-01", periods=70 * 24, freq="h")
    rng = np.random.default_rng(7)
    parts = [
        pd.DataFrame(
            {"queue": name, "begin": starts, "calls": rng.poisson(mean, len(starts)), "aht_s": 200}
        )
        for name, mean in (("billing [1]", 30.0), ("experts", 0.5))
    ]
    path = tmp_path / "history.csv"
    pd.concat(parts).to_csv(path, index=False)
    return path


MAPPING = ["--map", "group=queue", "--map", "start=begin", "--map", "offered=calls"]


def test_forecast_writes_its_files_and_one_object(history: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(
        "forecast", "--history", history, *MAPPING, "--horizon", "2w",
        "--closed", "2024-03-12", "--out", out, "--json",
    )  # fmt: skip
    assert result.exit_code == 0
    told = only_json(result)
    assert (told["first_day"], told["last_day"]) == ("2024-03-11", "2024-03-24")
    assert told["interval_minutes"] == 60
    assert [group["group"] for group in told["groups"]] == ["billing [1]", "experts"]
    assert told["groups"][0]["days"]["2024-03-12"] == 0
    assert told["groups"][0]["aht_s"] == pytest.approx(200)
    again = read_forecast(out / "forecast.csv")
    assert again.day_totals()[0].sum() == pytest.approx(told["groups"][0]["offered"], abs=0.5)
    stored = json.loads((out / "forecast.json").read_text(encoding="utf-8"))
    assert stored == {key: value for key, value in told.items() if key != "files"}


def test_a_forecast_takes_all_that_is_known_in_advance(history: Path, tmp_path: Path) -> None:
    """Events, sums, open work, what-ifs, a later start and sample paths, all at once."""
    events = {"events": [{"name": "sale", "days": ["2024-03-15"], "uplift": 2.0}]}
    (tmp_path / "events.json").write_text(json.dumps(events), encoding="utf-8")
    (tmp_path / "sums.csv").write_text(
        "group,channel,share\nbilling [1],voice,\nexperts,voice,\nchat,chat,0.1\n",
        encoding="utf-8",
    )
    (tmp_path / "open.csv").write_text("group,open\nexperts,12\n", encoding="utf-8")
    whatif = {"adjustments": [{"kind": "multiply", "name": "less", "factor": 0.5,
                               "groups": ["experts"]}]}  # fmt: skip
    (tmp_path / "whatif.json").write_text(json.dumps(whatif), encoding="utf-8")
    out = tmp_path / "out"
    result = run(
        "forecast", "--history", history, *MAPPING, "--start", "2024-03-13", "--horizon", "3d",
        "--events", tmp_path / "events.json", "--hierarchy", tmp_path / "sums.csv",
        "--backlog", tmp_path / "open.csv", "--adjustments", tmp_path / "whatif.json",
        "--paths", 20, "--out", out, "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    told = only_json(result)
    groups = {group["group"]: group for group in told["groups"]}
    assert groups.keys() == {"billing [1]", "experts", "chat"}
    assert told["first_day"] == "2024-03-13"
    billing = groups["billing [1]"]["days"]
    assert billing["2024-03-15"] == pytest.approx(2 * billing["2024-03-14"], rel=0.1)
    assert groups["chat"]["offered"] > 0.05 * groups["billing [1]"]["offered"]
    assert groups["experts"]["backlog"] == 12
    assert [applied["name"] for applied in told["adjustments"]] == ["less"]
    assert {choice["group"] for choice in told["choices"]} == groups.keys()
    paths = pd.read_csv(out / "paths.csv")
    assert paths["path"].nunique() == 20
    mean = paths[paths["group"] == "billing [1]"]["offered"].sum() / 20
    assert mean == pytest.approx(groups["billing [1]"]["offered"], rel=0.05)
    again = read_forecast(out)
    np.testing.assert_allclose(
        again.sample_paths(20, 0)[:, again.open].sum(), paths["offered"].sum(), rtol=1e-3
    )


def test_paths_need_a_folder(history: Path) -> None:
    result = run("forecast", "--history", history, *MAPPING, "--paths", 5)
    assert result.exit_code == 2
    assert "--out" in result.stderr


def test_a_day_ahead_is_measured_every_day(history: Path) -> None:
    told = only_json(
        run("backtest", "--history", history, *MAPPING, "--horizon", "1d", "--step", "1d",
            "--origins", 5, "--json")
    )  # fmt: skip
    assert told["first_days"] == [f"2024-03-{day:02d}" for day in range(6, 11)]


def test_forecast_shows_a_person_a_table(history: Path) -> None:
    result = run("forecast", "--history", history, *MAPPING)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert "billing [1]" in result.stdout.replace("\n", " ")
    assert "closed" not in result.stdout


def test_backtest_prints_the_figures_of_all_methods_and_groups(history: Path) -> None:
    result = run(
        "backtest", "--history", history, *MAPPING, "--origins", 3, "--json"
    )  # fmt: skip
    assert result.exit_code == 0
    told = only_json(result)
    figures = {"wape", "day_wape", "mase", "coverage80", "coverage95", "seconds_per_fit"}
    assert figures <= told.keys()
    assert told["baselines"].keys() == {"seasonal_naive", "moving_average"}
    assert told["baselines"]["moving_average"].keys() == figures
    assert {"profile_level", "intermittent_tsb"} <= told["models"].keys()
    assert told["groups"]["experts"].keys() == figures | {"baselines", "models"}
    # The handling times of the file are all the same.
    assert told["aht"]["forecast"]["wape"] == pytest.approx(0.0)
    assert (told["horizon"], told["origins"]) == ("7d", 3)
    assert told["first_days"] == ["2024-02-19", "2024-02-26", "2024-03-04"]


def test_figures_that_are_not_defined_are_null_or_a_dash(tmp_path: Path) -> None:
    starts = pd.date_range("2024-01-01", periods=28 * 24, freq="h")
    path = tmp_path / "idle.csv"
    pd.DataFrame({"start": starts, "offered": 0}).to_csv(path, index=False)
    told = only_json(run("backtest", "--history", path, "--origins", 1, "--json"))
    assert told["wape"] is None
    assert told["mase"] is None
    assert "nan" not in run("backtest", "--history", path, "--origins", 1).stdout


def test_backtest_shows_a_person_a_table(history: Path) -> None:
    result = run("backtest", "--history", history, *MAPPING, "--origins", 1)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert "seasonal_naive" in result.stdout


@pytest.mark.parametrize("command", ["forecast", "backtest"])
def test_bad_input_lists_every_issue_and_exits_with_2(command: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("group,start,offered\na,noon,1\na,2024-01-01 08:00,-1\n", encoding="utf-8")
    result = run(command, "--history", path, "--json")
    assert result.exit_code == 2
    told = [(issue["code"], issue["pointer"]) for issue in only_json(result)["errors"]]
    assert ("unreadable_time", "/rows/0/start") in told
    assert ("negative_value", "/rows/1/offered") in told
    for_people = run(command, "--history", path)
    assert for_people.exit_code == 2
    assert "/rows/0/start" in for_people.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--horizon", "a week"],
        ["--horizon", "0d"],
        ["--horizon", "401d"],
        ["--map", "start"],
        ["--closed", "tomorrow"],
        ["--country", "QQ"],
    ],
)
def test_arguments_that_make_no_sense_exit_with_2(history: Path, arguments: list[str]) -> None:
    result = run("forecast", "--history", history, *MAPPING, *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_a_file_that_is_not_there_exits_with_2() -> None:
    assert run("backtest", "--history", "nowhere.csv").exit_code == 2


@pytest.mark.parametrize("command", ["forecast", "backtest"])
def test_help_shows_an_example(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"callboard {command} --history" in result.stdout


def test_what_groups_add_up_to_is_told(history: Path, tmp_path: Path) -> None:
    (tmp_path / "sums.csv").write_text(
        "group,channel\nbilling [1],voice\nexperts,voice\n", encoding="utf-8"
    )
    arguments = ["forecast", "--history", history, *MAPPING, "--hierarchy", tmp_path / "sums.csv"]
    told = only_json(run(*arguments, "--json"))
    (total,) = told["sums"]
    assert total["groups"] == ["billing [1]", "experts"]
    assert total["offered"] == pytest.approx(sum(group["offered"] for group in told["groups"]))
    assert total["lower80"] < total["offered"] < total["upper80"]
    assert run(*arguments).exit_code == 0


def test_paths_of_another_forecast_go(history: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ["forecast", "--history", history, *MAPPING, "--out", out]
    assert run(*arguments, "--paths", 3).exit_code == 0
    assert (out / "paths.csv").is_file()
    assert run(*arguments).exit_code == 0
    assert sorted(file.name for file in out.iterdir()) == ["forecast.csv", "forecast.json"]


def test_no_figure_is_cut_off(tmp_path: Path) -> None:
    starts = pd.date_range("2024-01-01", periods=70 * 24, freq="h")
    path = tmp_path / "busy.csv"
    frame = {"group": "a group with a very long name", "start": starts, "offered": 41_234}
    pd.DataFrame(frame).to_csv(path, index=False)
    shown = run("forecast", "--history", path).stdout
    assert "…" not in shown
    assert "989,616" in shown


def test_a_negative_seed_is_refused(history: Path) -> None:
    assert run("forecast", "--history", history, *MAPPING, "--seed", -1).exit_code == 2
