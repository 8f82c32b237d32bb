"""What is asked of the centre: channels, skills, tiers, goals and planning groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from optimizer.model.laws import Law, LawKind
from optimizer.model.record import Record
from optimizer.model.shrinkage import ShrinkageWindow

__all__ = [
    "HIGHEST_LEVEL",
    "Channel",
    "ChannelKind",
    "Denominator",
    "PlanningGroup",
    "Priority",
    "ServiceGoal",
    "Skill",
    "Tier",
]

HIGHEST_LEVEL = 5
"""Skill levels run from 1 (may do it) to 5 (the best at it)."""


class ChannelKind(StrEnum):
    """How contacts arrive."""

    VOICE = "voice"
    CHAT = "chat"
    EMAIL = "email"
    SOCIAL = "social"
    TICKET = "ticket"


_DEFERRED = frozenset({ChannelKind.EMAIL, ChannelKind.SOCIAL, ChannelKind.TICKET})


@dataclass(frozen=True, slots=True)
class Channel(Record):
    """A way in for contacts.

    Parameters
    ----------
    kind
        Voice and chat are answered at once; email, social and tickets within a window.
    concurrency
        Contacts of this channel that one agent handles at the same time, at least 1.
    aht_factors
        Handling time with 1, 2, ... up to `concurrency` contacts in hand, as multiples of the
        group's; above 0. None at all means that it does not depend on them.
    """

    id: str
    kind: ChannelKind
    concurrency: int = 1
    aht_factors: tuple[float, ...] = ()

    @property
    def deferred(self) -> bool:
        """Tell whether contacts wait in a backlog rather than on the line."""
        return self.kind in _DEFERRED

    @property
    def aht_factor_at_limit(self) -> float:
        """Return the handling time with `concurrency` contacts in hand, over the group's."""
        return self.aht_factors[-1] if self.aht_factors else 1.0


@dataclass(frozen=True, slots=True)
class Skill(Record):
    """A subject, product or language that contacts need and agents hold at a level."""

    id: str
    name: str = ""


class Tier(StrEnum):
    """Who handles a contact: the front line, or one kind of expert."""

    FRONT_LINE = "front_line"
    TECHNICAL = "technical"
    BUSINESS = "business"
    RISK = "risk"

    @property
    def level(self) -> int:
        """Return 1 for the front line and 2 for experts."""
        return 1 if self is Tier.FRONT_LINE else 2

    def may_serve(self, asked: Tier) -> bool:
        """Tell whether staff of this tier may take work of tier `asked`.

        Everybody may help the front line; expert work needs an expert of that very kind.
        """
        return asked is Tier.FRONT_LINE or asked is self


class Priority(StrEnum):
    """Severity of a contact, P0 the most severe."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"

    @property
    def rank(self) -> int:
        """Return 0 for P0 up to 3 for P3."""
        return int(self.value[1])


class Denominator(StrEnum):
    """Which contacts a service level is a share of.

    ``offered``: all; ``answered``: those answered; ``virtual``: all, counted by the wait that
    a contact with endless patience would have had; ``excluding_short_abandons``: all but those
    who gave up within the target time.
    """

    OFFERED = "offered"
    ANSWERED = "answered"
    VIRTUAL = "virtual"
    EXCLUDING_SHORT_ABANDONS = "excluding_short_abandons"


@dataclass(frozen=True, slots=True)
class ServiceGoal(Record):
    """What good service means for a planning group; every part that is set must hold.

    Parameters
    ----------
    target_share, within_seconds, denominator
        Service level: at least this share, in (0, 1), of the contacts that the denominator
        counts is answered within so many seconds. Both are set or neither.
    mean_answer_seconds
        Greatest mean wait of answered contacts (ASA), in seconds.
    max_abandonment
        Greatest share of contacts that give up, in (0, 1).
    first_response_seconds, resolution_seconds
        Deadlines of deferred work, counted from the contact's creation.
    max_occupancy
        Greatest share of logged-in time spent on contacts, in (0, 1].
    """

    target_share: float | None = None
    within_seconds: float | None = None
    denominator: Denominator = Denominator.OFFERED
    mean_answer_seconds: float | None = None
    max_abandonment: float | None = None
    first_response_seconds: float | None = None
    resolution_seconds: float | None = None
    max_occupancy: float = 0.95


@dataclass(frozen=True, slots=True)
class PlanningGroup(Record):
    """Contacts that are forecast, staffed and measured together: channel by skill.

    Parameters
    ----------
    channel, skill
        Identifiers of the channel and of the skill needed.
    min_level
        Least level of the skill, 1 to 5.
    tier
        Who may handle these contacts.
    site
        Only agents of this site serve the group; None pools all sites.
    goal
        What the requirement is computed for.
    patience_seconds
        Mean time until a waiting customer gives up; None means nobody does.
    priority, customer_value
        Severity and mean value (0 or more, 1 is ordinary) of the group's contacts.
    shrinkage
        Share of paid time that is not available for contacts (absence, coaching, short
        breaks), in [0, 1): scheduled = required / (1 - shrinkage).
    floor
        Agents kept in every interval in which the group is open.
    shortage_cost
        Price of one agent missing for one hour.
    shrinkage_windows
        Hours with a shrinkage of their own, in place of `shrinkage`; the first that fits counts.
    handling_law, patience_law
        How single handling times and patiences scatter around their means.
    after_contact_share
        Share of the handling time that follows after the customer has left, in [0, 1).
    balking
        Share of contacts that leave at once if they are not answered at once, in [0, 1].
    amounts
        Equally likely amounts that customers ask for, 0 or more; only agents with the authority
        for an amount may grant it. None at all means that nobody asks.
    escalate_after_seconds, escalate_to
        A contact that has waited so long moves to that planning group, with its wait; both are
        set or neither.
    """

    id: str
    channel: str
    skill: str
    min_level: int = 1
    tier: Tier = Tier.FRONT_LINE
    site: str | None = None
    goal: ServiceGoal = field(default_factory=ServiceGoal)
    patience_seconds: float | None = None
    priority: Priority = Priority.P2
    customer_value: float = 1.0
    shrinkage: float = 0.0
    floor: int = 0
    shortage_cost: float = 100.0
    shrinkage_windows: tuple[ShrinkageWindow, ...] = ()
    handling_law: Law = field(default_factory=lambda: Law(LawKind.LOGNORMAL))
    patience_law: Law = field(default_factory=Law)
    after_contact_share: float = 0.0
    balking: float = 0.0
    amounts: tuple[float, ...] = ()
    escalate_after_seconds: float | None = None
    escalate_to: str | None = None
