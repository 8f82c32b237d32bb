"""When agents are there, from a CSV file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import tzinfo
from pathlib import Path

from optimizer.routing.replay.cells import Row, find_columns, open_table
from optimizer.routing.replay.crew import Stretch
from optimizer.routing.replay.line_issues import LineIssues

__all__ = ["read_presence"]

_COLUMNS = {"agent": True, "start": True, "end": True}


def read_presence(
    path: Path, agents: Collection[str], zone: tzinfo | None = None
) -> dict[str, list[Stretch]]:
    """Read stretches of presence: the columns ``agent``, ``start`` and ``end``.

    Parameters
    ----------
    agents
        Who there is.
    zone
        Of times without an offset from UTC; None refuses them.

    Raises
    ------
    InvalidInput
        If the file cannot be used; every problem is listed with its line.
    """
    table = open_table(path)
    found = LineIssues()
    places = find_columns(table.header, _COLUMNS, {}, found)
    found.stop_on_errors()
    presence: dict[str, list[Stretch]] = defaultdict(list)
    for row in Row.of_table(table, places, zone, found):
        agent, start, end = row.needed("agent"), row.instant("start"), row.instant("end")
        if agent and agent not in agents:
            row.error("unknown_agent", "agent", f"There is no agent {agent!r}.")
        if start is not None and end is not None:
            if end <= start:
                row.error("bad_stretch", "end", "The end is not after the start.")
            presence[agent].append((start, end))
    found.stop_on_errors()
    return dict(presence)
