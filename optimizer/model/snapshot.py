"""All that a live decision rests on: work, staff, the time, and how to weigh them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from optimizer.model.agent_state import AgentState
from optimizer.model.record import Record
from optimizer.model.services import Priority, Tier
from optimizer.model.tickets import Ticket

__all__ = [
    "ChannelRules",
    "Escalation",
    "OpenWindow",
    "OpeningHours",
    "Ring",
    "RoutingPolicy",
    "RoutingWeights",
    "Snapshot",
]


class RoutingPolicy(StrEnum):
    """Who decides.

    ``best``: the match of greatest total score. The others are what most routers do:
    ``fifo``: oldest ticket first, longest idle agent; ``priority``: the same by priority, then
    age; ``greedy``: the pair of greatest score first; ``round_robin``: oldest ticket first,
    agents in turn; ``bullseye``: oldest ticket first, by rings of skill level that widen with
    the wait.
    """

    BEST = "best"
    FIFO = "fifo"
    PRIORITY = "priority"
    GREEDY = "greedy"
    ROUND_ROBIN = "round_robin"
    BULLSEYE = "bullseye"


@dataclass(frozen=True, slots=True)
class Ring(Record):
    """Agents who may take a contact from some wait on.

    Parameters
    ----------
    after_seconds
        The wait, 0 or more.
    level_change
        Added to the least level of the planning group, within 1 to 5: the first rings of a
        bullseye ask for more, the last ones for less.
    other_sites
        Whether agents of other sites may help, too.
    """

    after_seconds: float
    level_change: int = 0
    other_sites: bool = False


@dataclass(frozen=True, slots=True)
class RoutingWeights(Record):
    """What points of score are given for; all 0 or more.

    Parameters
    ----------
    priority
        Per step of priority above P3.
    customer_value
        Per unit of customer value.
    wait
        For a wait as long as its target.
    wait_target_seconds
        The target wait, for each of P0 to P3.
    own_deadlines
        Whether a ticket with deadlines takes the time from its creation to the first of them that
        still runs as its target wait, instead of its priority's.
    skill_fit
        For a perfect fit: the highest level, and nothing unused on other skills.
    wait_exponent
        The wait counts as its share of the target to this power, 1 to 4: above 1, every further
        minute weighs more than the one before.
    handling_reference_seconds
        If it is set, the points for the wait are multiplied by this over the handling time of
        the ticket, where that is known (the c-mu rule); above 0. Tickets of which some take a
        hundred times as long as others need a reference only if these may wait as much longer.
    strict_priority
        Whether a ticket of higher priority goes first whatever else is at stake.
    promote_after
        A ticket gains one step of priority whenever it has waited this many targets more; above
        0. None means never.
    compete_from
        Work of deferred channels competes with other work once it has waited this share of its
        target; before that, and for ever if it is None, it goes to whomever all other work left.
    tags
        Points per tag of a ticket.
    risk
        For a ticket of risk 1.
    continuity
        If the prior agent, or a preferred one, takes the ticket.
    continuity_seconds
        The wait from which continuity brings no points any more; None means that it always does.
    idle
        For an agent who has been idle for `idle_target_seconds`, and in proportion.
    idle_target_seconds
        Above 0.
    worked
        Taken off per hour that the agent has worked today.
    reserve
        Taken off per point of price that the agent's scarcest skill has beyond the scarcest that
        the ticket needs.
    skill_prices
        What one more agent with a skill would be worth, in points, per skill: from a plan, or
        from an earlier answer. Skills that are not named are not scarce.
    tie_seed
        Settles what is equal in an order drawn from this number; None settles it by identifier.
    """

    priority: float = 100.0
    customer_value: float = 10.0
    wait: float = 20.0
    wait_target_seconds: tuple[float, float, float, float] = (60.0, 120.0, 300.0, 1800.0)
    own_deadlines: bool = True
    skill_fit: float = 10.0
    wait_exponent: float = 1.0
    handling_reference_seconds: float | None = None
    strict_priority: bool = False
    promote_after: float | None = 4.0
    compete_from: float | None = 0.8
    tags: dict[str, float] = field(default_factory=dict)
    risk: float = 20.0
    continuity: float = 30.0
    continuity_seconds: float | None = 120.0
    idle: float = 5.0
    idle_target_seconds: float = 600.0
    worked: float = 0.0
    reserve: float = 1.0
    skill_prices: dict[str, float] = field(default_factory=dict)
    tie_seed: int | None = None


@dataclass(frozen=True, slots=True)
class ChannelRules(Record):
    """What contacts of a channel are like for the router.

    Parameters
    ----------
    units
        Units of an agent's capacity that one contact takes, at least 1.
    interrupts
        Channels whose open work is laid aside for a contact of this one: to an agent without a
        free unit, one contact may still go as if that work were not there.
    deferred
        Whether contacts wait in a backlog rather than on the line.
    """

    units: int = 1
    interrupts: tuple[str, ...] = ()
    deferred: bool = False


@dataclass(frozen=True, slots=True)
class OpenWindow(Record):
    """A span of one weekday.

    Parameters
    ----------
    weekday
        0 is Monday.
    opens, closes
        Minutes after local midnight, 0 to 1440.
    """

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class OpeningHours(Record):
    """When a clock runs.

    Parameters
    ----------
    zone
        IANA name of the time zone.
    windows
        Of the week; those of one weekday must not overlap.
    closed_days
        Local days on which nothing is open.
    """

    zone: str
    windows: tuple[OpenWindow, ...]
    closed_days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Escalation(Record):
    """Which tickets only experts may take, and from when.

    Parameters
    ----------
    after_seconds
        The wait from which it counts, 0 or more.
    to_tier
        Who takes the ticket from then on, and nobody else, whatever its relaxation says; its
        clocks go on as they were.
    priority
        Only tickets of this priority; None means any.
    from_tier
        Only tickets of this tier; None means any.
    channel
        Only tickets of this channel; None means any.
    risk_from
        Only tickets of at least this risk, 0 to 1.
    """

    after_seconds: float
    to_tier: Tier
    priority: Priority | None = None
    from_tier: Tier | None = None
    channel: str | None = None
    risk_from: float = 0.0


P0_TO_EXPERTS = Escalation(1800.0, Tier.TECHNICAL, Priority.P0, Tier.FRONT_LINE)


@dataclass(frozen=True, slots=True)
class Snapshot(Record):
    """All that a decision rests on: what waits, who is there, and what time it is.

    Parameters
    ----------
    channels
        Channel to its rules; one that is not named takes one unit, interrupts nothing and is
        answered at once.
    calendars
        Opening hours by name.
    escalations
        In order; the last one that holds for a ticket counts. By default a P0 of the front line
        is the technical experts' after 30 minutes.
    policy
        Who decides.
    rings
        Of the bullseye; no other policy looks at them.
    """

    now: datetime
    tickets: tuple[Ticket, ...]
    agents: tuple[AgentState, ...]
    weights: RoutingWeights = field(default_factory=RoutingWeights)
    channels: dict[str, ChannelRules] = field(default_factory=dict)
    calendars: dict[str, OpeningHours] = field(default_factory=dict)
    escalations: tuple[Escalation, ...] = (P0_TO_EXPERTS,)
    policy: RoutingPolicy = RoutingPolicy.BEST
    rings: tuple[Ring, ...] = (Ring(0.0, 2), Ring(20.0, 1), Ring(40.0))
