"""What a roster is built from, as it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from api.tasks.requests.limits import SolveLimits
from api.tasks.requests.references import RosterOrId
from optimizer.model import ChangePrices, Directives, Organisation, Pin, TimeGrid
from optimizer.model.record import Record

__all__ = ["AgentsNeeded", "RosterRequest"]


@dataclass(frozen=True, slots=True)
class AgentsNeeded(Record):
    """Agents needed on contacts, per planning group and interval.

    Parameters
    ----------
    grid
        The intervals.
    groups
        Identifiers of planning groups, in the order of the rows of `agents`.
    agents
        Agents needed, 0 or more: one list per group with one number per interval.
    """

    grid: TimeGrid
    groups: tuple[str, ...]
    agents: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class RosterRequest(Record):
    """A roster that covers what is needed at the least cost.

    Parameters
    ----------
    organisation
        Groups, people and their contracts; the stored ones if it is left out.
    requirement
        Agents needed; either this or `forecast` is given.
    forecast
        Identifier of a forecast; the agents that its contacts need are computed.
    directives
        Everything that is said of this period alone.
    pins
        Decisions that have to be kept, beside those of the directives.
    change_cost
        What it costs to depart from the previous roster, in place of ``directives.changes``.
    previous
        The roster that stood before, or the identifier of one.
    warm_start
        A roster to begin the search from as far as it fits, or the identifier of one.
    seed
        Of the search, 0 or more.
    label
        A name for people.
    limits
        Longest time for the work, 60 s if it is left out, and the gap at which it ends earlier.
    """

    organisation: Organisation | None = None
    requirement: AgentsNeeded | None = None
    forecast: str | None = None
    directives: Directives | None = None
    pins: tuple[Pin, ...] = ()
    change_cost: ChangePrices | None = None
    previous: RosterOrId | None = None
    warm_start: RosterOrId | None = None
    seed: int = 0
    label: str | None = None
    limits: SolveLimits = field(default_factory=SolveLimits)
