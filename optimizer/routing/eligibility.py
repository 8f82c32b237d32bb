"""Who may take a ticket, and which rule stops everybody else.

An agent may take a ticket if every rule of `Rule` lets the agent pass. The rules are asked in
the order of that list, and an agent who fails counts for the first rule that fails. What an
agent *is* comes before what an agent is *doing*, so the last counts say how many qualified
agents are away or full.

Sets of agents are rows of bits, 64 agents to a word, one row for each different thing that
tickets ask for. Who may take a class of tickets is the AND of the rows that it asks for:
``classes x asks x agents / 64`` word operations. Whom each rule stops is only counted for classes
that were left waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.model import HIGHEST_LEVEL
from optimizer.routing.columns import TIERS
from optimizer.routing.needs import Classes, Terms
from optimizer.routing.staff import Staff

__all__ = ["Bits", "Eligibility", "Rule", "pack", "sieve"]

Bits = NDArray[np.uint64]
"""Sets of agents: bit ``a % 64`` of word ``a // 64`` stands for agent a."""

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Rule(StrEnum):
    """What stops an agent from taking a ticket, in the order in which it is asked.

    ``channel``: does not serve it; ``tier``: may not do work of that tier; ``site``: works
    elsewhere; ``language``: does not speak it; ``human``: is a machine, and a human is required;
    ``skill``: lacks a skill; ``level``: holds every skill, one at too low a level;
    ``authority``: may not grant the amount; ``excluded``: must not take it, or did not accept it;
    ``reserved``: it is kept for others, for a while; ``availability``: accepts no work now;
    ``capacity``: has no room beside the contacts open; ``channel_limit``: has as many of this
    channel open as allowed; ``outscored``: may take the ticket, but what room was left went to
    other tickets, or is worth more than this one.
    """

    CHANNEL = "channel"
    TIER = "tier"
    SITE = "site"
    LANGUAGE = "language"
    HUMAN = "human"
    SKILL = "skill"
    LEVEL = "level"
    AUTHORITY = "authority"
    EXCLUDED = "excluded"
    RESERVED = "reserved"
    AVAILABILITY = "availability"
    CAPACITY = "capacity"
    CHANNEL_LIMIT = "channel_limit"
    OUTSCORED = "outscored"


_SKILL, _LEVEL, _AUTHORITY, _EXCLUDED, _RESERVED, _AVAILABILITY, _CAPACITY, _LIMIT, _REST = range(
    5, 14
)
_OF_TERMS = (0, 1, 2, 3, 4, _AUTHORITY, _AVAILABILITY, _CAPACITY, _LIMIT)
"""The rules that terms decide about; the first six do not depend on what an agent is doing."""

_LASTING = 6


class _Rows(NamedTuple):
    """Sets of agents by what is asked of them.

    Parameters
    ----------
    passing
        The row of `masks` for each rule of `_OF_TERMS`, [terms, 9].
    masks
        The different sets that terms ask for, [masks, words].
    ask_skill, ask_level
        The skill and the level of each ask of a class, [asks] both.
    able
        Who holds skill s at level l or above, in row ``s * HIGHEST_LEVEL + l - 1``, [skills x
        levels, words].
    barred_at, only_at
        The row of `people` with those who are barred, and with those to whom the class is
        reserved, -1 where there is none, [classes] both.
    tiers
        Who belongs to each tier, [tiers, words].
    """

    of_class: Ints
    passing: Ints
    masks: Bits
    first_ask: Ints
    ask_skill: Ints
    ask_level: Ints
    able: Bits
    barred_at: Ints
    only_at: Ints
    people: Bits
    tiers: Bits


@dataclass(frozen=True, slots=True, eq=False)
class Eligibility:
    """Who may take what.

    Parameters
    ----------
    allowed
        The agents who may take work of each class now, [classes, words].
    qualified
        Those whom no rule stops but by what they are doing now, [classes, words].
    """

    allowed: Bits
    qualified: Bits
    _rows: _Rows

    def stopped(self, numbers: Ints) -> Ints:
        """Return how many agents each rule is the first to stop, [numbers, rules, tiers].

        Those whom no rule stops count as ``outscored``; each row adds up to all agents.

        Parameters
        ----------
        numbers
            The classes in question.
        """
        counts: Ints = _count_stopped(self._rows, numbers)
        return counts


