"""`callboard assign`: the tables, the JSON, the file it writes and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from optimizer.io import write
from optimizer.model import AgentState, Snapshot, Ticket
from optimizer.routing import assign
from tests.optimizer.routing.plain import NOW, random_snapshot


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["assign", *map(str, arguments)])


@pytest.fixture
def snapshot_file(tmp_path: Path) -> Path:
    write(tmp_path / "snapshot.json", random_snapshot(7, 60, 10))
    return tmp_path / "snapshot.json"


def test_json_has_the_fields_of_the_assignment_and_counts(snapshot_file: Path) -> None:
    shown = run(snapshot_file, "--json")
    assert shown.exit_code == 0
    found = json.loads(shown.stdout)
    expected = assign(random_snapshot(7, 60, 10))
    assert found["value"] == expected.value
    assert [d["ticket"] for d in found["decisions"]] == [d.ticket for d in expected.decisions]
    assert [d["parts"] for d in found["decisions"]] == [d.parts for d in expected.decisions]
    assert [w["reason"] for w in found["waiting"]] == [w.reason for w in expected.waiting]
    counts = [found[name] for name in ("tickets", "agents", "assigned", "left_waiting")]
    assert counts == [60, 10, len(expected.decisions), len(expected.waiting)]


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
    expected = assign(random_snapshot(7, 60, 10))
    assert f"{len(expected.decisions)} of 60 tickets assigned" in shown.stdout
    assert f"... and {len(expected.waiting) - 20} more" in shown.stdout
    best = max(expected.decisions, key=lambda decision: decision.score)
    assert best.ticket in shown.stdout
    assert "skills fit" in shown.stdout


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
