"""The discrete-event engine: contacts arrive, wait, are answered or give up; agents come and go.

One compiled loop advances from event to event. Arrivals and changes of the roster are known and
sorted beforehand, so only ends of service are kept in a heap. Giving up needs no event: whoever
has waited too long is dropped when the line reaches its head. An event costs O(log busy agents)
for the heap, plus a look at the pools that may take the contact or at the heads of the lines
that the agent may take, so a run is linear in its contacts.

Events at the same instant are played in this order: stretches end, services end (by contact),
stretches begin (by agent), contacts arrive. A contact whose patience ends at the very instant at
which an agent turns to it is answered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InvalidInput, Issue, raise_errors
from optimizer.routing.score import weight_vector
from optimizer.simulation.loop import run
from optimizer.simulation.records import (
    AGENT,
    CHANGE,
    CONTACT,
    ENDS,
    FINISH,
    LINE,
    NOBODY,
    OPTION,
    Records,
    records,
)
from optimizer.simulation.system import Contacts, Floats, Ints, Staff, System, check_play

__all__ = ["Played", "play"]


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """What became of every contact and every agent.

    Parameters
    ----------
    agent
        Who served; -1 for nobody, [contacts].
    abandoned
        Whether the contact gave up before the horizon, [contacts].
    wait
        Seconds until the answer, until giving up, or until the horizon, [contacts].
    busy_s
        Seconds with at least one contact in hand, up to the horizon, [agents].
    staffed_s
        Seconds in a stretch, and beyond one to finish a contact, up to the horizon, [agents].
    end_s
        The horizon; without one, the time of the last event.
    events
        Number of events played.
    """

    agent: NDArray[np.int32]
    abandoned: NDArray[np.bool_]
    wait: Floats
    busy_s: Floats
    staffed_s: Floats
    end_s: float
    events: int

    @property
    def answered(self) -> NDArray[np.bool_]:
        """Return whether each contact was answered, [contacts]."""
        return np.not_equal(self.agent, NOBODY)


def play(
    system: System,
    staff: Staff,
    contacts: Contacts,
    *,
    horizon_s: float = math.inf,
    most_events: int | None = None,
) -> Played:
    """Play contacts against staff.

    Parameters
    ----------
    horizon_s
        Events after this second are not played. Without a horizon the run goes on until every
        contact is served or never will be.
    most_events
        Bound on the events of the run; None allows as many as the input can cause.

    Raises
    ------
    InvalidInput
        If an array has a wrong shape, range, reference or order, or if the bound is too low.
    """
    raise_errors("The simulation cannot be played.", check_play(system, staff, contacts))
    if most_events is None:
        most_events = 2 * len(contacts) + 2 * len(staff.agent) + 1
    flow = _flow(contacts)
    lines, agents, options = _tables(system, staff)
    pools = system.fit.shape[1]
    events, last = run(
        flow,
        lines,
        agents,
        options,
        records(ENDS, (pools, system.capacity), first=NOBODY, last=NOBODY),
        _changes(staff),
        np.zeros(len(agents) * system.capacity + 1, FINISH),
        weight_vector(system.weights),
        horizon_s,
        most_events,
    )
    if events == most_events:
        detail = f"It was stopped after {events} events, at {last:g} s."
        raise InvalidInput("The simulation does not end.", [Issue("too_many_events", "", detail)])

    end = horizon_s if math.isfinite(horizon_s) else last
    agent = flow["agent"].copy()
    waits = agent == NOBODY
    abandoned = waits & np.isfinite(flow["gives_up"]) & (flow["gives_up"] <= horizon_s)
    wait = np.where(waits, end, flow["start"]) - contacts.arrival
    in_stretch = np.minimum(staff.end, end) - np.minimum(staff.begin, end)
    return Played(
        agent=agent,
        abandoned=abandoned,
        wait=np.where(abandoned, contacts.patience, wait),
        busy_s=agents["busy"].copy(),
        staffed_s=np.bincount(staff.agent, in_stretch, len(agents)) + agents["overrun"],
        end_s=end,
        events=events,
    )


def _flow(contacts: Contacts) -> Records:
    """Lay the contacts out as the loop takes them."""
    return records(
        CONTACT,
        len(contacts),
        arrival=contacts.arrival,
        gives_up=contacts.arrival + contacts.patience,
        service=contacts.service,
        line=contacts.line,
        agent=NOBODY,
        behind=NOBODY,
    )


def _tables(system: System, staff: Staff) -> tuple[Records, Records, Records]:
    """Lay lines, agents and their options out as the loop takes them."""
    pools = system.fit.shape[1]
    pools_of_lines = _options(system.fit, -system.fit)
    lines_of_pools = _options(system.fit.T, np.tile(system.deferred, (pools, 1)))
    line_bounds = _bounds(pools_of_lines)
    pool_bounds = _bounds(lines_of_pools) + line_bounds[-1]
    lines = records(
        LINE,
        len(system.rank),
        rank=system.rank,
        value=system.value,
        target=system.target,
        units=system.units,
        deferred=system.deferred,
        first=line_bounds[:-1],
        end=line_bounds[1:],
        head=NOBODY,
    )
    agents = records(
        AGENT,
        len(staff.pool),
        pool=staff.pool,
        first=pool_bounds[:-1][staff.pool],
        end=pool_bounds[1:][staff.pool],
    )
    options = np.concatenate([np.zeros(0, OPTION), *pools_of_lines, *lines_of_pools])
    return lines, agents, options


def _options(fit: Floats, key: NDArray[Any]) -> list[Records]:
    """Return for each row the columns with a fit, sorted by the key (ties by column)."""
    rows = []
    for points, order in zip(fit, key, strict=True):
        to = np.flatnonzero(~np.isnan(points))
        to = to[np.argsort(order[to], kind="stable")]
        rows.append(records(OPTION, len(to), to=to, fit=points[to]))
    return rows


def _bounds(rows: list[Records]) -> Ints:
    """Return where each row begins once all are joined, and where the last one ends."""
    return np.cumsum([0, *map(len, rows)], dtype=np.int64)


def _changes(staff: Staff) -> Records:
    """Sort begins and ends of stretches: by time, ends first, then by agent."""
    time = np.concatenate([staff.end, staff.begin])
    agent = np.concatenate([staff.agent, staff.agent])
    begins = np.repeat([False, True], len(staff.agent))
    order = np.lexsort((agent, begins, time))
    return records(CHANGE, len(time), time=time[order], agent=agent[order], begins=begins[order])
