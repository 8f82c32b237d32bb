"""Live work: tickets, the state of agents, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from optimizer.model.record import Record
from optimizer.model.services import Priority, Tier

__all__ = [
    "AgentState",
    "Assignment",
    "Decision",
    "Obstacle",
    "RoutingWeights",
    "Snapshot",
    "Ticket",
    "Waiting",
]


@dataclass(frozen=True, slots=True)
class Ticket(Record):
    """One contact that waits for an agent.

    Parameters
    ----------
    skills
        Skill identifier to the least level needed, 1 to 5.
    tier
        Who may handle it.
    priority
        P0 (most severe) to P3.
    customer_value
        0 or more; 1 is an ordinary customer.
    created
        When the customer asked, with its offset from UTC.
    first_response_due, resolution_due
        Deadlines, with their offsets.
    site
        Only agents of this site may take it; None means any.
    prior_agent
        Who handled the case before.
    amount
        What is to be granted; needs an agent with at least this authority.
    """

    id: str
    channel: str
    created: datetime
    skills: dict[str, int] = field(default_factory=dict)
    tier: Tier = Tier.FRONT_LINE
    priority: Priority = Priority.P2
    customer_value: float = 1.0
    first_response_due: datetime | None = None
    resolution_due: datetime | None = None
    site: str | None = None
    prior_agent: str | None = None
    amount: float = 0.0


@dataclass(frozen=True, slots=True)
class AgentState(Record):
    """An agent as the router sees one now.

    Parameters
    ----------
    skills
        Skill identifier to level, 1 to 5.
    channels
        Channels that the agent serves; None means all.
    capacity
        Contacts that the agent may have open at the same time.
    channel_limits
        Further limit per channel; a channel that is not named has none.
    open_work
        Contacts open now, per channel.
    available
        Whether the agent accepts work at all.
    idle_since
        When the agent last became free; None while unknown.
    authority
        Greatest amount that the agent may grant.
    """

    id: str
    skills: dict[str, int]
    tier: Tier = Tier.FRONT_LINE
    site: str | None = None
    channels: tuple[str, ...] | None = None
    capacity: int = 1
    channel_limits: dict[str, int] = field(default_factory=dict)
    open_work: dict[str, int] = field(default_factory=dict)
    available: bool = True
    idle_since: datetime | None = None
    authority: float = 0.0


@dataclass(frozen=True, slots=True)
class RoutingWeights(Record):
    """What one point of score is given for; all 0 or more.

    Parameters
    ----------
    priority
        Per step of priority above P3.
    customer_value
        Per unit of customer value.
    wait
        Per unit of wait, measured in targets (a wait of twice the target counts 2).
    wait_target_seconds
        The target wait, for each of P0 to P3.
    own_deadlines
        Whether a ticket with a first-response deadline takes the time from its creation to that
        deadline as its target wait, instead of its priority's.
    skill_fit
        For a perfect fit: the level just needed, and nothing unused on other skills.
    """

    priority: float = 100.0
    customer_value: float = 10.0
    wait: float = 20.0
    wait_target_seconds: tuple[float, float, float, float] = (60.0, 120.0, 300.0, 1800.0)
    own_deadlines: bool = True
    skill_fit: float = 10.0


@dataclass(frozen=True, slots=True)
class Snapshot(Record):
    """All that a decision rests on: what waits, who is there, and what time it is."""

    now: datetime
    tickets: tuple[Ticket, ...]
    agents: tuple[AgentState, ...]
    weights: RoutingWeights = field(default_factory=RoutingWeights)


@dataclass(frozen=True, slots=True)
class Decision(Record):
    """A ticket given to an agent.

    Parameters
    ----------
    score
        The sum of `parts`.
    parts
        What each term of the score contributed.
    reason
        One sentence for a person.
    """

    ticket: str
    agent: str
    score: float
    parts: dict[str, float]
    reason: str


@dataclass(frozen=True, slots=True)
class Obstacle(Record):
    """One rule that stops agents from taking a ticket, and how many it is the first to stop."""

    rule: str
    agents: int


@dataclass(frozen=True, slots=True)
class Waiting(Record):
    """A ticket left waiting, and why.

    Parameters
    ----------
    obstacles
        Over all agents: the first rule that stops each, most frequent first.
    reason
        One sentence for a person.
    """

    ticket: str
    obstacles: tuple[Obstacle, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Assignment(Record):
    """The answer to a snapshot.

    Parameters
    ----------
    decisions, waiting
        Every ticket stands in exactly one of the two, in the order of the snapshot.
    value
        Total score of the decisions.
    seconds
        Time the answer took.
    """

    decisions: tuple[Decision, ...]
    waiting: tuple[Waiting, ...]
    value: float
    seconds: float
