"""`callboard assign`: the live decision for one snapshot, and the reasons for it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli.output import console, emit_json, json_option, notes, visible

if TYPE_CHECKING:
    from optimizer.errors import Issue
    from optimizer.model import Assignment, Decision, Snapshot, Waiting

__all__ = ["assign"]

_STDIN = "-"


@click.command()
@click.argument(
    "snapshot_path",
    metavar="SNAPSHOT.json",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
)
@click.option(
    "--policy",
    help="best, fifo, priority, greedy, round_robin or bullseye; without it as the snapshot says.",
)
@click.option("--ticket", help="Say all about this ticket alone: why it waits, or went to whom.")
@click.option(
    "--partial",
    is_flag=True,
    help="Leave out tickets and agents that cannot be used, and tell them, rather than refuse.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the whole assignment to this file, as a JSON document.",
)
@json_option
def assign(
    snapshot_path: str,
    policy: str | None,
    ticket: str | None,
    partial: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Match a snapshot of tickets to agents so that the total score is the greatest possible.

    Every decision comes with the parts of its score and who would have come next, every ticket
    left waiting with the rules that stop the agents; clocks tell what is late or at risk.

    SNAPSHOT.json is a document with a section "snapshot", or the bare snapshot as the HTTP API
    takes it (POST /v1/assignments). With - it is read from standard input.

    \b
    Examples:
      callboard assign snapshot.json --out assignment.json
      callboard assign snapshot.json --ticket T-4711
      callboard assign - --policy fifo --partial --json < snapshot.json
    """
    from api.cli.routing_tables import print_assignment, print_ticket
    from api.files import check_place
    from optimizer.io import write

    if out is not None:
        check_place(out.parent)
    body, root = _snapshot_in(_read(snapshot_path))
    assignment, snapshot = _answer(body, root, policy, partial=partial)
    for issue in assignment.problems:
        told = visible(f"left out: {issue.pointer}  {issue.detail}")
        notes.print(told, soft_wrap=True, markup=False)
    if ticket is not None:
        record = _about(assignment, ticket, root)
    if out is not None:
        write(out, assignment)
    if as_json:
        section = _section(assignment)
        if ticket is not None:
            emit_json(_only(section, ticket))
        else:
            emit_json(_counts(snapshot, assignment) | section)
        return
    zone = snapshot.now.tzinfo
    assert zone is not None
    if ticket is not None:
        print_ticket(record, zone)
    else:
        print_assignment(assignment, len(snapshot.tickets), len(snapshot.agents), zone)
    if out is not None:
        console.print(f"Wrote {out}", soft_wrap=True, markup=False)


def _read(path: str) -> bytes:
    """Return what a file, or standard input, holds.

    Raises
    ------
    InvalidInput
        If standard input is closed, or is not open for reading.
    """
    from optimizer.errors import InvalidInput, Issue

    if path != _STDIN:
        return Path(path).read_bytes()
    try:
        if sys.stdin is None:
            raise OSError("It is closed")
        return sys.stdin.buffer.read()
    except OSError as error:
        issue = Issue("unreadable_file", "", f"Standard input: {error.strerror or error}.")
        raise InvalidInput("Standard input cannot be read.", [issue]) from None


def _answer(
    body: bytes, root: str, policy: str | None, *, partial: bool
) -> tuple[Assignment, Snapshot]:
    """Return the assignment, with the snapshot that it answers; issues lead there from `root`."""
    from dataclasses import replace

    from api.partial import use_what_can_be
    from optimizer.errors import InvalidInput
    from optimizer.io import decode_snapshot
    from optimizer.model import RoutingPolicy
    from optimizer.routing import assign as decide
    from optimizer.wire import with_values

    if policy is not None and policy not in set(RoutingPolicy):
        known = ", ".join(RoutingPolicy)
        raise click.BadParameter(f"{policy!r} is not one of {known}.", param_hint="--policy")

    def use(part: bytes) -> tuple[Assignment, Snapshot]:
        snapshot = decode_snapshot(part)
        if policy is not None:
            snapshot = with_values(snapshot, policy=RoutingPolicy(policy))
        return decide(snapshot), snapshot

    def below(issue: Issue) -> Issue:
        return replace(issue, pointer=f"{root}{issue.pointer}")

    try:
        if not partial:
            return use(body)
        (assignment, snapshot), problems = use_what_can_be(body, use)
    except InvalidInput as error:
        raise InvalidInput(error.detail, [below(issue) for issue in error.issues]) from None
    return replace(assignment, problems=tuple(below(issue) for issue in problems)), snapshot


def _snapshot_in(body: bytes) -> tuple[bytes, str]:
    """Return a snapshot on its own, and the pointer to where it stood.

    What has neither ``schema`` nor ``snapshot`` is no document, but a bare snapshot.

    Raises
    ------
    InvalidInput
        If the document is none.
    """
    from pydantic_core import from_json, to_json

    from optimizer.errors import InvalidInput, Issue
    from optimizer.io import SCHEMA

    try:
        document = from_json(body)
    except ValueError as error:
        issue = Issue("invalid_json", "", f"{error}.")
        raise InvalidInput("The document is not JSON.", [issue]) from None
    if not isinstance(document, dict):
        issue = Issue("wrong_type", "", "The document is no object with sections.")
        raise InvalidInput("The document cannot be used.", [issue])
    if not {"schema", "snapshot"} & document.keys():
        return body, ""
    issues = []
    if document.get("schema") != SCHEMA:
        detail = f"The schema is {document.get('schema')!r}, not {SCHEMA!r}."
        issues.append(Issue("unknown_value", "/schema", detail))
    if document.get("snapshot") is None:
        detail = "The document has no section 'snapshot'."
        issues.append(Issue("missing_field", "/snapshot", detail))
    if issues:
        raise InvalidInput("The document lacks what was asked for.", issues)
    return to_json(document["snapshot"]), "/snapshot"


def _about(assignment: Assignment, ticket: str, root: str) -> Decision | Waiting:
    """Return the decision about a ticket, or why it waits.

    Raises
    ------
    InvalidInput
        If there is no such ticket.
    """
    from optimizer.errors import InvalidInput, Issue

    records: tuple[Decision | Waiting, ...] = (*assignment.decisions, *assignment.waiting)
    for record in records:
        if record.ticket == ticket:
            return record
    detail = f"There is no ticket {ticket!r} in the snapshot."
    raise InvalidInput(
        "The ticket is unknown.", [Issue("unknown_ticket", f"{root}/tickets", detail)]
    )


def _section(assignment: Assignment) -> dict[str, Any]:
    from optimizer.io import encode

    section: dict[str, Any] = json.loads(encode(assignment))["assignment"]
    return section


def _only(section: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Return what an assignment says of one ticket."""
    for place, name in (("decisions", "decision"), ("waiting", "waiting")):
        for record in section[place]:
            if record["ticket"] == ticket:
                return {"policy": section["policy"], name: record}
    raise AssertionError(ticket)


def _counts(snapshot: Snapshot, assignment: Assignment) -> dict[str, Any]:
    """Return the counts that an assignment leaves to be counted."""
    return {
        "tickets": len(snapshot.tickets),
        "agents": len(snapshot.agents),
        "assigned": len(assignment.decisions),
        "left_waiting": len(assignment.waiting),
        "breached": sum(waiting.breached for waiting in assignment.waiting),
        "at_risk": sum(waiting.at_risk for waiting in assignment.waiting),
    }
