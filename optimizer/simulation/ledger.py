"""The books of a run: what is counted when a contact is answered, gives up or is resolved."""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from optimizer.simulation.records import NOBODY, line_at, record_at, whole_at
from optimizer.simulation.tally import BINS, bin_of, cell_of, seconds_between

__all__ = [
    "ABANDONED",
    "ANSWERED",
    "LEFT",
    "answer",
    "end_case",
    "leave_behind",
    "lose",
    "record",
]

LEFT, ANSWERED, ABANDONED = range(3)
"""Outcomes of a contact."""


@njit(cache=True)
def answer(contact: Any, now: float, w: Any) -> None:
    """Count an answer."""
    wait = now - contact.arrival
    line = line_at(w.lines, contact.origin)
    cell = cell_of(contact.origin, contact.arrival, w)
    cell.answered += 1
    cell.waited += wait
    _see(contact, wait, w)
    if not math.isnan(line.within):
        cell.targeted_answered += 1
        if wait <= line.within:
            cell.good += 1
            cell.virtual += 1
    if not contact.responded:
        contact.responded = True
        _respond(contact, now, w)


@njit(cache=True)
def lose(contact: Any, virtual: float, w: Any) -> None:
    """Count a contact that gave up, with the wait after which it would have been answered."""
    wait = contact.gives_up - contact.arrival
    within = line_at(w.lines, contact.origin).within
    cell = cell_of(contact.origin, contact.arrival, w)
    cell.abandoned += 1
    if wait <= within:
        cell.short += 1
    if virtual <= within:
        cell.virtual += 1
    _see(contact, wait, w)
    record(contact, ABANDONED, wait, contact.gives_up, w)


@njit(cache=True)
def leave_behind(contact: Any, end: float, w: Any) -> None:
    """Count a contact that still waits at the end."""
    _see(contact, end - contact.arrival, w)
    record(contact, LEFT, end - contact.arrival, end, w)


@njit(cache=True)
def end_case(contact: Any, resolved: float, w: Any) -> None:
    """Count what became of the resolution of a case; infinite if it was not resolved."""
    limit = line_at(w.lines, contact.root).resolution
    cell = cell_of(contact.root, contact.began, w)
    if resolved < math.inf:
        cell.resolved += 1
    if _due(contact, limit, w):
        cell.resolution_due += 1
        if resolved < math.inf and _elapsed(contact, resolved, w) <= limit:
            cell.resolved_in_time += 1
    if not contact.responded:
        _respond(contact, math.inf, w)


@njit(cache=True)
def record(contact: Any, outcome: int, wait: float, end: float, w: Any) -> None:
    """Write down what became of a contact, where records are asked for."""
    if not w.record_room:
        return
    entry = record_at(w.records, w.recorded)
    w.recorded += 1
    entry.number, entry.case, entry.hop = contact.number, contact.case, contact.hop
    entry.origin, entry.line, entry.outcome = contact.origin, contact.line, outcome
    entry.agent = contact.agent if outcome == ANSWERED else NOBODY
    entry.arrival, entry.wait, entry.end = contact.arrival, wait, end


@njit(cache=True)
def _see(contact: Any, wait: float, w: Any) -> None:
    """Add a wait to the histogram."""
    line = line_at(w.lines, contact.origin)
    whole_at(w.waits, contact.origin * BINS + bin_of(wait)).value += 1
    line.longest = max(line.longest, wait)


@njit(cache=True)
def _respond(contact: Any, moment: float, w: Any) -> None:
    """Count what became of the first response to a case; infinite if there was none."""
    limit = line_at(w.lines, contact.root).response
    if _due(contact, limit, w):
        cell = cell_of(contact.root, contact.began, w)
        cell.due += 1
        if moment < math.inf and _elapsed(contact, moment, w) <= limit:
            cell.responded += 1


@njit(cache=True)
def _due(contact: Any, limit: float, w: Any) -> bool:
    """Tell whether a time limit of a case ends before the horizon; there may be none (NaN)."""
    if math.isnan(limit):
        return False
    return w.horizon == math.inf or _elapsed(contact, w.horizon, w) >= limit


@njit(cache=True)
def _elapsed(contact: Any, moment: float, w: Any) -> float:
    """Return the seconds of a case that its clocks count."""
    calendar = line_at(w.lines, contact.root).calendar
    return float(seconds_between(contact.began, moment, calendar, w) - contact.paused)
