"""A pool with many tickets per agent: the match stays the best through hundreds of events."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from optimizer.model import AgentState, Priority, RoutingWeights, Ticket
from optimizer.routing import assign
from optimizer.routing.pool import (
    AgentPut,
    AgentRemoved,
    Event,
    OfferAccepted,
    OfferRejected,
    Pool,
    PoolSettings,
    Tick,
    TicketCancelled,
    TicketCreated,
    WorkDone,
)
from tests.optimizer.routing.pool.drawing import CHANNELS, OPENED, SKILLS
from tests.optimizer.routing.pool.worth import value

WEIGHTS = RoutingWeights(skill_fit=80.0, idle=30.0, worked=5.0, skill_prices={"french": 20.0})


class Floor:
    """Draws events that can be, for a pool whose answers it follows."""

    def __init__(self, seed: int, pool: Pool) -> None:
        self.rng = np.random.default_rng(seed)
        self.pool = pool
        self.now = OPENED
        self.count = 0
        self.in_hand: list[tuple[str, str]] = []

    def next(self) -> Event:
        self.now += timedelta(seconds=float(self.rng.integers(0, 4)))
        offers, waiting = self.pool.offers(), self.pool.snapshot().tickets
        match int(self.rng.integers(10)):
            case 0 | 1 | 2:
                return self.ticket()
            case 3 if waiting:
                return TicketCancelled(self.now, waiting[self.rng.integers(len(waiting))].id)
            case 4:
                return AgentPut(self.now, self.agent(f"a{self.rng.integers(12)}"))
            case 5 if self.in_hand:
                ticket, agent = self.in_hand.pop(int(self.rng.integers(len(self.in_hand))))
                return WorkDone(self.now, agent, ticket, worked_seconds=60.0)
            case 6 | 7 if offers:
                offer = offers[self.rng.integers(len(offers))]
                if self.rng.random() < 0.3:
                    return OfferRejected(self.now, offer.ticket, offer.agent)
                self.in_hand.append((offer.ticket, offer.agent))
                return OfferAccepted(self.now, offer.ticket, offer.agent)
            case 8 if self.rng.random() < 0.1 and "a0" in self.pool.tentative().values():
                return AgentRemoved(self.now, "a0")
        return Tick(self.now)

    def ticket(self) -> TicketCreated:
        self.count += 1
        return TicketCreated(
            self.now,
            Ticket(
                f"t{self.count}",
                str(self.rng.choice(CHANNELS)),
                self.now - timedelta(seconds=float(self.rng.integers(0, 200))),
                self.skills(1, 3),
                priority=Priority(f"P{self.rng.integers(4)}"),
                prior_agent=f"a{self.rng.integers(12)}",
            ),
        )

    def agent(self, name: str) -> AgentState:
        limits = {"chat": 2} if self.rng.random() < 0.5 else {}
        return AgentState(
            name,
            self.skills(2, 6),
            capacity=int(self.rng.integers(1, 6)),
            channel_limits=limits,
            idle_since=self.now - timedelta(seconds=float(self.rng.integers(0, 900))),
        )

    def skills(self, most: int, top: int) -> dict[str, int]:
        chosen = self.rng.permutation(SKILLS)[: self.rng.integers(1, most + 1)]
        return {str(skill): int(self.rng.integers(1, top)) for skill in chosen}


@pytest.mark.parametrize("seed", range(4))
def test_the_match_is_worth_what_a_fresh_one_is(seed: int) -> None:
    settings = PoolSettings(WEIGHTS, review_seconds=120.0, offer_seconds=None)
    pool = Pool(settings, OPENED)
    floor = Floor(seed, pool)
    most = 0
    for i in range(400):
        pool.take(floor.next())
        if i % 20 == 0:
            snapshot, partners = pool.snapshot(), pool.tentative()
            best = assign(snapshot).value
            assert value(snapshot, partners) == pytest.approx(best, abs=0.02)
            shared = list(partners.values())
            most = max(most, *map(shared.count, shared), 0) if shared else most
    assert most > 1
