"""What departing from the previous roster costs, with changes that go before everything else."""

from __future__ import annotations

from dataclasses import replace

from optimizer.model.contracts import Contract
from optimizer.model.directives import ChangePrices
from optimizer.model.grid import MINUTES_PER_DAY
from optimizer.model.people import Agent
from optimizer.model.roster import RosterProblem
from optimizer.model.rule_names import RuleName
from optimizer.model.shifts import ShiftTemplate
from optimizer.model.terms import contracts_of

__all__ = ["change_prices"]

_UNITS_PER_DAY = {
    RuleName.START_SPREAD: MINUTES_PER_DAY,
    RuleName.MINUTES_PER_DAY: MINUTES_PER_DAY,
    RuleName.MINUTES_PER_WEEK: MINUTES_PER_DAY,
    RuleName.MINUTES_PER_PERIOD: MINUTES_PER_DAY,
    RuleName.AVAILABILITY: MINUTES_PER_DAY,
    RuleName.REST: MINUTES_PER_DAY,
    RuleName.ELASTIC_SHARE: 24,
}
"""Most units of breach in a day; of all other rules, which count days or shifts, 2."""


def change_prices(problem: RosterProblem) -> ChangePrices:
    """Return the prices of changes.

    Where the fewest changes go first, every change costs more than all else together can: whoever
    saves one change saves more than anything it could bring. Soft rules count with a whole day of
    minutes or hours, or two of anything else, for each agent and day.
    """
    changes = problem.directives.changes
    if not changes.fewest_first:
        return changes
    first = 1.0 + _all_at_stake(problem)
    return replace(
        changes,
        called=changes.called + first,
        cancelled=changes.cancelled + first,
        moved=changes.moved + first,
    )


def _all_at_stake(problem: RosterProblem) -> float:
    """Return an upper bound on what two rosters can differ in but for their changes."""
    organisation, requirement = problem.organisation, problem.requirement
    directives, grid = problem.directives, requirement.grid
    price = {group.id: group.shortage_cost for group in organisation.groups}
    templates = {template.id: template for template in organisation.templates}
    days, people = len(grid.days()) + 1, len(organisation.agents)
    shortage = sum(
        price[group] * float(row.sum()) * grid.hours_per_slot
        for group, row in zip(requirement.groups, requirement.agents, strict=True)
    )
    floors = sum(f.agents * f.cost for f in directives.floors) * grid.count * grid.hours_per_slot
    demand = sum(d.agents * d.missing_cost + people * d.extra_cost for d in directives.shift_demand)
    training = sum(t.cost * len(t.agents) for t in directives.trainings)
    fairness = organisation.fairness
    unequal = fairness.weekends + fairness.late_shifts + fairness.requests
    personal = sum(
        _pay(contract, templates, days)
        + sum(request.price for request in agent.requests)
        + sum(
            price_of_unit * _UNITS_PER_DAY.get(rule, 2) * days
            for rule, price_of_unit in contract.soft.items()
        )
        + unequal * days * (_carried(agent) + days)
        for agent, contract in zip(organisation.agents, contracts_of(organisation), strict=True)
    )
    return shortage + floors + demand + training + personal


def _pay(contract: Contract, templates: dict[str, ShiftTemplate], days: int) -> float:
    """Return the most that a person's shifts can cost, with what time off could save."""
    longest = max((max(templates[name].lengths) for name in contract.templates), default=0)
    dearer = 1.0 + contract.weekend_premium + sum(band.premium for band in contract.overtime)
    off = contract.time_off_credit * contract.time_off_minutes_per_week * (days // 7 + 2)
    return (longest * days * dearer + off) * contract.hourly_cost / 60 + contract.call_cost * days


def _carried(agent: Agent) -> int:
    history = agent.history
    return max(history.weekends, history.late_shifts, history.requests_denied)
