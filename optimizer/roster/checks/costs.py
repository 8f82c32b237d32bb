"""What a roster costs: the objective in its parts, and the payroll with all guarantees."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.roster.checks.worker import Worker

__all__ = ["Pay", "denied_requests", "pay_of"]


@dataclass(frozen=True, slots=True)
class Pay:
    """The money that one agent's shifts cost.

    Parameters
    ----------
    labour
        Paid time beyond each week's guarantee, and the weekend premium.
    calls
        The price of each shift on top.
    guaranteed
        Paid whether worked or not; no part of the objective.
    """

    labour: float
    calls: float
    guaranteed: float


def pay_of(worker: Worker) -> Pay:
    """Return what an agent's shifts cost.

    A shift belongs to the day on which it starts, for its week and for the weekend premium. A
    week that the period cuts keeps its whole guarantee.
    """
    contract = worker.contract
    per_minute = contract.hourly_cost / 60
    beyond = guaranteed = 0
    for week in worker.weeks():
        minutes = sum(duty.paid for duty in worker.duties if duty.day in week)
        left = max(0, contract.guaranteed_minutes_per_week - week.minutes_before)
        beyond += max(0, minutes - left)
        guaranteed += left
    at_weekend = sum(duty.paid for duty in worker.duties if duty.weekend)
    return Pay(
        per_minute * (beyond + contract.weekend_premium * at_weekend),
        contract.call_cost * len(worker.duties),
        per_minute * guaranteed,
    )


def denied_requests(worker: Worker) -> tuple[int, float]:
    """Return how many of an agent's requests are not granted, and their weights together."""
    number, weight = 0, 0.0
    days = worker.clock.days()
    for request in worker.agent.requests:
        if not days[0] <= request.day <= days[-1]:
            continue
        worked = any(
            duty.day == request.day and request.template in (None, duty.template.id)
            for duty in worker.duties
        )
        if worked != request.kind.wanted:
            number += 1
            weight += request.price
    return number, weight
