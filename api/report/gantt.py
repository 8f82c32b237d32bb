"""A day of a roster as rows and segments that CSS places on an integer grid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from optimizer.model import Organisation, Roster, Shift, TimeGrid

__all__ = ["Gantt", "Row", "Segment", "gantt_of_day"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one kind, in grid columns from 1, the end excluded."""

    kind: str
    first: int
    last: int
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """One agent's day."""

    agent: str
    detail: str
    staff_class: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Gantt:
    """A day: `columns` slots wide, with the columns at which labelled hours begin."""

    day: date
    columns: int
    hours: tuple[tuple[int, str], ...]
    rows: tuple[Row, ...]


def gantt_of_day(organisation: Organisation, roster: Roster, day: date) -> Gantt:
    """Return the shifts that start on `day`, by start time, trimmed to the hours worked."""
    grid = roster.grid
    contracts = {contract.id: contract for contract in organisation.contracts}
    agents = {agent.id: agent for agent in organisation.agents}
    shifts = sorted(
        (shift for shift in roster.shifts if grid.local(shift.start).date() == day),
        key=lambda shift: (shift.start, shift.end, shift.agent),
    )
    if not shifts:
        return Gantt(day, 1, (), ())
    per_hour = 60 // grid.interval_minutes
    begin = min(shift.start for shift in shifts) // per_hour * per_hour
    end = -(-max(shift.end for shift in shifts) // per_hour) * per_hour
    rows = []
    for shift in shifts:
        agent = agents[shift.agent]
        skills = ", ".join(f"{skill} {level}" for skill, level in agent.skills.items())
        rows.append(
            Row(
                agent.name or agent.id,
                f"{agent.site} · {skills}",
                contracts[agent.contract].staff_class.value,
                tuple(_segments(shift, grid, begin)),
            )
        )
    hours = tuple(
        (slot - begin + 1, f"{grid.local(slot):%H}") for slot in range(begin, end, per_hour)
    )
    return Gantt(day, end - begin, hours, tuple(rows))


def _segments(shift: Shift, grid: TimeGrid, begin: int) -> list[Segment]:
    """Cut a shift into stretches of contact work and activities."""
    cuts: list[tuple[str, int, int]] = []
    at = shift.start
    for activity in shift.activities:
        cuts += [("work", at, activity.start), (activity.kind.value, activity.start, activity.end)]
        at = activity.end
    cuts.append(("work", at, shift.end))
    return [
        Segment(
            kind,
            first - begin + 1,
            last - begin + 1,
            f"{kind} {grid.local(first):%H:%M}–{grid.local(last):%H:%M}",
        )
        for kind, first, last in cuts
        if last > first
    ]