def sieve(classes: Classes, staff: Staff, levels: NDArray[np.int8]) -> Eligibility:
    """Find out who may take work of each class.

    Parameters
    ----------
    levels
        Of the skills in `classes`, [skills, agents].
    """
    masks, passing = _masks_of_terms(classes.terms, staff)
    barred_at, barred = _people(classes.barred, len(classes), len(staff), 0)
    only_at, only = _people(classes.only, len(classes), len(staff), len(barred))
    rows = _Rows(
        of_class=classes.of_class,
        passing=passing,
        masks=masks,
        first_ask=classes.first_ask,
        ask_skill=classes.ask_skill,
        ask_level=classes.ask_level,
        able=_able(levels),
        barred_at=barred_at,
        only_at=only_at,
        people=np.concatenate([barred, only]) if classes.only else barred,
        tiers=pack(staff.columns.tier == np.arange(len(TIERS))[:, np.newaxis]),
    )
    return Eligibility(*_sieved(rows), rows)


def _masks_of_terms(terms: tuple[Terms, ...], staff: Staff) -> tuple[Bits, Ints]:
    """Return the different sets that terms ask for, and which of them each terms ask for."""
    numbers: dict[Hashable, int] = {}
    masks: list[Mask] = []
    passing: list[int] = []
    for term in terms:
        wanted: tuple[tuple[str, Hashable, Callable[[Any], Mask]], ...] = (
            ("channel", term.channel, staff.serving),
            ("tier", term.tiers, staff.of_tiers),
            ("site", term.sites, staff.at_sites),
            ("language", term.language, staff.speaking),
            ("human", term.human, staff.human_if),
            ("authority", term.authority, staff.granting),
            ("available", None, lambda _: staff.available),
            ("capacity", term.channel, staff.with_units_for),
            ("limit", term.channel, staff.below_limit_of),
        )
        for rule, value, find in wanted:
            number = numbers.setdefault((rule, value), len(numbers))
            if number == len(masks):
                masks.append(find(value))
            passing.append(number)
    found = np.array(masks, dtype=np.bool_).reshape(len(masks), len(staff))
    return pack(found), np.array(passing, dtype=np.int64).reshape(len(terms), len(_OF_TERMS))


