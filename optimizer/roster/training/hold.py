"""Training and meetings put into the shifts where they cost the least coverage.

The shifts and their meals stand. Sessions are first held greedily. Then they are chosen together
by a mixed integer program: all of them where they are few, which is optimal if time suffices, and
otherwise those of some agents while all others keep theirs, until no such choice saves anything.
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

FEW = 3_000
"""Options, agents times starts, that are chosen all together."""

BATCH = 600
"""Options that are chosen together where there are more."""

BATCH_SECONDS = 5.0


def hold_trainings(state: State, deadline: Deadline, seed: int = 0) -> float:
    """Choose the sessions of all trainings, in place; return by how much the cost falls.

    What was chosen before is chosen anew where that is cheaper; what shifts keep from the
    previous roster stays.

    Parameters
    ----------
    deadline
        Of many sessions the last improvements take all the time there is.
    """
    before, known = state.weight, dict(state.sessions)
    attend(state, {})
    numbers = [option.agent for option in options_of(state)]
    agents, sizes = np.unique(np.array(numbers, dtype=np.int64), return_counts=True)
    hold_greedily(state, deadline)
    if state.weight > before - LEAST_GAIN:
        attend(state, known)
    if not numbers:
        return before - state.weight
    if len(numbers) <= FEW and _choose_again(state, set(agents.tolist()), deadline, seed):
        return before - state.weight
    random = np.random.default_rng(seed)
    idle = False
    while not idle and not deadline.passed():
        weight = state.weight
        order = random.permutation(len(agents))
        part = np.cumsum(sizes[order]) // BATCH
        for number in np.unique(part):
            batch = set(agents[order[part == number]].tolist())
            _choose_again(state, batch, deadline.within(BATCH_SECONDS), seed)
        idle = state.weight > weight - LEAST_GAIN
    return before - state.weight


def _choose_again(state: State, agents: Collection[int], deadline: Deadline, seed: int) -> bool:
    """Choose the sessions of some agents anew if that saves; tell whether nothing is better."""
    before, known = state.weight, {agent: state.sessions.get(agent, ()) for agent in agents}
    for agent in agents:
        give(state, agent, ())
    options = [option for option in options_of(state) if option.agent in agents]
    choice = choose_together(state, options, deadline, seed)
    if choice is not None:
        chosen = sessions_of(state, choice.options)
        for agent in agents:
            give(state, agent, chosen.get(agent, ()))
        if state.weight < before - LEAST_GAIN:
            return choice.optimal
    for agent in agents:
        give(state, agent, known[agent])
    return choice is not None and choice.optimal
