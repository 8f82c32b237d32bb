"""What is different between two rosters, agent by agent and day by day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from optimizer.errors import InvalidInput, Issue
from optimizer.model import Organisation, Roster, Shift

__all__ = ["Change", "ChangeKind", "Difference", "change_between", "diff"]


class ChangeKind(StrEnum):
    """How an agent's day changed."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    ACTIVITIES = "activities"


@dataclass(frozen=True, slots=True)
class Change:
    """One agent's day in two rosters.

    Parameters
    ----------
    kind
        Moved is another template, start or length; activities are those of the same shift.
    before, after
        The shift, in slots of the later roster's grid; None is a day off.
    paid_minutes
        What is paid more than before.
    """

    agent: str
    day: date
    kind: ChangeKind
    before: Shift | None
    after: Shift | None
    paid_minutes: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that is different between two rosters.

    Parameters
    ----------
    changes
        By agent in the order of the organisation, then by day.
    paid_minutes
        What is paid more than before, of everybody who is affected.
    """

    changes: tuple[Change, ...]
    paid_minutes: dict[str, int]

    @property
    def affected(self) -> tuple[str, ...]:
        """Return the agents for whom something changed, in the order of the organisation."""
        return tuple(self.paid_minutes)

    def count(self, kind: ChangeKind) -> int:
        """Return the number of changes of a kind."""
        return sum(change.kind is kind for change in self.changes)


def diff(organisation: Organisation, before: Roster, after: Roster) -> Difference:
    """Return how a roster differs from an earlier one.

    Only days that lie in both rosters' periods, by the clock of each agent's site, are compared.

    Raises
    ------
    InvalidInput
        If their intervals differ.
    """
    offset = (before.grid.start - after.grid.start) / timedelta(minutes=after.grid.interval_minutes)
    if before.grid.interval_minutes != after.grid.interval_minutes or offset % 1:
        issue = Issue("other_grid", "/roster/grid", "The intervals of the two rosters differ.")
        raise InvalidInput("The rosters cannot be compared.", [issue])
    old = _by_day(organisation, before, after, int(offset))
    new = _by_day(organisation, after, after, 0)
    zones = {site.id: site.zone for site in organisation.sites}
    both = {
        zone: set(replace(before.grid, zone=zone).days())
        & set(replace(after.grid, zone=zone).days())
        for zone in set(zones.values())
    }
    changes = []
    minutes: dict[str, int] = {}
    for agent in organisation.agents:
        mine, other = old.get(agent.id, {}), new.get(agent.id, {})
        for day in sorted((mine.keys() | other.keys()) & both[zones[agent.site]]):
            change = change_between(
                agent.id, day, mine.get(day), other.get(day), after.grid.interval_minutes
            )
            if change is not None:
                changes.append(change)
                minutes[agent.id] = minutes.get(agent.id, 0) + change.paid_minutes
    return Difference(tuple(changes), minutes)


def change_between(
    agent: str, day: date, before: Shift | None, after: Shift | None, interval: int
) -> Change | None:
    """Return how an agent's day changed, None if it did not.

    Parameters
    ----------
    interval
        Length of a slot in minutes.
    """
    if before == after:
        return None
    if before is None:
        kind = ChangeKind.ADDED
    elif after is None:
        kind = ChangeKind.REMOVED
    elif (before.template, before.start, before.end) != (after.template, after.start, after.end):
        kind = ChangeKind.MOVED
    else:
        kind = ChangeKind.ACTIVITIES
    paid = [0 if shift is None else shift.paid_slots() * interval for shift in (before, after)]
    return Change(agent, day, kind, before, after, paid[1] - paid[0])


def _by_day(
    organisation: Organisation, roster: Roster, base: Roster, offset: int
) -> dict[str, dict[date, Shift]]:
    """Return each agent's shifts by local day, in slots of the base's grid."""
    zones = {site.id: site.zone for site in organisation.sites}
    clocks = {agent.id: replace(base.grid, zone=zones[agent.site]) for agent in organisation.agents}
    found: dict[str, dict[date, Shift]] = {}
    for shift in roster.shifts:
        if shift.agent not in clocks:
            continue
        moved = replace(
            shift,
            start=shift.start + offset,
            end=shift.end + offset,
            activities=tuple(
                replace(activity, start=activity.start + offset, end=activity.end + offset)
                for activity in shift.activities
            ),
        )
        day = clocks[shift.agent].local(moved.start).date()
        found.setdefault(shift.agent, {})[day] = moved
    return found
