"""What decides in a replay: the live router, asked whenever a contact or an agent is free.

A `Router` is told what happens and asked for decisions. `BoardRouter` asks the router of single
snapshots, by any policy; `pool_router.PoolRouter` keeps a resident pool.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Protocol

from optimizer.model import AgentState, Snapshot, Ticket
from optimizer.routing.board import read_board
from optimizer.routing.policies import POLICIES

__all__ = ["BoardRouter", "Router"]


class Router(Protocol):
    """Is told what happens in order of time, and decides once for each moment.

    Contacts and agents are known by their numbers; a ticket's identifier is its own.
    """

    def begin(self, now: datetime) -> None:
        """Hear that a moment begins at which something happens."""

    def come(self, contact: int, ticket: Ticket, now: datetime) -> None:
        """Hear of a contact."""

    def leave(self, contact: int, now: datetime) -> None:
        """Hear that a contact left before it was answered, waiting or while it rang."""

    def grow_older(self, contact: int, now: datetime) -> None:
        """Hear that the wait of a contact has reached one of its thresholds."""

    def put(self, agent: int, state: AgentState, room: int, now: datetime) -> None:
        """Hear how an agent stands, with the most contacts that might be added."""

    def done(self, agent: int, contact: int, seconds: float, now: datetime) -> None:
        """Hear that an agent has finished a contact; `put` follows."""

    def decide(self, now: datetime) -> Sequence[tuple[int, int]]:
        """Return which contacts go to which agents now."""


class BoardRouter:
    """The router of snapshots: each decision rests on what waits and who has room.

    Agents without room cannot be given anything and stay outside. Of tickets that are alike but
    for their age, only as many as there is room for stand in the snapshot, the oldest: by every
    policy the older one goes first.

    Parameters
    ----------
    rules
        A snapshot without work, with the policy that decides.
    agents
        Identifiers by number.
    """

    def __init__(self, rules: Snapshot, agents: Sequence[str]) -> None:
        self._rules = rules
        self._number = {name: number for number, name in enumerate(agents)}
        self._queues: dict[Hashable, dict[int, Ticket]] = {}
        self._queue_of: dict[int, Hashable] = {}
        self._stage: dict[int, int] = {}
        self._free: dict[int, tuple[AgentState, int]] = {}
        self._news = False

    def begin(self, now: datetime) -> None:
        """Nothing depends on the time alone."""

    def come(self, contact: int, ticket: Ticket, now: datetime) -> None:
        """Queue a ticket."""
        self._stage[contact] = 0
        self._enqueue(contact, ticket)

    def leave(self, contact: int, now: datetime) -> None:
        """Forget a ticket."""
        if contact in self._queue_of:
            self._take_out(contact)

    def grow_older(self, contact: int, now: datetime) -> None:
        """Queue a ticket with those that have come as far."""
        self._stage[contact] += 1
        self._enqueue(contact, self._take_out(contact))

    def put(self, agent: int, state: AgentState, room: int, now: datetime) -> None:
        """Note whether an agent has room."""
        if room:
            self._free[agent] = (state, room)
            self._news = True
        else:
            self._free.pop(agent, None)

    def done(self, agent: int, contact: int, seconds: float, now: datetime) -> None:
        """Do nothing; `put` tells the rest."""

    def decide(self, now: datetime) -> list[tuple[int, int]]:
        """Ask the router, unless nothing new has come since it was asked."""
        if not (self._news and self._free and self._queue_of):
            return []
        self._news = False
        room = sum(room for _, room in self._free.values())
        numbers: list[int] = []
        tickets: list[Ticket] = []
        for queue in self._queues.values():
            for contact, ticket in _oldest(queue, room):
                numbers.append(contact)
                tickets.append(ticket)
        snapshot = replace(
            self._rules,
            now=now,
            tickets=tuple(tickets),
            agents=tuple(state for state, _ in self._free.values()),
        )
        found = [(numbers[place], self._number[agent]) for place, agent in _ask(snapshot)]
        for contact, _ in found:
            self._take_out(contact)
        return found

    def _enqueue(self, contact: int, ticket: Ticket) -> None:
        key = _alike(contact, ticket, self._stage[contact])
        self._queues.setdefault(key, {})[contact] = ticket
        self._queue_of[contact] = key
        self._news = True

    def _take_out(self, contact: int) -> Ticket:
        key = self._queue_of.pop(contact)
        queue = self._queues[key]
        ticket = queue.pop(contact)
        if not queue:
            del self._queues[key]
        return ticket


def _alike(contact: int, ticket: Ticket, stage: int) -> Hashable:
    """Return what tickets have in common that differ by age alone.

    A ticket with terms of its own is like no other: its points for continuity may end with the
    wait, so that the older one gets less, or its clocks run differently.
    """
    if (
        ticket.prior_agent is not None
        or ticket.calendar is not None
        or ticket.paused_seconds
        or ticket.first_response_due
        or ticket.resolution_due
        or ticket.preferred_agents
        or ticket.excluded_agents
        or ticket.rejected_by
        or ticket.relaxation
    ):
        return contact
    return (
        ticket.channel,
        frozenset(ticket.skills.items()),
        ticket.tier,
        ticket.priority,
        ticket.customer_value,
        ticket.tags,
        ticket.risk,
        ticket.first_response_seconds,
        ticket.resolution_seconds,
        ticket.site,
        ticket.language,
        ticket.amount,
        ticket.human_required,
        ticket.responded,
        ticket.handling_seconds,
        stage,
    )


def _oldest(queue: dict[int, Ticket], count: int) -> list[tuple[int, Ticket]]:
    """Return the first tickets of a queue, and those that came at the same time as the last."""
    if len(queue) <= count:
        return list(queue.items())
    items = list(islice(queue.items(), count))
    last = items[-1][1].created
    for item in islice(queue.items(), count, None):
        if item[1].created > last:
            break
        items.append(item)
    return items


def _ask(snapshot: Snapshot) -> list[tuple[int, str]]:
    """Return places of tickets in a snapshot, and the agents whom its policy gives them to."""
    board = read_board(snapshot)
    pairs = POLICIES[snapshot.policy](board)
    agents = board.staff.agents
    places = board.tickets[pairs.ticket].tolist()
    return [
        (place, agents[agent].id) for place, agent in zip(places, pairs.agent.tolist(), strict=True)
    ]
