"""What a simulation reports: figures per planning group, channel, pool and interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from optimizer.model import Denominator
from optimizer.simulation.estimate import Estimate

__all__ = ["IntervalOutcome", "Outcome", "PoolOutcome", "SimulationResult", "StaffOutcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What some of the contacts experienced, per replication.

    Parameters
    ----------
    name
        Planning group, channel, tier, site or customer class, or ``immediate`` or ``deferred``
        for all contacts of the kind.
    offered, answered, abandoned, left
        Contacts; every one that is offered is answered, gives up, or is left waiting at the end.
        Transfers, repeats and retries are contacts of their own.
    service_level
        Share answered within the target time of its group, for each denominator; without a
        mean where no group has a target.
    abandonment
        Share of the offered contacts that gave up.
    mean_answer_s
        Mean wait of the answered contacts (ASA), in seconds.
    wait_p50_s, wait_p90_s, wait_p99_s, wait_max_s
        Quantiles of the wait of all contacts, in seconds: until the answer, until giving up, or
        until the end.
    first_response, first_response_breaches
        Share of cases answered within the first-response time, of those for which that time
        ended within the range, and the number of those that were not.
    resolution, resolution_breaches
        The same for the resolution of the case, whoever resolved it.
    resolved
        Share of the cases that were resolved within the range, by whomever.
    transfer_rate, repeat_rate
        Share of the answered contacts that were handed on, and that came again.
    retry_rate
        Share of the offered contacts that gave up and tried again.
    escalation_rate
        Share of the offered contacts whose clock ran out.
    contacts_per_case
        Contacts that arrived here over cases that began here; without a mean if none began.
    cost
        Pay of the agents, shared out by the time that each spent on contacts.
    """

    name: str
    offered: Estimate
    answered: Estimate
    abandoned: Estimate
    left: Estimate
    service_level: Mapping[Denominator, Estimate]
    abandonment: Estimate
    mean_answer_s: Estimate
    wait_p50_s: Estimate
    wait_p90_s: Estimate
    wait_p99_s: Estimate
    wait_max_s: Estimate
    first_response: Estimate
    first_response_breaches: Estimate
    resolution: Estimate
    resolution_breaches: Estimate
    resolved: Estimate
    transfer_rate: Estimate
    repeat_rate: Estimate
    retry_rate: Estimate
    escalation_rate: Estimate
    contacts_per_case: Estimate
    cost: Estimate


@dataclass(frozen=True, slots=True)
class StaffOutcome:
    """How busy the agents of a tier or a site were, and what they cost.

    Parameters
    ----------
    name
        Tier or site.
    staffed_hours, occupancy
        As in `PoolOutcome`.
    cost
        Their pay in the organisation's currency.
    """

    name: str
    agents: int
    staffed_hours: Estimate
    occupancy: Estimate
    cost: float


@dataclass(frozen=True, slots=True)
class PoolOutcome:
    """How busy the agents were who may serve the same groups.

    Parameters
    ----------
    groups
        The planning groups that they may serve.
    agents
        How many are in the organisation.
    staffed_hours
        Hours on contacts or ready for them, per replication.
    occupancy
        Share of the staffed hours with a contact in hand.
    """

    groups: tuple[str, ...]
    agents: int
    staffed_hours: Estimate
    occupancy: Estimate


@dataclass(frozen=True, slots=True)
class IntervalOutcome:
    """What the contacts of one group experienced by interval of arrival, means per replication.

    Parameters
    ----------
    offered, answered, abandoned
        Contacts that arrived in each interval, and what became of them.
    service_level
        By the denominator of the group's goal; None where it counts nobody.
    mean_answer_s
        Mean wait of the answered contacts, in seconds; None where nobody was answered.
    first_response
        Share of the cases that began in the interval answered in time; None where none was due.
    """

    group: str
    denominator: Denominator
    offered: tuple[float, ...]
    answered: tuple[float, ...]
    abandoned: tuple[float, ...]
    service_level: tuple[float | None, ...]
    mean_answer_s: tuple[float | None, ...]
    first_response: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """A roster tried against contacts.

    Parameters
    ----------
    starts
        Local time at which each interval begins.
    rule, seed, replications
        How it was played, and how often.
    groups, channels, tiers, sites, customer_classes
        In the order of the organisation; those without contacts of their own are left out.
    immediate, deferred
        All voice and chat, and all email, social and tickets; None where no group is of the kind.
    pools
        Agents by the groups they may serve, largest pool first.
    staff_tiers, staff_sites
        Agents by tier and by site.
    occupancy
        Of all agents together.
    occupancy_by_interval
        None where nobody is scheduled.
    spread
        Difference between the best and the worst service level of a channel, by the denominators
        of the groups' goals; without a mean for fewer than two channels with a target.
    paid_hours, cost
        Of the roster within the range, in hours and the organisation's currency.
    contacts, events
        Played in all replications together.
    seconds
        Time taken.
    """

    starts: tuple[datetime, ...]
    rule: str
    seed: int
    replications: int
    groups: tuple[Outcome, ...]
    channels: tuple[Outcome, ...]
    tiers: tuple[Outcome, ...]
    sites: tuple[Outcome, ...]
    customer_classes: tuple[Outcome, ...]
    immediate: Outcome | None
    deferred: Outcome | None
    pools: tuple[PoolOutcome, ...]
    staff_tiers: tuple[StaffOutcome, ...]
    staff_sites: tuple[StaffOutcome, ...]
    intervals: tuple[IntervalOutcome, ...]
    occupancy: Estimate
    occupancy_by_interval: tuple[float | None, ...]
    spread: Estimate
    paid_hours: float
    cost: float
    contacts: int
    events: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return everything as it stands in JSON, with ISO times and without NaN or infinity."""
        plain = _plain(asdict(self))
        assert isinstance(plain, dict)
        return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
