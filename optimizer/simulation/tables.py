"""From systems, staff and traffic to the arrays of records that the loop works on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.routing.score import base_weights
from optimizer.simulation.loop import forget
from optimizer.simulation.records import (
    AGENT,
    CELL,
    CHANGE,
    CONTACT,
    ENDS,
    EVENT,
    FLOW,
    LINE,
    NOBODY,
    OPTION,
    PLANNED,
    RECORD,
    VOLUME,
    WORLD,
    Records,
    records,
)
from optimizer.simulation.sources import REPEAT, RETRY, TRANSFER
from optimizer.simulation.system import Contacts, Floats, Flows, Ints, Staff, System
from optimizer.simulation.tally import BINS
from optimizer.simulation.traffic import Draws, Traffic, encode_laws

__all__ = ["Goals", "Tables"]

_ROOM = 1024
"""Contacts and events there is room for at first."""


@dataclass(frozen=True, slots=True, eq=False)
class Goals:
    """What the contacts of each line are held against, [lines] each, in seconds, NaN for none.

    Parameters
    ----------
    within_s
        Target time of the service level.
    first_response_s, resolution_s
        Time for the first response and for the resolution of a case that begins in the line.
    calendar
        Which calendar these two count by, -1 for the clock.
    opened_s
        Open seconds before each slot and in all, [calendars, slots + 1].
    """

    within_s: Floats
    first_response_s: Floats
    resolution_s: Floats
    calendar: Ints
    opened_s: Floats

    @classmethod
    def none(cls, lines: int) -> Goals:
        """Return no goals at all."""
        nothing = np.full(lines, math.nan)
        return cls(nothing, nothing, nothing, np.full(lines, NOBODY), np.zeros((0, 2)))


class Tables:
    """A world and the tables that it points at; see `optimizer.simulation.engine.run`.

    Attributes
    ----------
    world
        One record of the kind `WORLD`.
    written
        Records that were taken out of the table of records to make room.
    """

    def __init__(
        self,
        system: System,
        staff: Staff,
        traffic: Traffic,
        draws: Draws,
        goals: Goals | None,
        given: Contacts | None,
        horizon_s: float,
        keep_records: bool,
    ) -> None:
        lines, pools = system.fit.shape
        slots, agents = traffic.offered.shape[1], len(staff.pool)
        after = np.zeros_like(system.fit) if system.after_s is None else system.after_s
        pools_of_lines = _options(system.fit, after, -system.fit)
        # Lines that may be served in idle time only come last: the loop meets the others first.
        late = np.tile(system.idle_until_s > 0, (pools, 1))
        lines_of_pools = _options(system.fit.T, after.T, late)
        flows, flow_bounds = _flows(system.flows, lines)
        laws, points, law_of_line = encode_laws([*traffic.handling, *traffic.patience])
        line_bounds = _bounds(pools_of_lines)
        pool_bounds = _bounds(lines_of_pools) + line_bounds[-1]
        goals = goals or Goals.none(lines)
        paces = 0 if system.pace is None else system.capacity + 1
        self.lines = _lines(system, traffic, draws, goals)
        self.lines["first"], self.lines["end"] = line_bounds[:-1], line_bounds[1:]
        self.lines["flow"], self.lines["flow_end"] = flow_bounds[:-1], flow_bounds[1:]
        self.lines["handling"] = law_of_line[:lines]
        self.lines["patience"] = law_of_line[lines:]
        self.agents = records(
            AGENT,
            agents,
            pool=staff.pool,
            first=pool_bounds[:-1][staff.pool],
            end=pool_bounds[1:][staff.pool],
            hand=NOBODY,
        )
        self.cells = records(CELL, (lines, slots))
        self.waits = np.zeros((lines, BINS), np.int64)
        self.busy = np.zeros((pools, slots))
        self.work = np.zeros((agents, lines))
        self.written: list[Records] = []
        self._contacts = records(CONTACT, 0)
        self._heap = records(EVENT, 0)
        self._records = records(RECORD, 0)
        self.world = records(
            WORLD,
            1,
            slots=slots,
            slot_s=traffic.slot_s,
            horizon=horizon_s,
            capacity=system.capacity,
            paces=paces,
            line_count=lines,
            agent_count=agents,
            change_count=2 * len(staff.agent),
            planned_count=0 if given is None else len(given),
            **base_weights(system.weights)._asdict(),
            queue=system.queue_weight,
            idle=system.weights.idle / system.weights.idle_target_seconds,
            worked=system.weights.worked / 3600.0,
            strict=system.weights.strict_priority,
            in_turn=system.in_turn,
            mirrored=draws.mirrored,
            given_key=draws.key("given contacts"),
            anyone=staff.interchangeable,
        )
        volumes = records(
            VOLUME,
            (lines, slots),
            expected=traffic.offered,
            handling=traffic.handling_s,
            patience=traffic.patience_s,
        )
        self._fixed: dict[str, NDArray[Any]] = {
            "lines": self.lines,
            "agents": self.agents,
            "options": np.concatenate([np.zeros(0, OPTION), *pools_of_lines, *lines_of_pools]),
            "flows": flows,
            "laws": laws,
            "points": points,
            "free": records(ENDS, (pools, system.capacity), first=NOBODY, last=NOBODY),
            "changes": _changes(staff),
            "planned": _planned(given),
            "volumes": volumes,
            "cells": self.cells,
            "pace": np.zeros(0) if system.pace is None else _numbers(system.pace),
            "opened": _numbers(goals.opened_s),
            "waits": self.waits,
            "busy": self.busy,
            "work": self.work,
            "owed": np.zeros(pools, np.int64),
        }
        for name, table in self._fixed.items():
            self.world[name] = table.ctypes.data
        # One event fills an agent at most; each contact has an end, the leaving of the customer,
        # and with a pace moves the ends of all others. A contact that waits has three clocks.
        most_pushed = 8 + system.capacity * (4 + paces)
        self.world["most_pushed"] = most_pushed
        self._grow_contacts(_ROOM)
        self._grow_heap(_ROOM + lines + 2 * most_pushed)
        self._keep_records = keep_records
        self._clear_records()

    def make_room(self) -> None:
        """Double what may become too small, and take out the records that are written."""
        w = self.world[0]
        self._clear_records()
        if w["present"] + 3 > w["places"]:
            forget(self.world)
            if 2 * w["present"] > w["places"]:
                self._grow_contacts(2 * int(w["places"]))
        if 2 * w["pending"] > w["heap_room"]:
            self._grow_heap(2 * int(w["heap_room"]))
        self._clear_records()

    def all_records(self) -> Records:
        """Return what became of each contact, in the order in which they were done."""
        self._clear_records()
        return np.concatenate([np.zeros(0, RECORD), *self.written])

    def _grow_contacts(self, count: int) -> None:
        w = self.world[0]
        before = int(w["places"])
        contacts = records(CONTACT, count, number=NOBODY)
        contacts[:before] = self._contacts
        # Free places form a list, the new ones in front.
        contacts["behind"][before:] = np.arange(before, count) + 1
        contacts["behind"][-1] = w["vacant"]
        self._contacts = contacts
        w["vacant"], w["places"] = before, count
        w["contacts"] = contacts.ctypes.data

    def _grow_heap(self, count: int) -> None:
        heap = np.zeros(count, EVENT)
        heap[: len(self._heap)] = self._heap
        self._heap = heap
        self.world["heap_room"], self.world["heap"] = count, heap.ctypes.data

    def _clear_records(self) -> None:
        w = self.world[0]
        if not self._keep_records:
            return
        if w["recorded"]:
            self.written.append(self._records[: w["recorded"]])
        # One event may end everybody who is present.
        self._records = records(RECORD, 4 * int(w["places"]))
        w["recorded"], w["record_room"] = 0, len(self._records)
        w["records"] = self._records.ctypes.data


def _numbers(values: Floats) -> Floats:
    """Lay out numbers as compiled code reads them."""
    return np.ascontiguousarray(values, np.float64)


def _lines(system: System, traffic: Traffic, draws: Draws, goals: Goals) -> Records:
    """Lay out what is known of each line by itself."""
    after = np.zeros_like(system.fit) if system.after_s is None else system.after_s
    ring = np.where(np.isnan(system.fit) | (after <= 0), math.inf, after)
    return records(
        LINE,
        len(system.rank),
        rank=system.rank,
        value=system.value,
        target=system.target,
        speed=1.0 if system.speed is None else system.speed,
        bonus=0.0 if system.bonus is None else system.bonus,
        ratio=0.0 if system.ratio is None else system.ratio,
        idle_until=system.idle_until_s,
        units=system.units,
        ring=ring.min(axis=1, initial=math.inf),
        escalate=math.inf if system.escalate_s is None else system.escalate_s,
        escalate_to=NOBODY if system.escalate_to is None else system.escalate_to,
        # Contacts may move from line to line, so that all lines are alike in this.
        eager=bool(system.flows.retry.any()) or system.queue_weight > 0,
        within=goals.within_s,
        response=goals.first_response_s,
        resolution=goals.resolution_s,
        calendar=goals.calendar,
        balking=traffic.balking,
        wrap=traffic.after_contact,
        key=np.array([draws.key(name) for name in traffic.names], np.uint64),
        head=NOBODY,
        tail=NOBODY,
    )


def _options(fit: Floats, after: Floats, key: NDArray[Any]) -> list[Records]:
    """Return for each row the columns with a fit, sorted by the key (ties by column)."""
    rows = []
    for points, waits, order in zip(fit, after, key, strict=True):
        to = np.flatnonzero(~np.isnan(points))
        to = to[np.argsort(order[to], kind="stable")]
        rows.append(records(OPTION, len(to), to=to, fit=points[to], after=waits[to]))
    return rows


def _bounds(rows: list[Records]) -> Ints:
    """Return where each row begins once all are joined, and where the last one ends."""
    return np.cumsum([0, *map(len, rows)], dtype=np.int64)


def _flows(flows: Flows, lines: int) -> tuple[Records, Ints]:
    """Return the flows in the order of their sources, and where those of each line stand."""
    order = np.argsort(flows.source, kind="stable")
    kind = np.where(flows.retry, RETRY, np.where(flows.repeat, REPEAT, TRANSFER))
    table = records(
        FLOW,
        len(order),
        to=flows.target[order],
        share=flows.share[order],
        delay=flows.delay_s[order],
        kind=kind[order],
        pauses=flows.pauses[order],
    )
    bounds = np.searchsorted(flows.source[order], np.arange(lines + 1)).astype(np.int64)
    return table, bounds


def _changes(staff: Staff) -> Records:
    """Sort begins and ends of stretches: by time, ends first, then by agent."""
    time = np.concatenate([staff.end, staff.begin])
    agent = np.concatenate([staff.agent, staff.agent])
    begins = np.repeat([False, True], len(staff.agent))
    order = np.lexsort((agent, begins, time))
    return records(CHANGE, len(time), time=time[order], agent=agent[order], begins=begins[order])


def _planned(given: Contacts | None) -> Records:
    """Lay out the contacts that are given."""
    if given is None:
        return records(PLANNED, 0)
    return records(
        PLANNED,
        len(given),
        arrival=given.arrival,
        patience=given.patience,
        service=given.service,
        line=given.line,
    )
