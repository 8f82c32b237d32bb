"""Live snapshots drawn from a seed: structured by skills, with more where it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from optimizer.model import (
    HIGHEST_LEVEL,
    AgentState,
    ChannelRules,
    Priority,
    RelaxationStep,
    RoutingWeights,
    Snapshot,
    Ticket,
)

__all__ = ["Extras", "draw_snapshot"]

NEEDED = 3
HELD = 8
ASKED_LEVEL = 3
CAPACITY = 4
PRIORITIES = {"P0": 0.05, "P1": 0.15, "P2": 0.50, "P3": 0.30}
MEAN_WAIT_SECONDS = 300.0
RELAXED_AFTER_SECONDS = (60.0, 240.0)
SHARE_OF_MAIL = 0.3
SHARE_OF_VOICE = 0.3
VOICE_UNITS = 2

_NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Extras:
    """What a drawn snapshot has beyond skills.

    Parameters
    ----------
    levels
        Three tickets in ten are mail, which competes with chats from half its target on.
    continuity
        Share of tickets with a prior agent, for whom an affinity counts however long they wait.
    relaxation
        Share of tickets that stop asking for one of their skills and for a level after a while.
    strict
        Priority goes before all else.
    units
        Three tickets in ten are calls, which take two units of an agent's capacity.
    limits
        Half the agents take one contact of some channel at most.
    """

    levels: bool = False
    continuity: float = 0.0
    relaxation: float = 0.0
    strict: bool = False
    units: bool = False
    limits: bool = False


PLAIN = Extras()


def draw_snapshot(
    tickets: int, agents: int, seed: int, skills: int = 40, extras: Extras = PLAIN
) -> Snapshot:
    """Draw a snapshot whose only structure is that of skills, but for what is asked for.

    Tickets need 1 to 3 skills, each at level 1 to 3; agents hold 1 to 8 skills at levels 1 to 5
    and take 1 to 4 contacts; all draws are uniform. Customer values are log-normal, waits and
    idle times exponential, priorities mostly P2 and P3.

    Parameters
    ----------
    skills
        How many there are, at least 8. The fewer, the more agents can take each ticket.
    extras
        Drawn from a stream of their own, so that all else stays as it is without them.
    """
    rng = np.random.default_rng(seed)

    def choose(most: int, top: int) -> dict[str, int]:
        chosen = rng.choice(skills, size=int(rng.integers(1, most + 1)), replace=False)
        return {f"skill_{skill:02d}": int(rng.integers(1, top + 1)) for skill in chosen}

    def ago() -> datetime:
        return _NOW - timedelta(seconds=round(rng.exponential(MEAN_WAIT_SECONDS), 3))

    priorities = rng.choice(list(PRIORITIES), size=tickets, p=list(PRIORITIES.values()))
    plain = Snapshot(
        _NOW,
        tuple(
            Ticket(
                f"t{i:05d}",
                "chat",
                ago(),
                choose(NEEDED, ASKED_LEVEL),
                priority=Priority(priority),
                customer_value=float(rng.lognormal(0.0, 0.6)),
            )
            for i, priority in enumerate(priorities)
        ),
        tuple(
            AgentState(
                f"a{i:05d}",
                choose(HELD, HIGHEST_LEVEL),
                capacity=int(rng.integers(1, CAPACITY + 1)),
                idle_since=ago(),
            )
            for i in range(agents)
        ),
    )
    return plain if extras == PLAIN else _with(plain, extras, np.random.default_rng([seed, 1]))


def _with(plain: Snapshot, extras: Extras, rng: np.random.Generator) -> Snapshot:
    """Return a snapshot with what was asked for."""
    shares = {"mail": SHARE_OF_MAIL * extras.levels, "voice": SHARE_OF_VOICE * extras.units}
    channels = rng.choice(
        ["chat", *shares], size=len(plain.tickets), p=[1.0 - sum(shares.values()), *shares.values()]
    )
    chosen = rng.random((2, len(plain.tickets)))
    priors = rng.integers(len(plain.agents), size=len(plain.tickets)).tolist()
    tickets = []
    for i, ticket in enumerate(plain.tickets):
        changed: dict[str, Any] = {"channel": str(channels[i])}
        if chosen[0, i] < extras.continuity:
            changed["prior_agent"] = plain.agents[priors[i]].id
        if chosen[1, i] < extras.relaxation:
            changed["relaxation"] = _steps(ticket)
        tickets.append(replace(ticket, **changed))
    agents = plain.agents
    if extras.limits:
        limited = rng.choice(["", "", "chat", "mail", "voice"], size=len(agents)).tolist()
        agents = tuple(
            replace(agent, channel_limits={channel: 1} if channel else {})
            for agent, channel in zip(agents, limited, strict=True)
        )
    return replace(
        plain,
        tickets=tuple(tickets),
        agents=agents,
        weights=RoutingWeights(
            strict_priority=extras.strict,
            compete_from=0.5 if extras.levels else None,
            continuity_seconds=None if extras.continuity else 120.0,
        ),
        channels={
            "mail": ChannelRules(deferred=True),
            "voice": ChannelRules(units=VOICE_UNITS if extras.units else 1),
        },
    )


def _steps(ticket: Ticket) -> tuple[RelaxationStep, ...]:
    """Return two steps: the hardest skill at level 1 at most, then the easiest not at all."""
    ranked = sorted(ticket.skills, key=lambda skill: (ticket.skills[skill], skill))
    first, second = RELAXED_AFTER_SECONDS
    return (
        RelaxationStep(first, levels={ranked[-1]: 1}),
        RelaxationStep(second, drop_skills=(ranked[0],)),
    )
