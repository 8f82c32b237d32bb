"""Tickets with equal needs merged into classes, so that matching sees each kind of work once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.model import RoutingWeights, Tier
from optimizer.routing.asks import (
    Moments,
    Personal,
    personal_terms,
    skill_sets,
    steps_taken,
    terms_of,
)
from optimizer.routing.codes import Coded, gather, join, number_by_appearance
from optimizer.routing.columns import TicketColumns
from optimizer.routing.staff import Staff

__all__ = ["Classes", "Terms", "merge_tickets"]

Ints = NDArray[np.int64]


class Terms(NamedTuple):
    """What a ticket asks of an agent besides skills.

    Parameters
    ----------
    tiers
        The tiers whose agents may take it.
    sites
        The sites whose agents may take it, in order; None means all.
    language
        None means any.
    authority
        Least authority that suffices, out of those that agents have; infinite if none does.
    human
        Whether automated agents must not take it.
    """

    channel: str
    tiers: tuple[Tier, ...]
    sites: tuple[str, ...] | None
    language: str | None
    authority: float
    human: bool


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
        The different skills asked for or needed, in order of name.
    first_ask, ask_skill, ask_level
        Class c asks for skill ``skills[ask_skill[i]]`` at level ``ask_level[i]`` or above, i from
        ``first_ask[c]`` up to ``first_ask[c + 1]``; [classes + 1], [asks], [asks].
    first_need, need_skill
        In the same way, the skills that the tickets of a class need before any relaxation: the
        fit is measured against them; [classes + 1], [needs].
    close_to
        Positions of those who get points for continuity, by class; classes for which nobody
        does are left out.
    barred
        Positions of those who must not take it, by class; likewise.
    only
        Positions of those to whom it is reserved, by class; maybe of nobody who is here. Classes
        that are not reserved are left out.
    """

    of_ticket: Ints
    terms: tuple[Terms, ...]
    of_class: Ints
    skills: tuple[str, ...]
    first_ask: Ints
    ask_skill: Ints
    ask_level: Ints
    first_need: Ints
    need_skill: Ints
    close_to: Mapping[int, tuple[int, ...]]
    barred: Mapping[int, tuple[int, ...]]
    only: Mapping[int, tuple[int, ...]]

    def __len__(self) -> int:
        return len(self.of_class)

    def asks(self, number: int) -> list[tuple[str, int]]:
        """Return skill and least level of each ask of a class, in the order of names."""
        asks = slice(self.first_ask[number], self.first_ask[number + 1])
        names = [self.skills[skill] for skill in self.ask_skill[asks]]
        return list(zip(names, self.ask_level[asks].tolist(), strict=True))

    def named(self) -> list[int]:
        """Return the positions of all agents whom any class names, in order."""
        people = (*self.close_to.values(), *self.barred.values(), *self.only.values())
        return sorted({position for positions in people for position in positions})


def merge_tickets(
    columns: TicketColumns, moments: Moments, staff: Staff, weights: RoutingWeights
) -> Classes:
    """Merge tickets that no rule and no fit of skills tells apart.

    Parameters
    ----------
    moments
        The tickets in the order in which classes are numbered.
    staff
        An amount is replaced by the least authority that suffices, so that all amounts between
        two authorities ask for the same; names of people who are not here mean nobody.
    weights
        Whether, and how long, continuity counts.
    """
    count = len(moments.row)
    relaxed = steps_taken(columns, moments)
    fields = terms_of(columns, moments, relaxed, staff)
    term, first_row = number_by_appearance(join(fields, count))
    sets = skill_sets(columns, moments, relaxed)
    number_of_set = range(len(sets.first) - 1)
    personal = personal_terms(columns, moments, staff, weights)
    different: list[Coded[Any]] = [
        Coded(term, range(len(first_row))),
        Coded(sets.needs, number_of_set),
        personal,
    ]
    if relaxed:
        different.append(Coded(sets.asks, number_of_set))
    of_ticket, first = number_by_appearance(join(different, count))
    usual = personal.values == (Personal(),)
    people = [] if usual else [personal.at(row) for row in first.tolist()]
    first_need, need = first_ask, ask = gather(sets.first, sets.needs[first])
    if relaxed:
        first_ask, ask = gather(sets.first, sets.asks[first])
    return Classes(
        of_ticket=of_ticket,
        terms=tuple(Terms(*[field.at(row) for field in fields]) for row in first_row.tolist()),
        of_class=term[first],
        skills=sets.skills,
        first_ask=first_ask,
        ask_skill=sets.skill[ask],
        ask_level=sets.level[ask],
        first_need=first_need,
        need_skill=sets.skill[need],
        close_to={c: who.close_to for c, who in enumerate(people) if who.close_to},
        barred={c: who.barred for c, who in enumerate(people) if who.barred},
        only={c: who.only for c, who in enumerate(people) if who.only is not None},
    )
