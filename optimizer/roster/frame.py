"""A roster problem made ready for the solvers: patterns, demand, people, and who is alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.model import RosterProblem, RuleName, can_serve, contracts_of
from optimizer.roster.demand import Demand
from optimizer.roster.patterns import Calendar, Patterns, expand_patterns
from optimizer.roster.rules.forms import (
    Form,
    Prices,
    Rest,
    Run,
    Spread,
    Succession,
    Tally,
)
from optimizer.roster.rules.registry import FORMS, SHARED
from optimizer.roster.rules.shared import SharedRow, Watch
from optimizer.roster.rules.view import View, Whole

__all__ = ["Frame", "Person"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One agent as the solvers take it: what may be worked, and what every roster costs.

    The cost of a roster of this agent is the sum over all forms; together with what the shifts
    of everybody do (`Frame.demand`, `shared`, `watches`) it makes the whole objective.

    Parameters
    ----------
    number
        Position in the organisation.
    first, last
        The agent's days in the calendar, the last excluded.
    patterns
        Indices of the patterns whose price is finite, in order.
    price
        Of each of these by itself, summed over all `Prices`, [len(patterns)].
    free
        Price of each day off, [days]; infinite where the agent must work. 0 outside own days.
    """

    number: int
    first: int
    last: int
    patterns: Integers
    price: Floats
    free: Floats
    rests: tuple[Rest, ...]
    successions: tuple[Succession, ...]
    runs: tuple[Run, ...]
    tallies: tuple[Tally, ...]
    spreads: tuple[Spread, ...]

    @classmethod
    def of(cls, view: View, forms: Iterable[Form]) -> Person:
        """Add up the forms of an agent."""
        whole = view.whole
        kept: list[Form] = []
        working = np.where(whole.patterns.clock == view.clock, 0.0, np.inf)
        free = np.zeros(len(whole.calendar.days))
        for form in forms:
            if isinstance(form, Prices):
                working = working + form.working
                if form.free is not None:
                    free = free + form.free
            else:
                kept.append(form)
        possible = np.flatnonzero(np.isfinite(working))
        return cls(
            view.number,
            view.days.start,
            view.days.stop,
            possible,
            working[possible],
            free,
            tuple(form for form in kept if isinstance(form, Rest)),
            tuple(form for form in kept if isinstance(form, Succession)),
            tuple(form for form in kept if isinstance(form, Run)),
            tuple(form for form in kept if isinstance(form, Tally)),
            tuple(form for form in kept if isinstance(form, Spread)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What every part of the solver starts from.

    Parameters
    ----------
    people
        One per agent, in order.
    team
        Index into `teams` of each agent, [agents].
    teams
        The agents of each team. Whoever of a team works a pattern, everything but the own cost is
        the same: they serve the same groups and count in the same shared rows and watches.
    serves
        Rows of the requirement that each team serves, as bits, [teams].
    views
        What the rules saw of each agent.
    """

    problem: RosterProblem
    whole: Whole
    demand: Demand
    people: tuple[Person, ...]
    shared: tuple[SharedRow, ...]
    watches: tuple[Watch, ...]
    team: Integers
    teams: tuple[Integers, ...]
    serves: tuple[int, ...]
    views: tuple[View, ...]

    @classmethod
    def of(cls, problem: RosterProblem) -> Frame:
        """Return the frame of a problem that passed its checks.

        Raises
        ------
        InvalidInput
            If there are too many patterns.
        """
        calendar = Calendar.of(problem)
        whole = Whole.of(problem, calendar, expand_patterns(problem, calendar))
        sites = {site.id: site for site in problem.organisation.sites}
        views = [
            View(
                whole,
                number,
                agent,
                sites[agent.site],
                contract,
                calendar.zones[sites[agent.site].zone],
            )
            for number, (agent, contract) in enumerate(
                zip(problem.organisation.agents, contracts_of(problem.organisation), strict=True)
            )
        ]
        people = tuple(Person.of(view, _forms(view)) for view in views)
        rows = [row for rule in SHARED for row in rule(whole, views)]
        shared = tuple(row for row in rows if isinstance(row, SharedRow))
        watches = tuple(row for row in rows if isinstance(row, Watch))
        team, serves = _teams(problem, shared, watches)
        teams = tuple(np.flatnonzero(team == number) for number in range(len(serves)))
        return cls(
            problem,
            whole,
            Demand.of(problem),
            people,
            shared,
            watches,
            team,
            teams,
            serves,
            tuple(views),
        )

    def forms(self, agent: int, soft: Mapping[RuleName, float] | None = None) -> list[Form]:
        """Return the forms of an agent, of each rule by itself.

        Parameters
        ----------
        soft
            Rules to be taken as soft, and the price of a unit of breach of each.
        """
        view = self.views[agent]
        if not soft:
            return list(_forms(view))
        # Kept with what rules share: they tell contracts apart by identity.
        contract = view.shared(
            ("softened", id(view.contract), tuple(sorted(soft.items()))),
            lambda: replace(view.contract, soft={**view.contract.soft, **soft}),
        )
        return list(_forms(replace(view, contract=contract)))

    @property
    def calendar(self) -> Calendar:
        """Return the days and clocks."""
        return self.whole.calendar

    @property
    def patterns(self) -> Patterns:
        """Return every pattern there is."""
        return self.whole.patterns

    @property
    def step(self) -> int:
        """Return the length of a slot in minutes."""
        return self.whole.step


def _forms(view: View) -> Iterator[Form]:
    return (form for forms in FORMS for form in forms(view))


def _teams(
    problem: RosterProblem, shared: Iterable[SharedRow], watches: Iterable[Watch]
) -> tuple[Integers, tuple[int, ...]]:
    """Return the team of each agent, and the groups that each team serves, as bits."""
    organisation = problem.organisation
    groups = {group.id: group for group in organisation.groups}
    rows = [groups[name] for name in problem.requirement.groups]
    marks: list[list[int]] = [[] for _ in organisation.agents]
    sets = [part.agents for row in shared for part in row.parts]
    sets += [watch.agents for watch in watches]
    for mark, members in enumerate(sets):
        for agent in members.tolist():
            marks[agent].append(mark)
    numbers: dict[tuple[int, tuple[int, ...]], int] = {}
    team = np.empty(len(organisation.agents), dtype=np.int64)
    for index, agent in enumerate(organisation.agents):
        serves = sum(1 << row for row, group in enumerate(rows) if can_serve(agent, group))
        team[index] = numbers.setdefault((serves, tuple(marks[index])), len(numbers))
    return team, tuple(serves for serves, _ in numbers)
