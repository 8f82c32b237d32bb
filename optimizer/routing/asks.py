"""What tickets ask for at a given wait: relaxation, escalation and personal terms applied.

Each function returns one coded column. Only tickets that say something out of the ordinary are
looked at one by one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.model import HIGHEST_LEVEL, Escalation, RoutingWeights, Ticket, Tier
from optimizer.routing.codes import Coded, number_lists
from optimizer.routing.columns import TIERS, TicketColumns
from optimizer.routing.staff import Staff

__all__ = [
    "Moments",
    "Personal",
    "SkillSets",
    "concerns",
    "personal_terms",
    "skill_sets",
    "steps_taken",
    "terms_of",
    "turning_points",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_WIDTH = HIGHEST_LEVEL + 1
"""Skill s at level l is one number, ``s * _WIDTH + l``."""

_SERVED_BY = np.array(
    [sum(1 << i for i, own in enumerate(TIERS) if own.may_serve(asked)) for asked in TIERS]
)
"""The tiers whose agents may do work of each tier, as bits."""


_TIER_SETS: tuple[tuple[Tier, ...], ...] = tuple(
    tuple(tier for i, tier in enumerate(TIERS) if bits >> i & 1) for bits in range(1 << len(TIERS))
)


class Moments(NamedTuple):
    """Tickets at given waits; a ticket may occur at several.

    Parameters
    ----------
    row
        Place in the columns, [moments].
    wait
        In seconds, [moments].
    escalated
        The tier (place in `TIERS`) that an escalation gives it to, -1 for none, [moments].
    """

    row: Ints
    wait: Floats
    escalated: Ints


class Personal(NamedTuple):
    """Positions of the agents whom a ticket names, in order.

    Parameters
    ----------
    close_to
        Who gets points for continuity.
    barred
        Who must not take it.
    only
        To whom it is reserved; None where it is not.
    """

    close_to: tuple[int, ...] = ()
    barred: tuple[int, ...] = ()
    only: tuple[int, ...] | None = None


def concerns(escalation: Escalation, ticket: Ticket) -> bool:
    """Tell whether an escalation is for a ticket, whatever it has waited."""
    return (
        escalation.priority in (None, ticket.priority)
        and escalation.from_tier in (None, ticket.tier)
        and escalation.channel in (None, ticket.channel)
        and escalation.risk_from <= ticket.risk
    )


def turning_points(ticket: Ticket, escalations: Sequence[Escalation]) -> set[float]:
    """Return the waits, in seconds, from which others may take a ticket than before."""
    steps = {step.after_seconds for step in ticket.relaxation}
    escalated = {e.after_seconds for e in escalations if concerns(e, ticket)}
    return steps | escalated | {ticket.preferred_seconds}


def steps_taken(columns: TicketColumns, moments: Moments) -> dict[int, list[Any]]:
    """Return the relaxation steps that count, in order, for each moment with any."""
    if columns.relaxation is None:
        return {}
    taken = {}
    for place, (row, wait) in enumerate(
        zip(moments.row.tolist(), moments.wait.tolist(), strict=True)
    ):
        if columns.relaxation[row]:
            steps = [step for step in columns.relaxation[row] if step.after_seconds <= wait]
            if steps:
                taken[place] = steps
    return taken


def terms_of(
    columns: TicketColumns, moments: Moments, relaxed: Mapping[int, Sequence[Any]], staff: Staff
) -> tuple[Coded[Any], ...]:
    """Return the fields of `Terms`, in their order.

    Parameters
    ----------
    relaxed
        From `steps_taken`.
    """
    row = moments.row
    rows = row.tolist()
    names = columns.channels
    human = columns.human
    return (
        Coded.of([names[i] for i in rows]),
        _tiers(columns, moments, relaxed),
        _sites(columns, rows, relaxed),
        _languages(columns, rows, relaxed),
        _authority(columns, row, staff),
        Coded(None, (False,)) if human is None else Coded.of([human[i] for i in rows]),
    )


def _tiers(
    columns: TicketColumns, moments: Moments, relaxed: Mapping[int, Sequence[Any]]
) -> Coded[tuple[Tier, ...]]:
    if not relaxed and not columns.tier.any() and (moments.escalated < 0).all():
        return Coded(None, (_TIER_SETS[_SERVED_BY[0]],))
    bits = _SERVED_BY[columns.tier[moments.row]]
    for place, steps in relaxed.items():
        for step in steps:
            for tier in step.tiers:
                bits[place] |= 1 << TIERS.index(tier)
    # An escalation has the last word: from then on, experts alone may take the ticket.
    bits = np.where(moments.escalated < 0, bits, _SERVED_BY[moments.escalated])
    return Coded(bits, _TIER_SETS)


def _sites(
    columns: TicketColumns, rows: Sequence[int], relaxed: Mapping[int, Sequence[Any]]
) -> Coded[tuple[str, ...] | None]:
    if columns.sites is None:
        return Coded(None, (None,))
    named = columns.sites
    sites: list[tuple[str, ...] | None] = [
        None if (site := named[i]) is None else (site,) for i in rows
    ]
    for place, steps in relaxed.items():
        if any(step.any_site for step in steps):
            sites[place] = None
        elif (own := sites[place]) is not None:
            more = (site for step in steps for site in step.sites)
            sites[place] = tuple(sorted({*own, *more}))
    return Coded.of(sites)


def _languages(
    columns: TicketColumns, rows: Sequence[int], relaxed: Mapping[int, Sequence[Any]]
) -> Coded[str | None]:
    if columns.languages is None:
        return Coded(None, (None,))
    named = columns.languages
    languages = [named[i] for i in rows]
    for place, steps in relaxed.items():
        if any(step.any_language for step in steps):
            languages[place] = None
    return Coded.of(languages)


def _authority(columns: TicketColumns, row: Ints, staff: Staff) -> Coded[float]:
    if not columns.amount.any():
        return Coded(None, (0.0,))
    steps = np.unique(np.append(staff.authority, 0.0))
    return Coded(np.searchsorted(steps, columns.amount[row]), (*steps.tolist(), math.inf))


class SkillSets(NamedTuple):
    """The different sets of skills that tickets ask for, or asked for before any relaxation.

    Parameters
    ----------
    asks, needs
        The set that must be held now, and the one that was needed at first, [moments] both.
    skills
        Names, in order.
    first, skill, level
        Set s has skill ``skills[skill[i]]`` at ``level[i]``, i from ``first[s]`` up to ``first[s
        + 1]``, in the order of names; [sets + 1], [skills of sets], [skills of sets].
    """

    asks: Ints
    needs: Ints
    skills: tuple[str, ...]
    first: Ints
    skill: Ints
    level: Ints


def skill_sets(
    columns: TicketColumns, moments: Moments, relaxed: Mapping[int, Sequence[Any]]
) -> SkillSets:
    """Return the sets of skills; time in proportion to the skills of all tickets."""
    skills = tuple(sorted({*columns.skill_names}))
    number = dict(zip(skills, range(len(skills)), strict=True))
    names, levels, lengths = columns.skill_names, columns.skill_levels, columns.asked
    if relaxed:
        left = [_lowered(columns.skills[moments.row[at]], steps) for at, steps in relaxed.items()]
        names = names + [name for held in left for name in held]
        lowered = np.array([level for held in left for level in held.values()], dtype=np.int64)
        levels = np.append(levels, lowered)
        lengths = np.append(lengths, [len(held) for held in left])
    skill = np.fromiter(map(number.__getitem__, names), np.int64, len(names))
    begins, items = _in_order(lengths, skill * _WIDTH + levels)
    rows = np.append(moments.row, np.arange(len(columns), len(lengths)))
    codes, _, first, item = number_lists(begins, items, rows)
    asks = needs = codes[: len(moments.row)]
    if relaxed:
        asks = needs.copy()
        asks[list(relaxed)] = codes[len(needs) :]
    skill, level = np.divmod(item, _WIDTH)
    return SkillSets(asks, needs, skills, first, skill, level)


@njit(cache=True)
def _in_order(lengths: Ints, items: Ints) -> tuple[Ints, Ints]:
    """Return where each list begins, [lists + 1], and the items with each list in rising order."""
    begins = np.zeros(len(lengths) + 1, dtype=np.int64)
    for place in range(len(lengths)):
        begins[place + 1] = begins[place] + lengths[place]
        items[begins[place] : begins[place + 1]].sort()
    return begins, items


def _lowered(skills: Mapping[str, int], steps: Sequence[Any]) -> dict[str, int]:
    left = dict(skills)
    for step in steps:
        for skill, level in step.levels.items():
            if skill in left:
                left[skill] = min(left[skill], level)
        for skill in step.drop_skills:
            left.pop(skill, None)
    return left


def personal_terms(
    columns: TicketColumns, moments: Moments, staff: Staff, weights: RoutingWeights
) -> Coded[Personal]:
    """Return whom tickets name, as `Personal`."""
    named = (columns.prior, columns.preferred, columns.excluded, columns.rejected)
    if all(column is None for column in named):
        return Coded(None, (Personal(),))
    position = staff.positions()
    nobody: list[tuple[str, ...]] = [()] * len(columns)
    prior = columns.prior or [None] * len(columns)
    preferred, excluded, rejected = (column or nobody for column in named[1:])
    reserved = columns.preferred_seconds
    until = math.inf if weights.continuity_seconds is None else weights.continuity_seconds

    def here(names: Sequence[str | None]) -> tuple[int, ...]:
        return tuple(sorted({position[name] for name in names if name in position}))

    def terms(row: int, wait: float) -> Personal:
        close = preferred[row] if prior[row] is None else (prior[row], *preferred[row])
        return Personal(
            here(close) if wait < until and weights.continuity > 0.0 else (),
            here((*excluded[row], *rejected[row])),
            here(close) if close and wait < reserved[row] else None,
        )

    usual = Personal()
    return Coded.of(
        [
            terms(row, wait)
            if prior[row] is not None or preferred[row] or excluded[row] or rejected[row]
            else usual
            for row, wait in zip(moments.row.tolist(), moments.wait.tolist(), strict=True)
        ]
    )
