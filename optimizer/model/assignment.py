"""What was decided about live work, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from optimizer.errors import Issue
from optimizer.model.record import Record
from optimizer.model.services import Tier
from optimizer.model.snapshot import RoutingPolicy

__all__ = ["Assignment", "Clock", "Decision", "Obstacle", "RunnerUp", "Waiting"]


@dataclass(frozen=True, slots=True)
class RunnerUp(Record):
    """The agent who would have come next for a ticket, had there been no other work."""

    agent: str
    score: float


@dataclass(frozen=True, slots=True)
class Clock(Record):
    """How a ticket stands with its promises.

    Parameters
    ----------
    waited_seconds
        Open time since creation, pauses left out.
    target_seconds
        The wait that it is measured by.
    due
        When the wait reaches its target; None if the opening hours do not get there within 50
        years.
    escalated_to
        The tier that an escalation gave it to.
    relaxed
        Relaxation steps that count by now.
    """

    waited_seconds: float
    target_seconds: float
    due: datetime | None = None
    escalated_to: Tier | None = None
    relaxed: int = 0


@dataclass(frozen=True, slots=True)
class Decision(Record):
    """A ticket given to an agent.

    Parameters
    ----------
    score
        The sum of `parts`.
    parts
        What each term of the score contributed, in points; terms that add nothing are left out.
    reason
        One sentence for a person.
    """

    ticket: str
    agent: str
    score: float
    parts: dict[str, float]
    reason: str
    clock: Clock
    runner_up: RunnerUp | None = None


@dataclass(frozen=True, slots=True)
class Obstacle(Record):
    """One rule that stops agents from taking a ticket.

    Parameters
    ----------
    rule
        The first rule that stops them.
    agents
        How many it is the first to stop.
    tiers
        The same by tier, without those of whom it stops nobody.
    """

    rule: str
    agents: int
    tiers: dict[Tier, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiting(Record):
    """A ticket left waiting, and why.

    Parameters
    ----------
    obstacles
        Over all agents: the first rule that stops each, most frequent first.
    reason
        One sentence for a person.
    earliest
        The first moment at which an agent may be free for it by what is known: the expected ends
        of work in hand, the end of after-call work, relaxation and escalation to come, and the
        end of its reservation. Room that was just given away counts as taken. None if nothing
        known would ever let anybody take it.
    breached
        Whether the target has passed.
    at_risk
        Whether `earliest` is unknown or after the target, which has not passed yet.
    """

    ticket: str
    obstacles: tuple[Obstacle, ...]
    reason: str
    clock: Clock
    earliest: datetime | None = None
    breached: bool = False
    at_risk: bool = False


@dataclass(frozen=True, slots=True)
class Assignment(Record):
    """The answer to a snapshot.

    Parameters
    ----------
    decisions, waiting
        Every ticket stands in exactly one of the two, in the order of the snapshot.
    value
        Total score of the decisions, in points.
    bound
        No match is worth more; equal to `value` where the match is proven to be the best.
    skill_prices
        What one more free agent with that skill alone would be worth, in points; skills that are
        not scarce are left out. They may be handed to the next request's weights.
    seconds
        Time the answer took.
    policy
        Who decided.
    problems
        Tickets and agents that could not be read and were left out, if the caller asked for
        that.
    """

    decisions: tuple[Decision, ...]
    waiting: tuple[Waiting, ...]
    value: float
    bound: float
    skill_prices: dict[str, float]
    seconds: float
    policy: RoutingPolicy = RoutingPolicy.BEST
    problems: tuple[Issue, ...] = ()
