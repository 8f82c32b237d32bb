"""Who: deal the shifts of the counts model out to people, by CP-SAT.

A family shares what is wanted of its types, each agent under all own rules and within own
availability. Families share
nothing and are solved side by side, each by one worker, so that a seed repeats its result.

Each family is dealt in steps, every one starting from the one before. The shifts are handed out in
order of time, which nearly always suffices where people are alike. Where some are left over,
CP-SAT looks for a way to place all; failing that, as many as possible, with shifts outside the
counts only where an agent's least values need them. Last come the cheapest paid time beyond
guarantees and the most requests granted, by weight.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from ortools.sat.python import cp_model

from optimizer.model import MINUTES_PER_DAY, Request
from optimizer.roster import people_rules
from optimizer.roster.fit import Limits, limits_of
from optimizer.roster.handout import hand_out
from optimizer.roster.people_rules import Person
from optimizer.roster.plan import Plan
from optimizer.roster.setting import Family, Setting
from optimizer.roster.shortage import shapes_of
from optimizer.stop import Deadline

__all__ = ["deal"]

log = logging.getLogger(__name__)

SEARCH_PER_AGENT = 0.05
"""Deterministic seconds for placing shifts, per agent of a family (0.01 is common)."""

POLISH_PER_AGENT = 0.01
"""Deterministic seconds for requests and overtime, per agent of a family."""

Solved = dict[int, list[int]]


def deal(
    setting: Setting,
    wanted: Sequence[Counter[int]],
    deadline: Deadline,
    *,
    seed: int = 0,
    workers: int = 2,
) -> Plan:
    """Return who works what; activities are not placed yet.

    Parameters
    ----------
    wanted
        Number of shifts wanted per pattern, for each type.
    workers
        Families solved at the same time.

    Returns
    -------
    Plan
        Within all upper limits of every agent. What could not be placed in time is left out.
    """
    plan = Plan.empty(setting)
    limits = limits_of(setting, shapes_of(setting.patterns))
    tables = [_Table(setting, limits, family, wanted, seed) for family in setting.families()]
    # The large ones first, so that no worker is left alone with one at the end.
    tables.sort(key=lambda table: -len(table.members))
    with ThreadPoolExecutor(max_workers=workers) as pool:
        for dealt in pool.map(lambda table: table.solve(deadline), tables):
            for agent, worked in dealt.items():
                plan.worked[agent, setting.patterns.day[worked]] = worked
    return plan


class _Table:
    """One family with the shifts to be dealt out to it."""

    def __init__(
        self,
        setting: Setting,
        limits: Limits,
        family: Family,
        wanted: Sequence[Counter[int]],
        seed: int,
    ) -> None:
        self.members = setting.members(family)
        self._setting, self._limits, self._seed = setting, limits, seed
        self._of_type = {kind: wanted[kind] for kind in family.types}
        self._wanted = sum(self._of_type.values(), Counter[int]())
        self._capped = setting.is_capped(self.members[0][1].contract)
        agents = setting.problem.organisation.agents
        self._all_requests = sum(
            _price(request) for agent, _ in self.members for request in agents[agent].requests
        )

    def solve(self, deadline: Deadline) -> Solved:
        """Return the patterns of each agent."""
        wanted, effort = self._wanted, SEARCH_PER_AGENT * len(self.members)
        dealt, complete = self._hand_out()
        if not complete:
            found = self._place(wanted, dealt, deadline, effort)
            if found is None:
                found = self._place_most(dealt, deadline, effort)
            dealt = dealt if found is None else found
            placed = Counter(pattern for worked in dealt.values() for pattern in worked)
            if wanted - placed:
                log.info("%d of %d shifts unplaced", (wanted - placed).total(), wanted.total())
            wanted = placed
        polished = self._polish(wanted, dealt, deadline)
        return dealt if polished is None else polished

    def _hand_out(self) -> tuple[Solved, bool]:
        """Hand out each type's own counts or, where some are left over, all of them to all."""
        kinds = {kind: self._setting.types[kind].agents for kind in self._of_type}
        dealt, complete = {}, True
        for kind, agents in kinds.items():
            members = [(agent, kind) for agent in agents]
            rows, content = hand_out(self._limits, members, self._of_type[kind])
            dealt.update(rows)
            complete &= content
        if complete or len(kinds) == 1:
            return dealt, complete
        everybody = [(agent, kind) for kind, agents in kinds.items() for agent in agents]
        together, complete = hand_out(self._limits, everybody, self._wanted)
        return (together, True) if complete else (dealt, False)

    def _place(
        self, wanted: Counter[int], hint: Solved, deadline: Deadline, effort: float
    ) -> Solved | None:
        """Place all shifts."""
        if deadline.passed():
            return None
        model = cp_model.CpModel()
        people = self._people(model, wanted)
        _place_all(model, people, wanted)
        return self._search(model, people, hint, deadline, effort)

    def _polish(self, wanted: Counter[int], hint: Solved, deadline: Deadline) -> Solved | None:
        """Place all shifts in the cheapest and most wished-for way that is found."""
        if deadline.passed():
            return None
        model = cp_model.CpModel()
        people = self._people(model, wanted)
        prices = [price for agent, person in people for price in self._prices(agent, person)]
        if not prices:
            return None
        _place_all(model, people, wanted)
        terms, weights = zip(*prices, strict=True)
        model.minimize(cp_model.LinearExpr.weighted_sum(terms, weights))
        return self._search(model, people, hint, deadline, POLISH_PER_AGENT * len(people))

    def _place_most(self, hint: Solved, deadline: Deadline, effort: float) -> Solved | None:
        """Place as many shifts as possible, and give each agent the least that is due."""
        if deadline.passed():
            return None
        model = cp_model.CpModel()
        # Whoever is lent by a vendor with a cap gets no shift that the counts do not know.
        people = self._people(model, self._wanted if self._capped else None)
        takers = _takers(people)
        strays = []
        for pattern, literals in takers.items():
            number = self._wanted[pattern]
            placed = cp_model.LinearExpr.sum(literals)
            if number == 0:
                strays += literals
                continue
            missing = model.new_int_var(0, number, "")
            model.add(placed + missing >= number)
            model.add(placed <= number)
            strays.append(missing)
        model.minimize(cp_model.LinearExpr.sum(strays))
        return self._search(model, people, hint, deadline, effort)

    def _people(
        self, model: cp_model.CpModel, wanted: Counter[int] | None
    ) -> list[tuple[int, Person]]:
        people = []
        for agent, alike in self.members:
            choices = alike.patterns.tolist()
            if wanted is not None:
                choices = [pattern for pattern in choices if wanted[pattern]]
            person = Person(
                model,
                alike,
                self._setting.patterns,
                self._setting.calendar,
                self._setting.step,
                choices,
            )
            for rule in people_rules.RULES:
                rule(person)
            people.append((agent, person))
        return people

    def _prices(self, agent: int, person: Person) -> list[tuple[cp_model.LinearExprT, int]]:
        """Return what an agent adds to the cost: requests denied, and time beyond guarantees.

        Requests count in hundredths of their weights; an interval of paid time outweighs all
        requests of the family together, since it is part of the objective and they are not.
        """
        prices: list[tuple[cp_model.LinearExprT, int]] = []
        organisation, patterns = self._setting.problem.organisation, self._setting.patterns
        for request in organisation.agents[agent].requests:
            day = (request.day - self._setting.calendar.days[0]).days
            meant = [
                person.works[pattern]
                for pattern in person.by_day.get(day, ())
                if request.template in (None, organisation.templates[patterns.template[pattern]].id)
            ]
            sign = -1 if request.kind.wanted else 1
            prices += [(literal, sign * _price(request)) for literal in meant]
        for week in person.weeks_beyond_guarantee():
            minutes = person.minutes(range(week.first, week.last))
            beyond = person.model.new_int_var(0, 7 * MINUTES_PER_DAY, "")
            person.model.add(beyond >= minutes - week.guaranteed)
            prices.append((beyond, 1 + self._all_requests))
        return prices

    def _search(
        self,
        model: cp_model.CpModel,
        people: list[tuple[int, Person]],
        hint: Solved,
        deadline: Deadline,
        effort: float,
    ) -> Solved | None:
        _hint(model, people, hint)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.catch_sigint_signal = False  # the caller's to handle
        solver.parameters.random_seed = self._seed
        solver.parameters.max_time_in_seconds = deadline.remaining()
        solver.parameters.max_deterministic_time = effort
        if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        return {
            agent: [p for p, literal in person.works.items() if solver.boolean_value(literal)]
            for agent, person in people
        }


def _price(request: Request) -> int:
    """Return a request's weight in hundredths."""
    return max(1, round(100 * request.price))


def _place_all(
    model: cp_model.CpModel, people: list[tuple[int, Person]], wanted: Counter[int]
) -> None:
    takers = _takers(people)
    for pattern, number in wanted.items():
        model.add(cp_model.LinearExpr.sum(takers[pattern]) == number)


def _takers(people: list[tuple[int, Person]]) -> dict[int, list[cp_model.IntVar]]:
    takers: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    for _, person in people:
        for pattern, literal in person.works.items():
            takers[pattern].append(literal)
    return takers


def _hint(model: cp_model.CpModel, people: list[tuple[int, Person]], hint: Solved) -> None:
    for agent, person in people:
        worked = set(hint[agent])
        for pattern, literal in person.works.items():
            model.add_hint(literal, pattern in worked)
        days = {int(person.patterns.day[pattern]) for pattern in worked}
        for day, literal in person.at_work.items():
            model.add_hint(literal, day in days)
