"""A slow simulator in plain Python, written apart from the engine, to hold it against.

Every happening is an event of its own in one heap, giving up included, and every choice is a
search through all agents or all waiting contacts by a key that states the rule.
"""

from __future__ import annotations

import heapq
import math

import numpy as np

from optimizer.simulation.system import Contacts, Staff, System

STRETCH_END, FINISH, STRETCH_BEGIN, ARRIVAL, GIVE_UP = range(5)


def score(system: System, line: int, pool: int, wait: float) -> float:
    """Return the score as the page on routing writes it down."""
    w, rank = system.weights, int(system.rank[line])
    base = (
        w.priority * (3 - rank)
        + w.customer_value * system.value[line]
        + w.wait * max(wait, 0.0) / system.target[line]
    )
    return float(base + system.fit[line, pool])


def slow_play(
    system: System, staff: Staff, contacts: Contacts, horizon: float = math.inf
) -> tuple[dict[int, int], dict[int, float], dict[int, float]]:
    """Return who served each contact, when, and until when the others waited before giving up."""
    agents = len(staff.pool)
    load, present, free_since = [0] * agents, [False] * agents, [0] * agents
    waiting: list[int] = []
    served_by: dict[int, int] = {}
    start: dict[int, float] = {}
    gave_up: dict[int, float] = {}

    heap: list[tuple[float, int, int]] = []
    for agent, begin, end in zip(staff.agent, staff.begin, staff.end, strict=True):
        heap += [(begin, STRETCH_BEGIN, int(agent)), (end, STRETCH_END, int(agent))]
    for i in range(len(contacts)):
        heap.append((contacts.arrival[i], ARRIVAL, i))
        heap.append((contacts.arrival[i] + contacts.patience[i], GIVE_UP, i))
    heapq.heapify(heap)

    def may(agent: int, contact: int) -> bool:
        line = contacts.line[contact]
        return bool(
            present[agent]
            and not np.isnan(system.fit[line, staff.pool[agent]])
            and load[agent] + system.units[line] <= system.capacity
        )

    def serve(contact: int, agent: int, now: float) -> None:
        load[agent] += int(system.units[contacts.line[contact]])
        served_by[contact], start[contact] = agent, now
        heapq.heappush(heap, (now + contacts.service[contact], FINISH, contact))

    def take_waiting(agent: int, now: float) -> None:
        while choices := [contact for contact in waiting if may(agent, contact)]:

            def worth(contact: int) -> tuple[bool, float, int]:
                line = contacts.line[contact]
                wait = now - contacts.arrival[contact]
                points = score(system, line, staff.pool[agent], wait)
                return wait >= system.idle_until_s[line], points, -contact

            # First come first served within a line, then the best of the heads of lines.
            heads = {
                int(contacts.line[contact]): contact for contact in sorted(choices, reverse=True)
            }
            best = max(heads.values(), key=worth)
            waiting.remove(best)
            serve(best, agent, now)

    turn = 0
    while heap:
        now, kind, who = heapq.heappop(heap)
        if now > horizon or now == math.inf:
            break
        turn += 1
        if kind == STRETCH_END:
            present[who] = False
        elif kind == STRETCH_BEGIN:
            present[who] = True
            take_waiting(who, now)
            free_since[who] = turn
        elif kind == FINISH:
            agent = served_by[who]
            load[agent] -= int(system.units[contacts.line[who]])
            if present[agent]:
                take_waiting(agent, now)
                free_since[agent] = turn
        elif kind == GIVE_UP:
            if who in waiting:
                waiting.remove(who)
                gave_up[who] = now
        else:
            line = contacts.line[who]
            able = [agent for agent in range(agents) if may(agent, who)]
            if not able:
                waiting.append(who)
                continue
            agent = min(
                able,
                key=lambda a: (-system.fit[line, staff.pool[a]], load[a], free_since[a]),
            )
            serve(who, agent, now)
            free_since[agent] = turn
    return served_by, start, gave_up
