"""Who takes whom: the agent for a contact, and the contact for an agent, by the router's score."""

from __future__ import annotations

from typing import Any

from numba import njit

from optimizer.routing.score import BaseWeights, base_score
from optimizer.simulation.records import (
    NOBODY,
    agent_at,
    contact_at,
    ends_at,
    line_at,
    option_at,
)

__all__ = ["find_agent", "find_contact", "join", "leave"]


@njit(cache=True)
def find_agent(number: int, wait: float, w: Any) -> int:
    """Return the agent for a contact that has waited: best fit, least loaded, longest idle."""
    line = line_at(w.lines, number)
    best, best_fit = NOBODY, 0.0
    most_load = w.capacity - line.units
    for index in range(line.first, line.end):
        option = option_at(w.options, index)
        if best != NOBODY and option.fit < best_fit:
            break
        if option.after > wait:
            continue
        for load in range(most_load + 1):
            who = ends_at(w.free, option.to * w.capacity + load).first
            if who != NOBODY:
                better = best == NOBODY or load < most_load
                if better or agent_at(w.agents, who).turn < agent_at(w.agents, best).turn:
                    best, best_fit, most_load = who, option.fit, load
                break
    return best


@njit(cache=True)
def find_contact(who: int, now: float, w: Any) -> int:
    """Return the contact for an agent with free units: highest score, then longest waiting.

    Contacts that are served in idle time count only if no other waits. Those who have given up
    count as if they had not: when their turn comes, their wait would have ended.
    """
    agent = agent_at(w.agents, who)
    units = w.capacity - agent.load
    weights = BaseWeights(w.priority, w.customer_value, w.wait, w.exponent, w.promote_after)
    best, best_score, best_idle = NOBODY, 0.0, True
    for index in range(agent.first, agent.end):
        option = option_at(w.options, index)
        line = line_at(w.lines, option.to)
        if line.head == NOBODY or line.units > units:
            continue
        head = contact_at(w.contacts, line.head)
        wait = now - head.arrival
        idle = wait < line.idle_until
        if option.after > wait or (idle and not best_idle):
            continue
        score = base_score(line.rank, line.value, wait, line.target, weights)
        score += option.fit + line.bonus
        if w.queue > 0.0:
            score += w.queue * (line.waiting - line.ratio * w.waiting)
        if best == NOBODY or (best_idle and not idle) or score > best_score:
            best, best_score, best_idle = line.head, score, idle
        elif score == best_score and head.number < contact_at(w.contacts, best).number:
            best = line.head
    return best


@njit(cache=True)
def join(who: int, w: Any) -> None:
    """Add an agent at the end of the list of the own pool and load, unless the load is full."""
    agent = agent_at(w.agents, who)
    if agent.load == w.capacity:
        return
    ends = ends_at(w.free, agent.pool * w.capacity + agent.load)
    if ends.last == NOBODY:
        ends.first = who
    else:
        agent_at(w.agents, ends.last).following = who
    agent.preceding = ends.last
    agent.following = NOBODY
    agent.turn = w.events
    ends.last = who


@njit(cache=True)
def leave(who: int, w: Any) -> None:
    """Take an agent out of the list of the own pool and load, unless the load is full."""
    agent = agent_at(w.agents, who)
    if agent.load == w.capacity:
        return
    ends = ends_at(w.free, agent.pool * w.capacity + agent.load)
    if agent.preceding == NOBODY:
        ends.first = agent.following
    else:
        agent_at(w.agents, agent.preceding).following = agent.following
    if agent.following == NOBODY:
        ends.last = agent.preceding
    else:
        agent_at(w.agents, agent.following).preceding = agent.preceding
