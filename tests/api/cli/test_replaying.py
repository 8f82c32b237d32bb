"""`callboard replay` plays a log and tells what came of it, as tables, JSON and records."""

from __future__ import annotations

import csv
import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from optimizer.io import write
from optimizer.model import AgentState, RoutingWeights, Snapshot
from tests.optimizer.builders import organisation
from tests.optimizer.routing.replay.builders import START

HEADER = "id,created,skills,priority,handling_seconds,patience_seconds,waited_seconds,agent"
ROWS = (
    "c1,2026-03-02T08:00:00Z,a,P2,60,,0,ann",
    "c2,2026-03-02T08:00:10Z,a,P2,60,,100,ann",
    "c3,2026-03-02T08:00:20Z,a,P0,60,,20,ann",
    "c4,2026-03-02T08:00:30Z,a,P2,,15,,",
    "c5,2026-03-03T08:00:30Z,b,P2,30,,0,bob",
)


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    path = tmp_path / "calls.csv"
    path.write_text("\n".join([HEADER, *ROWS]) + "\n")
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["replay", *map(str, arguments)])


def figures(*arguments: str | Path) -> dict[str, Any]:
    shown = run(*arguments, "--json")
    assert shown.exit_code == 0, shown.output
    found: dict[str, Any] = json.loads(shown.stdout)
    return found


def test_policies_stand_beside_each_other_and_beside_reality(calls: Path) -> None:
    found = figures(calls, "--policy", "fifo,priority")
    fifo, priority = found["policies"]
    assert [fifo["name"], priority["name"]] == ["fifo", "priority"]
    # Ann is there from 8:00:00 to 8:02:50; c4 gives up after 15 s.
    assert fifo["all"]["mean_wait_s"] == (0 + 50 + 100 + 15 + 0) / 5
    assert priority["all"]["mean_wait_s"] == (0 + 110 + 40 + 15 + 0) / 5
    assert found["reality"]["all"]["mean_wait_s"] == (0 + 100 + 20 + 15 + 0) / 5
    assert found["log"]["contacts"] == 5
    assert found["agents"] == 2
    assert any("working day" in line for line in found["assumptions"])


def test_people_see_tables_and_what_is_assumed(calls: Path) -> None:
    shown = run(calls, "--policy", "best,fifo")
    assert shown.exit_code == 0
    assert shown.stderr == ""
    rows = [line.split() for line in shown.stdout.splitlines()]
    assert sum(row[:1] == ["fifo"] for row in rows) == 2
    assert ["priority", "contacts", "reality", "best", "fifo"] in rows
    assert "- Customers who were served in reality never give up." in shown.stdout
    assert "No zone is named" in shown.stdout


def test_records_tell_what_became_of_every_contact(calls: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "records.csv"
    shown = run(calls, "--policy", "fifo", "--out", out)
    assert f"Wrote {out}" in shown.stdout
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["outcome"] for row in rows] == ["answered"] * 3 + ["gave_up", "answered"]
    assert [row["wait_s"] for row in rows] == ["0.000", "50.000", "100.000", "15.000", "0.000"]
    assert [row["agent"] for row in rows] == ["ann", "ann", "ann", "", "bob"]
    assert rows[3]["finished_s"] == ""


def test_days_and_limits_cut_the_log(calls: Path) -> None:
    assert figures(calls, "--days", "1")["log"]["contacts"] == 4
    assert figures(calls, "--limit", "2")["log"]["contacts"] == 2
    late = figures(calls, "--from", "2026-03-03")
    assert late["log"]["first"] == "2026-03-03T08:00:30+00:00"
    assert run(calls, "--from", "2030-01-01").exit_code == 2


def test_ringing_after_call_work_and_patience_are_played(calls: Path) -> None:
    found = figures(calls, "--policy", "fifo", "--days", "1", "--ring", "5", "--after-call", "10")
    waits = [5, 75 + 5 - 10, 150 + 5 - 20, 15]
    assert found["policies"][0]["all"]["mean_wait_s"] == sum(waits) / 4
    hasty = figures(calls, "--policy", "fifo", "--patience", "0.001", "--presence", _nobody(calls))
    assert hasty["policies"][0]["all"]["gave_up"] == 5
    fitted = figures(calls, "--patience", "fit")
    assert fitted["settings"]["mean_patience"] == 0 + 100 + 20 + 15 + 0
    assert any("another 135 s" in line for line in fitted["assumptions"])


def _nobody(calls: Path) -> Path:
    path = calls.parent / "presence.csv"
    path.write_text("agent,start,end\nann,2026-03-02T23:00Z,2026-03-02T23:30Z\n")
    return path


def test_agents_and_rules_of_a_snapshot_count(calls: Path, tmp_path: Path) -> None:
    both = {"a": 3, "b": 3}
    agents = (AgentState("ann", both), AgentState("x", both), AgentState("y", both))
    rules = RoutingWeights(wait_target_seconds=(1.0, 1.0, 1.0, 1.0))
    write(tmp_path / "agents.json", Snapshot(START, (), agents, rules))
    found = figures(calls, "--policy", "fifo", "--agents", tmp_path / "agents.json")
    assert found["agents"] == 3
    assert found["policies"][0]["all"]["mean_wait_s"] == (0 + 0 + 0 + 15 + 0) / 5
    assert found["policies"][0]["all"]["target_missed"] == 1
    lenient = Snapshot(START, (), (), replace(rules, wait_target_seconds=(99.0,) * 4))
    write(tmp_path / "rules.json", lenient)
    found = figures(calls, "--agents", tmp_path / "agents.json", "--rules", tmp_path / "rules.json")
    assert found["policies"][0]["all"]["target_missed"] == 0


