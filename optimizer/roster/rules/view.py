"""What a rule sees when it writes its forms: one agent, and every pattern there is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Agent, Contract, RosterProblem, RuleName, Site
from optimizer.roster.patterns import Calendar, Patterns

__all__ = ["View", "Week", "Whole"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Week:
    """The part of a week, Monday to Sunday, that lies in the period.

    Parameters
    ----------
    first, last
        Its days as indices of the calendar, the last excluded.
    opening
        Whether what was worked in the week before the period counts for it.
    complete
        Whether it ends in the period, so that least values must be reached.
    """

    first: int
    last: int
    opening: bool
    complete: bool


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """A problem with its patterns, and what rules have computed for several agents.

    Parameters
    ----------
    paid_minutes, start_minute
        Paid minutes of each pattern, and its start on the clock of its day, [patterns].
    template_ids
        Position of each template in the organisation.
    """

    problem: RosterProblem
    calendar: Calendar
    patterns: Patterns
    paid_minutes: NDArray[np.int64]
    start_minute: NDArray[np.int64]
    template_ids: dict[str, int]
    cache: dict[Any, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, problem: RosterProblem, calendar: Calendar, patterns: Patterns) -> Whole:
        """Return the view of a problem."""
        step = problem.requirement.grid.interval_minutes
        walls = np.array([clock.wall_times() for clock in calendar.clocks])
        start = walls[patterns.clock, patterns.start] if len(patterns) else walls[:0, 0]
        minute = (start - start.astype("datetime64[D]")).astype("timedelta64[m]").astype(np.int64)
        ids = {template.id: i for i, template in enumerate(problem.organisation.templates)}
        return cls(problem, calendar, patterns, patterns.paid * step, minute, ids)

    @property
    def step(self) -> int:
        """Return the length of a slot in minutes."""
        return self.problem.requirement.grid.interval_minutes


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One agent, as a rule's `forms` sees it.

    Parameters
    ----------
    number
        Position of the agent in the organisation.
    contract
        With what site and agent change in it.
    clock
        Index of the site's clock in the calendar.
    """

    whole: Whole
    number: int
    agent: Agent
    site: Site
    contract: Contract
    clock: int

    @property
    def days(self) -> range:
        """Return the agent's days, as indices of the calendar."""
        return self.shared(
            ("days", self.clock), lambda: range(*self.whole.calendar.span(self.clock))
        )

    def price(self, rule: RuleName) -> float:
        """Return the price of a unit of breach: infinite for a hard rule."""
        return self.contract.soft.get(rule, math.inf)

    def weeks(self) -> Iterator[Week]:
        """Yield the weeks that the agent's days touch."""
        days, names = self.days, self.whole.calendar.days
        begin = days.start
        while begin < days.stop:
            end = min(days.stop, begin + 7 - names[begin].weekday())
            yield Week(begin, end, begin == days.start, names[end - 1].weekday() == 6)
            begin = end

    def shared(self, key: Any, make: Callable[[], T]) -> T:
        """Return what `make` returns, made once for all agents with an equal key.

        Arrays that agents share must not be changed; being one object, they tell the solvers
        which agents are alike.
        """
        cache = self.whole.cache
        if key not in cache:
            cache[key] = make()
        found: T = cache[key]
        return found
