"""What a run comes to, summed up again from the contacts and agents of the slow simulator."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import numpy.typing as npt

from optimizer.simulation.records import CELL, RECORD
from optimizer.simulation.tally import BINS, bin_edges
from tests.optimizer.simulation.slow_reference import Guest, SlowRun

LEFT, ANSWERED, ABANDONED = range(3)


def wait_of(guest: Guest, end: float) -> float:
    """Return how long a contact waited, or has waited at the end."""
    if guest.served:
        return guest.start - guest.arrival
    return (guest.gives_up if guest.gave_up else end) - guest.arrival


def records_of(run: SlowRun, end: float) -> npt.NDArray[np.void]:
    """Return what became of each contact, by number."""
    rows = []
    for guest in run.guests:
        outcome = ANSWERED if guest.served else ABANDONED if guest.gave_up else LEFT
        over = {LEFT: end, ANSWERED: min(guest.finished, end), ABANDONED: guest.gives_up}[outcome]
        which = (guest.number, guest.case, guest.hop, guest.origin, guest.line, guest.agent)
        rows.append((*which, outcome, guest.arrival, wait_of(guest, end), over))
    return np.array(rows, RECORD)


def waits_of(run: SlowRun, end: float) -> npt.NDArray[np.int64]:
    """Return the contacts by line and bin of the wait."""
    waits = np.zeros((len(run.keys), BINS), np.int64)
    for guest in run.guests:
        wait = wait_of(guest, end)
        place = max(int(np.searchsorted(bin_edges(), wait, "right")) - 1, 1) if wait > 0 else 0
        waits[guest.origin, place] += 1
    return waits


def counts_of(run: SlowRun, end: float) -> npt.NDArray[np.void]:
    """Return the counts by line and slot."""
    slots = run.traffic.offered.shape[1]
    counts = np.zeros((len(run.keys), slots), CELL)

    def cell(line: int, moment: float) -> np.void:
        return counts[line, min(int(moment // run.traffic.slot_s), slots - 1)]

    for guest in run.guests:
        own, within = cell(guest.origin, guest.arrival), run.goals.within_s[guest.origin]
        wait, targeted = wait_of(guest, end), not np.isnan(within)
        own["offered"] += 1
        own["targeted"] += targeted
        own["escalated"] += guest.escalations
        if guest.served:
            own["answered"] += 1
            own["waited"] += wait
            own["targeted_answered"] += targeted
            own["good"] += wait <= within
            own["virtual"] += wait <= within
        elif guest.gave_up:
            own["abandoned"] += 1
            own["short"] += wait <= within
            own["virtual"] += guest.virtual <= within
        if guest.brought:
            own[guest.brought] += 1

    for case in cases_of(run):
        own, root = cell(case[0].root, case[0].began), case[0].root
        own["cases"] += 1
        answered = next((guest for guest in case if guest.served), None)
        due, in_time = held_against(
            run,
            answered or case[-1],
            answered.start if answered else math.inf,
            run.goals.first_response_s[root],
        )
        own["due"] += due
        own["responded"] += in_time
        resolved = resolved_at(run, case[-1], end)
        own["resolved"] += resolved < math.inf
        due, in_time = held_against(run, case[-1], resolved, run.goals.resolution_s[root])
        own["resolution_due"] += due
        own["resolved_in_time"] += in_time
    return counts


def cases_of(run: SlowRun) -> list[list[Guest]]:
    """Return the contacts of each case in their order, one on its way at the end included."""
    cases = defaultdict(list)
    for guest in run.guests:
        cases[guest.case].append(guest)
    for case in cases.values():
        if case[-1].child is not None:
            case.append(case[-1].child)
    return list(cases.values())


def resolved_at(run: SlowRun, last: Guest, end: float) -> float:
    """Return when the customer of the last contact of a case was done; infinite if not yet."""
    if not last.served or (run.flows_on(last) and not last.parted):
        return math.inf
    if run.parts(last):
        return last.start + last.service * (1 - run.wrap(last))
    parted = last.ends - run.wrap(last) * (last.ends - last.start)
    return parted if parted <= end else math.inf


def held_against(run: SlowRun, guest: Guest, moment: float, limit: float) -> tuple[bool, bool]:
    """Tell whether a limit of a case ends before the horizon, and whether it was held then."""

    def elapsed(at: float) -> float:
        return run.clock(guest.root, guest.began, at) - guest.paused

    if np.isnan(limit) or (run.horizon < math.inf and elapsed(run.horizon) < limit):
        return False, False
    return True, moment < math.inf and elapsed(moment) <= limit


def stretches(run: SlowRun, end: float) -> tuple[list[list[tuple[float, float]]], ...]:
    """Return from when to when each agent had something in hand, and was there."""
    busy = [list(worker.busy) for worker in run.workers]
    there = [list(worker.there) for worker in run.workers]
    for worker, in_hand, at_work in zip(run.workers, busy, there, strict=True):
        if worker.load:
            in_hand.append((worker.taken, end))
        if worker.load or worker.present:
            at_work.append((worker.came, end))
    return busy, there


def busy_by_slot(run: SlowRun, end: float) -> npt.NDArray[np.float64]:
    """Return the seconds with something in hand by pool and slot."""
    slots = run.traffic.offered.shape[1]
    edges = np.append(np.arange(slots) * run.traffic.slot_s, math.inf)
    seconds = np.zeros((run.system.fit.shape[1], slots))
    for worker, busy in zip(run.workers, stretches(run, end)[0], strict=True):
        for a, b in busy:
            seconds[worker.pool] += np.clip(b, edges[:-1], edges[1:]) - np.clip(
                a, edges[:-1], edges[1:]
            )
    return seconds


def work_of(run: SlowRun, end: float) -> npt.NDArray[np.float64]:
    """Return the seconds that agents spent on contacts by agent and line."""
    work = np.zeros((len(run.workers), len(run.keys)))
    for guest in run.guests:
        if guest.served:
            share = run.system.units[guest.line] / run.system.capacity
            work[guest.agent, guest.line] += (min(guest.finished, end) - guest.start) * share
    return work
