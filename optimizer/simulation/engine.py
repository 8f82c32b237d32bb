"""The discrete-event engine: contacts arrive, wait, are answered or give up; agents come and go.

One compiled loop (`optimizer.simulation.loop`) advances from event to event. Changes of the
roster are known and sorted beforehand; arrivals, ends of service, returns and clocks are in one
heap. Giving up needs no event unless something follows from it: whoever has waited too long is
dropped when the turn comes, which also tells how long the wait would have been, or when memory
gets short and that wait is past its target. An event costs O(log of what is to come) for the heap,
plus a look at the pools that may take the contact or at the heads of the lines that the agent may
take, so a run is linear in its contacts.

Events at the same instant are played in this order: stretches end, services end (by contact),
customers part, stretches begin (by agent), contacts return (by who brought them), given contacts
arrive, drawn ones do (by line), rings widen, contacts escalate, contacts give up. A contact whose
patience ends at the very instant at which an agent turns to it is answered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InvalidInput, Issue, raise_errors
from optimizer.simulation.checks import check_run
from optimizer.simulation.ledger import ABANDONED
from optimizer.simulation.loop import BOUND, FULL, close, start
from optimizer.simulation.loop import run as go
from optimizer.simulation.records import NOBODY, Records
from optimizer.simulation.system import Contacts, Floats, Staff, System
from optimizer.simulation.tables import Goals, Tables
from optimizer.simulation.traffic import Draws, Traffic

__all__ = ["Played", "Run", "play", "run"]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What a run came to.

    Parameters
    ----------
    counts
        Of the kind `CELL` of `optimizer.simulation.records`, [lines, slots].
    waits
        Contacts by line and bin of the wait, [lines, bins]; see `optimizer.simulation.tally`.
    longest_s
        The longest wait, [lines].
    busy_s, staffed_s
        Seconds with at least one contact in hand, and in a stretch or beyond one to finish a
        contact, up to the horizon, [agents].
    busy_by_slot_s
        Seconds with a contact in hand, [pools, slots].
    work_s
        Agent time on contacts, a contact that shares an agent counted by its share,
        [agents, lines].
    records
        What became of each contact, in the order in which they were done; empty unless asked
        for.
    end_s
        The horizon; without one, the time of the last event that meant anything.
    events
        Number of events played.
    """

    counts: Records
    waits: NDArray[np.int64]
    longest_s: Floats
    busy_s: Floats
    staffed_s: Floats
    busy_by_slot_s: Floats
    work_s: Floats
    records: Records
    end_s: float
    events: int


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """What became of every given contact and every agent.

    Parameters
    ----------
    agent
        Who served; -1 for nobody, [contacts].
    abandoned
        Whether the contact gave up before the horizon, [contacts].
    wait
        Seconds until the answer, until giving up, or until the horizon, [contacts].
    busy_s, staffed_s, end_s, events
        As in `Run`.
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
    """Play given contacts against staff, and tell what became of each.

    Flows are not played, since what they bring is not among the given contacts.

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
        As in `run`, or if the system has flows.
    """
    if len(system.flows.source):
        detail = "Given contacts are played without flows."
        raise InvalidInput("Flows cannot be played.", [Issue("flows", "/system/flows", detail)])
    played = run(
        system,
        staff,
        Traffic.nothing(len(system.fit)),
        Draws(0),
        given=contacts,
        horizon_s=horizon_s,
        most_events=most_events,
        keep_records=True,
    )
    kept = played.records[np.argsort(played.records["number"])]
    # Arrivals after the horizon were not played.
    missing = len(contacts) - len(kept)
    return Played(
        agent=np.append(kept["agent"], np.full(missing, NOBODY, np.int32)),
        abandoned=np.append(kept["outcome"] == ABANDONED, np.zeros(missing, np.bool_)),
        wait=np.append(kept["wait"], np.zeros(missing)),
        busy_s=played.busy_s,
        staffed_s=played.staffed_s,
        end_s=played.end_s,
        events=played.events,
    )


def run(
    system: System,
    staff: Staff,
    traffic: Traffic,
    draws: Draws,
    *,
    goals: Goals | None = None,
    given: Contacts | None = None,
    horizon_s: float = math.inf,
    most_events: int | None = None,
    keep_records: bool = False,
) -> Run:
    """Play drawn contacts, given ones, or both.

    Parameters
    ----------
    traffic
        What contacts are drawn from; given ones bring their times with them.
    draws
        Which of all possible contacts are drawn.
    goals
        What waits are held against; None counts none of it.
    most_events
        Bound on the events of the run; None allows a hundred for every contact expected.

    Raises
    ------
    InvalidInput
        If an array has a wrong shape, range, reference or order, or if the bound is reached:
        contacts that bring ever new ones, at once.
    """
    problems = check_run(system, staff, traffic, goals, given, horizon_s)
    raise_errors("The simulation cannot be played.", problems)
    if most_events is None:
        expected = float(traffic.offered.sum()) + (0 if given is None else len(given))
        most_events = int(1000 + 100 * expected + 4 * len(staff.agent))
    tables = Tables(system, staff, traffic, draws, goals, given, horizon_s, keep_records)
    world = tables.world
    start(world)
    while (status := go(world, most_events)) == FULL:
        tables.make_room()
    last = float(world["now"][0])
    if status == BOUND:
        detail = f"It was stopped after {most_events} events, at {last:g} s."
        raise InvalidInput("The simulation does not end.", [Issue("too_many_events", "", detail)])
    end = horizon_s if math.isfinite(horizon_s) else last
    tables.make_room()
    close(world, end)
    agents = tables.agents
    return Run(
        counts=tables.cells,
        waits=tables.waits,
        longest_s=tables.lines["longest"].copy(),
        busy_s=agents["busy"].copy(),
        staffed_s=agents["staffed"].copy(),
        busy_by_slot_s=tables.busy,
        work_s=tables.work,
        records=tables.all_records(),
        end_s=end,
        events=int(world["events"][0]),
    )
