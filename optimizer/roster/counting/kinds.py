"""Agents who are alike, so that a model need only know how many of them do what.

Two agents are of one kind if they are of one team and every rule about more than one day says the
same of both. In an *exact* grouping all patterns and days off must have the same prices, too. In a
*merged* one these may differ: on each day the kind is divided into groups with the same prices of
that day, and only across days nobody remembers who was in which group. Requests, days off and
hours of availability then cost a few groups more, where an exact grouping would make nearly every
agent a kind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.frame import Frame, Person
from optimizer.roster.rules.forms import Form

__all__ = ["Kind", "choose_kinds", "kinds_of"]

MOST_CELLS = 150_000
"""Cells up to which agents are told apart: their relaxation takes about a minute or two."""

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """Agents who are alike, their patterns and what these cost.

    Parameters
    ----------
    agents
        Positions in the organisation.
    person
        One of them, whose forms but for the prices are those of all.
    group_day, heads, free
        Day of each group, its number of agents, and the price of a day off, [groups]. The groups
        of a day hold every agent once.
    group, pattern, price
        What may be worked: the group, the pattern and its price, [cells], sorted by day.
    """

    agents: Integers
    team: int
    person: Person
    group_day: Integers
    heads: Integers
    free: Floats
    group: Integers
    pattern: Integers
    price: Floats

    @property
    def count(self) -> int:
        """Return the number of agents."""
        return len(self.agents)

    @classmethod
    def of(cls, frame: Frame, agents: Sequence[int]) -> Kind:
        """Return the kind of some agents, whose forms but for prices are the same."""
        people = [frame.people[agent] for agent in agents]
        person = people[0]
        days = np.arange(person.first, person.last + 1)
        splits = [
            np.searchsorted(frame.patterns.day[one.patterns], days).tolist() for one in people
        ]
        group_day, heads, free = list[int](), list[int](), list[float]()
        group, pattern, price = list[Integers](), list[Integers](), list[Floats]()
        for offset, day in enumerate(range(person.first, person.last)):
            number: dict[tuple[bytes, bytes, float], int] = {}
            for one, split in zip(people, splits, strict=True):
                mine = slice(split[offset], split[offset + 1])
                off = float(one.free[day])
                key = (one.patterns[mine].tobytes(), one.price[mine].tobytes(), off)
                if key not in number:
                    number[key] = len(heads)
                    group.append(np.full(mine.stop - mine.start, len(heads)))
                    pattern.append(one.patterns[mine])
                    price.append(one.price[mine])
                    group_day.append(day)
                    heads.append(0)
                    free.append(off)
                heads[number[key]] += 1
        return cls(
            np.array(agents, dtype=np.int64),
            int(frame.team[agents[0]]),
            person,
            np.array(group_day, dtype=np.int64),
            np.array(heads, dtype=np.int64),
            np.array(free),
            np.concatenate([*group, np.empty(0, dtype=np.int64)]),
            np.concatenate([*pattern, np.empty(0, dtype=np.int64)]),
            np.concatenate([*price, np.empty(0)]),
        )


def choose_kinds(frame: Frame, *, most: int = MOST_CELLS) -> tuple[Kind, ...]:
    """Return the exact kinds if they have at most `most` cells, or else the merged ones."""
    exact = kinds_of(frame)
    if sum(len(kind.pattern) for kind in exact) <= most:
        return exact
    return kinds_of(frame, merged=True)


def kinds_of(frame: Frame, *, merged: bool = False) -> tuple[Kind, ...]:
    """Return the kinds of a frame's agents, in the order of their first agents.

    Parameters
    ----------
    merged
        Whether agents may have different prices of single shifts and days off. The bound is
        weaker, never wrong.
    """
    marks: dict[int, bytes] = {}
    members: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for person, team in zip(frame.people, frame.team.tolist(), strict=True):
        forms: tuple[Form, ...] = (*person.rests, *person.successions, *person.runs)
        forms += (*person.tallies, *person.spreads)
        key: list[object] = [team, person.first, person.last]
        key += [_mark(form, marks) for form in forms]
        if not merged:
            key += [person.patterns.tobytes(), person.price.tobytes(), person.free.tobytes()]
        members[tuple(key)].append(person.number)
    return tuple(Kind.of(frame, agents) for agents in members.values())


def _mark(form: Form, marks: dict[int, bytes]) -> bytes:
    """Return a digest of what a form says, worked out once for each object."""
    if id(form) not in marks:
        digest = blake2b(type(form).__name__.encode(), digest_size=16)
        for field in fields(form):
            value = getattr(form, field.name)
            digest.update(
                value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode()
            )
            digest.update(b"|")
        marks[id(form)] = digest.digest()
    return marks[id(form)]
