"""Chats shared evenly among agents, each slower to handle the more of them an agent has in hand.

An agent with ``k`` chats completes them at rate ``k / AHT_k``, and a new chat goes to the agent
with the fewest. The number of chats in the centre is then a birth-death chain: with ``m`` chats
and ``n`` agents, ``m mod n`` of them have one chat more than the others. Who finds all agents at
their limit waits, and gives up after an exponential patience; that queue is the one of Erlang A
with the completion rate of agents who are all at their limit (`optimizer.staffing.erlang.behind`).

Handling is memoryless and runs at the rate of the moment. With one chat per agent, or the same
handling time at every level, this is Erlang C or A exactly. Otherwise it is a little optimistic
where every further chat adds less to what an agent completes: real chats stay with their agent,
and until the next arrivals even out what departures left, the same chats complete more slowly
(`docs/staffing.md` has the measured difference).

Source: the balanced rule of CCmath's chat model; Tezcan and Zhang (2014), *Routing and staffing
in customer service chat systems with impatient customers*, for the rates by level.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import raise_errors
from optimizer.model import ServiceGoal
from optimizer.model.findings import Findings
from optimizer.staffing.bracket import least_whole
from optimizer.staffing.chats_in_hand import hold_all
from optimizer.staffing.erlang import behind_all
from optimizer.staffing.goals import check_goal, goal_holds
from optimizer.staffing.inputs import (
    LONGEST,
    LONGEST_PATIENCE,
    MOST_AGENTS,
    MOST_CONTACTS,
    SHORTEST,
    aligned,
    check_numbers,
    check_patience,
    check_whole,
)
from optimizer.staffing.performance import Performance

__all__ = ["ChatPerformance", "chat_performance", "least_chat_agents"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ChatPerformance(Performance):
    """The figures of a queue whose agents handle several chats at a time.

    ``load`` is the load if every chat had an agent of its own, ``occupancy`` the share of the
    chats that agents may hold which they hold.

    Parameters
    ----------
    chats
        Mean number of chats in hand.
    busy_agents
        Share of agents with at least one chat.
    full_rate
        Chats per second that the agents complete when all are at their limit.
    """

    chats: Array
    busy_agents: Array
    full_rate: Array


def chat_performance(
    agents: ArrayLike,
    offered: ArrayLike,
    aht_by_level_s: ArrayLike,
    interval_s: ArrayLike,
    *,
    patience_s: ArrayLike = math.inf,
    within_s: ArrayLike = 0.0,
) -> ChatPerformance:
    """Return the figures of chat queues in steady state; all arguments broadcast.

    Parameters
    ----------
    agents
        Whole numbers, 0 or more.
    offered
        Chats that arrive per interval, 0 or more.
    aht_by_level_s
        Mean handling time of a chat in seconds, above 0, with 1, 2, ... chats in the agent's
        hands, on the last axis: [levels] or [intervals, levels]. As many levels as chats that an
        agent may hold.
    interval_s
        Length of the interval in seconds, above 0.
    patience_s
        Mean patience in seconds, above 0; infinite for contacts that never give up.
    within_s
        The threshold of the service level in seconds, 0 or more.

    Raises
    ------
    InvalidInput
        If shapes do not fit together or a number is out of range.
    """
    found = Findings()
    levels = _levels(found, aht_by_level_s)
    names = ("agents", "offered", "aht_by_level_s", "interval_s", "patience_s", "within_s")
    values = (agents, offered, levels[..., 0], interval_s, patience_s, within_s)
    staff, volume, alone, interval, patience, within = aligned(found, names, values)
    check_whole(found.at("agents"), staff)
    check_numbers(found.at("offered"), volume, 0.0, MOST_CONTACTS)
    check_numbers(found.at("aht_by_level_s"), levels, SHORTEST, LONGEST)
    check_numbers(found.at("interval_s"), interval, SHORTEST, LONGEST)
    check_patience(found.at("patience_s"), patience, levels.min(axis=-1))
    check_numbers(found.at("within_s"), within, 0.0, LONGEST)
    raise_errors("The chats cannot be computed.", found.issues)
    load = volume * alone / interval
    check_numbers(found.at("offered"), load, 0.0, MOST_AGENTS)
    check_numbers(found.at("agents"), staff * levels.shape[-1], 0.0, MOST_AGENTS)
    raise_errors("The chats cannot be computed.", found.issues)
    levels = np.broadcast_to(levels, (*alone.shape, levels.shape[-1]))
    return _steady_state(staff, load, levels, patience, within)


def least_chat_agents(
    goal: ServiceGoal,
    offered: ArrayLike,
    aht_by_level_s: ArrayLike,
    interval_s: float,
    *,
    patience_seconds: float | None = None,
) -> NDArray[np.int64]:
    """Return the least agents per interval with which every part of a goal holds for chats.

    There is one least number as long as an agent with one chat more completes no fewer per hour:
    then waits shrink with every agent, in the likelihood-ratio order as for Erlang A. Where an
    agent would complete fewer, the limit on chats is too high for any plan, and this is said.

    Parameters
    ----------
    goal
        As for `least_agents`; `max_occupancy` bounds the share of the chats agents may hold.
    offered
        Chats that arrive per interval, 0 or more; no chats need no agent.
    aht_by_level_s
        As for `chat_performance`; above 0 wherever chats arrive.
    interval_s
        Length of an interval in seconds, above 0.
    patience_seconds
        Mean patience, above 0; None if nobody gives up.

    Raises
    ------
    InvalidInput
        If a number is out of range, the goal cannot be reached by any number of agents, or more
        chats in hand make an agent complete fewer.
    """
    found = Findings()
    levels = _levels(found, aht_by_level_s)
    volume, _ = aligned(found, ("offered", "aht_by_level_s"), (offered, levels[..., 0]))
    check_goal(found.at("goal"), goal)
    found.within("interval_s", interval_s, SHORTEST, LONGEST)
    levels = np.broadcast_to(levels, (*volume.shape, levels.shape[-1]))
    busy = volume != 0.0
    # What is written beside an interval without chats does not matter.
    levels = np.where(busy[..., np.newaxis], levels, 1.0)
    check_numbers(found.at("offered"), volume, 0.0, MOST_CONTACTS)
    check_numbers(found.at("aht_by_level_s"), levels, SHORTEST, LONGEST)
    shortest_chat = max(SHORTEST, np.min(levels[busy], initial=LONGEST))
    longest = LONGEST_PATIENCE * shortest_chat
    found.within("patience_seconds", patience_seconds, SHORTEST, longest)
    raise_errors("The chats cannot be staffed.", found.issues)
    _check_throughput(found.at("aht_by_level_s"), levels[busy])
    load = volume * levels[..., 0] / interval_s
    check_numbers(found.at("offered"), load / goal.max_occupancy, 0.0, MOST_AGENTS)
    raise_errors("The chats cannot be staffed.", found.issues)

    places = np.flatnonzero(load)
    demand, times = load.flat[places], levels.reshape(-1, levels.shape[-1])[places]
    within_s = np.full(demand.shape, goal.within_seconds or 0.0)
    patience = np.full(demand.shape, math.inf if patience_seconds is None else patience_seconds)

    def holds(staff: Array, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        figures = _steady_state(staff, demand[rows], times[rows], patience[rows], within_s[rows])
        return goal_holds(goal, figures)

    agents = np.zeros(load.shape, dtype=np.int64)
    fluid = demand * times[:, -1] / (times[:, 0] * levels.shape[-1])
    agents.flat[places] = least_whole(holds, np.floor(fluid) + 1.0).astype(np.int64)
    return agents


def _levels(found: Findings, values: ArrayLike) -> Array:
    """Return handling times by level, with a last axis that is not empty."""
    (levels,) = aligned(found, ("aht_by_level_s",), (values,))
    if levels.ndim == 0 or levels.shape[-1] == 0:
        found.at("aht_by_level_s").error("bad_shape", "There is no handling time for one chat.")
    raise_errors("The chats cannot be used.", found.issues)
    return levels


def _check_throughput(found: Findings, levels: Array) -> None:
    """Report the first level at which an agent completes fewer chats than with one less."""
    completed = np.arange(1, levels.shape[-1] + 1) / levels
    fewer = np.argwhere(np.diff(completed, axis=-1) < -1e-12 * completed[..., 1:])
    if len(fewer):
        level = int(fewer[0][-1]) + 2
        found.at(level - 1).error(
            "concurrency_slows_down",
            f"An agent with {level} chats in hand completes fewer than with {level - 1}: "
            "a lower concurrency serves everybody better.",
        )


def _steady_state(
    agents: Array, load: Array, levels: Array, patience_s: Array, within_s: Array
) -> ChatPerformance:
    """Return the figures for sound numbers; `levels` has the shape of `load` and a last axis."""
    limit = levels.shape[-1]
    alone = levels[..., 0]
    # In handling times of a single chat, as the load.
    rates = np.arange(1, limit + 1) * alone[..., np.newaxis] / levels
    completions = agents * rates[..., -1]
    held = np.empty((3, load.size))
    hold_all(agents.ravel(), load.ravel(), rates.reshape(load.size, limit), held)
    figures = np.empty((7, load.size))
    behind_all(
        held[0],
        completions.ravel(),
        load.ravel(),
        (patience_s / alone).ravel(),
        (within_s / alone).ravel(),
        figures,
    )
    waiting, lost, lost_within, wait, answer, served, virtual = figures.reshape(7, *load.shape)
    _, chats_before, busy_before = held.reshape(3, *load.shape)
    chats = (1.0 - waiting) * chats_before + waiting * agents * limit
    busy = (1.0 - waiting) * busy_before + waiting * agents
    occupancy, busy_agents = (np.where(load > 0.0, 1.0, 0.0) for _ in range(2))
    np.divide(chats, agents * limit, out=occupancy, where=agents > 0.0)
    np.divide(busy, agents, out=busy_agents, where=agents > 0.0)
    return ChatPerformance(
        load=load,
        waiting=waiting,
        blocked=np.zeros_like(load),
        abandonment=lost,
        abandonment_within=lost_within,
        mean_wait_s=wait * alone,
        mean_answer_s=answer * alone,
        mean_queue=load * wait,
        occupancy=np.minimum(occupancy, 1.0),
        served_within=served,
        virtual_within=virtual,
        chats=chats,
        busy_agents=np.minimum(busy_agents, 1.0),
        full_rate=completions / alone,
    )
