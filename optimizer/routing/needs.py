"""Tickets with equal needs merged into classes, so that matching sees each kind of work once."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Ticket, Tier

__all__ = ["Classes", "Needs", "merge_tickets"]

Ints = NDArray[np.int64]


class Needs(NamedTuple):
    """What a ticket asks of an agent: tickets with equal needs differ in their base score only.

    Parameters
    ----------
    skills
        Skill and least level, in the order of the skills' names.
    authority
        Least authority that suffices, out of those that agents have; infinite if none does.
    """

    channel: str
    tier: Tier
    site: str | None
    skills: tuple[tuple[str, int], ...]
    authority: float


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """The different needs of some tickets, numbered as they first appear.

    Parameters
    ----------
    needs
        Of each class.
    of_ticket
        Class of each ticket, [tickets].
    skills
        The different skills asked for.
    first_ask, ask_skill, ask_level
        Class c asks for skill ``skills[ask_skill[i]]`` at level ``ask_level[i]`` or above, i from
        ``first_ask[c]`` up to ``first_ask[c + 1]``; [classes + 1], [asks], [asks].
    """

    needs: tuple[Needs, ...]
    of_ticket: Ints
    skills: tuple[str, ...]
    first_ask: Ints
    ask_skill: Ints
    ask_level: Ints


def merge_tickets(tickets: Sequence[Ticket], authority: Sequence[float]) -> Classes:
    """Merge tickets that no rule and no fit of skills tells apart.

    Parameters
    ----------
    authority
        Of the agents. An amount is replaced by the least authority that suffices, so that all
        amounts between two authorities are one need.
    """
    steps = sorted({0.0, *authority})
    numbers: dict[tuple[str, Tier, str | None, frozenset[tuple[str, int]], int], int] = {}
    of_ticket = [
        numbers.setdefault(
            (
                ticket.channel,
                ticket.tier,
                ticket.site,
                frozenset(ticket.skills.items()),
                bisect_left(steps, ticket.amount) if ticket.amount else 0,
            ),
            len(numbers),
        )
        for ticket in tickets
    ]
    needs = tuple(
        Needs(
            channel,
            tier,
            site,
            tuple(sorted(skills)),
            steps[step] if step < len(steps) else math.inf,
        )
        for channel, tier, site, skills, step in numbers
    )
    places: dict[str, int] = {}
    asks = [
        (places.setdefault(skill, len(places)), level)
        for need in needs
        for skill, level in need.skills
    ]
    ask_skill, ask_level = np.array(asks, dtype=np.int64).reshape(-1, 2).T.copy()
    return Classes(
        needs=needs,
        of_ticket=np.array(of_ticket, dtype=np.int64),
        skills=tuple(places),
        first_ask=np.array([0, *accumulate(len(need.skills) for need in needs)], dtype=np.int64),
        ask_skill=ask_skill,
        ask_level=ask_level,
    )
