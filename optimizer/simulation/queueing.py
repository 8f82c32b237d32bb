"""Places in a line, and the clocks of those who wait."""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from optimizer.simulation.heap import push
from optimizer.simulation.records import NOBODY, contact_at, line_at, option_at
from optimizer.simulation.sources import ESCALATE, GIVE_UP, GONE, RING, WAITING

__all__ = ["queue", "set_ring", "step_out"]


@njit(cache=True)
def queue(who: int, now: float, w: Any) -> None:
    """Put a contact into its line, behind all who arrived before, and set its clocks."""
    contact = contact_at(w.contacts, who)
    line = line_at(w.lines, contact.line)
    ahead = line.tail
    # Only who comes from another line may be older than those who wait.
    while ahead != NOBODY and contact_at(w.contacts, ahead).number > contact.number:
        ahead = contact_at(w.contacts, ahead).ahead
    behind = line.head if ahead == NOBODY else contact_at(w.contacts, ahead).behind
    contact.ahead, contact.behind = ahead, behind
    if ahead == NOBODY:
        line.head = who
    else:
        contact_at(w.contacts, ahead).behind = who
    if behind == NOBODY:
        line.tail = who
    else:
        contact_at(w.contacts, behind).ahead = who
    if contact.place != GONE:
        if line.eager:
            line.waiting += 1
            w.waiting += 1
            if contact.place != WAITING and contact.gives_up < math.inf:
                push(contact.gives_up, GIVE_UP, contact.number, who, w)
        contact.place = WAITING
    contact.ring = math.inf
    if line.ring < math.inf:
        set_ring(contact, who, now - contact.arrival, w)
    if line.escalate < math.inf:
        moment = max(contact.arrival + line.escalate, now)
        push(moment, ESCALATE, contact.number, who, w)


@njit(cache=True)
def step_out(who: int, w: Any) -> None:
    """Take a contact out of its line."""
    contact = contact_at(w.contacts, who)
    line = line_at(w.lines, contact.line)
    if contact.ahead == NOBODY:
        line.head = contact.behind
    else:
        contact_at(w.contacts, contact.ahead).behind = contact.behind
    if contact.behind == NOBODY:
        line.tail = contact.ahead
    else:
        contact_at(w.contacts, contact.behind).ahead = contact.ahead
    if line.eager and contact.place == WAITING:
        line.waiting -= 1
        w.waiting -= 1


@njit(cache=True)
def set_ring(contact: Any, who: int, wait: float, w: Any) -> None:
    """Set the clock to the next wait at which further pools may take a contact."""
    line = line_at(w.lines, contact.line)
    following = math.inf
    for index in range(line.first, line.end):
        after = option_at(w.options, index).after
        if wait < after < following:
            following = after
    # Kept because a difference of moments is a hair off.
    contact.ring = following
    if following < math.inf:
        push(contact.arrival + following, RING, contact.number, who, w)