def test_agents_of_an_organisation_serve_its_channels(calls: Path, tmp_path: Path) -> None:
    centre = organisation(2)
    write(tmp_path / "centre.json", centre)
    calls.write_text(HEADER.replace("skills", "x") + "\n" + "\n".join(ROWS) + "\n")
    found = figures(calls, "--agents", tmp_path / "centre.json")
    assert found["agents"] == len(centre.agents)
    assert found["policies"][0]["all"]["mean_wait_s"] == pytest.approx((0 + 0 + 40 + 15) / 5)


def test_a_resident_pool_plays_as_the_router_of_snapshots_does(calls: Path) -> None:
    board, pool = (figures(calls, "--router", router) for router in ("board", "pool"))
    assert pool["policies"][0]["all"] == board["policies"][0]["all"]
    assert run(calls, "--router", "pool", "--policy", "fifo").exit_code == 2


def test_columns_of_other_names_and_clocks_without_offset_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("ref,entry,took,who\n1,2026-03-02 08:00,60,ann\n2,2026-03-02 08:00:30,6,ann\n")
    pairs = {"id": "ref", "created": "entry", "handling_seconds": "took", "agent": "who"}
    options = [f"--column={ours}={theirs}" for ours, theirs in pairs.items()]
    found = figures(path, *options, "--zone", "Europe/Paris")
    assert found["log"]["first"] == "2026-03-02T08:00:00+01:00"
    assert found["policies"][0]["all"]["max_wait_s"] == 30
    assert run(path, *options).exit_code == 2
    assert run(path, *options, "--zone", "Mars/North").exit_code == 2
    assert run(path, "--column", "id").exit_code == 2


def test_bad_input_lists_every_problem_with_its_line(calls: Path) -> None:
    calls.write_text(HEADER + "\nc1,now,a,P9,x,,,\nc1,2026-03-02T08:00:00Z,a,,60,,,\n")
    shown = run(calls, "--json")
    assert shown.exit_code == 2
    pointers = {error["pointer"] for error in json.loads(shown.stdout)["errors"]}
    assert pointers == {
        "/lines/2/created",
        "/lines/2/priority",
        "/lines/2/handling_seconds",
        "/lines/3/id",
    }
    assert "Line 2: created is 'now'" in run(calls).stderr


@pytest.mark.parametrize(
    "options",
    [
        ["--policy", "best,chance"],
        ["--patience", "much"],
        ["--patience", "0"],
        ["--ring", "nan"],
        ["--days", "0"],
    ],
)
def test_options_that_make_no_sense_are_refused(calls: Path, options: list[str]) -> None:
    assert run(calls, *options).exit_code == 2


def interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> Result:
    """Return what is shown of 2,000 contacts when Ctrl-C comes while the first policy plays."""
    rows = [f"c{i},2026-03-02T08:{i // 60:02}:{i % 60:02}Z,60,{i}" for i in range(2000)]
    path = tmp_path / "long.csv"
    path.write_text("id,created,handling_seconds,waited_seconds\n" + "\n".join(rows) + "\n")
    write(tmp_path / "agents.json", Snapshot(START, (), (AgentState("a", {}),)))

    @contextmanager
    def interrupting() -> Iterator[Callable[[object], None]]:
        def observer(_: object) -> None:
            main_thread = threading.main_thread().ident
            assert main_thread is not None
            signal.pthread_kill(main_thread, signal.SIGINT)
            time.sleep(0.5)

        yield observer

    monkeypatch.setattr("api.cli.replaying.observing", interrupting)
    # A shell that runs the tests in the background has told its children to ignore the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return run(
            path, "--agents", tmp_path / "agents.json", "--policy", "fifo,best,greedy", *options
        )
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_interrupt_shows_what_was_played_and_cuts_reality_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = interrupted(tmp_path, monkeypatch, "--json")
    assert shown.exit_code == 0
    assert "Stopping with the best so far" in shown.stderr
    found = json.loads(shown.stdout)
    (fifo,) = found["policies"]
    assert not fifo["complete"]
    played = fifo["all"]["contacts"]
    assert 0 < played < 2000
    assert (found["log"]["contacts"], found["log"]["compared"]) == (2000, played)
    assert found["reality"]["all"]["contacts"] == played
    assert found["reality"]["all"]["max_wait_s"] == played - 1
    assert found["remarks"][0].startswith("fifo: Stopped at")
    assert found["remarks"][-1] == "Not begun, so not shown: best, greedy."


def test_people_read_first_that_a_replay_was_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = interrupted(tmp_path, monkeypatch)
    assert shown.exit_code == 0
    header, stopped, cut, unplayed, *tables = shown.stdout.splitlines()
    assert " the first " in header
    assert "of 2,000 contacts" in header
    assert stopped.startswith("- fifo: Stopped at")
    assert cut.startswith("- All figures, those of reality too, are about the first ")
    assert unplayed == "- Not begun, so not shown: best, greedy."
    assert any(line.startswith(" reality") for line in tables)


def test_names_cannot_act_on_the_terminal(calls: Path) -> None:
    calls.write_text(calls.read_text().replace(",b,", ",b\x1b[2J\u202e,"))
    shown = run(calls)
    assert shown.exit_code == 0, shown.output
    assert "b\\x1b[2J\\u202e" in shown.stdout
    assert not {"\x1b", "\u202e"} & set(shown.output)
