"""`callboard assign`: the live decision for one snapshot."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape
from rich.table import Table

from api.cli.options import FILE
from api.cli.output import console, emit_json, json_option

if TYPE_CHECKING:
    from optimizer.model import Assignment, Snapshot

__all__ = ["assign"]

_SHOWN = 20
_OBSTACLES = 3


@click.command()
@click.argument("snapshot_path", metavar="SNAPSHOT.json", type=FILE)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the whole assignment to this file, as a JSON document.",
)
@json_option
def assign(snapshot_path: Path, out: Path | None, as_json: bool) -> None:
    """Match a snapshot of tickets to agents so that the total score is the greatest possible.

    Every decision comes with the parts of its score, every ticket left waiting with the rules
    that stop the agents.

    \b
    Example:
      callboard assign snapshot.json --out assignment.json
    """
    from optimizer.io import read_snapshot, write
    from optimizer.routing import assign as decide

    snapshot = read_snapshot(snapshot_path)
    assignment = decide(snapshot, checked=True)
    if out is not None:
        write(out, assignment)
    if as_json:
        emit_json(_summary(snapshot, assignment))
        return
    _print_tables(snapshot, assignment)
    if out is not None:
        console.print(f"Wrote {out}", soft_wrap=True, markup=False)


def _summary(snapshot: Snapshot, assignment: Assignment) -> dict[str, Any]:
    """Return the fields of the assignment with the counts that they leave to be counted."""
    from optimizer.io import encode

    section: dict[str, Any] = json.loads(encode(assignment))["assignment"]
    counts = {
        "tickets": len(snapshot.tickets),
        "agents": len(snapshot.agents),
        "assigned": len(assignment.decisions),
        "left_waiting": len(assignment.waiting),
    }
    return counts | section


def _print_tables(snapshot: Snapshot, assignment: Assignment) -> None:
    """Print the decisions of greatest score and the first tickets that wait."""
    decisions = sorted(assignment.decisions, key=lambda decision: -decision.score)
    decided = ((d.ticket, d.agent, f"{d.score:.1f}", d.reason) for d in decisions[:_SHOWN])
    waiting = (
        (w.ticket, ", ".join(f"{o.rule} {o.agents}" for o in w.obstacles[:_OBSTACLES]), w.reason)
        for w in assignment.waiting[:_SHOWN]
    )
    _print_rows("Assigned", ("Ticket", "Agent", "Score", "Why"), decided, assignment.decisions)
    _print_rows("Waiting", ("Ticket", "Agents stopped by", "Why"), waiting, assignment.waiting)
    console.print(
        f"{len(assignment.decisions)} of {len(snapshot.tickets)} tickets assigned to "
        f"{len({d.agent for d in assignment.decisions})} of {len(snapshot.agents)} agents, "
        f"total score {assignment.value:.1f}, {1000 * assignment.seconds:.1f} ms",
        soft_wrap=True,
    )


def _print_rows(
    title: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]], every: tuple[Any, ...]
) -> None:
    """Print the first rows of a table and how many are left out; nothing if there are none."""
    if not every:
        return
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column == "Score" else "left")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console.print(table)
    if len(every) > _SHOWN:
        console.print(f"... and {len(every) - _SHOWN} more")
