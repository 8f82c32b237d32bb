"""What a simulation reports: figures per planning group, channel, pool and interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from optimizer.model import Denominator
from optimizer.simulation.estimate import Estimate

__all__ = ["IntervalOutcome", "Outcome", "PoolOutcome", "Rule", "SimulationResult"]


class Rule(StrEnum):
    """How contacts and agents find each other.

    ``score`` is the live router's score; ``plain`` gives the longest waiting contact to a freed
    agent and a new contact to the longest idle one.
    """

    SCORE = "score"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What some of the contacts experienced, per replication.

    Parameters
    ----------
    name
        Planning group or channel, or ``immediate`` or ``deferred`` for all contacts of the kind.
    offered, answered, abandoned, left
        Contacts; every one that is offered is answered, gives up, or is left waiting at the end.
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
    first_response
        Share answered within the first-response time, of the contacts for which that time ended
        within the range.
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
    cost: Estimate


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
    """

    group: str
    denominator: Denominator
    offered: tuple[float, ...]
    answered: tuple[float, ...]
    abandoned: tuple[float, ...]
    service_level: tuple[float | None, ...]
    mean_answer_s: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """A roster tried against contacts.

    Parameters
    ----------
    starts
        Local time at which each interval begins.
    rule, seed, replications
        How it was played, and how often.
    groups, channels
        In the order of the organisation; channels without a group are left out.
    immediate, deferred
        All voice and chat, and all email, social and tickets; None where no group is of the kind.
    pools
        Agents by the groups they may serve, largest pool first.
    occupancy
        Of all agents together.
    paid_hours, cost
        Of the roster within the range, in hours and the organisation's currency.
    contacts, events
        Played in all replications together.
    seconds
        Time taken.
    """

    starts: tuple[datetime, ...]
    rule: Rule
    seed: int
    replications: int
    groups: tuple[Outcome, ...]
    channels: tuple[Outcome, ...]
    immediate: Outcome | None
    deferred: Outcome | None
    pools: tuple[PoolOutcome, ...]
    intervals: tuple[IntervalOutcome, ...]
    occupancy: Estimate
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
