"""Who may take a ticket, and which rule stops everybody else.

An agent may take a ticket if every rule of `Rule` lets the agent pass. The rules are asked in
the order of that list, and an agent who fails counts for the first rule that fails. What an
agent *is* comes before what an agent is *doing*, so the last counts say how many qualified
agents are away or full.

Sets of agents are rows of bits, 64 agents to a word, one row for each thing that tickets ask
for. The sieve ANDs the rows of a need one after the other and counts the bits that fall out.
Tickets with equal needs share one pass, so the cost is ``classes x rules x agents / 64`` word
operations.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.model import HIGHEST_LEVEL
from optimizer.routing.needs import Classes, Terms
from optimizer.routing.staff import Staff

__all__ = ["Bits", "Eligibility", "Rule", "pack", "sieve"]

Bits = NDArray[np.uint64]
"""Sets of agents: bit ``a % 64`` of word ``a // 64`` stands for agent a."""


class Rule(StrEnum):
    """What stops an agent from taking a ticket, in the order in which it is asked.

    ``channel``: does not serve it; ``tier``: may not do work of that tier; ``site``: works
    elsewhere; ``skill``: lacks a skill; ``level``: holds every skill, one at too low a level;
    ``authority``: may not grant the amount; ``availability``: accepts no work now; ``capacity``:
    has as many contacts open as allowed; ``channel_limit``: has as many of this channel open as
    allowed; ``outscored``: may take the ticket, but what room was left went to other tickets.
    """

    CHANNEL = "channel"
    TIER = "tier"
    SITE = "site"
    SKILL = "skill"
    LEVEL = "level"
    AUTHORITY = "authority"
    AVAILABILITY = "availability"
    CAPACITY = "capacity"
    CHANNEL_LIMIT = "channel_limit"
    OUTSCORED = "outscored"


@dataclass(frozen=True, slots=True, eq=False)
class Eligibility:
    """Who may take what.

    Parameters
    ----------
    allowed
        The agents who may take work of each class, [classes, words].
    stopped
        Agents whom each rule is the first to stop, in the order of `Rule`, [classes, rules];
        nobody is ``outscored`` as long as nothing is decided.
    """

    allowed: Bits
    stopped: NDArray[np.int64]


def sieve(classes: Classes, staff: Staff, levels: NDArray[np.int8]) -> Eligibility:
    """Return who may take work of each class, and what stops the others.

    Parameters
    ----------
    levels
        Of the skills in `classes`, [skills, agents].
    """
    masks = [mask for terms in classes.terms for mask in _passing(staff, terms)]
    allowed = np.tile(pack(np.ones((1, len(staff)), dtype=np.bool_)), (len(classes), 1))
    stopped = np.zeros((len(classes), len(Rule)), dtype=np.int64)
    width = HIGHEST_LEVEL + 1
    asked, ask = np.unique(classes.ask_skill * width + classes.ask_level, return_inverse=True)
    skill, level = np.divmod(asked, width)
    _sieve(
        classes.of_class,
        pack(np.array(masks, dtype=np.bool_).reshape(len(masks), len(staff))),
        classes.first_ask,
        ask,
        skill,
        pack(levels > 0),
        pack(levels[skill] >= level[:, np.newaxis]),
        allowed,
        stopped,
    )
    return Eligibility(allowed, stopped)


def _passing(staff: Staff, terms: Terms) -> list[NDArray[np.bool_]]:
    """Return who passes each rule but those of skill and level, in the order of `Rule`."""
    return [
        staff.serving(terms.channel),
        staff.of_tier(terms.tier),
        staff.at_site(terms.site),
        staff.authority >= terms.authority,
        staff.available,
        staff.with_room,
        staff.with_room_on(terms.channel),
    ]


def pack(masks: NDArray[np.bool_]) -> Bits:
    """Return masks over agents, [masks, agents], as bits, [masks, words]; spare bits are 0."""
    count, agents = masks.shape
    padded = np.zeros((count, -(-agents // 64) * 64), dtype=np.bool_)
    padded[:, :agents] = masks
    return np.packbits(padded, axis=1, bitorder="little").view("<u8").astype(np.uint64)


@njit(cache=True)
def _sieve(
    terms: NDArray[np.int64],
    passing: Bits,
    first_ask: NDArray[np.int64],
    ask: NDArray[np.int64],
    ask_skill: NDArray[np.int64],
    holding: Bits,
    holding_level: Bits,
    allowed: Bits,
    stopped: NDArray[np.int64],
) -> None:
    """Thin out `allowed`, which holds everybody at first, and count whom each rule stops.

    Parameters
    ----------
    passing
        Seven rows for each terms: the rules in order, but for skill (3) and level (4).
    holding, holding_level
        Who holds each skill at all, and who passes each different ask.
    """
    for kind in range(len(terms)):
        left = allowed[kind]
        rows = passing[7 * terms[kind] : 7 * terms[kind] + 7]
        asks = ask[first_ask[kind] : first_ask[kind + 1]]
        for rule in range(3):
            stopped[kind, rule] = _keep(left, rows[rule])
        for i in asks:
            stopped[kind, 3] += _keep(left, holding[ask_skill[i]])
        for i in asks:
            stopped[kind, 4] += _keep(left, holding_level[i])
        for rule in range(5, 9):
            stopped[kind, rule] = _keep(left, rows[rule - 2])


@njit(cache=True)
def _keep(left: Bits, passing: Bits) -> int:
    """Keep those of `left` who pass, and return how many do not."""
    gone = 0
    for word in range(len(left)):
        kept = left[word] & passing[word]
        gone += _count(left[word] ^ kept)
        left[word] = kept
    return gone


@njit(cache=True)
def _count(word: np.uint64) -> int:
    """Return the number of bits set (adding neighbours pairwise: Warren, Hacker's Delight)."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    low = np.uint64(0x3333333333333333)
    word = (word & low) + ((word >> np.uint64(2)) & low)
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((word * np.uint64(0x0101010101010101)) >> np.uint64(56))
