"""When tickets left waiting may be taken at the earliest, by what is known now.

Known are the end of after-call work, the expected end of the next contact in hand, and when a
ticket will ask for something else: by relaxation, by escalation, or because it is reserved no
longer. Between two such changes of a ticket the first agent who is ready counts.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.model import Snapshot
from optimizer.routing.asks import Moments
from optimizer.routing.board import Board
from optimizer.routing.clocks import concerned, escalated_at
from optimizer.routing.columns import TIERS
from optimizer.routing.dealing import Pairs
from optimizer.routing.eligibility import Bits, sieve
from optimizer.routing.needs import Classes, merge_tickets

__all__ = ["soonest"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def soonest(snapshot: Snapshot, board: Board, pairs: Pairs, waiting: Ints) -> Floats:
    """Return the seconds until each ticket may be taken, infinite where nothing known would help.

    Parameters
    ----------
    pairs
        What was decided: the room that it takes is no longer there.
    waiting
        Positions of the tickets left waiting, [waiting].
    """
    ready, row = _ready(board, pairs)
    if not len(waiting) or np.isinf(ready).all():
        return np.full(len(waiting), np.inf)
    first = _first_ready(board.classes, board.eligibility.qualified, ready, row)
    found = first[board.classes.of_ticket[waiting]]
    who, waits = _changes(snapshot, board, waiting)
    if not len(who):
        return found
    position = waiting[who]
    later = _ready_later(snapshot, board, board.tickets[position], waits, ready, row)
    _take_changes(found, who, board.clocks.until(position, waits), later)
    return found


def _ready(board: Board, pairs: Pairs) -> tuple[Floats, dict[str, int]]:
    """Return the seconds until agents may take a contact, [channels, agents], and channels' rows.

    What has just been given away takes up room, and nothing is known of when it ends.
    """
    staff, classes = board.staff, board.classes
    row: dict[str, int] = {}
    of_terms = [row.setdefault(terms.channel, len(row)) for terms in classes.terms]
    channel = np.array(of_terms, dtype=np.int64)[classes.of_class[classes.of_ticket[pairs.ticket]]]
    given = np.zeros((len(row), len(staff)), dtype=np.int64)
    np.add.at(given, (channel, pairs.agent), 1)
    size = np.array([staff.units.get(name, 1) for name in row], dtype=np.int64)
    units = size @ given if len(row) else np.zeros(len(staff), dtype=np.int64)
    ready = [staff.ready(name, units, given[place]) for name, place in row.items()]
    return np.array(ready).reshape(len(row), len(staff)), row


def _ready_later(
    snapshot: Snapshot,
    board: Board,
    rows: Ints,
    waits: Floats,
    ready: Floats,
    row: dict[str, int],
) -> Floats:
    """Return the seconds until somebody is ready for what tickets ask at later waits, [any]."""
    staff = board.staff
    found = np.full(len(rows), np.inf)
    escalated = escalated_at(board.columns, rows, waits, snapshot.escalations)
    # Where nobody of the tier is expected at all, there is nothing to look for.
    known = {TIERS[code] for code in staff.columns.tier[~np.isinf(ready).all(axis=0)].tolist()}
    expected = [any(own.may_serve(asked) for own in known) for asked in TIERS]
    asked = np.flatnonzero(np.array([*expected, True])[escalated])
    if len(asked):
        moments = Moments(rows[asked], waits[asked], escalated[asked])
        classes = merge_tickets(board.columns, moments, staff, snapshot.weights)
        eligibility = sieve(classes, staff, staff.levels(classes.skills))
        first = _first_ready(classes, eligibility.qualified, ready, row)
        found[asked] = first[classes.of_ticket]
    return found


def _changes(snapshot: Snapshot, board: Board, waiting: Ints) -> tuple[Ints, Floats]:
    """Return for which waiting tickets, and at which waits, something else will be asked.

    Returns
    -------
    tuple
        Place in `waiting` and wait of each change, in order and without repetition.
    """
    columns = board.columns
    rows, waits = board.tickets[waiting], board.clocks.waits[waiting]
    changes: list[tuple[Ints, Floats]] = []
    for escalation in snapshot.escalations:
        coming = waits < escalation.after_seconds
        if coming.any():
            who = np.flatnonzero(coming & concerned(columns, rows, escalation))
            changes.append((who, np.full(len(who), float(escalation.after_seconds))))
    if board.classes.only:
        reserved = np.zeros(len(board.classes), dtype=np.bool_)
        reserved[list(board.classes.only)] = True
        who = np.flatnonzero(reserved[board.classes.of_ticket[waiting]])
        changes.append((who, columns.preferred_seconds[rows[who]]))
    if columns.relaxation is not None:
        steps = [
            (place, float(step.after_seconds))
            for place, (row, wait) in enumerate(zip(rows.tolist(), waits.tolist(), strict=True))
            for step in columns.relaxation[row]
            if step.after_seconds > wait
        ]
        places, thresholds = np.array(steps).reshape(-1, 2).T
        changes.append((places.astype(np.int64), thresholds))
    if not changes:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    who = np.concatenate([places for places, _ in changes])
    at = np.concatenate([thresholds for _, thresholds in changes])
    order = np.lexsort((at, who))
    who, at = who[order], at[order]
    new = np.ones(len(who), dtype=np.bool_)
    new[1:] = (who[1:] != who[:-1]) | (at[1:] != at[:-1])
    return who[new], at[new]


@njit(cache=True)
def _take_changes(found: Floats, who: Ints, begin: Floats, later: Floats) -> None:
    """Let each change count from its instant on until the next, and no longer what was before it.

    Parameters
    ----------
    found
        Seconds until each ticket may be taken as it is now; changed in place.
    who, begin, later
        The ticket of each change, when it comes, and from when on somebody is ready for what is
        asked for then; by ticket, in order of time, [changes] all.
    """
    for place in range(len(who)):
        ticket = who[place]
        if (place == 0 or who[place - 1] != ticket) and found[ticket] >= begin[place]:
            found[ticket] = np.inf
        is_last = place + 1 == len(who) or who[place + 1] != ticket
        at = max(begin[place], later[place])
        if is_last or at < begin[place + 1]:
            found[ticket] = min(found[ticket], at)


def _first_ready(classes: Classes, qualified: Bits, ready: Floats, row: dict[str, int]) -> Floats:
    """Return the seconds until somebody qualified is ready, [classes]."""
    of_terms = np.array([row[terms.channel] for terms in classes.terms], dtype=np.int64)
    found: Floats = _least(qualified, of_terms[classes.of_class], ready)
    return found


@njit(cache=True)
def _least(sets: Bits, row: Ints, values: Floats) -> Floats:
    """Return the least value in a row of those who are in each set, infinite for nobody."""
    found = np.full(len(sets), np.inf)
    for place in range(len(sets)):
        for word in range(sets.shape[1]):
            left = sets[place, word]
            agent = 64 * word
            while left:
                if left & np.uint64(1):
                    found[place] = min(found[place], values[row[place], agent])
                left >>= np.uint64(1)
                agent += 1
    return found
