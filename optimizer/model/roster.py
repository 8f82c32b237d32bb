"""A roster and the problem it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from optimizer.model.directives import Directives
from optimizer.model.grid import TimeGrid
from optimizer.model.organisation import Organisation
from optimizer.model.record import Record
from optimizer.model.rule_names import RuleName
from optimizer.model.shifts import ActivityKind

__all__ = ["PlannedActivity", "Relaxation", "Requirement", "Roster", "RosterProblem", "Shift"]


@dataclass(frozen=True, slots=True, eq=False)
class Requirement:
    """Agents needed on contacts, per planning group and slot.

    Parameters
    ----------
    grid
        The slots.
    groups
        Identifiers of the planning groups, in the order of the rows of `agents`.
    agents
        Agents required, 0 or more, [groups, slots]; kept as a read-only copy.
    """

    grid: TimeGrid
    groups: tuple[str, ...]
    agents: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Own the figures, so that a frozen object stays as it was made."""
        agents = np.array(self.agents, dtype=np.float64)
        agents.setflags(write=False)
        object.__setattr__(self, "agents", agents)


@dataclass(frozen=True, slots=True)
class PlannedActivity(Record):
    """An activity placed on the grid: slots `start` (included) to `end` (excluded).

    Parameters
    ----------
    training
        Identifier of the training or meeting that it is a session of; None for what the shift's
        template contains.
    """

    kind: ActivityKind
    start: int
    end: int
    paid: bool
    training: str | None = None


@dataclass(frozen=True, slots=True)
class Shift(Record):
    """One agent's shift, slots `start` (included) to `end` (excluded).

    Parameters
    ----------
    template
        Identifier of the shift template it was made from.
    activities
        What is not contact work, in order of time, inside the shift.
    """

    agent: str
    template: str
    start: int
    end: int
    activities: tuple[PlannedActivity, ...] = ()

    def working_slots(self) -> list[int]:
        """Return the slots in which the agent takes contacts."""
        away = {slot for a in self.activities for slot in range(a.start, a.end)}
        return [slot for slot in range(self.start, self.end) if slot not in away]

    def paid_slots(self) -> int:
        """Return the number of slots that are paid."""
        return self.end - self.start - sum(a.end - a.start for a in self.activities if not a.paid)


@dataclass(frozen=True, slots=True)
class Relaxation(Record):
    """A hard rule that could not be held for an agent, and is broken by so much.

    Parameters
    ----------
    day
        The day on which it is broken; None for a rule about a week or the period.
    amount
        Units of breach: minutes, days, shifts or weekends, whatever the rule counts.
    """

    agent: str
    rule: RuleName
    day: date | None
    amount: float


@dataclass(frozen=True, slots=True)
class Roster(Record):
    """Who works when, sorted by agent and start.

    Parameters
    ----------
    relaxed
        Hard rules that no roster for the agent can keep together with those that matter more.
    """

    grid: TimeGrid
    shifts: tuple[Shift, ...]
    relaxed: tuple[Relaxation, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class RosterProblem:
    """Cover a requirement with an organisation's people.

    The objective of a roster, to be minimised, is in the organisation's currency: shortage
    (each group's `shortage_cost` per agent-hour), plus the paid time beyond each week's
    guarantee at its hourly cost, plus the weekend premium on all paid time of shifts that start
    on a Saturday or Sunday, plus the call cost of every shift, plus what every soft rule, wish
    and directive costs (see `docs/rosters.md`).

    Parameters
    ----------
    previous
        The roster that stood before: pins refer to it, changes of it have their price.
    """

    organisation: Organisation
    requirement: Requirement
    directives: Directives = field(default_factory=Directives)
    previous: Roster | None = None
