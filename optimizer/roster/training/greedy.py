"""Sessions held one by one, each where the agents it takes from contacts are missed least."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.model import PlannedActivity
from optimizer.roster.state import State
from optimizer.roster.training.options import Option, Room, clash, options_of, rooms_of
from optimizer.stop import Deadline

__all__ = ["attend", "hold_greedily", "sessions_of"]

LEAST_GAIN = 1e-6

Floats = NDArray[np.float64]


def attend(state: State, sessions: Mapping[int, tuple[PlannedActivity, ...]]) -> None:
    """Give the agents these sessions and nobody any other."""
    for agent in sorted({*state.sessions, *sessions}):
        give(state, agent, sessions.get(agent, ()))


def give(state: State, agent: int, sessions: tuple[PlannedActivity, ...]) -> None:
    """Give one agent these sessions and no others."""
    seat = state.take_out(agent)
    state.put_in(agent, seat.worked, seat.begins, seat.own, sessions)


def sessions_of(state: State, options: Sequence[Option]) -> dict[int, tuple[PlannedActivity, ...]]:
    """Return what options come to, per agent and in order of time."""
    trainings = state.frame.problem.directives.trainings
    found: defaultdict[int, list[PlannedActivity]] = defaultdict(list)
    for option in sorted(options, key=lambda option: option.start):
        what = trainings[option.training]
        planned = PlannedActivity(what.kind, option.start, option.end, what.paid, what.id)
        found[option.agent].append(planned)
    return {agent: tuple(sessions) for agent, sessions in found.items()}


def hold_greedily(state: State, deadline: Deadline) -> None:
    """Hold one session after the other, the one that promises most first, while any saves."""
    trainings = state.frame.problem.directives.trainings
    left, held = options_of(state), list[Option]()
    while left and not deadline.passed():
        worth = _worth(state, left)
        rooms: defaultdict[Room, list[int]] = defaultdict(list)
        for number in np.argsort(-worth, kind="stable").tolist():
            rooms[left[number].room].append(number)
        bounds = {
            room: (trainings[room[0]].group_min, trainings[room[0]].group_max) for room in rooms
        }
        bounds.update(rooms_of(state))
        promises = {
            room: _promise(worth[numbers], *bounds[room]) for room, numbers in rooms.items()
        }
        room = max(promises, key=lambda room: promises[room])
        if promises[room] <= LEAST_GAIN:
            return
        before = state.common
        low, high = bounds[room]
        joined = list[Option]()
        for number in rooms[room][:high]:
            option = left[number]
            # Those who have left already make everybody else dearer.
            if len(joined) >= low and _worth(state, [option])[0] <= LEAST_GAIN:
                break
            joined.append(option)
            give(
                state,
                option.agent,
                sessions_of(state, _of(option.agent, held, joined))[option.agent],
            )
        if state.common < before - LEAST_GAIN:
            held += joined
            left = [option for option in left if not any(clash(state, option, j) for j in joined)]
        else:
            for option in joined:
                others = sessions_of(state, _of(option.agent, held))
                give(state, option.agent, others.get(option.agent, ()))
            left = [option for option in left if option.room != room]


def _of(agent: int, *options: Sequence[Option]) -> list[Option]:
    return [option for some in options for option in some if option.agent == agent]


def _worth(state: State, options: Sequence[Option]) -> Floats:
    """Return what each option saves by itself: the price of the training less the coverage."""
    trainings, frame = state.frame.problem.directives.trainings, state.frame
    lost: dict[int, Floats] = {}
    for team in {int(frame.team[option.agent]) for option in options}:
        lost[team] = np.concatenate([[0.0], np.cumsum(state.losses(team))])
    return np.array(
        [
            trainings[option.training].cost
            - (lost[int(frame.team[option.agent])][option.end])
            + (lost[int(frame.team[option.agent])][option.start])
            for option in options
        ]
    )


def _promise(worth: Floats, low: int, high: int) -> float:
    """Return the most that a group can save, of falling worths; minus infinity if too few."""
    sums = np.cumsum(worth[:high])[max(0, low - 1) :]
    return float(sums.max(initial=-np.inf))
