"""Fill a plan greedily: the shift that lowers the cost most goes to somebody who may take it.

Values only fall while shifts are added (requirements that can be met together form a polymatroid)
and people only become busier, so a queue ordered by old values finds the best shift without
looking at all of them again (Minoux 1978). A few seconds for thousands of people: the first
roster, the answer when time is very short, and the repair of what could not be dealt out.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.roster.fit import (
    UNLIMITED,
    Limits,
    below_minimum,
    lacks_minimum,
    limits_of,
    may_take,
    paid_beyond,
)
from optimizer.roster.plan import FREE, Plan
from optimizer.roster.setting import Setting
from optimizer.roster.shortage import (
    DAY,
    END,
    START,
    Cover,
    Shapes,
    add_shift,
    best_begins,
    cover_of,
    shapes_of,
)
from optimizer.roster.staff import shift_cost

__all__ = ["Filler"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class _Team(NamedTuple):
    """Who may be given work, as compiled code takes it.

    Families share a contract and a skill set; family ``f`` has the agents
    ``members[first[f]:first[f + 1]]`` and the shared skill set, hourly cost (per slot) and vendor
    (or -1) at ``f``. ``kind`` is the type of each agent, ``wish[agent, day]`` what a shift on
    that day costs in requests, ``lent[vendor, day]`` what a vendor may still lend.
    """

    first: Integers
    members: Integers
    skill_set: Integers
    hourly: Floats
    vendor: Integers
    kind: Integers
    wish: Floats
    lent: Integers


class Filler:
    """Everything about a setting that filling needs, made once."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._shapes = shapes_of(setting.patterns)
        self._limits = limits_of(setting, self._shapes)
        self._families = setting.families()
        self._skill_sets = sorted({family.serves for family in self._families})
        self._pairs, self._costs = self._candidates()

    def fill(self, plan: Plan, *, minimum_only: bool = False) -> None:
        """Add shifts to a plan in place.

        Parameters
        ----------
        minimum_only
            Add only what contracts demand, whatever it is worth; otherwise add whatever lowers
            the objective.
        """
        _fill(
            self._limits,
            self._shapes,
            self._covered(plan),
            self._team(plan),
            self._pairs,
            self._costs,
            plan.worked,
            plan.begins,
            minimum_only,
        )

    def below_minimum(self, plan: Plan) -> list[int]:
        """Return the agents who have less than their contract demands."""
        return [
            agent
            for kind, alike in enumerate(self._setting.types)
            if alike.has_minimum()
            for agent in alike.agents
            if lacks_minimum(self._limits, kind, plan.worked[agent])
        ]

    def _covered(self, plan: Plan) -> Cover:
        """Return the coverage state of a plan."""
        cover = cover_of(self._setting.demand, self._skill_sets)
        serves = self._setting.serves()
        skill_set = {serves: k for k, serves in enumerate(self._skill_sets)}
        for agent, day, pattern in plan.shifts():
            begins = plan.begins[agent, day]
            add_shift(self._shapes, cover, pattern, skill_set[serves[agent]], begins)
        return cover

    def _candidates(self) -> tuple[Integers, Floats]:
        """Return the (family, pattern) pairs and the fixed cost of a shift of each."""
        types, patterns = self._setting.types, self._setting.patterns
        pairs, costs = [], []
        for number, family in enumerate(self._families):
            contract = types[family.types[0]].contract
            for pattern in sorted({int(p) for t in family.types for p in types[t].patterns}):
                weekend = self._setting.calendar.weekend(int(patterns.day[pattern]))
                minutes = int(patterns.paid[pattern]) * self._setting.step
                pairs.append((number, pattern))
                costs.append(shift_cost(contract, minutes, weekend=weekend))
        return np.array(pairs, dtype=np.int64).reshape(-1, 2), np.array(costs, dtype=np.float64)

    def _team(self, plan: Plan) -> _Team:
        setting = self._setting
        kind = np.empty(len(plan.worked), dtype=np.int64)
        for number, alike in enumerate(setting.types):
            kind[list(alike.agents)] = number
        members = [[agent for agent, _ in setting.members(family)] for family in self._families]
        contracts = [setting.types[family.types[0]].contract for family in self._families]
        vendors = [vendor.id for vendor in setting.problem.organisation.vendors]
        vendor = [-1 if c.vendor is None else vendors.index(c.vendor) for c in contracts]
        lent = np.full((len(vendors), len(setting.calendar.days)), UNLIMITED, dtype=np.int64)
        for number, one in enumerate(setting.problem.organisation.vendors):
            if one.max_shifts_per_day is not None:
                lent[number] = one.max_shifts_per_day
        for number, agents in zip(vendor, members, strict=True):
            if number >= 0:
                lent[number] -= np.count_nonzero(plan.worked[agents] != FREE, axis=0)
        hourly = [c.hourly_cost if c.guaranteed_minutes_per_week else 0.0 for c in contracts]
        return _Team(
            np.cumsum([0, *(len(agents) for agents in members)], dtype=np.int64),
            np.concatenate(members).astype(np.int64),
            np.array([self._skill_sets.index(f.serves) for f in self._families], dtype=np.int64),
            np.array(hourly) * setting.step / 60,
            np.array(vendor, dtype=np.int64),
            kind,
            self._wishes(),
            lent,
        )

    def _wishes(self) -> Floats:
        """Return what any shift costs in requests, [agents, days]."""
        days, agents = self._setting.calendar.days, self._setting.problem.organisation.agents
        wish = np.zeros((len(agents), len(days)))
        for row, agent in enumerate(agents):
            for request in agent.requests:
                if request.template is None and days[0] <= request.day <= days[-1]:
                    sign = -1.0 if request.kind.wanted else 1.0
                    wish[row, (request.day - days[0]).days] += sign * request.weight
        return wish


