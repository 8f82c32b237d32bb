"""After any sequence of changes the match is best, and its prices prove it."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from optimizer.routing.live import LiveMatch
from tests.optimizer.routing.live.peer import STRAIGHT, PlainAgent, PlainPool, PlainTicket

WORTHS = st.integers(-4, 9)
BONUSES = st.integers(0, 4)
ROOMS = st.integers(0, 3)
MOST = 5
"""Classes, and agents, at a time."""


class AnyChange(RuleBasedStateMachine):
    """All operations in any order on a small pool, beside plain lists that are solved anew."""

    @initialize(spread=st.sampled_from([0, 1, 3]), seed=st.integers(0, 99))
    def start(self, spread: int, seed: int) -> None:
        self.live = LiveMatch(spread)
        self.plain = PlainPool(spread)
        self.kinds: set[int] = set()
        random = Random(seed)
        for _ in range(3):
            limits = [random.randint(1, 3) for _ in range(random.randint(0, 2))]
            points, bonus = random.randint(-4, 9), random.randint(0, 3)
            self._put_agent(random.randint(1, 3), points, bonus, limits, [], [], [])
        for _ in range(3):
            agents = random.sample(sorted(self.plain.agents), 2)
            doors = [random.randint(STRAIGHT, len(self.plain.agents[a].limits) - 1) for a in agents]
            self._put_class(agents, [random.randint(-4, 9) for _ in agents], doors)
        for sequence in range(6):
            kind, base = random.choice(sorted(self.kinds)), random.randint(-4, 9)
            self._note(self.live.add_ticket(kind, base, sequence), kind, base, sequence)

    def _put_agent(
        self,
        room: int,
        points: int,
        bonus: int,
        limits: list[int],
        kinds: list[int],
        fits: list[int],
        doors: list[int],
    ) -> None:
        agent = self.live.add_agent(room, points, kinds, fits, doors, limits, bonus)
        assert agent not in self.plain.agents
        self.plain.agents[agent] = PlainAgent(
            room,
            points,
            limits,
            dict(zip(kinds, fits, strict=True)),
            dict(zip(kinds, doors, strict=True)),
            bonus,
        )

    def _put_class(self, agents: list[int], fits: list[int], doors: list[int]) -> None:
        kind = self.live.add_class(agents, fits, doors)
        assert kind not in self.kinds
        self.kinds.add(kind)
        for agent, fit, door in zip(agents, fits, doors, strict=True):
            self.plain.agents[agent].fits[kind] = fit
            self.plain.agents[agent].doors[kind] = door

    def _sample(self, data: Any, numbers: Any) -> list[int]:
        """Draw some of the numbers."""
        return [number for number in sorted(numbers) if data.draw(st.booleans())]

    def _one(self, data: Any, numbers: Any) -> int:
        return int(data.draw(st.sampled_from(sorted(numbers))))

    def _door(self, data: Any, limits: list[int]) -> int:
        return int(data.draw(st.integers(STRAIGHT, len(limits) - 1)))

    def _worths(self, data: Any, numbers: list[int]) -> list[int]:
        return [data.draw(WORTHS) for _ in numbers]

    def _note(self, ticket: int, kind: int, base: int, sequence: int) -> None:
        assert ticket not in self.plain.tickets
        self.plain.tickets[ticket] = PlainTicket(kind, base, sequence)

    @precondition(lambda self: len(self.kinds) < MOST)
    @rule(data=st.data())
    def add_class(self, data: Any) -> None:
        agents = self._sample(data, self.plain.agents)
        fits = self._worths(data, agents)
        doors = [self._door(data, self.plain.agents[agent].limits) for agent in agents]
        self._put_class(agents, fits, doors)

    @precondition(lambda self: self._empty_kinds())
    @rule(data=st.data())
    def drop_class(self, data: Any) -> None:
        kind = self._one(data, self._empty_kinds())
        self.live.drop_class(kind)
        self.kinds.remove(kind)
        for agent in self.plain.agents.values():
            agent.fits.pop(kind, None)
            agent.doors.pop(kind, None)

    def _empty_kinds(self) -> set[int]:
        return self.kinds - {ticket.kind for ticket in self.plain.tickets.values()}

    @precondition(lambda self: len(self.plain.agents) < MOST)
    @rule(
        data=st.data(),
        room=ROOMS,
        points=WORTHS,
        bonus=BONUSES,
        limits=st.lists(ROOMS, max_size=2),
    )
    def add_agent(self, data: Any, room: int, points: int, bonus: int, limits: list[int]) -> None:
        kinds = self._sample(data, self.kinds)
        fits, doors = self._worths(data, kinds), [self._door(data, limits) for _ in kinds]
        self._put_agent(room, points, bonus, limits, kinds, fits, doors)

    @precondition(lambda self: self.plain.agents)
    @rule(data=st.data())
    def change_agent(self, data: Any) -> None:
        number = self._one(data, self.plain.agents)
        agent, kinds = self.plain.agents[number], self._sample(data, self.kinds)
        fits, doors = self._worths(data, kinds), [self._door(data, agent.limits) for _ in kinds]
        self.live.change_agent(number, kinds, fits, doors)
        agent.fits = dict(zip(kinds, fits, strict=True))
        agent.doors = dict(zip(kinds, doors, strict=True))

    @precondition(lambda self: self.plain.agents)
    @rule(data=st.data())
    def drop_agent(self, data: Any) -> None:
        agent = self._one(data, self.plain.agents)
        self.live.drop_agent(agent)
        del self.plain.agents[agent]

    @precondition(lambda self: self.plain.agents)
    @rule(data=st.data(), room=ROOMS)
    def set_room(self, data: Any, room: int) -> None:
        number = self._one(data, self.plain.agents)
        agent = self.plain.agents[number]
        limits = [data.draw(ROOMS) for _ in agent.limits]
        self.live.set_room(number, room, limits)
        agent.room, agent.limits = room, limits

    @precondition(lambda self: self.plain.agents)
    @rule(data=st.data(), points=WORTHS, bonus=BONUSES)
    def set_points(self, data: Any, points: int, bonus: int) -> None:
        agent = self._one(data, self.plain.agents)
        self.live.set_points(agent, points, bonus)
        self.plain.agents[agent].points = points
        self.plain.agents[agent].bonus = bonus

    @precondition(lambda self: self.kinds)
    @rule(data=st.data(), base=WORTHS, sequence=st.integers(0, 3))
    def add_ticket(self, data: Any, base: int, sequence: int) -> None:
        kind = self._one(data, self.kinds)
        self._note(self.live.add_ticket(kind, base, sequence), kind, base, sequence)

    @precondition(lambda self: self.kinds)
    @rule(data=st.data(), count=st.integers(0, 4))
    def add_tickets(self, data: Any, count: int) -> None:
        kinds = [self._one(data, self.kinds) for _ in range(count)]
        bases, order = self._worths(data, kinds), list(range(10, 10 + count))
        tickets = self.live.add_tickets(kinds, bases, order).tolist()
        for ticket, kind, base, sequence in zip(tickets, kinds, bases, order, strict=True):
            self._note(ticket, kind, base, sequence)

    @precondition(lambda self: self.plain.tickets)
    @rule(data=st.data())
    def remove_ticket(self, data: Any) -> None:
        ticket = self._one(data, self.plain.tickets)
        self.live.remove_ticket(ticket)
        del self.plain.tickets[ticket]

    @precondition(lambda self: self.plain.tickets)
    @rule(data=st.data(), base=st.none() | WORTHS)
    def move_ticket(self, data: Any, base: int | None) -> None:
        ticket, kind = self._one(data, self.plain.tickets), self._one(data, self.kinds)
        self.live.move_ticket(ticket, kind, base)
        old = self.plain.tickets[ticket]
        self.plain.tickets[ticket] = PlainTicket(
            kind, old.base if base is None else base, old.sequence
        )

    @precondition(lambda self: self.plain.tickets and any(self._with_room()))
    @rule(data=st.data(), tentative=st.booleans())
    def commit(self, data: Any, tentative: bool) -> None:
        pairs = self._pairs()
        if tentative and pairs:
            ticket, agent = data.draw(st.sampled_from(pairs))
        else:
            ticket = self._one(data, self.plain.tickets)
            agent = self._one(data, self._with_room())
        self.live.commit(ticket, agent)
        kind, other = self.plain.tickets.pop(ticket).kind, self.plain.agents[agent]
        other.room -= 1
        other.points -= self.plain.spread
        other.bonus = 0
        door = other.doors.get(kind, STRAIGHT)
        if door != STRAIGHT:
            other.limits[door] = max(0, other.limits[door] - 1)

    def _with_room(self) -> list[int]:
        return [number for number, agent in self.plain.agents.items() if agent.room]

    @rule(data=st.data())
    def rescore(self, data: Any) -> None:
        tickets = self._sample(data, self.plain.tickets)
        agents = self._sample(data, self.plain.agents)
        bases, points = self._worths(data, tickets), self._worths(data, agents)
        bonuses = [data.draw(BONUSES) for _ in agents]
        self.live.rescore(tickets, bases, agents, points, bonuses)
        for ticket, base in zip(tickets, bases, strict=True):
            self.plain.tickets[ticket] = self.plain.tickets[ticket]._replace(base=base)
        for agent, worth, bonus in zip(agents, points, bonuses, strict=True):
            self.plain.agents[agent].points = worth
            self.plain.agents[agent].bonus = bonus

    @rule()
    def dump_and_load(self) -> None:
        self.live = LiveMatch.load(self.live.dump())

    def _pairs(self) -> list[tuple[int, int]]:
        tickets, agents = self.live.pairs()
        return list(zip(tickets.tolist(), agents.tolist(), strict=True))

    @invariant()
    def the_prices_prove_the_match_best(self) -> None:
        if hasattr(self, "live"):
            assert self.live.faults() == []

    @invariant()
    def no_match_is_worth_more(self) -> None:
        if hasattr(self, "live"):
            assert self.live.value() == self.plain.value_of(self._pairs())
            assert self.live.value() == self.plain.best_value()

    @invariant()
    def those_served_go_first_in_their_class(self) -> None:
        if hasattr(self, "live"):
            pairs = dict(self._pairs())
            for number, ticket in self.plain.tickets.items():
                assert self.live.agent_of(number) == pairs.get(number)
                if number in pairs:
                    continue
                for other in pairs:
                    ahead = self.plain.tickets[other]
                    if ahead.kind == ticket.kind:
                        assert (-ahead.base, ahead.sequence, other) < (
                            -ticket.base,
                            ticket.sequence,
                            number,
                        )


AnyChange.TestCase.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
TestAnyChange = AnyChange.TestCase


def test_a_thousand_changes_of_a_pool_of_ordinary_size_leave_it_best() -> None:
    rng = np.random.default_rng(5)
    live, plain = LiveMatch(spread=1), PlainPool(1)
    for _ in range(60):
        room, points = int(rng.integers(0, 4)), int(rng.integers(0, 50))
        limits = rng.integers(0, 3, size=rng.integers(0, 3)).tolist()
        agent = live.add_agent(room, points, limits=limits)
        plain.agents[agent] = PlainAgent(room, points, limits, {}, {})
    for _ in range(40):
        agents = rng.choice(60, size=8, replace=False)
        numbers = sorted(plain.agents)
        chosen = [numbers[i] for i in agents]
        fits = rng.integers(0, 200, size=8).tolist()
        doors = [int(rng.integers(STRAIGHT, len(plain.agents[a].limits))) for a in chosen]
        kind = live.add_class(chosen, fits, doors)
        for agent, fit, door in zip(chosen, fits, doors, strict=True):
            plain.agents[agent].fits[kind] = fit
            plain.agents[agent].doors[kind] = door
    for step in range(1000):
        number = int(rng.choice(sorted(plain.agents)))
        agent_state = plain.agents[number]
        kind, base = int(rng.integers(40)), int(rng.integers(0, 500))
        match rng.integers(5):
            case 0 | 1:
                plain.tickets[live.add_ticket(kind, base, step)] = PlainTicket(kind, base, step)
            case 2 if plain.tickets:
                ticket = int(rng.choice(sorted(plain.tickets)))
                live.remove_ticket(ticket)
                del plain.tickets[ticket]
            case 3:
                agent_state.room = int(rng.integers(0, 4))
                agent_state.limits = rng.integers(0, 3, size=len(agent_state.limits)).tolist()
                live.set_room(number, agent_state.room, agent_state.limits)
            case 4 if step % 7 == 0:
                tickets = sorted(plain.tickets)
                bases = rng.integers(0, 500, size=len(tickets)).tolist()
                live.rescore(tickets, bases, [number], [base])
                agent_state.points = base
                for ticket, worth in zip(tickets, bases, strict=True):
                    plain.tickets[ticket] = plain.tickets[ticket]._replace(base=worth)
        if step % 50 == 49:
            assert live.is_optimal()
            assert live.value() == plain.best_value()
