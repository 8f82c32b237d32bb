"""The pool case: one object with every figure, or a table."""

from __future__ import annotations

import json
import shlex

from click.testing import CliRunner, Result

from api.cli import main

SMALL = "--tickets 20 --agents 10 --skills 8 --events 60 --checkpoints 1"


def run(options: str) -> Result:
    return CliRunner().invoke(main, ["bench", "pool", *shlex.split(options)])


def test_the_command_prints_one_object_with_every_figure() -> None:
    shown = run(f"{SMALL} --json")
    assert shown.exit_code == 0, shown.output
    found = json.loads(shown.stdout)
    assert found["events"]["count"] + found["clock_events"]["count"] == 60
    assert found["equal"] == 1
    assert {"by_kind", "checkpoints", "machine", "review_seconds"} <= found.keys()


def test_without_json_a_table_is_shown() -> None:
    shown = run(SMALL)
    assert shown.exit_code == 0, shown.output
    assert "all but the clock" in shown.stdout
    assert "equal to fresh solves at 1 of 1 checkpoints" in shown.stdout
