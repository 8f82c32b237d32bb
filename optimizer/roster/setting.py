"""A roster problem made ready for the models: days, patterns, demand and types of agents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace

from optimizer.model import Contract, RosterProblem
from optimizer.roster.cover import Demand
from optimizer.roster.patterns import Calendar, Patterns, expand_patterns
from optimizer.roster.staff import AgentType, group_agents

__all__ = ["Family", "Setting"]


@dataclass(frozen=True, slots=True)
class Family:
    """Agents with one contract who serve the same groups.

    Whoever of them works a pattern, coverage and cost are the same.

    Parameters
    ----------
    types
        Indices of their types.
    """

    contract: str
    serves: int
    types: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What every step of the solver starts from."""

    problem: RosterProblem
    calendar: Calendar
    patterns: Patterns
    demand: Demand
    types: tuple[AgentType, ...]

    @classmethod
    def of(cls, problem: RosterProblem) -> Setting:
        """Return the setting of a problem that passed its checks.

        Raises
        ------
        InvalidInput
            If there are too many patterns.
        """
        calendar = Calendar.of(problem)
        patterns = expand_patterns(problem, calendar)
        types = group_agents(problem, calendar, patterns)
        return cls(problem, calendar, patterns, Demand.of(problem), types)

    @property
    def step(self) -> int:
        """Return the length of a slot in minutes."""
        return self.problem.requirement.grid.interval_minutes

    def families(self) -> tuple[Family, ...]:
        """Return the families, in the order of their first types."""
        found: dict[tuple[str, int], list[int]] = defaultdict(list)
        for index, alike in enumerate(self.types):
            found[alike.contract.id, alike.serves].append(index)
        return tuple(Family(*key, tuple(types)) for key, types in found.items())

    def members(self, family: Family) -> list[tuple[int, AgentType]]:
        """Return the agents of a family, each with the own type."""
        return [(a, self.types[t]) for t in family.types for a in self.types[t].agents]

    def split(self, families: Collection[Family]) -> Setting:
        """Return the setting with every agent of some families as a type of one.

        The counts model is exact for a type of one, where for larger ones it only sees sums.
        """
        apart = {kind for family in families for kind in family.types}
        types = []
        for kind, alike in enumerate(self.types):
            if kind in apart:
                types += [replace(alike, agents=(agent,)) for agent in alike.agents]
            else:
                types.append(alike)
        return replace(self, types=tuple(types))

    def is_capped(self, contract: Contract) -> bool:
        """Tell whether a vendor limits how many shifts of a contract there are on a day."""
        return any(
            vendor.id == contract.vendor and vendor.max_shifts_per_day is not None
            for vendor in self.problem.organisation.vendors
        )

    def serves(self) -> list[int]:
        """Return the groups that each agent serves, as bits."""
        serves = [0] * len(self.problem.organisation.agents)
        for alike in self.types:
            for agent in alike.agents:
                serves[agent] = alike.serves
        return serves
