"""Memory grows with those who are in the centre, never with those who are gone."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from optimizer.simulation import loop
from optimizer.simulation.system import Staff, System
from optimizer.simulation.tables import Goals, Tables
from optimizer.simulation.traffic import Draws, Traffic
from tests.optimizer.simulation.small_centres import drawn, queue


def played(
    system: System, staff: Staff, traffic: Traffic, within_s: float, *, room: int = 1024
) -> tuple[Tables, int]:
    """Play everything; return the tables, closed, and the places there were for contacts."""
    goals = replace(Goals.none(1), within_s=np.array([within_s]))
    tables = Tables(system, staff, traffic, Draws(0), goals, None, math.inf, keep_records=False)
    while tables.world["places"][0] < room:
        tables._grow_contacts(2 * int(tables.world["places"][0]))
    loop.start(tables.world)
    while loop.run(tables.world, 10**9) == loop.FULL:
        tables.make_room()
    loop.close(tables.world, float(tables.world["now"][0]))
    return tables, int(tables.world["places"][0])


def test_a_million_contacts_need_no_more_memory_than_those_who_are_there() -> None:
    system, staff = queue(20)
    tables, places = played(system, staff, drawn(150.0, slots=6800), 20.0)
    assert tables.cells["answered"].sum() > 1e6
    assert places == 1024


def test_memory_is_bounded_where_nobody_answers_and_nobody_stays() -> None:
    system, nobody = queue(0)
    tables, places = played(system, nobody, drawn(500.0, slots=200, patience_s=600.0), 20.0)
    assert tables.cells["abandoned"].sum() == tables.cells["offered"].sum() > 90_000
    assert places == 1024


def test_those_who_wait_have_room_however_many_they_are() -> None:
    system, nobody = queue(0)
    tables, places = played(system, nobody, drawn(500.0, slots=20), 20.0)
    assert tables.waits.sum() == tables.cells["offered"].sum() > 9_000
    assert places == 1 << 14


def test_letting_go_of_who_is_late_anyway_changes_nothing_that_is_counted() -> None:
    # Agents who come at the end find all in line; with room for them nobody was let go before.
    system, _ = queue(0)
    late = Staff(np.zeros(5, np.int64), np.arange(5), np.full(5, 90_000.0), np.full(5, math.inf))
    traffic = drawn(200.0, slots=120, patience_s=900.0)
    few, small = played(system, late, traffic, 1200.0)
    many, large = played(system, late, traffic, 1200.0, room=1 << 16)
    assert small < large
    assert (few.cells == many.cells).all()
    assert (few.waits == many.waits).all()
