"""Figures of a replay, and the same of what the log says happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Priority, Snapshot, Ticket
from optimizer.routing.replay.crew import Worker
from optimizer.routing.replay.log import Log, LoggedContact
from optimizer.routing.replay.played import NOBODY, Outcome, Played
from optimizer.routing.score import wait_target

__all__ = ["Figures", "Kept", "Waits", "figures_of", "figures_of_reality", "target_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Waits:
    """How some contacts fared. A wait ends with the answer, or when the contact goes away.

    Parameters
    ----------
    contacts, answered, gave_up, left
        Every contact is one of the last three.
    mean_wait_s, p50_wait_s, p90_wait_s, p99_wait_s, max_wait_s
        Of all contacts whose wait is known; None if there are none. A percentile is the least
        wait that at least so many do not exceed.
    mean_answer_s
        Mean wait of those answered.
    value_weighted_wait_s
        Mean wait, each contact counted as often as its customer is worth.
    service_level
        Share of all that is answered within the seconds asked for.
    target_missed
        How many waited longer than their target, answered or not.
    """

    contacts: int
    answered: int
    gave_up: int
    left: int
    mean_wait_s: float | None
    p50_wait_s: float | None
    p90_wait_s: float | None
    p99_wait_s: float | None
    max_wait_s: float | None
    mean_answer_s: float | None
    value_weighted_wait_s: float | None
    service_level: float | None
    target_missed: int


@dataclass(frozen=True, slots=True)
class Kept:
    """Of how many something was asked, and of how many it was kept."""

    asked: int
    kept: int


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


def target_of(ticket: Ticket, rules: Snapshot) -> float:
    """Return the wait that a contact is measured by, in seconds."""
    promises = (ticket.first_response_seconds, ticket.resolution_seconds)
    promised = min((seconds for seconds in promises if seconds is not None), default=None)
    return wait_target(rules.weights, ticket.priority.rank, promised)


@dataclass(frozen=True, slots=True, eq=False)
class _Fates:
    """What became of contacts, [contacts] each; waits that nobody knows are not a number."""

    contacts: Sequence[LoggedContact]
    outcome: NDArray[np.int8]
    wait: Floats
    target: Floats
    value: Floats
    within: float

    @classmethod
    def of(
        cls,
        contacts: Sequence[LoggedContact],
        outcome: NDArray[np.int8],
        wait: Floats,
        rules: Snapshot,
        within: float,
    ) -> _Fates:
        tickets = [contact.ticket for contact in contacts]
        target = np.array([target_of(ticket, rules) for ticket in tickets])
        value = np.array([ticket.customer_value for ticket in tickets])
        return cls(contacts, outcome, wait, target, value, within)

    def waits(self, chosen: NDArray[np.int64] | slice) -> Waits:
        """Return the figures of some of them."""
        outcome, wait = self.outcome[chosen], self.wait[chosen]
        known = np.isfinite(wait)
        answered = outcome == Outcome.ANSWERED
        some = wait[known]
        quick = answered & (np.where(known, wait, np.inf) <= self.within)
        counted = int((known | ~answered).sum())
        return Waits(
            contacts=len(outcome),
            answered=int(answered.sum()),
            gave_up=int((outcome == Outcome.GAVE_UP).sum()),
            left=int((outcome == Outcome.LEFT).sum()),
            mean_wait_s=_mean(some),
            p50_wait_s=_percentile(some, 50),
            p90_wait_s=_percentile(some, 90),
            p99_wait_s=_percentile(some, 99),
            max_wait_s=_percentile(some, 100),
            mean_answer_s=_mean(wait[known & answered]),
            value_weighted_wait_s=_mean(some, self.value[chosen][known]),
            service_level=float(quick.sum() / counted) if counted else None,
            target_missed=int((some > self.target[chosen][known]).sum()),
        )

    def groups(self) -> Iterator[dict[str, Waits]]:
        """Return the figures by priority, channel and skill."""
        by_priority: dict[str, list[int]] = {priority.value: [] for priority in Priority}
        by_channel: dict[str, list[int]] = {}
        by_skill: dict[str, list[int]] = {}
        for place, contact in enumerate(self.contacts):
            by_priority[contact.ticket.priority.value].append(place)
            by_channel.setdefault(contact.ticket.channel, []).append(place)
            for skill in contact.ticket.skills:
                by_skill.setdefault(skill, []).append(place)
        for groups in (by_priority, by_channel, by_skill):
            yield {
                name: self.waits(np.array(places))
                for name, places in sorted(groups.items())
                if places
            }

    def promised(self, name: str, reached: Floats) -> Kept:
        """Return how many of those with a promise had what they were promised in time."""
        promises = [getattr(contact.ticket, name) for contact in self.contacts]
        asked = np.array([np.nan if seconds is None else seconds for seconds in promises])
        return Kept(int(np.isfinite(asked).sum()), int((reached <= asked).sum()))


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
    fates = _Fates.of(contacts, played.outcome, played.wait, rules, within)
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
    fates = _Fates.of(contacts, outcome, wait, rules, within)
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


def _mean(values: Floats, weights: Floats | None = None) -> float | None:
    if not len(values) or (weights is not None and not weights.sum()):
        return None
    return float(np.average(values, weights=weights))


def _percentile(values: Floats, percent: float) -> float | None:
    if not len(values):
        return None
    return float(np.percentile(values, percent, method="inverted_cdf"))


def _gini(values: Floats) -> float:
    """Return the Gini coefficient: half the mean difference of two, over the mean."""
    total = values.sum()
    if total <= 0:
        return 0.0
    ranks = 2 * np.arange(1, len(values) + 1) - len(values) - 1
    return float((ranks * np.sort(values)).sum() / (len(values) * total))