def _people(
    named: Mapping[int, tuple[int, ...]], classes: int, agents: int, begin: int
) -> tuple[Ints, Bits]:
    """Return the row of each class in a list of sets that begins at `begin`, and these sets."""
    at = np.full(classes, -1)
    if not named:
        return at, np.zeros((0, -(-agents // 64)), dtype=np.uint64)
    at[list(named)] = np.arange(begin, begin + len(named))
    sets = np.zeros((len(named), agents), dtype=np.bool_)
    for row, positions in enumerate(named.values()):
        sets[row, list(positions)] = True
    return at, pack(sets)


@njit(cache=True)
def pack(masks: Mask) -> Bits:
    """Return masks over agents, [masks, agents], as bits, [masks, words]; spare bits are 0."""
    count, agents = masks.shape
    bits = np.zeros((count, (agents + 63) // 64), dtype=np.uint64)
    for row in range(count):
        for agent in range(agents):
            bits[row, agent >> 6] |= np.uint64(masks[row, agent]) << np.uint64(agent & 63)
    return bits


@njit(cache=True)
def _able(levels: NDArray[np.int8]) -> Bits:
    """Return who holds each skill at each level or above, as in `_Rows`."""
    skills, agents = levels.shape
    bits = np.zeros((skills * HIGHEST_LEVEL, (agents + 63) // 64), dtype=np.uint64)
    for skill in range(skills):
        for agent in range(agents):
            for below in range(levels[skill, agent]):
                row = skill * HIGHEST_LEVEL + below
                bits[row, agent >> 6] |= np.uint64(1) << np.uint64(agent & 63)
    return bits


@njit(cache=True)
def _sieved(rows: _Rows) -> tuple[Bits, Bits]:
    """AND the rows of each class: all of them, and those that are not about this moment."""
    words = rows.masks.shape[1]
    allowed = np.empty((len(rows.of_class), words), dtype=np.uint64)
    qualified = np.empty((len(rows.of_class), words), dtype=np.uint64)
    for kind in range(len(rows.of_class)):
        left = qualified[kind]
        passing = rows.passing[rows.of_class[kind]]
        left[:] = rows.masks[passing[0]]
        for rule in range(1, _LASTING):
            row = rows.masks[passing[rule]]
            for word in range(words):
                left[word] &= row[word]
        for i in range(rows.first_ask[kind], rows.first_ask[kind + 1]):
            row = rows.able[rows.ask_skill[i] * HIGHEST_LEVEL + rows.ask_level[i] - 1]
            for word in range(words):
                left[word] &= row[word]
        if rows.barred_at[kind] >= 0:
            row = rows.people[rows.barred_at[kind]]
            for word in range(words):
                left[word] &= ~row[word]
        if rows.only_at[kind] >= 0:
            row = rows.people[rows.only_at[kind]]
            for word in range(words):
                left[word] &= row[word]
        allowed[kind] = left
        for rule in range(_LASTING, passing.shape[0]):
            row = rows.masks[passing[rule]]
            for word in range(words):
                allowed[kind, word] &= row[word]
    return allowed, qualified


@njit(cache=True)
def _count_stopped(rows: _Rows, numbers: Ints) -> Ints:
    """Take the rules in order and count by tier those who are the first to fall out by each."""
    tiers, words = rows.tiers.shape
    counts = np.zeros((len(numbers), _REST + 1, tiers), dtype=np.int64)
    left = np.empty(words, dtype=np.uint64)
    everybody = np.empty(words, dtype=np.uint64)
    for word in range(words):
        everybody[word] = np.uint64(0)
        for tier in range(tiers):
            everybody[word] |= rows.tiers[tier, word]
    for place in range(len(numbers)):
        kind = numbers[place]
        found = counts[place]
        passing = rows.passing[rows.of_class[kind]]
        left[:] = everybody
        for rule in range(_SKILL):
            _keep(left, rows.masks[passing[rule]], False, rows.tiers, found[rule])
        for i in range(rows.first_ask[kind], rows.first_ask[kind + 1]):
            row = rows.able[rows.ask_skill[i] * HIGHEST_LEVEL]
            _keep(left, row, False, rows.tiers, found[_SKILL])
        for i in range(rows.first_ask[kind], rows.first_ask[kind + 1]):
            row = rows.able[rows.ask_skill[i] * HIGHEST_LEVEL + rows.ask_level[i] - 1]
            _keep(left, row, False, rows.tiers, found[_LEVEL])
        _keep(left, rows.masks[passing[5]], False, rows.tiers, found[_AUTHORITY])
        if rows.barred_at[kind] >= 0:
            _keep(left, rows.people[rows.barred_at[kind]], True, rows.tiers, found[_EXCLUDED])
        if rows.only_at[kind] >= 0:
            _keep(left, rows.people[rows.only_at[kind]], False, rows.tiers, found[_RESERVED])
        for rule in range(_LASTING, 9):
            row = rows.masks[passing[rule]]
            _keep(left, row, False, rows.tiers, found[_AVAILABILITY + rule - _LASTING])
        _keep(left, left, True, rows.tiers, found[_REST])
    return counts


@njit(cache=True)
def _keep(left: Bits, row: Bits, inverted: bool, tiers: Bits, gone: Ints) -> None:
    """Keep those of `left` who are in a row, or else who are not, and count the others by tier."""
    for word in range(len(left)):
        kept = left[word] & (~row[word] if inverted else row[word])
        out = left[word] ^ kept
        left[word] = kept
        if out:
            for tier in range(len(tiers)):
                gone[tier] += _count(out & tiers[tier, word])


@njit(cache=True)
def _count(word: np.uint64) -> int:
    """Return the number of bits set (adding neighbours pairwise: Warren, Hacker's Delight)."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    low = np.uint64(0x3333333333333333)
    word = (word & low) + ((word >> np.uint64(2)) & low)
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((word * np.uint64(0x0101010101010101)) >> np.uint64(56))
