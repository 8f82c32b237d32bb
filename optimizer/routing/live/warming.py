"""Compile the kernels of live matches before anybody waits for one."""

from __future__ import annotations

from optimizer.routing.live.match import LiveMatch

__all__ = ["warm_up"]


def warm_up() -> None:
    """Play a match of two tickets through every kind of change.

    It takes half a minute after an installation, and a fraction of a second once the compiled
    code is on disk.
    """
    match = LiveMatch()
    agent = match.add_agent(1, limits=[1])
    kind = match.add_class([agent], [0], [0])
    served, waiting = match.add_tickets([kind, kind], [2, 1]).tolist()
    match.set_room(agent, 0)
    match.set_room(agent, 1, [0])
    match.set_room(agent, 1, [1])
    match.rescore([served, waiting], [3, 2], [agent], [1])
    match.remove_ticket(served)
    match.commit(waiting, agent)
    match.value()
    match.change_agent(agent, [], [])
