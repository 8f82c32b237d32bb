"""Snapshots that the tests of routing draw: of every field, and tiny ones full of ties."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import numpy as np
from hypothesis import strategies as st

from optimizer.model import (
    AgentState,
    AgentStatus,
    ChannelRules,
    Escalation,
    OpeningHours,
    OpenWindow,
    Priority,
    RelaxationStep,
    RoutingWeights,
    Snapshot,
    Ticket,
    Tier,
)

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
CHANNELS = ("chat", "mail", "voice")
SKILLS = ("billing", "french", "refunds", "windows")
LANGUAGES = ("de", "en")

OFFICE = OpeningHours(
    "Europe/Paris",
    tuple(OpenWindow(day, 540, 1080) for day in range(5)),
    (date(2026, 2, 27),),
)
SPLIT = OpeningHours(
    "America/New_York",
    tuple(OpenWindow(day, *span) for day in range(7) for span in ((60, 285), (300, 720))),
)


def random_snapshot(seed: int, tickets: int, agents: int, *, limits: bool = True) -> Snapshot:
    """Return a snapshot that uses every field that routing reads."""
    rng = np.random.default_rng(seed)

    def chance(share: float) -> bool:
        return bool(rng.random() < share)

    def skills(most: int, top: int) -> dict[str, int]:
        chosen = rng.permutation(SKILLS)[: rng.integers(0, most + 1)]
        return {str(skill): int(rng.integers(1, top + 1)) for skill in chosen}

    def ago(mean: float) -> datetime:
        return NOW - timedelta(seconds=float(np.round(rng.exponential(mean))))

    def tier() -> Tier:
        return Tier.FRONT_LINE if chance(0.7) else Tier.TECHNICAL

    def some(share: float, *values: str) -> str | None:
        return str(rng.choice(values)) if chance(share) else None

    def few(top: int) -> dict[str, int]:
        return {c: int(rng.integers(0, top + 1)) for c in CHANNELS if chance(0.4)}

    def people(share: float) -> tuple[str, ...]:
        return tuple(f"a{i}" for i in rng.integers(0, agents + 2, 2)) if chance(share) else ()

    def seconds(share: float, mean: float) -> float | None:
        return float(np.round(1.0 + rng.exponential(mean))) if chance(share) else None

    def step() -> RelaxationStep:
        return RelaxationStep(
            float(rng.choice([30.0, 120.0, 400.0])),
            drop_skills=tuple(map(str, rng.permutation(SKILLS)[:1])) if chance(0.5) else (),
            levels={str(skill): int(rng.integers(1, 4)) for skill in rng.permutation(SKILLS)[:2]},
            tiers=(Tier.RISK,) if chance(0.3) else (),
            sites=("south",) if chance(0.3) else (),
            any_site=chance(0.1),
            any_language=chance(0.3),
        )

    def ticket(number: int) -> Ticket:
        created = ago(200.0)
        return Ticket(
            f"t{number}",
            str(rng.choice(CHANNELS)),
            created,
            skills(3, 4),
            tier=tier(),
            priority=Priority(f"P{rng.integers(4)}"),
            customer_value=float(rng.lognormal(0.0, 1.0)),
            tags=("vip", "new")[: rng.integers(3)] if chance(0.3) else (),
            risk=float(rng.choice([0.0, 0.0, 0.25, 1.0])),
            first_response_due=NOW + timedelta(hours=1) if chance(0.3) else None,
            resolution_due=NOW + timedelta(minutes=int(rng.integers(1, 300)))
            if chance(0.2)
            else None,
            first_response_seconds=seconds(0.2, 100.0),
            resolution_seconds=seconds(0.2, 1000.0),
            responded=chance(0.2),
            calendar=some(0.3, "office", "split"),
            paused_seconds=seconds(0.2, 50.0) or 0.0,
            site=some(0.3, "north", "south"),
            language=some(0.3, *LANGUAGES),
            prior_agent=next(iter(people(0.2)), None),
            preferred_agents=people(0.1),
            preferred_seconds=seconds(0.3, 100.0) or 0.0,
            excluded_agents=people(0.1),
            rejected_by=people(0.1),
            amount=float(rng.choice([0.0, 0.0, 5.0, 30.0, 80.0])),
            human_required=chance(0.2),
            handling_seconds=seconds(0.5, 300.0),
            relaxation=tuple(step() for _ in range(rng.integers(3))) if chance(0.3) else (),
        )

    def agent(number: int) -> AgentState:
        return AgentState(
            f"a{number}",
            skills(4, 5) or {"billing": 2},
            tier=Tier.RISK if chance(0.1) else tier(),
            site=some(0.9, "north", "south"),
            languages=None if chance(0.5) else LANGUAGES[: rng.integers(3)],
            channels=None if chance(0.6) else tuple(map(str, rng.permutation(CHANNELS)[:2])),
            capacity=int(rng.integers(0, 5)),
            channel_limits=few(2) if limits else {},
            open_work=few(1),
            status=AgentStatus.AVAILABLE if chance(0.9) else AgentStatus.AWAY,
            accepts_offers=chance(0.9),
            after_call_until=NOW + timedelta(seconds=int(rng.integers(-60, 90)))
            if chance(0.2)
            else None,
            free_from=NOW + timedelta(seconds=int(rng.integers(-60, 600))) if chance(0.4) else None,
            idle_since=ago(300.0) if chance(0.8) else None,
            worked_seconds=seconds(0.5, 9000.0) or 0.0,
            authority=float(rng.choice([10.0, 50.0, 100.0])),
            automated=chance(0.1),
        )

    return Snapshot(
        NOW,
        tuple(ticket(i) for i in rng.permutation(tickets)),
        tuple(agent(i) for i in rng.permutation(agents)),
        RoutingWeights(
            own_deadlines=chance(0.5),
            skill_fit=float(rng.choice([0.0, 10.0, 200.0])),
            wait_exponent=float(rng.choice([1.0, 1.5, 2.0])),
            handling_reference_seconds=300.0 if chance(0.3) else None,
            strict_priority=chance(0.2),
            promote_after=float(rng.choice([0.5, 2.0])) if chance(0.4) else None,
            compete_from=float(rng.choice([0.0, 0.3])) if chance(0.7) else None,
            tags={"vip": 40.0, "other": 5.0},
            continuity_seconds=None if chance(0.3) else 150.0,
            worked=float(rng.choice([0.0, 1.0])),
            skill_prices={"french": 4.0, "windows": 9.0} if chance(0.5) else {},
            tie_seed=int(rng.integers(9)) if chance(0.3) else None,
        ),
        channels={
            "mail": ChannelRules(deferred=True),
            "voice": ChannelRules(interrupts=("chat", "mail")),
        },
        calendars={"office": OFFICE, "split": SPLIT},
        escalations=(
            Escalation(300.0, Tier.TECHNICAL, Priority.P0, Tier.FRONT_LINE),
            Escalation(500.0, Tier.RISK, channel="chat", risk_from=0.5),
        ),
    )


def snapshots(tickets: int = 5, agents: int = 4) -> st.SearchStrategy[Snapshot]:
    """Draw small snapshots; by a seed, as drawing field by field takes longer than all the rest."""
    return st.builds(
        tiny_snapshot, st.integers(0, 2**32 - 1), st.integers(0, tickets), st.integers(0, agents)
    )


def tiny_snapshot(seed: int, tickets: int, agents: int) -> Snapshot:
    """Return a snapshot in which ties and binding limits are common."""
    random = Random(seed)
    one = random.choice

    def maybe(values: tuple[str, ...]) -> str | None:
        return one((None, None, *values))

    def counts(top: int) -> dict[str, int]:
        return {c: random.randint(0, top) for c in CHANNELS[:2] if one((True, False))}

    def skills() -> dict[str, int]:
        return {skill: random.randint(1, 2) for skill in SKILLS[:2] if one((True, False))}

    def moment() -> datetime:
        return NOW - timedelta(minutes=random.randint(-1, 3))

    def people() -> tuple[str, ...]:
        return one(((), (), (), ("a0",), ("a1",), ("a1", "a2"), ("gone",)))

    def tier() -> Tier:
        return one((Tier.FRONT_LINE, Tier.FRONT_LINE, Tier.RISK))

    def step() -> RelaxationStep:
        return RelaxationStep(
            one((0.0, 60.0, 90.0)),
            one(((), SKILLS[:1])),
            skills(),
            one(((), (Tier.RISK,))),
            one(((), ("south",))),
            any_site=one((True, False)),
            any_language=one((True, False)),
        )

    def ticket(number: int) -> Ticket:
        return Ticket(
            f"t{number}",
            one(CHANNELS[:2]),
            moment(),
            skills(),
            tier=tier(),
            priority=one(tuple(Priority)),
            customer_value=float(random.randint(0, 2)),
            first_response_seconds=one((None, 60.0)),
            calendar=maybe(("office",)),
            paused_seconds=one((0.0, 0.0, 60.0)),
            site=maybe(("north",)),
            language=maybe(("de",)),
            prior_agent=maybe(("a0", "a1")),
            preferred_agents=people(),
            preferred_seconds=one((0.0, 0.0, 60.0, 100.0)),
            excluded_agents=people(),
            rejected_by=people(),
            amount=one((0.0, 10.0, 50.0)),
            human_required=one((False, False, True)),
            relaxation=tuple(step() for _ in range(one((0, 0, 1, 2)))),
        )

    def agent(number: int) -> AgentState:
        return AgentState(
            f"a{number}",
            skills(),
            tier=tier(),
            site=maybe(("north", "south")),
            languages=one((None, None, ("de",), ())),
            channels=one((None, None, ("chat",), ("mail", "chat"))),
            capacity=random.randint(0, 3),
            channel_limits=counts(2),
            open_work=counts(1),
            status=one((AgentStatus.AVAILABLE,) * 5 + (AgentStatus.OFFLINE,)),
            accepts_offers=one((True,) * 5 + (False,)),
            after_call_until=one((None, None, NOW, NOW + timedelta(seconds=9))),
            free_from=one((None, NOW + timedelta(seconds=5))),
            idle_since=one((None, moment())),
            worked_seconds=one((0.0, 3600.0)),
            authority=one((0.0, 10.0, 50.0)),
            automated=one((False, False, True)),
        )

    weights = RoutingWeights(
        one((0.0, 1.0, 100.0)),
        one((0.0, 1.0, 100.0)),
        one((0.0, 1.0, 100.0)),
        skill_fit=one((0.0, 1.0, 100.0)),
        strict_priority=one((True, False)),
        promote_after=one((None, 0.5)),
        compete_from=one((None, 0.0, 0.5)),
        idle=one((0.0, 1.0)),
        worked=one((0.0, 10.0)),
        continuity=one((0.0, 30.0)),
        continuity_seconds=one((None, 90.0)),
        reserve=one((0.0, 1.0, 100.0)),
        skill_prices=one(({}, {SKILLS[0]: 5.0})),
        tie_seed=one((None, 1)),
    )
    return Snapshot(
        NOW,
        tuple(map(ticket, range(tickets))),
        tuple(map(agent, range(agents))),
        weights,
        channels={
            "chat": ChannelRules(one((1, 1, 2)), one(((), ("mail",)))),
            "mail": ChannelRules(deferred=one((True, False))),
        },
        calendars={"office": OFFICE},
        escalations=one(((), (Escalation(120.0, Tier.RISK, from_tier=Tier.FRONT_LINE),))),
    )
