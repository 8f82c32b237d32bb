"""What a log cannot tell: how long those would have talked who gave up, and the patience of others.

Drawn once for a log, so that every policy meets the same customers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InvalidInput, Issue
from optimizer.routing.replay.log import Log, LoggedContact

__all__ = ["Customers", "draw_customers", "fitted_patience", "with_expected_handling"]


@dataclass(frozen=True, slots=True, eq=False)
class Customers:
    """How long every contact of a log is served, and waits at most.

    Parameters
    ----------
    handling
        In seconds, [contacts].
    patience
        In seconds, infinite for those who never give up, [contacts].
    """

    handling: NDArray[np.float64]
    patience: NDArray[np.float64]


def draw_customers(log: Log, mean_patience: float | None, seed: int) -> Customers:
    """Fill in what the log does not say.

    A customer who gave up would have talked as long as somebody who asked for the same skills on
    the same channel, drawn at random; for want of such, as somebody on that channel, or anybody.

    Parameters
    ----------
    mean_patience
        Mean, in seconds, of the exponential patience that those have who were served in reality,
        counted from the wait that they had then; None means that they never give up.

    Raises
    ------
    InvalidInput
        If nobody was served, so that no service is known.
    """
    random = np.random.default_rng(seed)
    known: dict[Hashable, list[float]] = defaultdict(list)
    for contact in log.contacts:
        if contact.handling_seconds is not None:
            for kind in _kinds(contact):
                known[kind].append(contact.handling_seconds)
    if not known:
        detail = "No contact has handling_seconds."
        issue = Issue("no_services", "/columns/handling_seconds", detail)
        raise InvalidInput("It is not known how long any service takes.", [issue])
    handling = [
        _one_of(next(known[kind] for kind in _kinds(contact) if kind in known), random)
        if contact.handling_seconds is None
        else contact.handling_seconds
        for contact in log.contacts
    ]
    patience = [
        _drawn_patience(contact, mean_patience, random)
        if contact.patience_seconds is None
        else contact.patience_seconds
        for contact in log.contacts
    ]
    return Customers(np.array(handling, dtype=np.float64), np.array(patience, dtype=np.float64))


def with_expected_handling(log: Log) -> Log:
    """Return a log whose tickets say how long such work takes: the mean over those like them.

    A router that weighs work by its length knows the kind of a contact, not its service to come.
    """
    sums: dict[Hashable, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for contact in log.contacts:
        if contact.handling_seconds is not None:
            for kind in _kinds(contact):
                sums[kind][0] += contact.handling_seconds
                sums[kind][1] += 1.0
    means = {kind: total / count for kind, (total, count) in sums.items() if total > 0}

    def told(contact: LoggedContact) -> LoggedContact:
        mean = next((means[kind] for kind in _kinds(contact) if kind in means), None)
        return replace(contact, ticket=replace(contact.ticket, handling_seconds=mean))

    return replace(log, contacts=tuple(told(contact) for contact in log.contacts))


def _kinds(contact: LoggedContact) -> tuple[Hashable, Hashable, Hashable]:
    """Return what a contact is like, ever more roughly."""
    channel = contact.ticket.channel
    return (channel, frozenset(contact.ticket.skills.items())), channel, None


def _one_of(values: list[float], random: np.random.Generator) -> float:
    return values[int(random.integers(len(values)))]


def _drawn_patience(
    contact: LoggedContact, mean: float | None, random: np.random.Generator
) -> float:
    if mean is None:
        return float("inf")
    return (contact.waited_seconds or 0.0) + float(random.exponential(mean))


def fitted_patience(log: Log) -> float | None:
    """Return the mean patience if it is exponential, in seconds; None if nobody gave up.

    The time waited by all over the number who gave up: those who were served would have waited
    longer, which this estimate of greatest likelihood accounts for.
    """
    gave_up = sum(contact.patience_seconds is not None for contact in log.contacts)
    waited = sum(contact.real_wait or 0.0 for contact in log.contacts)
    return waited / gave_up if gave_up and waited else None
