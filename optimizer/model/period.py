"""What the checks of a roster problem look up again and again, as far as it makes sense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from optimizer.model.contracts import Contract
from optimizer.model.findings import Findings
from optimizer.model.grid import TimeGrid
from optimizer.model.people import Agent
from optimizer.model.roster import RosterProblem
from optimizer.model.shifts import ShiftTemplate
from optimizer.model.terms import contracts_of

__all__ = ["Period"]


@dataclass(frozen=True, slots=True, eq=False)
class Period:
    """The period of a problem, and who and what there is in it by identifier.

    The parts of the problem may have faults of their own, which are reported elsewhere: sites
    without a time zone, agents without a contract and templates without shifts are left out.

    Parameters
    ----------
    clocks, days
        The grid on each site's own clock, and the local days that it touches, by site.
    all_days
        Every day that some clock touches.
    agents
        All of them, by identifier.
    contracts
        What holds for each agent whose contract and site are sound, by the agent.
    templates
        Those that stand for some shift, by identifier.
    """

    problem: RosterProblem
    clocks: Mapping[str, TimeGrid]
    days: Mapping[str, tuple[date, ...]]
    all_days: frozenset[date]
    agents: Mapping[str, Agent]
    contracts: Mapping[str, Contract]
    templates: Mapping[str, ShiftTemplate]

    @classmethod
    def of(cls, problem: RosterProblem) -> Period:
        """Return the period of a problem whose grid is sound."""
        organisation, grid = problem.organisation, problem.requirement.grid
        clocks = {
            site.id: replace(grid, zone=site.zone)
            for site in organisation.sites
            if _exists(site.zone)
        }
        days = {site: clock.days() for site, clock in clocks.items()}
        templates = {
            template.id: template
            for template in organisation.templates
            if template.lengths and template.step_minutes > 0
        }
        contracts = {
            contract.id: replace(
                contract, templates=tuple(name for name in contract.templates if name in templates)
            )
            for contract in organisation.contracts
        }
        agents = tuple(
            agent
            for agent in organisation.agents
            if agent.contract in contracts and agent.site in clocks
        )
        sound = replace(organisation, agents=agents, contracts=tuple(contracts.values()))
        return cls(
            problem,
            clocks,
            days,
            frozenset(grid.days()).union(*days.values()),
            {agent.id: agent for agent in organisation.agents},
            dict(zip((agent.id for agent in agents), contracts_of(sound), strict=True)),
            templates,
        )

    @property
    def grid(self) -> TimeGrid:
        """Return the requirement's grid."""
        return self.problem.requirement.grid

    def known_day(self, found: Findings, field: str, day: date | None) -> None:
        """Report a day that no site sees in the period."""
        if day is not None and day not in self.all_days:
            found.at(field).error(
                "day_outside_period",
                f"{day} is not in the period, {min(self.all_days)} to {max(self.all_days)}.",
            )


def _exists(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return False
    return True