@njit(cache=True)
def _fill(
    limits: Limits,
    shapes: Shapes,
    cover: Cover,
    team: _Team,
    pairs: Integers,
    costs: Floats,
    worked: Integers,
    begins: Integers,
    minimum_only: bool,
) -> None:
    places = np.zeros(begins.shape[2], dtype=np.int64)
    queue = [(-np.inf, pair) for pair in range(len(pairs))]
    heapq.heapify(queue)
    while len(queue) > 0:
        old, pair = queue[0]
        family, pattern = pairs[pair, 0], pairs[pair, 1]
        worth = best_begins(shapes, cover, pattern, team.skill_set[family], places) - costs[pair]
        if -worth > old + 1e-9:
            if worth <= 1e-9 and not minimum_only:
                heapq.heappop(queue)
            else:
                heapq.heapreplace(queue, (-worth, pair))
            continue
        agent = _choose(limits, team, family, pattern, worth, worked, minimum_only)
        if agent < 0:
            heapq.heappop(queue)
            continue
        first, last = shapes.patterns[pattern, START], shapes.patterns[pattern, END]
        missing, flow = cover.missing[first:last].copy(), cover.flow[first:last].copy()
        value = cover.value[first:last].copy()
        gain = add_shift(shapes, cover, pattern, team.skill_set[family], places)
        day = shapes.patterns[pattern, DAY]
        beyond = paid_beyond(limits, team.kind[agent], worked[agent], pattern)
        if gain <= costs[pair] + team.hourly[family] * beyond and not minimum_only:
            cover.missing[first:last], cover.flow[first:last] = missing, flow
            cover.value[first:last] = value
            heapq.heappop(queue)
            continue
        worked[agent, day] = pattern
        for place in range(len(places)):
            begins[agent, day, place] = places[place]
        if team.vendor[family] >= 0:
            team.lent[team.vendor[family], day] -= 1


@njit(cache=True)
def _choose(
    limits: Limits,
    team: _Team,
    family: int,
    pattern: int,
    worth: float,
    worked: Integers,
    minimum_only: bool,
) -> int:
    """Return who of a family takes a shift: cheapest, then by requests, then least busy; or -1."""
    day = limits.patterns[pattern, DAY]
    if team.vendor[family] >= 0 and team.lent[team.vendor[family], day] <= 0:
        return -1
    chosen = -1
    best_cost, best_wish, best_load = np.inf, np.inf, len(limits.weekend) + 1
    for member in range(team.first[family], team.first[family + 1]):
        agent = team.members[member]
        kind, row = team.kind[agent], worked[agent]
        if minimum_only and not below_minimum(limits, kind, row, day):
            continue
        if not may_take(limits, kind, row, pattern):
            continue
        cost = paid_beyond(limits, kind, row, pattern) * team.hourly[family]
        if cost >= worth and not minimum_only:
            continue
        wish, load = team.wish[agent, day], 0
        for other in range(len(row)):
            load += row[other] != FREE
        if (cost, wish, load) < (best_cost, best_wish, best_load):
            chosen, best_cost, best_wish, best_load = agent, cost, wish, load
    return chosen
