"""A slow simulator in plain Python, written apart from the engine, to hold it against.

Every happening is an event of its own, found by a search through all that may happen next, giving
up included; every choice is a search through all agents or all waiting contacts by a key that
states the rule. Only the uniform numbers are the engine's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from optimizer.model import Law, LawKind
from optimizer.simulation import draws as purposes
from optimizer.simulation.draws import contact_key, uniform
from optimizer.simulation.system import Contacts, Staff, System
from optimizer.simulation.tables import Goals
from optimizer.simulation.traffic import Draws, Traffic

# The order of events at the same instant.
END, FINISH, PART, BEGIN, RETURN, GIVEN, DRAWN, RING, ESCALATE, GIVE_UP = range(10)


@dataclass(eq=False)
class Guest:
    """A contact, from before it arrives until it is gone."""

    key: np.uint64
    line: int
    arrival: float
    gives_up: float
    service: float
    began: float
    root: int
    comes: tuple[int, int]  # the kind of event, and the order among those of the same kind
    hop: int = 0
    paused: float = 0.0
    case: int = -1
    number: int = -1
    origin: int = -1
    joined: float = 0.0  # the present line
    rung: float = 0.0
    moved: bool = False  # to where its present line escalates to
    escalations: int = 0
    gave_up: bool = False
    virtual: float = math.inf  # wait if nobody had given up
    agent: int = -1
    start: float = math.nan
    since: float = 0.0
    done: float = 0.0
    ends: float = math.inf
    finished: float = math.inf
    parted: bool = False
    brought: str = ""  # the count of what it brought
    child: Guest | None = None

    @property
    def served(self) -> bool:
        return self.agent >= 0


@dataclass(eq=False)
class Worker:
    """An agent."""

    pool: int
    present: bool = False
    hand: list[Guest] = field(default_factory=list)
    load: int = 0
    turn: int = 0  # the event at which the present load began
    given: int = 0  # the event at which it last took something
    free: float = 0.0  # when it last had nothing in hand any more
    came: float = 0.0
    taken: float = 0.0
    there: list[tuple[float, float]] = field(default_factory=list)
    busy: list[tuple[float, float]] = field(default_factory=list)


@dataclass(eq=False)
class SlowRun:
    """A run from its first to its last event; see `play`."""

    system: System
    staff: Staff
    traffic: Traffic
    draws: Draws
    goals: Goals
    given: Contacts | None
    horizon: float
    guests: list[Guest] = field(default_factory=list)  # who have arrived, by number
    coming: list[Guest] = field(default_factory=list)
    waiting: list[Guest] = field(default_factory=list)  # and who have given up there
    turn: int = 0

    def __post_init__(self) -> None:
        self.workers = [Worker(int(pool)) for pool in self.staff.pool]
        self.owed = [0] * self.system.fit.shape[1]
        stretches = zip(self.staff.agent, self.staff.begin, self.staff.end, strict=True)
        self.changes = [
            change
            for agent, begin, end in stretches
            for change in ((end, END, int(agent)), (begin, BEGIN, int(agent)))
        ]
        self.keys = [np.uint64(self.draws.key(name)) for name in self.traffic.names]
        for i in range(0 if self.given is None else len(self.given)):
            self.coming.append(self.given_guest(i))
        for line in range(len(self.keys)):
            self.coming += self.drawn_guests(line)

    def play(self) -> SlowRun:
        """Play every event up to the horizon."""
        while events := list(self.events()):
            now, kind, _, who = min(events, key=lambda event: event[:3])
            if now > self.horizon or now == math.inf:
                break
            self.turn += 1
            if kind in (END, BEGIN):
                self.changes.remove((now, kind, who))
                self.change(who, kind == BEGIN, now)
            else:
                self.happen(kind, who, now)
        return self

    # What may happen next.

    def events(self) -> Iterator[tuple[float, int, int, object]]:
        for time, kind, agent in self.changes:
            yield time, kind, agent, agent
        for guest in self.coming:
            yield guest.arrival, *guest.comes, guest
        for worker in self.workers:
            for guest in worker.hand:
                yield guest.ends, FINISH, guest.number, guest
                if self.parts(guest) and not guest.parted:
                    parting = guest.start + guest.service * (1 - self.wrap(guest))
                    yield parting, PART, guest.number, guest
        for guest in self.waiting:
            if not guest.gave_up:
                yield guest.gives_up, GIVE_UP, guest.number, guest
            rings = [ring for ring in self.rings(guest.line) if ring > guest.rung]
            if rings:
                yield guest.arrival + min(rings), RING, guest.number, guest
            if self.system.escalate_s is not None and not guest.moved:
                moment = guest.arrival + self.system.escalate_s[guest.line]
                yield max(moment, guest.joined), ESCALATE, guest.number, guest

    def happen(self, kind: int, guest: Guest, now: float) -> None:
        if kind == FINISH:
            self.finish(guest, now)
        elif kind == PART:
            guest.parted = True
            self.bring(guest, False, now)
        elif kind == GIVE_UP:
            guest.gave_up = True
            self.bring(guest, True, now)
        elif kind == RING:
            guest.rung = min(ring for ring in self.rings(guest.line) if ring > guest.rung)
            self.offer(guest, guest.rung, now)
        elif kind == ESCALATE:
            guest.moved = True
            guest.escalations += not guest.gave_up
            self.waiting.remove(guest)
            self.join(guest, int(self.system.escalate_to[guest.line]), now)
        else:
            self.coming.remove(guest)
            guest.number = len(self.guests)
            guest.case = guest.number if guest.hop == 0 else guest.case
            guest.origin = guest.line
            self.guests.append(guest)
            self.join(guest, guest.line, now)

    # Choices.

    def may(self, worker: Worker, guest: Guest, wait: float) -> bool:
        system, line = self.system, guest.line
        after = 0.0 if system.after_s is None else system.after_s[line, worker.pool]
        return bool(
            worker.present
            and not np.isnan(system.fit[line, worker.pool])
            and after <= wait
            and worker.load + system.units[line] <= system.capacity
        )

    def score(self, guest: Guest, pool: int, wait: float) -> float:
        """Return the score as the page on routing writes it down."""
        system, line = self.system, guest.line
        w, speed = system.weights, 1.0 if system.speed is None else system.speed[line]
        base = (
            w.priority * (3 - self.rank(line, wait))
            + w.customer_value * system.value[line]
            + w.wait * speed * (max(wait, 0.0) / system.target[line]) ** w.wait_exponent
        )
        bonus = 0.0 if system.bonus is None else system.bonus[line]
        score = base + (system.fit[line, pool] + bonus)
        if system.queue_weight > 0.0:
            there = [other.line for other in self.waiting if not other.gave_up]
            ratio = 0.0 if system.ratio is None else system.ratio[line]
            score += system.queue_weight * (there.count(line) - ratio * len(there))
        return float(score)

    def rank(self, line: int, wait: float) -> int:
        """Return the rank after one promotion for every so many targets waited."""
        after, rank = self.system.weights.promote_after, int(self.system.rank[line])
        if after is None:
            return rank
        return max(0, rank - int(max(wait, 0.0) // (after * self.system.target[line])))

    def take_waiting(self, worker: Worker, now: float) -> None:
        def worth(guest: Guest) -> tuple[bool, int, float, int]:
            wait = now - guest.arrival
            urgent = wait >= self.system.idle_until_s[guest.line]
            strict = urgent and self.system.weights.strict_priority
            rank = self.rank(guest.line, wait) if strict else 0
            return urgent, -rank, self.score(guest, worker.pool, wait), -guest.number

        while True:
            able = [g for g in self.waiting if self.may(worker, g, now - g.arrival)]
            best = max((g for g in able if not g.gave_up), key=worth, default=None)
            for guest in able:
                if guest.gave_up and (best is None or worth(guest) > worth(best)):
                    self.let_go(guest, now)
            if best is None:
                return
            self.waiting.remove(best)
            self.serve(best, worker, now)

    def offer(self, guest: Guest, wait: float, now: float) -> None:
        able = [worker for worker in self.workers if self.may(worker, guest, wait)]
        if not able:
            return
        if guest.gave_up:
            self.let_go(guest, now)
            return

        def dear(worker: Worker) -> tuple[float, int, int, int]:
            points = self.system.fit[guest.line, worker.pool] + self.agent_points(worker, now)
            given = worker.given if self.system.in_turn else 0
            return -points, worker.load, given, worker.turn

        best = min(able, key=dear)
        self.waiting.remove(guest)
        self.serve(guest, best, now)
        best.turn = self.turn

    def agent_points(self, worker: Worker, now: float) -> float:
        w, busy = self.system.weights, sum(end - begin for begin, end in worker.busy)
        idle = 0.0 if worker.load else now - worker.free
        busy += now - worker.taken if worker.load else 0.0
        return w.idle / w.idle_target_seconds * idle - w.worked / 3600.0 * busy

    # What follows.

    def join(self, guest: Guest, line: int, now: float) -> None:
        guest.line, guest.joined, guest.rung = line, now, now - guest.arrival
        guest.moved = False
        self.waiting.append(guest)
        self.offer(guest, guest.rung, now)

    def let_go(self, guest: Guest, now: float) -> None:
        guest.virtual = now - guest.arrival
        self.waiting.remove(guest)

    def serve(self, guest: Guest, worker: Worker, now: float) -> None:
        if not worker.load:
            worker.taken = now
        worker.given = self.turn
        guest.agent, guest.start, guest.since = self.workers.index(worker), now, now
        self.set_pace(worker, 1, now)
        worker.load += int(self.system.units[guest.line])
        worker.hand.append(guest)
        guest.ends = now + guest.service * self.pace(guest, len(worker.hand))

    def set_pace(self, worker: Worker, change: int, now: float) -> None:
        """Let what is left of every service go on at the pace of a new number of contacts."""
        for guest in worker.hand:
            old = self.pace(guest, len(worker.hand))
            new = self.pace(guest, len(worker.hand) + change)
            if old != new:
                guest.done += (now - guest.since) / old
                guest.since = now
                guest.ends = now + max(guest.service - guest.done, 0.0) * new

    def finish(self, guest: Guest, now: float) -> None:
        worker = self.workers[guest.agent]
        guest.finished = now
        self.set_pace(worker, -1, now)
        worker.hand.remove(guest)
        worker.load -= int(self.system.units[guest.line])
        if not guest.parted:
            guest.parted = True
            self.bring(guest, False, now)
        if not worker.load:
            worker.free = now
            worker.busy.append((worker.taken, now))
            if worker.present and self.owed[worker.pool]:
                self.owed[worker.pool] -= 1
                worker.present = False
            if not worker.present:
                worker.there.append((worker.came, now))
        if worker.present:
            self.take_waiting(worker, now)
            worker.turn = self.turn

    def change(self, agent: int, begins: bool, now: float) -> None:
        worker = self.workers[agent]
        if self.staff.interchangeable:
            pool = worker.pool
            crew = [other for other in self.workers if other.pool == pool]
            idle = [other for other in crew if other.present and not other.load]
            if begins and self.owed[pool]:
                self.owed[pool] -= 1
                return
            if begins:
                worker = next(other for other in crew if not other.present)
            elif idle:
                worker = min(idle, key=lambda other: other.turn)
            else:
                self.owed[pool] += 1
                return
        worker.present = begins
        if begins:
            worker.came = worker.came if worker.load else now
            worker.free = now
            self.take_waiting(worker, now)
            worker.turn = self.turn
        elif not worker.load:
            worker.there.append((worker.came, now))

    def bring(self, guest: Guest, retry: bool, now: float) -> None:
        """Let a contact that was answered, or has given up, bring another one."""
        purpose = purposes.RETRYING if retry else purposes.FLOWING
        u, flows, below = self.uniform(guest.key, purpose), self.system.flows, 0.0
        for i in np.flatnonzero((flows.source == guest.line) & (flows.retry == retry)):
            below += float(flows.share[i])
            if u >= below:
                continue
            wait = -flows.delay_s[i] * math.log(self.uniform(guest.key, purposes.DELAY))
            key, line = child_key(guest.key, purposes.CHILD), int(flows.target[i])
            child = self.draw(key, line, now + wait, (RETURN, guest.number))
            child.began, child.root, child.case = guest.began, guest.root, guest.case
            child.hop, child.paused = guest.hop + 1, guest.paused
            if flows.pauses[i]:
                child.paused += self.clock(guest.root, now, min(now + wait, self.horizon))
            guest.brought = "retried" if retry else "repeated" if flows.repeat[i] else "transferred"
            guest.child = child
            self.coming.append(child)
            return

    # Contacts.

    def uniform(self, key: np.uint64, purpose: int) -> float:
        return float(uniform(key, purpose, self.draws.mirrored))

    def given_guest(self, i: int) -> Guest:
        given = self.given
        arrival, line = float(given.arrival[i]), int(given.line[i])
        return Guest(
            key=child_key(np.uint64(self.draws.key("given contacts")), i),
            line=line,
            arrival=arrival,
            gives_up=arrival + float(given.patience[i]),
            service=float(given.service[i]),
            began=arrival,
            root=line,
            comes=(GIVEN, i),
        )

    def drawn_guests(self, line: int) -> Iterator[Guest]:
        """Draw all contacts of a line: gaps of mean 1 on the scale of expected contacts."""
        slot, used, number = 0, 0.0, 0
        offered, slot_s = self.traffic.offered[line], self.traffic.slot_s
        while True:
            key = child_key(self.keys[line], number)
            gap = -math.log(self.uniform(key, purposes.ARRIVAL))
            while slot < len(offered) and gap >= offered[slot] - used:
                gap -= offered[slot] - used
                used, slot = 0.0, slot + 1
            if slot == len(offered):
                return
            used, number = used + gap, number + 1
            yield self.draw(key, line, (slot + used / offered[slot]) * slot_s, (DRAWN, line))

    def draw(self, key: np.uint64, line: int, at: float, comes: tuple[int, int]) -> Guest:
        """Draw a contact of a line by the means of the slot in which it arrives."""
        traffic = self.traffic
        slot = min(int(at / traffic.slot_s), traffic.offered.shape[1] - 1)
        handling_u = self.uniform(key, purposes.HANDLING)
        service = traffic.handling_s[line, slot] * quantile(traffic.handling[line], handling_u)
        gives_up = math.inf
        if traffic.patience_s[line, slot] < math.inf:
            patience_u = self.uniform(key, purposes.PATIENCE)
            patience = quantile(traffic.patience[line], patience_u)
            gives_up = at + traffic.patience_s[line, slot] * patience
        if self.uniform(key, purposes.BALKING) < traffic.balking[line]:
            gives_up = at
        return Guest(key, line, at, float(gives_up), float(service), at, line, comes)

    # What is known of lines.

    def rings(self, line: int) -> set[float]:
        if self.system.after_s is None:
            return set()
        return set(self.system.after_s[line, ~np.isnan(self.system.fit[line])].tolist())

    def wrap(self, guest: Guest) -> float:
        return float(self.traffic.after_contact[guest.line])

    def flows_on(self, guest: Guest) -> bool:
        return bool((self.system.flows.source == guest.line).any())

    def parts(self, guest: Guest) -> bool:
        """Tell whether the customer's leaving is an event, for what may follow from it."""
        return self.system.pace is None and self.wrap(guest) > 0 and self.flows_on(guest)

    def pace(self, guest: Guest, contacts: int) -> float:
        return 1.0 if self.system.pace is None else float(self.system.pace[guest.line, contacts])

    def clock(self, root: int, begin: float, end: float) -> float:
        """Return the seconds between two moments by the calendar of a line."""
        calendar = int(self.goals.calendar[root])
        if calendar < 0:
            return end - begin
        opened = self.goals.opened_s[calendar]
        edges = np.arange(len(opened)) * self.traffic.slot_s
        before = [np.interp(t, edges, opened) + max(t - edges[-1], 0.0) for t in (begin, end)]
        return float(before[1] - before[0])


def child_key(key: np.uint64, number: int) -> np.uint64:
    return np.uint64(contact_key(key, number))


def quantile(law: Law, u: float) -> float:
    """Return a quantile of a law with mean 1."""
    if law.kind is LawKind.EXPONENTIAL:
        return -math.log1p(-u)
    if law.kind is LawKind.EMPIRICAL:
        points = np.array(law.points)
        points = points / np.mean((points[1:] + points[:-1]) / 2)
        place = u * (len(points) - 1)
        low, high = points[int(place)], points[int(place) + 1]
        return float(low + (place - int(place)) * (high - low))
    assert law.kind is LawKind.FIXED
    return 1.0
