"""Tickets with equal needs merged into classes, so that matching sees each kind of work once."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Ticket, Tier

__all__ = ["Classes", "Terms", "merge_tickets", "skill_key"]

Ints = NDArray[np.int64]


class Terms(NamedTuple):
    """What a ticket asks of an agent besides skills.

    Parameters
    ----------
    authority
        Least authority that suffices, out of those that agents have; infinite if none does.
    """

    channel: str
    tier: Tier
    site: str | None
    authority: float


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """Tickets merged by what they ask; within a class they differ in their base score only.

    Classes are numbered as they first appear.

    Parameters
    ----------
    of_ticket
        Class of each ticket, [tickets].
    terms
        The different terms.
    of_class
        Number of the terms of each class, [classes].
    skills
        The different skills asked for.
    first_ask, ask_skill, ask_level
        Class c asks for skill ``skills[ask_skill[i]]`` at level ``ask_level[i]`` or above, i from
        ``first_ask[c]`` up to ``first_ask[c + 1]``; [classes + 1], [asks], [asks].
    """

    of_ticket: Ints
    terms: tuple[Terms, ...]
    of_class: Ints
    skills: tuple[str, ...]
    first_ask: Ints
    ask_skill: Ints
    ask_level: Ints

    def __len__(self) -> int:
        return len(self.of_class)

    def asks(self, number: int) -> list[tuple[str, int]]:
        """Return skill and least level of each ask of a class, in the order of names."""
        asks = slice(self.first_ask[number], self.first_ask[number + 1])
        names = [self.skills[skill] for skill in self.ask_skill[asks]]
        return list(zip(names, self.ask_level[asks].tolist(), strict=True))


def merge_tickets(tickets: Sequence[Ticket], authority: Sequence[float]) -> Classes:
    """Merge tickets that no rule and no fit of skills tells apart.

    Parameters
    ----------
    authority
        Of the agents. An amount is replaced by the least authority that suffices, so that all
        amounts between two authorities ask for the same.
    """
    steps = sorted({0.0, *authority})
    numbers: dict[tuple[str, Tier, str | None, int, tuple[str | int, ...]], int] = {}
    of_ticket = [
        numbers.setdefault(
            (
                ticket.channel,
                ticket.tier,
                ticket.site,
                bisect_left(steps, ticket.amount) if ticket.amount else 0,
                skill_key(ticket.skills),
            ),
            len(numbers),
        )
        for ticket in tickets
    ]
    terms: dict[Terms, int] = {}
    of_class: list[int] = []
    places: dict[str | int, int] = {}
    ask_skill: list[int] = []
    ask_level: list[str | int] = []
    first_ask = [0]
    for channel, tier, site, step, key in numbers:
        least = steps[step] if step < len(steps) else math.inf
        of_class.append(terms.setdefault(Terms(channel, tier, site, least), len(terms)))
        half = len(key) // 2
        ask_skill += [places.setdefault(skill, len(places)) for skill in key[:half]]
        ask_level += key[half:]
        first_ask.append(len(ask_skill))
    return Classes(
        of_ticket=np.array(of_ticket, dtype=np.int64),
        terms=tuple(terms),
        of_class=np.array(of_class, dtype=np.int64),
        skills=tuple(map(str, places)),
        first_ask=np.array(first_ask, dtype=np.int64),
        ask_skill=np.array(ask_skill, dtype=np.int64),
        ask_level=np.array(ask_level, dtype=np.int64),
    )


def skill_key(skills: Mapping[str, int]) -> tuple[str | int, ...]:
    """Return the names in order, then their levels: equal for equal skills.

    It is flat because the garbage collector has to look into nested tuples again and again,
    which took longer than all of the match.
    """
    if len(skills) < 2:
        return (*skills, *skills.values())
    names = sorted(skills)
    return (*names, *[skills[name] for name in names])
