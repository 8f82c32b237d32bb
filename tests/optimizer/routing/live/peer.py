"""A pool kept in plain lists, whose best match is found anew, ticket by ticket, by ortools."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from ortools.graph.python import min_cost_flow

STRAIGHT = -1


@dataclass
class PlainAgent:
    """Room, points, limits by door; by class: what it is worth and which door it comes by."""

    room: int
    points: int
    limits: list[int]
    fits: dict[int, int]
    doors: dict[int, int]
    bonus: int = 0

    def slot_points(self, slot: int, spread: int) -> int:
        """Return what a contact is worth for taking the slot after so many others."""
        return self.points - spread * slot + (self.bonus if slot == 0 else 0)


class PlainTicket(NamedTuple):
    """Class, base, and what settles ties within the class."""

    kind: int
    base: int
    sequence: int


@dataclass
class PlainPool:
    """What a live match has been told: agents and tickets by number."""

    spread: int = 0
    agents: dict[int, PlainAgent] = field(default_factory=dict)
    tickets: dict[int, PlainTicket] = field(default_factory=dict)

    def value_of(self, pairs: list[tuple[int, int]]) -> int:
        """Return what a match is worth; it must obey all limits."""
        total = 0
        assert len({ticket for ticket, _ in pairs}) == len(pairs)
        for number, agent in self.agents.items():
            mine = [self.tickets[ticket] for ticket, other in pairs if other == number]
            assert len(mine) <= agent.room
            for door, limit in enumerate(agent.limits):
                assert sum(agent.doors[ticket.kind] == door for ticket in mine) <= limit
            total += sum(ticket.base + agent.fits[ticket.kind] for ticket in mine)
            total += sum(agent.slot_points(slot, self.spread) for slot in range(len(mine)))
        return total

    def best_value(self) -> int:
        """Return the greatest value of any match, by a flow with a node for every ticket."""
        flow = min_cost_flow.SimpleMinCostFlow()
        source, sink, free = 0, 1, 2
        add = flow.add_arc_with_capacity_and_unit_cost
        nodes = {ticket: free + i for i, ticket in enumerate(self.tickets)}
        free += len(nodes)
        for node in nodes.values():
            add(source, node, 1, 0)
            add(node, sink, 1, 0)
        for agent in self.agents.values():
            own, doors = free, range(free + 1, free + 1 + len(agent.limits))
            free += 1 + len(doors)
            for slot in range(agent.room):
                add(own, sink, 1, -agent.slot_points(slot, self.spread))
            for node, limit in zip(doors, agent.limits, strict=True):
                add(node, own, limit, 0)
            for ticket, node in nodes.items():
                kind, base, _ = self.tickets[ticket]
                if kind in agent.fits:
                    door = agent.doors[kind]
                    place = own if door == STRAIGHT else doors[door]
                    add(node, place, 1, -base - agent.fits[kind])
        flow.set_node_supply(source, len(nodes))
        flow.set_node_supply(sink, -len(nodes))
        assert flow.solve() == flow.OPTIMAL
        return -int(flow.optimal_cost())
