"""Training and meetings put into the shifts where they cost the least coverage.

The shifts and their meals stand. Sessions are first held greedily. Then they are chosen together
by a mixed integer program: those of some agents while all others keep theirs, of more and more
agents at a time when nothing saves any more, in the end of all. That is optimal, if time suffices.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from optimizer.roster.state import State
from optimizer.roster.training.greedy import attend, give, hold_greedily, sessions_of
from optimizer.roster.training.options import options_of
from optimizer.roster.training.together import choose_together
from optimizer.stop import Deadline

__all__ = ["hold_trainings"]

LEAST_GAIN = 1e-6

FIRST_BATCH = 1000
"""Options, agents times starts, that are chosen together at first."""

BATCH_SECONDS = 10.0


def hold_trainings(state: State, deadline: Deadline, seed: int = 0) -> float:
    """Choose the sessions of all trainings, in place; return by how much the cost falls.

    What was chosen before is chosen anew where that is cheaper; what shifts keep from the
    previous roster stays.

    Parameters
    ----------
    deadline
        Of many sessions the last improvements take all the time there is.
    """
    before, known = state.common, dict(state.sessions)
    attend(state, {})
    numbers = [option.agent for option in options_of(state)]
    agents, sizes = np.unique(np.array(numbers, dtype=np.int64), return_counts=True)
    hold_greedily(state, deadline)
    if state.common > before - LEAST_GAIN:
        attend(state, known)
    random, batch = np.random.default_rng(seed), FIRST_BATCH
    while not deadline.passed():
        weight, order = state.common, random.permutation(len(agents))
        part = np.cumsum(sizes[order]) // batch if batch < len(numbers) else 0 * order
        for number in np.unique(part):
            chosen = set(agents[order[part == number]].tolist())
            limit = deadline if batch >= len(numbers) else deadline.within(BATCH_SECONDS)
            _choose_again(state, chosen, limit, seed)
        if batch >= len(numbers):
            break
        if state.common > weight - LEAST_GAIN:
            batch *= 2
    return before - state.common


def _choose_again(state: State, agents: Collection[int], deadline: Deadline, seed: int) -> None:
    """Choose the sessions of some agents anew if that saves."""
    before, known = state.common, {agent: state.sessions.get(agent, ()) for agent in agents}
    for agent in agents:
        give(state, agent, ())
    options = [option for option in options_of(state) if option.agent in agents]
    chosen = sessions_of(state, choose_together(state, options, deadline, seed) or ())
    for agent in agents:
        give(state, agent, chosen.get(agent, ()))
    if state.common > before - LEAST_GAIN:
        for agent in agents:
            give(state, agent, known[agent])
