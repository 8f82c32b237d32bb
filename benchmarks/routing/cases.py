"""Random snapshots for exactness: small or middling, with every rule and term of the score."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from optimizer.model import (
    AgentState,
    AgentStatus,
    ChannelRules,
    OpeningHours,
    OpenWindow,
    Priority,
    RelaxationStep,
    RoutingWeights,
    Snapshot,
    Ticket,
    Tier,
)

__all__ = ["draw_case"]

NOW = datetime(2026, 3, 30, 9, 30, tzinfo=UTC)
"""A Monday, the first after clocks went forward in Europe."""

SKILLS = ("billing", "cards", "french", "refunds", "windows")
CHANNELS = ("chat", "mail", "voice")
SITES = ("north", "south")
TAGS = {"vip": 40.0, "promotion": 15.0}

CALENDARS = {
    "office": OpeningHours(
        "Europe/Berlin", tuple(OpenWindow(day, 8 * 60, 18 * 60) for day in range(5))
    ),
    "two halves": OpeningHours(
        "America/New_York",
        tuple(OpenWindow(d, *half) for d in range(7) for half in ((300, 340), (360, 1440))),
        closed_days=(NOW.date() - timedelta(days=1),),
    ),
}


def draw_case(seed: int, *, mixed: bool = False) -> Snapshot:
    """Draw a small or middling snapshot in which every rule and every term of the score occurs.

    Parameters
    ----------
    mixed
        Whether calls take two units or three of an agent's capacity, and other contacts one.
    """
    rng = np.random.default_rng([seed, mixed])
    tickets, agents = ((14, 6), (14, 6), (45, 20), (90, 35))[0 if mixed else seed % 4]
    case = _Case(rng, [f"a{i}" for i in range(agents)], limited=(0, 1, 0, 2, 1, 3)[seed % 6])
    return Snapshot(
        NOW,
        tuple(case.ticket(f"t{i}") for i in rng.permutation(tickets)),
        tuple(case.agent(f"a{i}") for i in rng.permutation(agents)),
        case.weights(),
        channels={
            "chat": ChannelRules(),
            "mail": ChannelRules(deferred=True),
            "voice": ChannelRules(
                units=int(rng.integers(2, 4)) if mixed else 1,
                interrupts=("mail",) if rng.random() < 0.4 else (),
            ),
        },
        calendars=CALENDARS,
    )


class _Case:
    """Draws parts of a case from one stream."""

    def __init__(self, rng: np.random.Generator, agents: list[str], *, limited: int) -> None:
        self._rng, self._agents, self._limited = rng, agents, limited
        self._prices = {skill: float(rng.integers(0, 30)) for skill in SKILLS[:3]}

    def ticket(self, name: str) -> Ticket:
        rng = self._rng
        skills = self._skills(2, 3)
        created = self._ago(300.0 if rng.random() < 0.9 else 20_000.0)
        return Ticket(
            name,
            str(rng.choice(CHANNELS)),
            created,
            skills,
            tier=self._tier(),
            priority=Priority(f"P{rng.integers(4)}"),
            customer_value=float(rng.lognormal(0.0, 1.0)),
            tags=tuple(tag for tag in (*TAGS, "other") if rng.random() < 0.1),
            risk=float(rng.random()) if rng.random() < 0.2 else 0.0,
            first_response_due=NOW + timedelta(hours=5) if rng.random() < 0.2 else None,
            first_response_seconds=900.0 if rng.random() < 0.2 else None,
            resolution_due=NOW + timedelta(days=2) if rng.random() < 0.1 else None,
            resolution_seconds=float(rng.integers(1, 9)) * 3600 if rng.random() < 0.3 else None,
            responded=bool(rng.random() < 0.3),
            calendar=str(rng.choice(list(CALENDARS))) if rng.random() < 0.3 else None,
            paused_seconds=float(rng.choice([0.0, 0.0, 0.0, 90.0])),
            site=str(rng.choice(SITES)) if rng.random() < 0.2 else None,
            language=str(rng.choice(["de", "fr"])) if rng.random() < 0.2 else None,
            prior_agent=self._somebody(0.3),
            preferred_agents=self._some(0.15),
            preferred_seconds=float(rng.choice([0.0, 0.0, 0.0, 0.0, 200.0])),
            excluded_agents=self._some(0.15),
            rejected_by=self._some(0.1),
            amount=float(rng.choice([0.0, 0.0, 0.0, 5.0, 30.0, 80.0])),
            human_required=bool(rng.random() < 0.1),
            handling_seconds=float(rng.integers(60, 900)) if rng.random() < 0.5 else None,
            relaxation=self._steps(skills),
        )

    def agent(self, name: str) -> AgentState:
        rng = self._rng
        limited = rng.permutation(CHANNELS)[: self._limited]
        return AgentState(
            name,
            self._skills(4, 5),
            tier=self._tier(),
            site=str(rng.choice(SITES)),
            languages=(str(rng.choice(["de", "fr"])),) if rng.random() < 0.5 else None,
            channels=None if rng.random() < 0.7 else tuple(map(str, rng.permutation(CHANNELS)[:2])),
            capacity=int(rng.integers(1, 6)),
            channel_limits={str(c): int(rng.integers(0, 3)) for c in limited},
            open_work={c: int(rng.integers(0, 3)) for c in CHANNELS if rng.random() < 0.25},
            status=AgentStatus.AWAY if rng.random() < 0.05 else AgentStatus.AVAILABLE,
            accepts_offers=bool(rng.random() < 0.95),
            after_call_until=NOW + timedelta(seconds=float(rng.integers(-60, 60)))
            if rng.random() < 0.15
            else None,
            idle_since=self._ago(400.0) if rng.random() < 0.8 else None,
            worked_seconds=float(rng.integers(0, 30_000)),
            authority=float(rng.choice([10.0, 50.0, 100.0])),
            automated=bool(rng.random() < 0.1),
        )

    def weights(self) -> RoutingWeights:
        rng = self._rng
        return RoutingWeights(
            wait_exponent=float(rng.choice([1.0, 1.0, 1.7, 2.0])),
            skill_fit=float(rng.choice([0.0, 10.0, 200.0])),
            handling_reference_seconds=300.0 if rng.random() < 0.4 else None,
            strict_priority=bool(rng.random() < 0.3),
            promote_after=float(rng.choice([0.5, 2.0])) if rng.random() < 0.4 else None,
            compete_from=float(rng.choice([0.3, 1.0])) if rng.random() < 0.6 else None,
            own_deadlines=bool(rng.random() < 0.7),
            tags=TAGS,
            continuity_seconds=None if rng.random() < 0.4 else float(rng.choice([120.0, 600.0])),
            idle=float(rng.choice([0.0, 2.0, 30.0])),
            worked=float(rng.choice([0.0, 3.0])),
            reserve=float(rng.choice([0.0, 1.0, 2.5])),
            skill_prices=self._prices,
            tie_seed=int(rng.integers(100)) if rng.random() < 0.3 else None,
        )

    def _steps(self, skills: dict[str, int]) -> tuple[RelaxationStep, ...]:
        """Return up to two steps, one after the other."""
        rng = self._rng
        steps = []
        for after in sorted(rng.exponential(400.0, size=rng.integers(0, 3)).tolist()):
            names = [str(name) for name in rng.permutation(sorted(skills))]
            steps.append(
                RelaxationStep(
                    after,
                    drop_skills=tuple(names[:1]) if rng.random() < 0.4 else (),
                    levels={name: int(rng.integers(1, 4)) for name in names[1:]},
                    tiers=(Tier.RISK,) if rng.random() < 0.2 else (),
                    sites=(str(rng.choice(SITES)),) if rng.random() < 0.3 else (),
                    any_site=bool(rng.random() < 0.2),
                    any_language=bool(rng.random() < 0.3),
                )
            )
        return tuple(steps)

    def _skills(self, most: int, top: int) -> dict[str, int]:
        chosen = self._rng.permutation(SKILLS)[: self._rng.integers(0, most + 1)]
        return {str(skill): int(self._rng.integers(1, top + 1)) for skill in chosen}

    def _tier(self) -> Tier:
        tiers = [Tier.FRONT_LINE, Tier.TECHNICAL, Tier.RISK]
        return tiers[int(self._rng.choice(3, p=[0.8, 0.12, 0.08]))]

    def _ago(self, mean: float) -> datetime:
        return NOW - timedelta(seconds=float(np.round(self._rng.exponential(mean))))

    def _somebody(self, share: float) -> str | None:
        return str(self._rng.choice(self._agents)) if self._rng.random() < share else None

    def _some(self, share: float) -> tuple[str, ...]:
        if self._rng.random() >= share:
            return ()
        return tuple(map(str, self._rng.choice(self._agents, size=2)))
