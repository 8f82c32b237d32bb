"""From what was played to counts that add up over groups, intervals and replications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.simulation.engine import Played
from optimizer.simulation.system import Contacts, Floats, Ints

__all__ = [
    "QUANTILES",
    "Observation",
    "Targets",
    "count",
    "observe",
    "virtual_within",
    "wait_quantiles",
]

QUANTILES = (0.5, 0.9, 0.99, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """What the waits of each line are held against, [lines] each, in seconds.

    Parameters
    ----------
    within_s
        Target time of the service level, NaN for none.
    first_response_s
        Time for the first response, NaN for none.
    """

    within_s: Floats
    first_response_s: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """What one replication came to.

    Parameters
    ----------
    counts
        From `count`, and ``virtual``: the contacts that would have been answered in time if
        nobody gave up, slot by slot, [lines, slots] each.
    virtual
        The same contacts, estimated over the whole range, [lines].
    quantiles
        From `wait_quantiles`, [sets, 4].
    busy_s, staffed_s
        Of every agent, [agents].
    work_s
        Agent time on contacts, a contact that shares an agent counted by its share,
        [agents, lines].
    events
        Events played.
    """

    counts: dict[str, Floats]
    virtual: Floats
    quantiles: Floats
    busy_s: Floats
    staffed_s: Floats
    work_s: Floats
    events: int


def observe(
    contacts: Contacts,
    played: Played,
    targets: Targets,
    share: Floats,
    member: NDArray[np.bool_],
    slot_s: float,
    slots: int,
) -> Observation:
    """Measure one replication.

    Parameters
    ----------
    share
        Share of an agent that a contact takes, [lines].
    member
        Whether each line belongs to each set, [sets, lines].
    """
    lines, agents = len(share), len(played.busy_s)
    cell = _cell(contacts, slot_s, slots)
    counts = count(contacts, played, targets, slot_s, slots)
    by_slot = virtual_within(contacts, played, targets, cell, lines * slots)
    by_line = virtual_within(contacts, played, targets, contacts.line.astype(np.int64), lines)
    counts["virtual"] = np.nan_to_num(by_slot).reshape(lines, slots) * counts["targeted"]
    served = played.answered
    pair = played.agent[served] * np.int64(lines) + contacts.line[served]
    work = contacts.service[served] * share[contacts.line[served]]
    return Observation(
        counts=counts,
        virtual=np.nan_to_num(by_line) * counts["targeted"].sum(axis=1),
        quantiles=wait_quantiles(played.wait, contacts.line, member),
        busy_s=played.busy_s,
        staffed_s=played.staffed_s,
        work_s=_sums(pair, work, agents * lines).reshape(agents, lines),
        events=played.events,
    )


def count(
    contacts: Contacts, played: Played, targets: Targets, slot_s: float, slots: int
) -> dict[str, Floats]:
    """Count contacts by line and slot of arrival, [lines, slots] each.

    Returns
    -------
    counts
        ``offered, answered, abandoned``; ``waited`` (seconds, of the answered); of lines with a
        target time ``targeted`` (all), ``targeted_answered``, ``good`` (answered in time) and
        ``short`` (gave up in time); of lines with a first-response time ``due`` (it ended before
        the horizon) and ``responded`` (answered within it).
    """
    lines = len(targets.within_s)
    cell = _cell(contacts, slot_s, slots)
    within, response = targets.within_s[contacts.line], targets.first_response_s[contacts.line]
    targeted, in_time = ~np.isnan(within), played.wait <= within
    due = contacts.arrival + response <= played.end_s
    counted = {
        "offered": np.ones(len(contacts), np.bool_),
        "answered": played.answered,
        "abandoned": played.abandoned,
        "waited": np.where(played.answered, played.wait, 0.0),
        "targeted": targeted,
        "targeted_answered": targeted & played.answered,
        "good": in_time & played.answered,
        "short": in_time & played.abandoned,
        "due": due,
        "responded": due & played.answered & (played.wait <= response),
    }
    return {
        name: _sums(cell, values, lines * slots).reshape(lines, slots)
        for name, values in counted.items()
    }


def _sums(cell: Ints, values: NDArray[Any], cells: int) -> Floats:
    """Return the sum of the values that fall into each cell, [cells]."""
    return np.bincount(cell, values, cells).astype(np.float64)


def _cell(contacts: Contacts, slot_s: float, slots: int) -> Ints:
    """Return the number of each contact's pair of line and slot of arrival, [contacts]."""
    # An arrival at the very end of the range belongs to the last slot.
    slot = np.minimum((contacts.arrival / slot_s).astype(np.int64), slots - 1)
    return contacts.line * np.int64(slots) + slot


def virtual_within(
    contacts: Contacts, played: Played, targets: Targets, cell: Ints, cells: int
) -> Floats:
    """Return the share of contacts that would be answered in time if nobody gave up, [cells].

    The wait that a contact would have had is seen only of those who are answered; the patience
    of the others tells that theirs was longer. As patience does not depend on the wait, the
    product-limit estimate of Kaplan and Meier (1958) applies; for waits in call centres see
    Brown et al. (2005), JASA 100, section 4.

    Parameters
    ----------
    cell
        Which cell each contact counts for, [contacts].

    Returns
    -------
    share
        NaN where no contact with a target time counts.
    """
    within = targets.within_s[contacts.line]
    watched = np.flatnonzero(~np.isnan(within))
    ends_in_time = watched[played.wait[watched] <= within[watched]]
    order = np.lexsort((~played.answered[ends_in_time], played.wait[ends_in_time]))
    ends_in_time = ends_in_time[order]
    at_risk = np.bincount(cell[watched], minlength=cells).astype(np.float64)
    waiting = np.where(at_risk > 0, 1.0, np.nan)
    _product_limit(cell[ends_in_time], played.answered[ends_in_time], at_risk, waiting)
    return 1.0 - waiting


@njit(cache=True)
def _product_limit(
    cell: Ints, answered: NDArray[np.bool_], at_risk: Floats, waiting: Floats
) -> None:
    """Update the share still waiting in each cell by the ends of waits, in order of length."""
    for i in range(len(cell)):
        if answered[i]:
            waiting[cell[i]] *= 1.0 - 1.0 / at_risk[cell[i]]
        at_risk[cell[i]] -= 1.0


def wait_quantiles(wait: Floats, line: NDArray[np.int32], member: NDArray[np.bool_]) -> Floats:
    """Return the quantiles of the waits in each set of lines, NaN for an empty one.

    Parameters
    ----------
    member
        Whether each line belongs to each set, [sets, lines].

    Returns
    -------
    quantiles
        [sets, 4] for `QUANTILES`; the least wait that so many do not exceed.
    """
    result = np.full((len(member), len(QUANTILES)), np.nan)
    for row, lines in enumerate(member):
        waits = wait[lines[line]]
        if len(waits):
            result[row] = np.quantile(waits, QUANTILES, method="inverted_cdf")
    return result
