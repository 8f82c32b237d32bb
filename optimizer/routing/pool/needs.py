"""What a waiting ticket asks for at some wait, and when that changes next.

Tickets with equal needs are of one class to the match. A need names people by identifier, so that
it stays right when they come and go.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from optimizer.model import Escalation, RoutingWeights, Ticket, Tier
from optimizer.routing.asks import concerns, turning_points

__all__ = ["Need", "need_of", "next_change"]

Name = TypeVar("Name", bound=str)

_SERVED_BY = {asked: tuple(own for own in Tier if own.may_serve(asked)) for asked in Tier}


class Need(NamedTuple):
    """What a ticket asks for now.

    Parameters
    ----------
    tiers
        Those whose agents may take it.
    sites, language
        None is any; lists are in order.
    skills
        The skills needed before any relaxation, in order, each with the least level asked for
        now; 0 where it is not asked for any more.
    close_to
        Who gets points for continuity.
    barred
        Who must not take it.
    only
        To whom it is reserved; None is nobody in particular.
    """

    channel: str
    tiers: tuple[Tier, ...]
    sites: tuple[str, ...] | None
    language: str | None
    amount: float
    human: bool
    skills: tuple[tuple[str, int], ...]
    close_to: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None

    @property
    def named(self) -> frozenset[str]:
        """Return everybody whom the need names."""
        return frozenset((*self.close_to, *self.barred, *(self.only or ())))


def need_of(
    ticket: Ticket, wait: float, escalations: Sequence[Escalation], weights: RoutingWeights
) -> Need:
    """Return what a ticket asks for at a wait, in seconds.

    Of the escalations that hold the last one counts, and it has the last word on tiers.
    """
    steps = [step for step in ticket.relaxation if step.after_seconds <= wait]
    tiers = set(_SERVED_BY[ticket.tier]).union(*(step.tiers for step in steps))
    for escalation in escalations:
        if concerns(escalation, ticket) and escalation.after_seconds <= wait:
            tiers = set(_SERVED_BY[escalation.to_tier])
    sites = None
    if ticket.site is not None and not any(step.any_site for step in steps):
        sites = _in_order([ticket.site], *(step.sites for step in steps))
    levels = dict(ticket.skills)
    for step in steps:
        for skill, level in step.levels.items():
            if skill in levels:
                levels[skill] = min(levels[skill], level)
        levels.update((skill, 0) for skill in step.drop_skills if skill in levels)
    friends = _friends(ticket)
    near = bool(weights.continuity) and wait < _or_ever(weights.continuity_seconds)
    return Need(
        channel=ticket.channel,
        tiers=_in_order(tiers),
        sites=sites,
        language=None if any(step.any_language for step in steps) else ticket.language,
        amount=ticket.amount,
        human=ticket.human_required,
        skills=tuple(sorted(levels.items())),
        close_to=friends if near else (),
        barred=_in_order(ticket.excluded_agents, ticket.rejected_by),
        only=friends if friends and wait < ticket.preferred_seconds else None,
    )


def next_change(
    ticket: Ticket, wait: float, escalations: Sequence[Escalation], weights: RoutingWeights
) -> float:
    """Return the least wait above a given one at which a ticket asks for something else.

    Infinite if it never does again.
    """
    moments = turning_points(ticket, escalations)
    if _friends(ticket):
        moments.add(_or_ever(weights.continuity_seconds))
    return min((moment for moment in moments if moment > wait), default=math.inf)


def _friends(ticket: Ticket) -> tuple[str, ...]:
    """Return the prior agent and those who are preferred."""
    prior = () if ticket.prior_agent is None else (ticket.prior_agent,)
    return _in_order(prior, ticket.preferred_agents)


def _in_order(*names: Iterable[Name]) -> tuple[Name, ...]:
    """Return the different names, so that equal sets of them are equal."""
    return tuple(sorted({*itertools.chain(*names)}))


def _or_ever(seconds: float | None) -> float:
    return math.inf if seconds is None else seconds
