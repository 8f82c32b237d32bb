"""Figures of a replay, and the same of what the log says happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Priority, Snapshot
from optimizer.routing.replay.crew import Worker
from optimizer.routing.replay.fates import Fates, Kept, Waits
from optimizer.routing.replay.log import Log, LoggedContact
from optimizer.routing.replay.played import NOBODY, Outcome, Played

__all__ = ["Figures", "figures_of", "figures_of_reality"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a policy, or reality, made of a log.

    Parameters
    ----------
    name
        The policy.
    all, by_priority, by_channel, by_skill
        A contact that needs several skills counts for each.
    first_response, resolution
        Promised deadlines: answered, or finished, in time.
    p0_to_experts
        Contacts of P0 with whom somebody was entrusted by the time at which they go to experts.
    continuity
        Contacts whose customer somebody had served before, and that the same agent took.
    occupancy
        Share of the time that agents are there in which they have contacts in hand; None if
        nobody is known to have been there.
    idle_gini
        Gini coefficient of the shares of time in which agents are idle, from 0 (all the same) to
        1; None likewise.
    decisions, seconds
        At how many moments the router gave work to somebody, and the time that the replay took:
        always of all that was played.
    complete
        Whether the log was played to its end.
    remarks
        How the replay ended, if not with the log.
    """

    name: str
    all: Waits
    by_priority: Mapping[str, Waits]
    by_channel: Mapping[str, Waits]
    by_skill: Mapping[str, Waits]
    first_response: Kept
    resolution: Kept
    p0_to_experts: Kept
    continuity: Kept
    occupancy: float | None = None
    idle_gini: float | None = None
    decisions: int = 0
    seconds: float = 0.0
    complete: bool = True
    remarks: tuple[str, ...] = field(default_factory=tuple)


def figures_of(
    played: Played, log: Log, rules: Snapshot, within: float, seconds: float = 0.0
) -> Figures:
    """Return the figures of a replay.

    Parameters
    ----------
    within
        Seconds in which the service level wants an answer.
    seconds
        The time that the replay took.
    """
    contacts = log.contacts[: len(played)]
    fates = Fates.of(contacts, played.outcome, played.wait, rules, within)
    answered = np.where(played.outcome == Outcome.ANSWERED, played.wait, np.inf)
    by_priority, by_channel, by_skill = fates.groups()
    there = played.there > 0
    idle = 1.0 - played.busy[there] / played.there[there]
    prior = played.prior != NOBODY
    return Figures(
        name=rules.policy.value,
        all=fates.waits(slice(None)),
        by_priority=by_priority,
        by_channel=by_channel,
        by_skill=by_skill,
        first_response=fates.promised("first_response_seconds", answered),
        resolution=fates.promised("resolution_seconds", played.done),
        p0_to_experts=_to_experts(contacts, played.given, rules),
        continuity=Kept(int(prior.sum()), int((prior & (played.agent == played.prior)).sum())),
        occupancy=float(played.busy.sum() / played.there.sum()) if there.any() else None,
        idle_gini=_gini(idle) if there.any() else None,
        decisions=played.decisions,
        seconds=seconds,
        complete=played.complete,
        remarks=()
        if played.complete
        else (f"Stopped at {played.until:%Y-%m-%d %H:%M:%S} UTC; those who waited then left.",),
    )


def figures_of_reality(log: Log, crew: Sequence[Worker], rules: Snapshot, within: float) -> Figures:
    """Return what a log says happened; what it does not say is None, or is not counted.

    Occupancy is that of the agents who served, over the time for which they are taken to be there.
    """
    contacts = log.contacts
    unknown = np.nan
    wait = np.array([unknown if c.real_wait is None else c.real_wait for c in contacts])
    gave_up = np.array([c.patience_seconds is not None for c in contacts])
    outcome = np.where(gave_up, Outcome.GAVE_UP, Outcome.ANSWERED).astype(np.int8)
    fates = Fates.of(contacts, outcome, wait, rules, within)
    answered = np.where(gave_up, np.inf, wait)
    occupancy, idle_gini = _idleness(log, crew)
    service = np.array([c.handling_seconds or 0.0 for c in contacts])
    by_priority, by_channel, by_skill = fates.groups()
    return Figures(
        name="reality",
        all=fates.waits(slice(None)),
        by_priority=by_priority,
        by_channel=by_channel,
        by_skill=by_skill,
        first_response=fates.promised("first_response_seconds", answered),
        resolution=fates.promised("resolution_seconds", answered + service),
        p0_to_experts=_to_experts(contacts, answered, rules),
        continuity=_continuity(contacts),
        occupancy=occupancy,
        idle_gini=idle_gini,
    )


def _idleness(log: Log, crew: Sequence[Worker]) -> tuple[float | None, float | None]:
    """Return occupancy and the inequality of idle time in reality."""
    if not log.contacts:
        return None, None
    busy: dict[str, float] = defaultdict(float)
    for contact in log.contacts:
        if contact.agent is not None:
            busy[contact.agent] += contact.handling_seconds or 0.0
    first, last = log.day_of(log.contacts[0]), log.day_of(log.contacts[-1])
    rows = [
        (seconds, busy[worker.state.id])
        for worker in crew
        if (seconds := worker.seconds(first, last, log.zone)) and worker.state.id in busy
    ]
    if not rows:
        return None, None
    there, worked = np.array(rows).T
    worked = np.minimum(worked, there)
    return float(worked.sum() / there.sum()), _gini(1.0 - worked / there)


def _to_experts(contacts: Sequence[LoggedContact], given: Floats, rules: Snapshot) -> Kept:
    """Return how many P0 of the front line went to somebody before or when experts take them."""
    limits = [
        (place, escalation.after_seconds)
        for place, contact in enumerate(contacts)
        if contact.ticket.priority is Priority.P0
        for escalation in rules.escalations
        if escalation.to_tier.level > contact.ticket.tier.level
        and escalation.priority in (None, Priority.P0)
        and escalation.from_tier in (None, contact.ticket.tier)
        and escalation.channel in (None, contact.ticket.channel)
        and escalation.risk_from <= contact.ticket.risk
    ]
    # The last escalation that holds counts, as in a decision.
    last = dict(limits)
    return Kept(len(last), sum(bool(given[place] <= limit) for place, limit in last.items()))


def _continuity(contacts: Sequence[LoggedContact]) -> Kept:
    """Return how many customers met in reality whom they had met last."""
    met: dict[str, str] = {}
    asked = kept = 0
    for contact in contacts:
        prior = contact.ticket.prior_agent
        if prior is None and contact.customer is not None:
            prior = met.get(contact.customer)
        if prior is not None:
            asked += 1
            kept += prior == contact.agent
        if contact.customer is not None and contact.agent is not None:
            met[contact.customer] = contact.agent
    return Kept(asked, kept)


def _gini(values: Floats) -> float:
    """Return the Gini coefficient: half the mean difference of two, over the mean."""
    total = values.sum()
    if total <= 0:
        return 0.0
    ranks = 2 * np.arange(1, len(values) + 1) - len(values) - 1
    return float((ranks * np.sort(values)).sum() / (len(values) * total))
