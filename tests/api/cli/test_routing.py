"""`callboard assign`: the tables, the JSON, the file it writes and the exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from optimizer.io import write
from optimizer.model import (
    AgentState,
    AgentStatus,
    Priority,
    RoutingPolicy,
    Snapshot,
    Ticket,
    Tier,
)
from optimizer.routing import assign

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)

SNAPSHOT = Snapshot(
    NOW,
    (
        *(
            Ticket(f"b{i:02}", "chat", NOW - timedelta(seconds=30 * i), {"billing": 1 + i % 3})
            for i in range(30)
        ),
        Ticket("w", "chat", NOW, {"windows": 3}, Tier.TECHNICAL, Priority.P0),
        Ticket("o", "chat", NOW - timedelta(hours=1), {"opera": 1}, priority=Priority.P1),
    ),
    (
        AgentState("ann", {"billing": 3, "french": 2}),
        AgentState("bob", {"billing": 4}),
        AgentState("eve", {"windows": 5}, Tier.TECHNICAL),
        AgentState("off", {"billing": 5}, status=AgentStatus.AWAY),
    ),
)
"""Thirty ask for one of two agents, one for the only expert, and one for what nobody knows."""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["assign", *map(str, arguments)])


@pytest.fixture
def snapshot_file(tmp_path: Path) -> Path:
    write(tmp_path / "snapshot.json", SNAPSHOT)
    return tmp_path / "snapshot.json"


def test_json_has_the_fields_of_the_assignment_and_counts(snapshot_file: Path) -> None:
    shown = run(snapshot_file, "--json")
    assert shown.exit_code == 0
    found = json.loads(shown.stdout)
    expected = assign(SNAPSHOT)
    assert found["value"] == expected.value
    assert [d["ticket"] for d in found["decisions"]] == [d.ticket for d in expected.decisions]
    assert [d["parts"] for d in found["decisions"]] == [d.parts for d in expected.decisions]
    assert [w["reason"] for w in found["waiting"]] == [w.reason for w in expected.waiting]
    counts = [found[name] for name in ("tickets", "agents", "assigned", "left_waiting")]
    assert counts == [32, 4, len(expected.decisions), len(expected.waiting)]


def test_the_file_is_a_document_with_an_assignment(snapshot_file: Path) -> None:
    out = snapshot_file.parent / "assignment.json"
    shown = run(snapshot_file, "--out", out, "--json")
    document = json.loads(out.read_text())
    assert document["schema"] == "callboard/1"
    printed = json.loads(shown.stdout)
    assert {name: printed[name] for name in document["assignment"]} == document["assignment"]


def test_people_see_decisions_and_waiting_with_reasons_and_what_is_left_out(
    snapshot_file: Path,
) -> None:
    shown = run(snapshot_file)
    assert shown.exit_code == 0
    assert shown.stderr == ""
    expected = assign(SNAPSHOT)
    assert f"{len(expected.decisions)} of 32 tickets assigned" in shown.stdout
    assert f"... and {len(expected.waiting) - 20} more" in shown.stdout
    best = next(d for d in expected.decisions if d.ticket.startswith("b"))
    assert best.runner_up is not None
    assert "Runner-up" in shown.stdout
    row = next(line for line in shown.stdout.splitlines() if best.ticket in line.split())
    assert row.split()[1:4] == [best.agent, f"{best.score:.1f}", best.runner_up.agent]
    assert row.endswith("late  ") == (best.clock.waited_seconds > best.clock.target_seconds)
    late = sum(waiting.breached for waiting in expected.waiting)
    assert f"{len(expected.waiting)} wait: {late} are late" in shown.stdout


def test_a_ticket_that_was_assigned_tells_the_parts_of_its_score(snapshot_file: Path) -> None:
    decision = next(d for d in assign(SNAPSHOT).decisions if d.ticket.startswith("b"))
    shown = run(snapshot_file, "--ticket", decision.ticket)
    assert shown.exit_code == 0
    assert f"{decision.ticket} goes to {decision.agent}: {decision.reason}" in shown.stdout
    for name, value in decision.parts.items():
        assert f"{name.replace('_', ' ')}  {value:.2f}".split() in map(
            str.split, shown.stdout.splitlines()
        )
    assert decision.runner_up is not None
    assert f"Runner-up: {decision.runner_up.agent}" in shown.stdout
    found = json.loads(run(snapshot_file, "--ticket", decision.ticket, "--json").stdout)
    assert found["decision"]["parts"] == decision.parts
    assert "waiting" not in found


@pytest.mark.parametrize("ticket", ["b00", "b12", "o"])
def test_a_ticket_that_waits_tells_what_stops_whom_by_tier(
    snapshot_file: Path, ticket: str
) -> None:
    waiting = next(w for w in assign(SNAPSHOT).waiting if w.ticket == ticket)
    shown = run(snapshot_file, "--ticket", waiting.ticket)
    assert shown.exit_code == 0
    assert f"{waiting.ticket} waits: {waiting.reason}" in shown.stdout
    rows = [line.split() for line in shown.stdout.splitlines()]
    for obstacle in waiting.obstacles:
        (row,) = (r for r in rows if r[:1] == [obstacle.rule.split("_")[0]])
        assert str(obstacle.agents) in row
        assert all(tier.value in row for tier in obstacle.tiers)
    assert (", late" in shown.stdout) == waiting.breached
    found = json.loads(run(snapshot_file, "--ticket", waiting.ticket, "--json").stdout)
    assert found["waiting"]["breached"] == waiting.breached
    assert sum(o["agents"] for o in found["waiting"]["obstacles"]) == 4


def test_a_ticket_that_is_not_there_is_bad_input(snapshot_file: Path) -> None:
    shown = run(snapshot_file, "--ticket", "nowhere", "--json")
    assert shown.exit_code == 2
    assert json.loads(shown.stdout)["errors"][0]["code"] == "unknown_ticket"


def test_another_policy_decides_if_it_is_asked_for(snapshot_file: Path) -> None:
    found = json.loads(run(snapshot_file, "--policy", "fifo", "--json").stdout)
    snapshot = replace(SNAPSHOT, policy=RoutingPolicy.FIFO)
    assert found["policy"] == "fifo"
    assert found["value"] == assign(snapshot).value
    assert found["bound"] >= found["value"]
    assert run(snapshot_file, "--policy", "chance").exit_code == 2


def test_a_snapshot_comes_by_standard_input_too(snapshot_file: Path) -> None:
    given = CliRunner().invoke(main, ["assign", "-", "--json"], input=snapshot_file.read_bytes())
    assert given.exit_code == 0
    found, expected = json.loads(given.stdout), json.loads(run(snapshot_file, "--json").stdout)
    assert found | {"seconds": 0} == expected | {"seconds": 0}


def bare(path: Path, snapshot: Snapshot) -> Path:
    """Write a snapshot without the document around it."""
    write(path, snapshot)
    path.write_text(json.dumps(json.loads(path.read_text())["snapshot"]))
    return path


def test_a_bare_snapshot_as_the_http_api_takes_it_is_taken(
    snapshot_file: Path, tmp_path: Path
) -> None:
    body = bare(tmp_path / "body.json", SNAPSHOT)
    piped = CliRunner().invoke(main, ["assign", "-", "--json"], input=body.read_bytes())
    expected = json.loads(run(snapshot_file, "--json").stdout)
    for shown in (run(body, "--json"), piped):
        assert shown.exit_code == 0
        assert json.loads(shown.stdout) | {"seconds": 0} == expected | {"seconds": 0}


def test_issues_of_a_bare_snapshot_lead_into_it_as_it_is(tmp_path: Path) -> None:
    tickets = (Ticket("bad", "chat", NOW, {"a": 7}), Ticket("good", "chat", NOW))
    body = bare(tmp_path / "bad.json", Snapshot(NOW, tickets, (AgentState("x", {}),)))
    refused = json.loads(run(body, "--json").stdout)
    assert [error["pointer"] for error in refused["errors"]] == ["/tickets/0/skills/a"]
    found = json.loads(run(body, "--partial", "--json").stdout)
    assert [d["ticket"] for d in found["decisions"]] == ["good"]
    assert [p["pointer"] for p in found["problems"]] == ["/tickets/0/skills/a"]
    unknown = json.loads(run(body, "--partial", "--ticket", "?", "--json").stdout)
    assert [error["pointer"] for error in unknown["errors"]] == ["/tickets"]


@pytest.mark.parametrize("redirection", ["<&-", "0>/dev/null"])
def test_a_standard_input_that_cannot_be_read_is_bad_input(redirection: str) -> None:
    command = [sys.executable, "-c", "from api.cli import main; main()", "assign", "-", "--json"]
    shown = subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {redirection}', "sh", *command],
        capture_output=True, text=True, check=False, env=os.environ,
    )  # fmt: skip
    assert shown.returncode == 2, shown.stderr
    (error,) = json.loads(shown.stdout)["errors"]
    assert error["code"] == "unreadable_file"


def test_one_that_waits_is_told_in_the_singular(tmp_path: Path) -> None:
    long_ago = NOW - timedelta(days=9)
    tickets = tuple(Ticket(name, "chat", long_ago, {"a": 1}) for name in "tu")
    write(tmp_path / "one.json", Snapshot(NOW, tickets[:1], ()))
    assert "1 waits: 1 is late, 0 at risk of it" in run(tmp_path / "one.json").stdout
    write(tmp_path / "two.json", Snapshot(NOW, tickets, ()))
    assert "2 wait: 2 are late, 0 at risk of it" in run(tmp_path / "two.json").stdout


def test_what_is_sound_is_assigned_if_the_caller_says_so(tmp_path: Path) -> None:
    tickets = (Ticket("bad", "chat", NOW, {"a": 7}), Ticket("good", "chat", NOW))
    write(tmp_path / "bad.json", Snapshot(NOW, tickets, (AgentState("x", {}),)))
    shown = run(tmp_path / "bad.json", "--partial", "--json")
    assert shown.exit_code == 0
    assert "/snapshot/tickets/0/skills/a" in shown.stderr
    found = json.loads(shown.stdout)
    assert [d["ticket"] for d in found["decisions"]] == ["good"]
    assert [p["pointer"] for p in found["problems"]] == ["/snapshot/tickets/0/skills/a"]


def test_an_empty_snapshot_is_answered(tmp_path: Path) -> None:
    write(tmp_path / "empty.json", Snapshot(NOW, (), ()))
    assert run(tmp_path / "empty.json").exit_code == 0
    found = json.loads(run(tmp_path / "empty.json", "--json").stdout)
    assert (found["value"], found["decisions"], found["waiting"]) == (0.0, [], [])


def test_names_with_markup_are_printed_as_they_are(tmp_path: Path) -> None:
    tickets = (Ticket("[red]t[/]", "chat", NOW), Ticket("[b]", "mail", NOW, {"[/x]": 1}))
    write(tmp_path / "odd.json", Snapshot(NOW, tickets, (AgentState("[i]a", {}),)))
    shown = run(tmp_path / "odd.json")
    assert shown.exit_code == 0
    assert "[red]t[/]" in shown.stdout
    assert "[/x]" in shown.stdout


def test_names_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    odd = "t\x1b[2J\u202e\n1"
    tickets = (Ticket(odd, "chat", NOW), Ticket("w" + odd, "chat", NOW, {odd: 1}))
    write(tmp_path / "odd.json", Snapshot(NOW, tickets, (AgentState("a" + odd, {}),)))
    shown = "t\\x1b[2J\\u202e\\n1"
    for options in ([], ["--ticket", odd], ["--ticket", "w" + odd]):
        found = run(tmp_path / "odd.json", *options)
        assert found.exit_code == 0
        assert shown in found.output
        assert not {"\x1b", "\u202e"} & set(found.output)
    sneaky = Ticket(odd, "chat", NOW, {odd: 9})
    write(tmp_path / "bad.json", Snapshot(NOW, (sneaky,), ()))
    for options in ([], ["--partial"]):
        found = run(tmp_path / "bad.json", *options)
        assert shown in found.stderr
        assert not {"\x1b", "\u202e"} & set(found.output)


def test_bad_input_lists_every_issue_and_exits_with_2(tmp_path: Path) -> None:
    tickets = (Ticket("t", "chat", NOW, {"a": 7}), Ticket("t", "chat", NOW))
    write(tmp_path / "bad.json", Snapshot(NOW, tickets, ()))
    shown = run(tmp_path / "bad.json")
    assert shown.exit_code == 2
    assert "/snapshot/tickets/0/skills/a" in shown.stderr
    assert "/snapshot/tickets/1/id" in shown.stderr


def test_a_file_that_is_no_snapshot_exits_with_2(tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text("{")
    assert run(tmp_path / "no.json").exit_code == 2
    assert run(tmp_path / "missing.json").exit_code == 2
    for text in ("[]", '{"schema": "callboard/1"}', '{"schema": "other/1", "snapshot": {}}'):
        (tmp_path / "no.json").write_text(text)
        shown = run(tmp_path / "no.json", "--json")
        assert shown.exit_code == 2
        assert json.loads(shown.stdout)["errors"]
