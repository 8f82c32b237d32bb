"""From a run to the totals of one replication, which is all that is kept of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.simulation.engine import Run
from optimizer.simulation.records import CELL, Records
from optimizer.simulation.sets import Sets
from optimizer.simulation.system import Floats, Ints
from optimizer.simulation.tally import bin_edges

__all__ = ["PERCENT", "Observation", "observe", "pair"]

PERCENT = (50, 90, 99)
"""Quantiles of the wait that are kept."""

_COUNTS = CELL.names or ()


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """What one replication came to, or a pair of mirrored ones on average.

    Parameters
    ----------
    totals
        Counts by name (of `CELL`), and ``cost``, of every set, [sets] each.
    quantiles
        Waits of every set at `PERCENT`, and the longest, NaN for an empty set, [sets, 4].
    by_slot
        Counts by name of every planning group and slot, [groups, slots] each.
    busy_s, staffed_s
        Of every pool, [pools].
    busy_by_slot_s, staffed_by_slot_s
        [pools, slots].
    events
        Events played.
    records
        What became of each contact, where asked for.
    """

    totals: dict[str, Floats]
    quantiles: Floats
    by_slot: dict[str, Floats]
    busy_s: Floats
    staffed_s: Floats
    busy_by_slot_s: Floats
    staffed_by_slot_s: Floats
    events: int
    records: Records


def observe(
    run: Run,
    sets: Sets,
    group_of_line: Ints,
    pool_of_agent: Ints,
    cost: Floats,
    staffed_by_slot_s: Floats,
) -> Observation:
    """Measure one replication.

    Parameters
    ----------
    cost
        Pay of every agent, [agents]; it is shared out by the time spent on each line's contacts.
    """
    of_group = np.arange(group_of_line.max() + 1)[:, None] == group_of_line
    by_slot = {name: of_group @ run.counts[name] for name in _COUNTS}
    totals = {name: sets.member @ run.counts[name].sum(axis=1) for name in _COUNTS}
    totals["cost"] = sets.member @ _shared_out(cost, run.work_s)

    def by_pool(seconds: Floats) -> Floats:
        pools = len(run.busy_by_slot_s)
        return np.bincount(pool_of_agent, seconds, pools).astype(np.float64)

    return Observation(
        totals=totals,
        quantiles=np.array([_quantiles(run, lines) for lines in sets.member]).reshape(-1, 4),
        by_slot=by_slot,
        busy_s=by_pool(run.busy_s),
        staffed_s=by_pool(run.staffed_s),
        busy_by_slot_s=run.busy_by_slot_s,
        staffed_by_slot_s=staffed_by_slot_s,
        events=run.events,
        records=run.records,
    )


def pair(one: Observation, other: Observation) -> Observation:
    """Return the average of two mirrored replications."""
    return Observation(
        totals={name: (one.totals[name] + other.totals[name]) / 2 for name in one.totals},
        quantiles=(one.quantiles + other.quantiles) / 2,
        by_slot={name: (one.by_slot[name] + other.by_slot[name]) / 2 for name in one.by_slot},
        busy_s=(one.busy_s + other.busy_s) / 2,
        staffed_s=(one.staffed_s + other.staffed_s) / 2,
        busy_by_slot_s=(one.busy_by_slot_s + other.busy_by_slot_s) / 2,
        staffed_by_slot_s=(one.staffed_by_slot_s + other.staffed_by_slot_s) / 2,
        events=one.events + other.events,
        records=one.records,
    )


def _quantiles(run: Run, lines: NDArray[np.bool_]) -> Floats:
    """Return quantiles of the waits of some lines, in the middle of their bins, and the longest."""
    waits = run.waits[lines].sum(axis=0)
    count = waits.sum()
    if not count:
        return np.full(len(PERCENT) + 1, np.nan)
    edges = bin_edges()
    # The least wait that so many do not exceed; in whole numbers, or the last of 100 may be lost.
    wanted = -(-count * np.array(PERCENT) // 100)
    place = np.searchsorted(np.cumsum(waits), wanted)
    middle = np.where(place == 0, 0.0, (edges[place] + edges[place + 1]) / 2)
    longest = float(run.longest_s[lines].max())
    return np.append(np.minimum(middle, longest), longest)


def _shared_out(cost: Floats, work_s: Floats) -> Floats:
    """Share the pay of agents out to lines by the time spent on their contacts, [lines]."""
    total = work_s.sum(axis=1)
    rate = np.zeros_like(cost)
    np.divide(cost, total, out=rate, where=total > 0)
    shares: Floats = rate @ work_s
    return shares
