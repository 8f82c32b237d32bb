"""The live case: everybody solves the same problem, and the figures are what they say."""

from __future__ import annotations

import json
import shlex

import pytest
from click.testing import CliRunner, Result

from api.cli import main


def run(options: str) -> Result:
    return CliRunner().invoke(main, ["bench", "assign", *shlex.split(options)])


def test_the_command_prints_one_object_with_every_figure() -> None:
    shown = run("--tickets 80 --agents 40 --seed 3 --seeds 2 --repeats 4 --json")
    assert shown.exit_code == 0, shown.output
    found = json.loads(shown.stdout)
    assert [one["seed"] for one in found["runs"]] == [3, 4]
    for one in found["runs"]:
        assert one["whole"]["p99_ms"] >= one["whole"]["median_ms"] > 0.0
        assert {"decode", "board", "match", "waiting", "encode"} <= one["phases_ms"].keys()
        fast = one["peers"]["flow_over_pairs"]["median_ms"] / one["matching"]["median_ms"]
        assert one["times_as_fast"]["flow_over_pairs"] == pytest.approx(fast)
        assert set(one["times_as_fast"]) <= set(found["scopes"])
    assert {"tickets", "agents", "extras", "machine"} <= found.keys()


def test_features_are_measured_where_they_are_asked_for() -> None:
    options = "--levels --continuity 0.2 --relaxation 0.2 --strict --limits --units"
    shown = run(f"--tickets 60 --agents 30 --repeats 2 {options} --json")
    assert shown.exit_code == 0, shown.output
    found = json.loads(shown.stdout)
    assert found["extras"]["continuity"] == 0.2
    assert list(found["runs"][0]["peers"]) == ["greedy"]
    assert found["runs"][0]["bound"] >= found["runs"][0]["value"] - 1e-6


def test_without_json_a_table_is_shown() -> None:
    shown = run("--tickets 30 --agents 20 --repeats 2")
    assert shown.exit_code == 0, shown.output
    assert shown.stderr == ""
    assert "flow over pairs" in shown.stdout


def test_exactness_counts_the_cases_that_are_equal() -> None:
    shown = run("--exactness 20 --seed 500 --json")
    assert shown.exit_code == 0, shown.output
    found = json.loads(shown.stdout)
    assert (
        found["cases"]
        == found["equal"] + found["mixed_units"]["cases"] - (found["mixed_units"]["equal"])
    )
    assert found["mixed_units"] == {"cases": 2, "equal": 2, "bound_below_best": 0}
    assert found["cases_with_faults"] == 0
    assert "20" in run("--exactness 20 --seed 500").stdout


def test_only_one_kind_of_measure_is_taken_at_a_time() -> None:
    assert run("--exactness 5 --http").exit_code == 2
