"""Where contacts come from: drawn from volumes, given, or brought by other contacts."""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from optimizer.simulation.draws import (
    ARRIVAL,
    BALKING,
    CHILD,
    DELAY,
    FLOWING,
    HANDLING,
    PATIENCE,
    RETRYING,
    contact_key,
    quantile,
    uniform,
)
from optimizer.simulation.heap import push
from optimizer.simulation.records import (
    NOBODY,
    contact_at,
    flow_at,
    law_at,
    line_at,
    planned_at,
    volume_at,
)
from optimizer.simulation.tally import cell_of, seconds_between

__all__ = [
    "ESCALATE",
    "FINISH",
    "FREE",
    "GIVE_UP",
    "GONE",
    "NEXT",
    "PART",
    "REPEAT",
    "RETRY",
    "RETURN",
    "RING",
    "SERVED",
    "TRANSFER",
    "TRAVELLING",
    "WAITING",
    "announce",
    "draw",
    "go_on",
    "take_given",
    "vacate",
]

FREE, WAITING, GONE, SERVED, TRAVELLING = range(5)
"""Where a contact is; who has given up is gone but keeps the place in the line until its turn."""

FINISH, PART, RETURN, NEXT, RING, ESCALATE, GIVE_UP = range(7)
"""Kinds of events, in the order in which they are played at the same instant."""

TRANSFER, REPEAT, RETRY = range(3)

_FAR = 1 << 62


@njit(cache=True)
def announce(number: int, w: Any) -> None:
    """Draw when the next contact of a line comes, if one does.

    Contacts are those of a Poisson process of rate 1 on the scale of expected contacts.
    """
    line = line_at(w.lines, number)
    key = contact_key(line.key, line.drawn)
    needed = -math.log(uniform(key, ARRIVAL, w.mirrored))
    while line.slot < w.slots:
        expected = volume_at(w.volumes, number * w.slots + line.slot).expected
        if needed < expected - line.used:
            line.used += needed
            # Rounding must not carry a contact into a slot that expects none.
            share = min(line.used / expected, 1.0 - 1e-9)
            push((line.slot + share) * w.slot_s, NEXT, number, number, w)
            return
        needed -= expected - line.used
        line.used = 0.0
        line.slot += 1


@njit(cache=True)
def draw(number: int, now: float, w: Any) -> int:
    """Return the announced contact of a line, and announce the one after it."""
    line = line_at(w.lines, number)
    who = _place(w)
    contact = contact_at(w.contacts, who)
    contact.key = contact_key(line.key, line.drawn)
    line.drawn += 1
    _bring(contact, number, now, w)
    contact.began, contact.paused, contact.hop = now, 0.0, 0
    contact.root, contact.responded = number, False
    announce(number, w)
    return who


@njit(cache=True)
def take_given(now: float, w: Any) -> int:
    """Return the next given contact."""
    given = planned_at(w.planned, w.next_planned)
    who = _place(w)
    contact = contact_at(w.contacts, who)
    contact.key = contact_key(w.given_key, w.next_planned)
    w.next_planned += 1
    contact.origin, contact.root, contact.line = given.line, given.line, given.line
    contact.arrival, contact.began = now, now
    contact.gives_up, contact.service = now + given.patience, given.service
    contact.paused, contact.hop, contact.responded = 0.0, 0, False
    return who


@njit(cache=True)
def go_on(whom: int, kind: int, now: float, w: Any) -> bool:
    """Let a contact that was answered, or has given up, bring another one; tell whether it does."""
    contact = contact_at(w.contacts, whom)
    line = line_at(w.lines, contact.line)
    if line.flow == line.flow_end:
        return False
    retries = kind == RETRY
    u = uniform(contact.key, RETRYING if retries else FLOWING, w.mirrored)
    for index in range(line.flow, line.flow_end):
        flow = flow_at(w.flows, index)
        if (flow.kind == RETRY) != retries:
            continue
        if u < flow.share:
            _send(contact, flow, now, w)
            return True
        u -= flow.share
    return False


@njit(cache=True)
def vacate(who: int, w: Any) -> None:
    """Give the place of a contact back."""
    contact = contact_at(w.contacts, who)
    contact.place = FREE
    contact.number = NOBODY
    contact.behind = w.vacant
    w.vacant = who
    w.present -= 1


@njit(cache=True)
def _send(contact: Any, flow: Any, now: float, w: Any) -> None:
    """Send the contact on its way that another one brings."""
    cell = cell_of(contact.origin, contact.arrival, w)
    if flow.kind == TRANSFER:
        cell.transferred += 1
    elif flow.kind == REPEAT:
        cell.repeated += 1
    else:
        cell.retried += 1
    who = _place(w)
    child = contact_at(w.contacts, who)
    child.key = contact_key(contact.key, CHILD)
    delay = -flow.delay * math.log(uniform(contact.key, DELAY, w.mirrored))
    _bring(child, flow.to, now + delay, w)
    child.began, child.root, child.case = contact.began, contact.root, contact.case
    child.paused = contact.paused
    if flow.pauses:
        calendar = line_at(w.lines, contact.root).calendar
        # What would be after the horizon is no pause yet when the books are closed.
        child.paused += seconds_between(now, min(now + delay, w.horizon), calendar, w)
    child.hop, child.responded = contact.hop + 1, contact.responded
    child.place = TRAVELLING
    # It is numbered when it arrives; until then, below all numbers, by whoever brought it.
    child.number = contact.number - _FAR
    push(now + delay, RETURN, child.number, who, w)


@njit(cache=True)
def _bring(contact: Any, number: int, at: float, w: Any) -> None:
    """Draw the times that a contact brings to a line at which it arrives at a moment."""
    line = line_at(w.lines, number)
    slot = min(int(at / w.slot_s), w.slots - 1)
    volume = volume_at(w.volumes, number * w.slots + slot)
    contact.line, contact.origin = number, number
    contact.arrival = at
    u = uniform(contact.key, HANDLING, w.mirrored)
    contact.service = volume.handling * quantile(law_at(w.laws, line.handling), w.points, u)
    contact.gives_up = math.inf
    if volume.patience < math.inf:
        u = uniform(contact.key, PATIENCE, w.mirrored)
        law = law_at(w.laws, line.patience)
        contact.gives_up = at + volume.patience * quantile(law, w.points, u)
    if line.balking > 0.0 and uniform(contact.key, BALKING, w.mirrored) < line.balking:
        contact.gives_up = at


@njit(cache=True)
def _place(w: Any) -> int:
    """Return a free place among the contacts; there must be one."""
    who = w.vacant
    w.vacant = contact_at(w.contacts, who).behind
    w.present += 1
    return int(who)
