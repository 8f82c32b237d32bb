"""Who takes whom: the agent for a contact, and the contact for an agent, by the router's score."""

from __future__ import annotations

from typing import Any

from numba import njit

from optimizer.routing.score import BaseWeights, base_score, promoted
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
def find_agent(number: int, wait: float, now: float, w: Any) -> int:
    """Return the agent for a contact that has waited: most points, then least loaded.

    Points are for the fit, for idle time, and off for time worked. Of those who are equal in both
    it is the longest idle, or where agents take turns whoever has had nothing for longest.

    Lists of free agents are in order of idle time, so that only their heads count, unless
    something else than idle time tells agents of a pool apart.
    """
    line = line_at(w.lines, number)
    heads_only = not w.in_turn and w.worked == 0.0
    best, best_points = NOBODY, 0.0
    for index in range(line.first, line.end):
        option = option_at(w.options, index)
        if best != NOBODY and option.fit < best_points and w.idle == 0.0:
            break
        if option.after > wait:
            continue
        for load in range(w.capacity - line.units + 1):
            who = ends_at(w.free, option.to * w.capacity + load).first
            found = who != NOBODY
            while who != NOBODY:
                agent = agent_at(w.agents, who)
                points = option.fit + _points(agent, now, w)
                if best == NOBODY or points > best_points:
                    best, best_points = who, points
                elif points == best_points and _sooner(agent, agent_at(w.agents, best), w):
                    best = who
                who = NOBODY if heads_only else agent.following
            if found and heads_only:
                break
    return best


@njit(cache=True)
def _points(agent: Any, now: float, w: Any) -> float:
    """Return the points for taking this agent rather than another, whatever the contact."""
    points = 0.0
    if w.idle > 0.0 and not agent.load:
        points = w.idle * (now - agent.free)
    if w.worked > 0.0:
        points -= w.worked * (agent.busy + (now - agent.since if agent.load else 0.0))
    return points


@njit(cache=True)
def _sooner(agent: Any, other: Any, w: Any) -> bool:
    """Tell whether an agent goes before another one of equal points."""
    if agent.load != other.load:
        return bool(agent.load < other.load)
    if w.in_turn and agent.given != other.given:
        return bool(agent.given < other.given)
    return bool(agent.turn < other.turn)


@njit(cache=True)
def find_contact(who: int, now: float, w: Any) -> int:
    """Return the contact for an agent with free units: level, then score, then longest waiting.

    Contacts that are served in idle time are of the lowest level; under strict priority every
    step of priority is a level of its own. Those who have given up count as if they had not: when
    their turn comes, their wait would have ended.
    """
    agent = agent_at(w.agents, who)
    units = w.capacity - agent.load
    weights = BaseWeights(w.priority, w.customer_value, w.wait, w.exponent, w.promote_after)
    best, best_score, best_level = NOBODY, 0.0, -1
    for index in range(agent.first, agent.end):
        option = option_at(w.options, index)
        line = line_at(w.lines, option.to)
        if line.head == NOBODY or line.units > units:
            continue
        head = contact_at(w.contacts, line.head)
        wait = now - head.arrival
        level = 1
        if wait < line.idle_until:
            level = 0
        elif w.strict:
            level = 4 - promoted(line.rank, wait, line.target, weights)
        if option.after > wait or level < best_level:
            continue
        score = base_score(line.rank, line.value, wait, line.target, weights, line.speed)
        score += option.fit + line.bonus
        if w.queue > 0.0:
            score += w.queue * (line.waiting - line.ratio * w.waiting)
        if level > best_level or score > best_score:
            best, best_score, best_level = line.head, score, level
        elif score == best_score and head.number < contact_at(w.contacts, best).number:
            best = line.head
    return best


@njit(cache=True)
def join(who: int, now: float, w: Any) -> None:
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
    if not agent.load:
        agent.free = now
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
