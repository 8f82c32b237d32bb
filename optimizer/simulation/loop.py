"""The compiled event loop; `optimizer.simulation.engine` prepares what it works on.

The loop returns whenever a table may become too small, its caller makes room, and it goes on where
it was: memory grows with those who are somewhere at the same time, never with those who are gone.

numba renews a cached function only when its own file changes. After a change of a file that this
one calls, remove ``__pycache__`` here (the tests do so by themselves).
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from optimizer.simulation.choice import find_agent, find_contact, join, leave
from optimizer.simulation.heap import pop, push
from optimizer.simulation.ledger import (
    ANSWERED,
    answer,
    end_case,
    leave_behind,
    lose,
    record,
)
from optimizer.simulation.queueing import queue, set_ring, step_out
from optimizer.simulation.records import (
    NOBODY,
    Records,
    agent_at,
    change_at,
    contact_at,
    ends_at,
    event_at,
    line_at,
    number_at,
    planned_at,
    whole_at,
)
from optimizer.simulation.sources import (
    ESCALATE,
    FINISH,
    GIVE_UP,
    GONE,
    NEXT,
    PART,
    RETRY,
    RETURN,
    RING,
    SERVED,
    TRANSFER,
    TRAVELLING,
    WAITING,
    announce,
    draw,
    go_on,
    take_given,
    vacate,
)
from optimizer.simulation.tally import cell_of, spread

__all__ = ["BOUND", "DONE", "FULL", "close", "forget", "run", "start"]

DONE, FULL, BOUND = range(3)
"""How a run returns: at its end, because a table is full, or at its bound on events."""


@njit(cache=True, nogil=True)
def start(world: Records) -> None:
    """Draw the first contact of every line."""
    w = world[0]
    for number in range(w.line_count):
        announce(number, w)


@njit(cache=True, nogil=True)
def run(world: Records, most_events: int) -> int:
    """Play every event up to the horizon, until the bound, or until a table may be too small."""
    w = world[0]
    while True:
        changes_at, given_at, happens_at = math.inf, math.inf, math.inf
        if w.next_change < w.change_count:
            changes_at = change_at(w.changes, w.next_change).time
        if w.next_planned < w.planned_count:
            given_at = planned_at(w.planned, w.next_planned).arrival
        if w.pending:
            happens_at = event_at(w.heap, 1).time
        now = min(changes_at, given_at, happens_at)
        if now > w.horizon or now == math.inf:
            return DONE
        if w.events >= most_events:
            return BOUND
        # An event brings one contact at most; it may end all who are present.
        if w.present + 3 > w.places or w.pending + w.most_pushed >= w.heap_room:
            return FULL
        if w.record_room and w.recorded + w.present + 2 > w.record_room:
            return FULL
        w.events += 1

        meant = True
        kind = event_at(w.heap, 1).kind if happens_at == now else NEXT
        if changes_at == now and (kind > PART or not change_at(w.changes, w.next_change).begins):
            change = change_at(w.changes, w.next_change)
            w.next_change += 1
            if w.anyone:
                _change_number(agent_at(w.agents, change.agent).pool, change.begins, now, w)
            else:
                _come_or_go(change.agent, change.begins, now, w)
        elif given_at == now and kind >= NEXT:
            _arrive(take_given(now, w), now, w)
        else:
            event = pop(w)
            meant = _play(event.kind, event.order, event.id, now, w)
        if meant:
            w.now = now


@njit(cache=True, nogil=True)
def forget(world: Records) -> None:
    """Drop those who gave up and need not stay: if nobody gave up, they would be late already."""
    w = world[0]
    for who in range(w.places):
        contact = contact_at(w.contacts, who)
        if (contact.place == WAITING or contact.place == GONE) and _gave_up(contact, w.now):
            within = line_at(w.lines, contact.origin).within
            if math.isnan(within) or w.now - contact.arrival > within:
                step_out(who, w)
                _drop(who, w.now, w)


@njit(cache=True, nogil=True)
def close(world: Records, end: float) -> None:
    """Count whoever is still somewhere at the end; records need room for all of them."""
    w = world[0]
    for who in range(w.places):
        contact = contact_at(w.contacts, who)
        if contact.place == SERVED:
            _work(contact, end, w)
            record(contact, ANSWERED, contact.start - contact.arrival, end, w)
            if not contact.over:
                end_case(contact, _parted_before(end, contact, w), w)
        elif contact.place == WAITING or contact.place == GONE:
            if contact.gives_up < math.inf and contact.gives_up <= w.horizon:
                lose(contact, math.inf, w)
            else:
                leave_behind(contact, end, w)
            if contact.place == WAITING:
                end_case(contact, math.inf, w)
        elif contact.place == TRAVELLING:
            end_case(contact, math.inf, w)
    for who in range(w.agent_count):
        agent = agent_at(w.agents, who)
        if agent.load:
            _rest(agent, end, w)
        if agent.load or agent.present:
            agent.staffed += end - agent.came


@njit(cache=True)
def _parted_before(end: float, contact: Any, w: Any) -> float:
    """Return when the customer of a service that goes on at the end was done; infinite if not."""
    line = line_at(w.lines, contact.line)
    parted = contact.ends - line.wrap * (contact.ends - contact.start)
    # Where contacts may flow on, the end of the case is not known yet.
    return float(parted) if parted <= end and line.flow == line.flow_end else math.inf


@njit(cache=True)
def _play(kind: int, order: int, who: int, now: float, w: Any) -> bool:
    """Play an event of the heap; tell whether it meant anything, or came too late."""
    if kind == NEXT:
        _arrive(draw(who, now, w), now, w)
        return True
    contact = contact_at(w.contacts, who)
    if contact.number != order:
        return False
    # Those who gave up go from ring to ring and line to line as they would have done.
    waits = contact.place == WAITING or contact.place == GONE
    if kind == FINISH and contact.place == SERVED and contact.ends == now:
        _finish(who, now, w)
    elif kind == PART:
        contact.over = True
        if not go_on(who, TRANSFER, now, w):
            end_case(contact, now, w)
    elif kind == RETURN:
        _arrive(who, now, w)
    elif kind == RING and waits and contact.arrival + contact.ring == now:
        _widen(who, now, w)
    elif kind == ESCALATE and waits:
        _escalate(who, now, w)
    elif kind == GIVE_UP and contact.place == WAITING:
        _give_up(who, now, w)
    else:
        return False
    return True


@njit(cache=True)
def _come_or_go(who: int, begins: bool, now: float, w: Any) -> None:
    """Let an agent come or go."""
    agent = agent_at(w.agents, who)
    agent.present = begins
    if begins:
        if not agent.load:
            agent.came = now
        _take_waiting(who, now, w)
        join(who, now, w)
    else:
        leave(who, w)
        if not agent.load:
            agent.staffed += now - agent.came


@njit(cache=True)
def _change_number(pool: int, begins: bool, now: float, w: Any) -> None:
    """Let one more agent of a pool come, or whoever is free first go."""
    owed = whole_at(w.owed, pool)
    idle = ends_at(w.free, pool * w.capacity).first
    if begins and owed.value:
        owed.value -= 1
    elif begins:
        _come_or_go(_absent(pool, w), True, now, w)
    elif idle != NOBODY:
        _come_or_go(idle, False, now, w)
    else:
        owed.value += 1


@njit(cache=True)
def _absent(pool: int, w: Any) -> int:
    """Return an agent of a pool who is not there; whoever begins a stretch makes sure of one."""
    for who in range(w.agent_count):
        agent = agent_at(w.agents, who)
        if agent.pool == pool and not agent.present:
            return who
    return NOBODY


@njit(cache=True)
def _arrive(who: int, now: float, w: Any) -> None:
    """Let a contact come to its line."""
    contact = contact_at(w.contacts, who)
    contact.number = w.numbered
    w.numbered += 1
    if contact.hop == 0:
        contact.case = contact.number
        cell_of(contact.root, now, w).cases += 1
    cell = cell_of(contact.origin, now, w)
    cell.offered += 1
    if not math.isnan(line_at(w.lines, contact.origin).within):
        cell.targeted += 1
    _offer(who, 0.0, now, w)


@njit(cache=True)
def _offer(who: int, wait: float, now: float, w: Any) -> None:
    """Give a contact to an agent who is free, or put it into its line."""
    agent = find_agent(contact_at(w.contacts, who).line, wait, now, w)
    if agent == NOBODY:
        queue(who, now, w)
    else:
        _give(who, agent, now, w)


@njit(cache=True)
def _widen(who: int, now: float, w: Any) -> None:
    """Offer a contact to the pools that may take it from now on."""
    contact = contact_at(w.contacts, who)
    agent = find_agent(contact.line, contact.ring, now, w)
    if agent == NOBODY:
        set_ring(contact, who, contact.ring, w)
    else:
        step_out(who, w)
        _give(who, agent, now, w)


@njit(cache=True)
def _escalate(who: int, now: float, w: Any) -> None:
    """Move a contact to the line that it escalates to, with the wait it has."""
    contact = contact_at(w.contacts, who)
    if not _gave_up(contact, now):
        cell_of(contact.origin, contact.arrival, w).escalated += 1
    step_out(who, w)
    contact.line = line_at(w.lines, contact.line).escalate_to
    _offer(who, now - contact.arrival, now, w)


@njit(cache=True)
def _give_up(who: int, now: float, w: Any) -> None:
    """Let a contact give up; it keeps its place to learn how long the wait would have been."""
    contact = contact_at(w.contacts, who)
    contact.place = GONE
    line_at(w.lines, contact.line).waiting -= 1
    w.waiting -= 1
    if not go_on(who, RETRY, now, w):
        end_case(contact, math.inf, w)


@njit(cache=True)
def _take_waiting(who: int, now: float, w: Any) -> None:
    """Let an agent take contacts that wait while there are units free for one."""
    agent = agent_at(w.agents, who)
    while agent.load < w.capacity:
        whom = find_contact(who, now, w)
        if whom == NOBODY:
            break
        step_out(whom, w)
        if _gave_up(contact_at(w.contacts, whom), now):
            _drop(whom, now, w)
        else:
            _serve(whom, who, now, w)


@njit(cache=True)
def _give(whom: int, who: int, now: float, w: Any) -> None:
    """Give a contact to an agent who is free."""
    if _gave_up(contact_at(w.contacts, whom), now):
        _drop(whom, now, w)
    else:
        leave(who, w)
        _serve(whom, who, now, w)
        join(who, now, w)


@njit(cache=True)
def _gave_up(contact: Any, now: float) -> bool:
    """Tell whether a contact in a line has given up, be it known already or not."""
    return bool(contact.place == GONE or contact.gives_up < now)


@njit(cache=True)
def _drop(whom: int, now: float, w: Any) -> None:
    """Let go of a contact that gave up, at the moment at which its wait would have ended."""
    contact = contact_at(w.contacts, whom)
    lose(contact, now - contact.arrival, w)
    if contact.place == WAITING:
        end_case(contact, math.inf, w)
    vacate(whom, w)


@njit(cache=True)
def _serve(whom: int, who: int, now: float, w: Any) -> None:
    """Begin a service."""
    contact, agent = contact_at(w.contacts, whom), agent_at(w.agents, who)
    line = line_at(w.lines, contact.line)
    answer(contact, now, w)
    if not agent.load:
        agent.since = now
    agent.load += line.units
    agent.contacts += 1
    agent.given = w.events
    contact.place, contact.agent = SERVED, who
    contact.start, contact.since = now, now
    contact.done, contact.over = 0.0, False
    if w.paces:
        _set_pace(agent, agent.contacts - 1, agent.contacts, now, w)
        contact.beside, contact.before = agent.hand, NOBODY
        if agent.hand != NOBODY:
            contact_at(w.contacts, agent.hand).before = whom
        agent.hand = whom
        pace = number_at(w.pace, contact.line * w.paces + agent.contacts).value
        contact.ends = now + contact.service * pace
    else:
        contact.ends = now + contact.service
        if line.wrap > 0.0 and line.flow < line.flow_end:
            talked = now + contact.service * (1.0 - line.wrap)
            push(talked, PART, contact.number, whom, w)
    push(contact.ends, FINISH, contact.number, whom, w)


@njit(cache=True)
def _set_pace(agent: Any, before: int, after: int, now: float, w: Any) -> None:
    """Change the pace of all services of an agent from one number of contacts to another."""
    whom = agent.hand
    while whom != NOBODY:
        contact = contact_at(w.contacts, whom)
        old = number_at(w.pace, contact.line * w.paces + before).value
        new = number_at(w.pace, contact.line * w.paces + after).value
        if old != new:
            contact.done += (now - contact.since) / old
            contact.since = now
            contact.ends = now + max(contact.service - contact.done, 0.0) * new
            push(contact.ends, FINISH, contact.number, whom, w)
        whom = contact.beside


@njit(cache=True)
def _finish(whom: int, now: float, w: Any) -> None:
    """End a service; the agent takes whoever waits."""
    contact = contact_at(w.contacts, whom)
    who = contact.agent
    agent = agent_at(w.agents, who)
    line = line_at(w.lines, contact.line)
    if agent.present:
        leave(who, w)
    agent.load -= line.units
    agent.contacts -= 1
    if w.paces:
        if contact.before == NOBODY:
            agent.hand = contact.beside
        else:
            contact_at(w.contacts, contact.before).beside = contact.beside
        if contact.beside != NOBODY:
            contact_at(w.contacts, contact.beside).before = contact.before
        _set_pace(agent, agent.contacts + 1, agent.contacts, now, w)
    _work(contact, now, w)
    record(contact, ANSWERED, contact.start - contact.arrival, now, w)
    if not contact.over and not go_on(whom, TRANSFER, now, w):
        end_case(contact, now - line.wrap * (now - contact.start), w)
    vacate(whom, w)
    if not agent.load:
        _rest(agent, now, w)
        if agent.present and whole_at(w.owed, agent.pool).value:
            whole_at(w.owed, agent.pool).value -= 1
            agent.present = False
        if not agent.present:
            agent.staffed += now - agent.came
    if agent.present:
        _take_waiting(who, now, w)
        join(who, now, w)


@njit(cache=True)
def _work(contact: Any, now: float, w: Any) -> None:
    """Book the time that an agent spent on a contact, by the share of the agent that it took."""
    share = line_at(w.lines, contact.line).units / w.capacity
    place = contact.agent * w.line_count + contact.line
    number_at(w.work, place).value += (now - contact.start) * share


@njit(cache=True)
def _rest(agent: Any, now: float, w: Any) -> None:
    """Book the time since an agent last had nothing in hand."""
    agent.busy += now - agent.since
    spread(agent.since, now, agent.pool, w)
