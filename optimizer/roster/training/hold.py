"""Training and meetings put into the shifts where they cost the least coverage.

The shifts and their meals stand. Sessions are first held greedily, then chosen together; the
better of both is kept.
"""

from __future__ import annotations

from optimizer.roster.state import State
from optimizer.roster.training.greedy import attend, hold_greedily, sessions_of
from optimizer.roster.training.together import chosen_together
from optimizer.stop import Deadline

__all__ = ["hold_trainings"]

LEAST_GAIN = 1e-6


def hold_trainings(state: State, deadline: Deadline, seed: int = 0) -> float:
    """Choose the sessions of all trainings, in place; return by how much the cost falls.

    What was chosen before is chosen anew; what shifts keep from the previous roster stays.
    """
    before = state.weight
    known = {agent: sessions for agent, sessions in state.sessions.items() if sessions}
    attend(state, {})
    hold_greedily(state, deadline)
    if state.weight > before - LEAST_GAIN:
        attend(state, known)
    best, kept = state.weight, dict(state.sessions)
    attend(state, {})
    chosen = chosen_together(state, deadline, seed)
    attend(state, sessions_of(state, chosen))
    if state.weight > best - LEAST_GAIN:
        attend(state, kept)
    return before - state.weight
