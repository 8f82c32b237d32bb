"""How contacts fared: waits, targets and promises, of all and by what they asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Priority, Snapshot, Ticket
from optimizer.routing.replay.log import LoggedContact
from optimizer.routing.replay.played import Outcome
from optimizer.routing.score import wait_target

__all__ = ["Fates", "Kept", "Waits", "target_of"]

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


def target_of(ticket: Ticket, rules: Snapshot) -> float:
    """Return the wait that a contact is measured by, in seconds."""
    promises = (ticket.first_response_seconds, ticket.resolution_seconds)
    promised = min((seconds for seconds in promises if seconds is not None), default=None)
    return wait_target(rules.weights, ticket.priority.rank, promised)


@dataclass(frozen=True, slots=True, eq=False)
class Fates:
    """What became of contacts.

    Parameters
    ----------
    outcome
        Numbers of `Outcome`, [contacts].
    wait
        In seconds, not a number where nobody knows it, [contacts].
    target
        The wait that each is measured by, in seconds, [contacts].
    value
        Of the customers, [contacts].
    within
        Seconds in which the service level wants an answer.
    """

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
    ) -> Fates:
        """Look up targets and values."""
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
        """Return how many of those with a promise had what they were promised in time.

        Parameters
        ----------
        name
            Field of the ticket with the promise, in seconds.
        reached
            Seconds until it was fulfilled, infinite or not a number for never, [contacts].
        """
        promises = [getattr(contact.ticket, name) for contact in self.contacts]
        asked = np.array([np.nan if seconds is None else seconds for seconds in promises])
        return Kept(int(np.isfinite(asked).sum()), int((reached <= asked).sum()))


def _mean(values: Floats, weights: Floats | None = None) -> float | None:
    if not len(values) or (weights is not None and not weights.sum()):
        return None
    return float(np.average(values, weights=weights))


def _percentile(values: Floats, percent: float) -> float | None:
    if not len(values):
        return None
    return float(np.percentile(values, percent, method="inverted_cdf"))
