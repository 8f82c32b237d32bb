"""Live work: what a ticket asks of whoever takes it, and by when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from optimizer.model.record import Record
from optimizer.model.services import Priority, Tier

__all__ = ["RelaxationStep", "Ticket"]


@dataclass(frozen=True, slots=True)
class RelaxationStep(Record):
    """What a ticket stops asking for once it has waited long enough; steps add up.

    Parameters
    ----------
    after_seconds
        The wait from which the step counts, 0 or more.
    drop_skills
        Skills that are no longer needed.
    levels
        Skill identifier to the new least level, 1 to 5; it only ever lowers a level.
    tiers
        Further tiers that may take the ticket.
    sites
        Further sites whose agents may take it.
    any_site, any_language
        Whether site, or language, no longer matters.
    """

    after_seconds: float
    drop_skills: tuple[str, ...] = ()
    levels: dict[str, int] = field(default_factory=dict)
    tiers: tuple[Tier, ...] = ()
    sites: tuple[str, ...] = ()
    any_site: bool = False
    any_language: bool = False


@dataclass(frozen=True, slots=True)
class Ticket(Record):
    """One contact that waits for an agent.

    Parameters
    ----------
    channel
        How the customer asked.
    created
        When the customer asked, with its offset from UTC; transfers do not change it.
    skills
        Skill identifier to the least level needed, 1 to 5.
    tier
        Who may handle it.
    priority
        P0 (most severe) to P3.
    customer_value
        0 or more; 1 is an ordinary customer.
    tags
        Anything that the weights may give points for, such as ``vip`` or ``promotion``.
    risk
        How likely this becomes a complaint or a loss, 0 to 1.
    first_response_due, resolution_due
        Deadlines, with their offsets. One before which the calendar never opens, or not beyond
        the pauses, is no target.
    first_response_seconds, resolution_seconds
        Promises in seconds of open time from creation, above 0; a deadline that is given as an
        instant goes before its promise.
    responded
        Whether the first response was given; then only the resolution clock runs.
    calendar
        The opening hours, by name, in which its clocks run; None means always.
    paused_seconds
        Open seconds in which the clocks stood, such as while the customer was awaited.
    site
        Only agents of this site may take it; None means any.
    language
        Only agents who speak it may take it; None means any.
    prior_agent
        Who handled the case before.
    preferred_agents
        Who should rather take it than others.
    preferred_seconds
        Until it has waited this long, only the prior agent and preferred agents may take it, if
        it names any.
    excluded_agents
        Who must not take it.
    rejected_by
        Who was offered it already and did not accept; they are not asked again.
    amount
        What is to be granted; needs an agent with at least this authority.
    human_required
        Whether automated agents must not take it.
    handling_seconds
        Mean handling time of such work, above 0; None while unknown.
    relaxation
        What it stops asking for as it waits.
    """

    id: str
    channel: str
    created: datetime
    skills: dict[str, int] = field(default_factory=dict)
    tier: Tier = Tier.FRONT_LINE
    priority: Priority = Priority.P2
    customer_value: float = 1.0
    tags: tuple[str, ...] = ()
    risk: float = 0.0
    first_response_due: datetime | None = None
    resolution_due: datetime | None = None
    first_response_seconds: float | None = None
    resolution_seconds: float | None = None
    responded: bool = False
    calendar: str | None = None
    paused_seconds: float = 0.0
    site: str | None = None
    language: str | None = None
    prior_agent: str | None = None
    preferred_agents: tuple[str, ...] = ()
    preferred_seconds: float = 0.0
    excluded_agents: tuple[str, ...] = ()
    rejected_by: tuple[str, ...] = ()
    amount: float = 0.0
    human_required: bool = False
    handling_seconds: float | None = None
    relaxation: tuple[RelaxationStep, ...] = ()
