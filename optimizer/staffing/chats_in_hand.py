"""The states in which some agent may take another chat, compiled: what `chat_performance` sums.

With ``m`` chats among ``n`` agents, ``m mod n`` of them have one more than the others, and an
agent with ``k`` chats completes them at rate ``rates[k - 1]``.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["hold_all"]

Array = NDArray[np.float64]

_EPS = 1e-17
_HUGE = 1e290


@njit(cache=True)
def _hold(agents: float, load: float, rates: Array) -> tuple[float, float, float]:
    """Sum the states in which some agent may take another chat.

    The sum starts at the fullest state and ends when the bounded rest is below rounding.

    Returns
    -------
    mass
        Their weight, relative to the state with all agents at their limit and nobody waiting;
        past 1e290 it counts as infinite.
    chats, busy
        Mean number of chats in hand, and of agents with any, over these states.
    """
    if load == 0.0 or agents == 0.0:
        return 0.0, 0.0, 0.0
    fastest = 0.0
    for level in range(rates.size):
        fastest = max(fastest, rates[level] / (level + 1))
    mass = chats = busy = 0.0
    term = 1.0
    beyond = False
    held = agents * rates.size
    while held > 0.0:
        level = int((held - 1.0) // agents)
        ahead = held - level * agents  # agents with one chat more than the others
        rate = ahead * rates[level]
        if level > 0:
            rate += (agents - ahead) * rates[level - 1]
        term *= rate / load
        held -= 1.0
        mass += term
        chats += term * held
        busy += term * min(held, agents)
        if mass > _HUGE:
            beyond = True
            mass /= _HUGE
            chats /= _HUGE
            busy /= _HUGE
            term /= _HUGE
        if term * held * fastest < _EPS * mass * (load - held * fastest):
            break
    return math.inf if beyond else mass, chats / mass, busy / mass


@njit(cache=True)
def hold_all(agents: Array, load: Array, rates: Array, out: Array) -> None:
    """Write the three sums of `_hold` for every interval into `out`, [3, intervals]."""
    for i in range(load.size):
        out[:, i] = _hold(agents[i], load[i], rates[i])
