"""A general minimum-cost flow over our classes and crews: the same arrays as our own match."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from optimizer.routing import Market

__all__ = ["flow_over_classes"]

STEPS = 1e5
"""Per point when points are rounded for a flow in whole numbers."""


def flow_over_classes(market: Market) -> float:
    """Return the value of the best match by ortools' flow over classes, doors, crews and slots.

    A unit of each class pays the base of one of its tickets, and its level, for leaving it to
    wait.
    """
    crews = market.crews
    room = np.bincount(crews.slot_crew, minlength=len(crews.leader))
    first_door, first_crew = market.classes, market.classes + len(crews.door_crew)
    sink = first_crew + len(room)
    doors = np.arange(len(crews.door_crew))
    supply = np.bincount(market.ticket_class, minlength=market.classes)
    above = market.level - market.level.min(initial=market.level.max(initial=0))
    # No change of all contacts at once is worth as much as one level.
    points = np.abs(market.base).max(initial=1.0) + np.abs(market.arc_fit).max(initial=1.0)
    level = 2.0 * len(crews.slot_crew) * (points + np.abs(crews.slot_points).max(initial=0.0))
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        market.arc_class,
        first_door + market.arc_door,
        room[crews.door_crew[market.arc_door]],
        _whole(-market.arc_fit),
    )
    waits = flow.add_arcs_with_capacity_and_unit_cost(
        market.ticket_class,
        np.full(len(market.base), sink),
        np.ones(len(market.base), dtype=np.int64),
        _whole(market.base + level * above),
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        first_door + doors,
        first_crew + crews.door_crew,
        np.minimum(crews.door_limit, room[crews.door_crew]),
        np.zeros_like(doors),
    )
    slots = flow.add_arcs_with_capacity_and_unit_cost(
        first_crew + crews.slot_crew,
        np.full(len(crews.slot_crew), sink),
        np.ones_like(crews.slot_crew),
        _whole(-crews.slot_points),
    )
    flow.set_nodes_supplies(np.arange(market.classes), supply)
    flow.set_node_supply(sink, -int(supply.sum()))
    if flow.solve() != flow.OPTIMAL:
        raise RuntimeError("the flow found no optimum")
    return float(
        market.base[flow.flows(waits) == 0].sum()
        + (flow.flows(arcs) * market.arc_fit).sum()
        + crews.slot_points[flow.flows(slots) > 0].sum()
    )


def _whole(points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return points in whole steps."""
    steps: NDArray[np.int64] = np.rint(points * STEPS).astype(np.int64)
    return steps
