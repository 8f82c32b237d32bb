"""One agent's shifts on the site's own clock: the view that every check of a person starts from."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from optimizer.model import (
    Agent,
    Contract,
    Roster,
    RosterProblem,
    RuleName,
    Shift,
    ShiftTemplate,
    TimeGrid,
    contracts_of,
)

__all__ = ["Duty", "Week", "Worker", "workers"]

SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Duty:
    """A shift as it stands in the roster, with what the rules ask of it.

    Parameters
    ----------
    number
        Position in the roster.
    day
        Local day on which it starts; the whole shift counts for this day.
    paid
        Paid minutes.
    """

    number: int
    shift: Shift
    template: ShiftTemplate
    day: date
    paid: int

    @property
    def weekend(self) -> bool:
        """Tell whether the shift starts on a Saturday or a Sunday."""
        return self.day.weekday() >= 5


@dataclass(frozen=True, slots=True)
class Week:
    """The part of a week, Monday to Sunday, that lies in the period.

    Parameters
    ----------
    first, last
        Its days, both included.
    shifts_before, minutes_before
        What the agent worked in it before the period.
    """

    first: date
    last: date
    shifts_before: int
    minutes_before: int

    @property
    def complete(self) -> bool:
        """Tell whether the week ends in the period, so that least values must be reached."""
        return self.last.weekday() == SUNDAY

    def __contains__(self, day: date) -> bool:
        """Tell whether a day belongs to this part."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Worker:
    """An agent with contract and shifts.

    Parameters
    ----------
    number
        Position in the organisation.
    templates
        Those that the contract allows.
    clock
        The grid in the site's time zone.
    duties
        In order of start.
    """

    number: int
    agent: Agent
    contract: Contract
    templates: tuple[ShiftTemplate, ...]
    clock: TimeGrid
    duties: tuple[Duty, ...]

    @property
    def pointer(self) -> str:
        """Return the JSON pointer of the agent."""
        return f"/organisation/agents/{self.number}"

    def price(self, rule: RuleName) -> float:
        """Return the price of a unit of breach: infinite for a hard rule."""
        return self.contract.soft.get(rule, math.inf)

    def weeks(self) -> Iterator[Week]:
        """Yield the weeks that the period touches."""
        days = self.clock.days()
        history = self.agent.history
        first = days[0]
        while first <= days[-1]:
            last = min(days[-1], first + timedelta(days=SUNDAY - first.weekday()))
            opening = first == days[0]
            yield Week(
                first,
                last,
                history.shifts_this_week if opening else 0,
                history.minutes_this_week if opening else 0,
            )
            first = last + timedelta(days=1)


def workers(problem: RosterProblem, roster: Roster) -> list[Worker]:
    """Return every agent of a problem with the shifts that a roster gives them."""
    organisation, grid = problem.organisation, problem.requirement.grid
    contracts = contracts_of(organisation)
    templates = {template.id: template for template in organisation.templates}
    clocks = {site.id: replace(grid, zone=site.zone) for site in organisation.sites}
    shifts = defaultdict(list)
    for number, shift in enumerate(roster.shifts):
        shifts[shift.agent].append((number, shift))
    found = []
    for number, agent in enumerate(organisation.agents):
        clock = clocks[agent.site]
        duties = [
            Duty(
                position,
                shift,
                templates[shift.template],
                clock.local(shift.start).date(),
                shift.paid_slots() * grid.interval_minutes,
            )
            for position, shift in shifts[agent.id]
        ]
        duties.sort(key=lambda duty: duty.shift.start)
        contract = contracts[number]
        allowed = tuple(templates[name] for name in contract.templates)
        found.append(Worker(number, agent, contract, allowed, clock, tuple(duties)))
    return found
