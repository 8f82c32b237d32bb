"""Live staff: an agent as the router sees one now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from optimizer.model.record import Record
from optimizer.model.services import Tier

__all__ = ["AgentState", "AgentStatus"]


class AgentStatus(StrEnum):
    """Whether an agent is at work: ``available``, ``away`` for a while, or ``offline``."""

    AVAILABLE = "available"
    AWAY = "away"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class AgentState(Record):
    """An agent as the router sees one now.

    Parameters
    ----------
    skills
        Skill identifier to level, 1 to 5.
    languages
        Languages spoken; None means all that are asked for.
    channels
        Channels that the agent serves; None means all.
    capacity
        Units of work that the agent may have open at the same time; what a contact takes is a
        matter of its channel, 1 unless the snapshot says more.
    channel_limits
        Most contacts open per channel; a channel that is not named has no limit of its own.
    open_work
        Contacts open now, per channel.
    status
        Whether the agent is at work.
    accepts_offers
        Whether new work may be offered; those who do not finish what they have.
    after_call_until
        When after-call work ends, with its offset; nothing is offered before. None is none.
    free_from
        When the next contact in hand is expected to end, if somebody knows.
    idle_since
        When the agent last became free; None while unknown.
    worked_seconds
        Time spent on contacts today, 0 or more.
    authority
        Greatest amount that the agent may grant.
    automated
        Whether this is a machine, such as a bot.
    """

    id: str
    skills: dict[str, int]
    tier: Tier = Tier.FRONT_LINE
    site: str | None = None
    languages: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    capacity: int = 1
    channel_limits: dict[str, int] = field(default_factory=dict)
    open_work: dict[str, int] = field(default_factory=dict)
    status: AgentStatus = AgentStatus.AVAILABLE
    accepts_offers: bool = True
    after_call_until: datetime | None = None
    free_from: datetime | None = None
    idle_since: datetime | None = None
    worked_seconds: float = 0.0
    authority: float = 0.0
    automated: bool = False
