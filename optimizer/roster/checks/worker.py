"""One agent's shifts on the site's own clock: the view that every check of a person starts from."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from optimizer.model import (
    Agent,
    ChangePrices,
    Contract,
    Pin,
    Roster,
    RosterProblem,
    RuleName,
    Shift,
    ShiftTemplate,
    TimeGrid,
    change_prices,
    contracts_of,
)

__all__ = ["Clock", "Duty", "Shares", "Week", "Worker", "workers"]

SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Clock(TimeGrid):
    """The grid on a site's clock; it remembers the times that it was asked for.

    Hundreds of people start and end at the same few hundred times, and every rule asks again.
    """

    _times: dict[int, datetime] = field(default_factory=dict, compare=False, repr=False)
    _days: list[date] = field(default_factory=list, compare=False, repr=False)

    def local(self, slot: int) -> datetime:
        """Return the local time at which `slot` begins; `slot` may lie outside the grid."""
        time = self._times.get(slot)
        if time is None:
            time = self._times[slot] = TimeGrid.local(self, slot)
        return time

    def days(self) -> tuple[date, ...]:
        """Return the local days that the grid touches, in order."""
        if not self._days:
            self._days.extend(TimeGrid.days(self))
        return tuple(self._days)


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


class Shares(NamedTuple):
    """Weekends, late shifts and denied wishes that somebody carries into the period."""

    weekends: int
    late_shifts: int
    requests: int


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
    before
        The agent's shifts in the previous roster by their local day, in slots of this grid.
    least
        The least of each share that somebody under the same contract carries in.
    changes
        Prices of departing from the previous roster.
    pins
        Decisions for the agent that have to be kept.
    """

    problem: RosterProblem
    number: int
    agent: Agent
    contract: Contract
    templates: tuple[ShiftTemplate, ...]
    clock: Clock
    duties: tuple[Duty, ...]
    before: dict[date, Shift]
    least: Shares
    changes: ChangePrices
    pins: tuple[Pin, ...]

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
    zones = {site.zone for site in organisation.sites}
    by_zone = {
        zone: Clock(grid.start, grid.interval_minutes, grid.count, zone) for zone in sorted(zones)
    }
    clocks = {site.id: by_zone[site.zone] for site in organisation.sites}
    shifts = defaultdict(list)
    for number, shift in enumerate(roster.shifts):
        shifts[shift.agent].append((number, shift))
    previous = _previous(problem)
    least = _least_shares(organisation.agents)
    changes = change_prices(problem)
    pins = defaultdict(list)
    for pin in problem.directives.pins:
        pins[pin.agent].append(pin)
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
        before = {clock.local(shift.start).date(): shift for shift in previous[agent.id]}
        found.append(
            Worker(
                problem,
                number,
                agent,
                contract,
                allowed,
                clock,
                tuple(duties),
                before,
                least[agent.contract],
                changes,
                tuple(pins[agent.id]),
            )
        )
    return found


def _previous(problem: RosterProblem) -> defaultdict[str, list[Shift]]:
    """Return each agent's shifts of the previous roster, in slots of the requirement's grid."""
    found: defaultdict[str, list[Shift]] = defaultdict(list)
    if problem.previous is None:
        return found
    later = problem.requirement.grid.slot_at(problem.previous.grid.start)
    for shift in problem.previous.shifts:
        found[shift.agent].append(_later(shift, later) if later else shift)
    return found


def _later(shift: Shift, slots: int) -> Shift:
    activities = tuple(
        replace(activity, start=activity.start + slots, end=activity.end + slots)
        for activity in shift.activities
    )
    return replace(shift, start=shift.start + slots, end=shift.end + slots, activities=activities)


def _least_shares(agents: Sequence[Agent]) -> dict[str, Shares]:
    """Return the least of each share that somebody under each contract carries in."""
    least: dict[str, Shares] = {}
    for agent in agents:
        past = agent.history
        mine = Shares(past.weekends, past.late_shifts, past.requests_denied)
        least[agent.contract] = Shares(*map(min, mine, least.get(agent.contract, mine)))
    return least
