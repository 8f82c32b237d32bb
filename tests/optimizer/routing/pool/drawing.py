"""What the tests of pools draw: tickets, agents, settings and events, small enough to collide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

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
    Ticket,
    Tier,
)
from optimizer.routing.pool import PoolSettings

OPENED = datetime(2026, 3, 2, 10, tzinfo=UTC)
CHANNELS = ("chat", "voice")
SKILLS = ("billing", "french")
AGENTS = tuple(f"a{i}" for i in range(4))
TICKETS = tuple(f"t{i}" for i in range(12))

TIERS = st.sampled_from([Tier.FRONT_LINE, Tier.FRONT_LINE, Tier.TECHNICAL])
WAITS = st.sampled_from([0.0, 20.0, 45.0, 90.0])
DAY = OpeningHours("Europe/Berlin", (OpenWindow(0, 0, 661), OpenWindow(0, 662, 1440)))


def _some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=1).map(tuple)


def _levels(least: int) -> st.SearchStrategy[dict[str, int]]:
    return st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 3), min_size=least)


@st.composite
def tickets(draw: st.DrawFn, names: st.SearchStrategy[str], now: datetime) -> Ticket:
    """Draw a ticket that uses some of the fields that a pool looks at."""
    plain = draw(st.booleans())
    ticket = Ticket(
        draw(names),
        draw(st.sampled_from(CHANNELS)),
        now - timedelta(seconds=draw(st.sampled_from([-10, 0, 0, 0, 30, 2000]))),
        draw(_levels(0)),
        priority=draw(st.sampled_from(Priority)),
        customer_value=float(draw(st.integers(0, 2))),
    )
    if plain:
        return ticket
    return Ticket(
        ticket.id,
        ticket.channel,
        ticket.created,
        ticket.skills,
        tier=draw(TIERS),
        priority=ticket.priority,
        customer_value=ticket.customer_value,
        tags=draw(_some("vip")),
        risk=draw(st.sampled_from([0.0, 0.5])),
        resolution_seconds=draw(st.sampled_from([None, 40.0])),
        first_response_due=draw(st.sampled_from([None, now + timedelta(seconds=3000)])),
        calendar=draw(st.sampled_from([None, "day"])),
        paused_seconds=draw(st.sampled_from([0.0, 15.0])),
        site=draw(st.sampled_from([None, "north"])),
        language=draw(st.sampled_from([None, "fr"])),
        prior_agent=draw(st.sampled_from([None, *AGENTS])),
        preferred_agents=draw(_some(*AGENTS)),
        preferred_seconds=draw(WAITS),
        excluded_agents=draw(_some(*AGENTS)),
        amount=draw(st.sampled_from([0.0, 10.0])),
        human_required=draw(st.booleans()),
        handling_seconds=draw(st.sampled_from([None, 120.0])),
        relaxation=draw(st.lists(steps(), max_size=2).map(tuple)),
    )


def steps() -> st.SearchStrategy[RelaxationStep]:
    return st.builds(
        RelaxationStep,
        WAITS,
        drop_skills=_some(*SKILLS),
        levels=st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 2), max_size=1),
        tiers=_some(Tier.BUSINESS, Tier.TECHNICAL),
        sites=_some("south"),
        any_site=st.booleans(),
        any_language=st.booleans(),
    )


@st.composite
def agents(draw: st.DrawFn, names: st.SearchStrategy[str], now: datetime) -> AgentState:
    """Draw an agent, mostly one with room."""
    return AgentState(
        draw(names),
        draw(_levels(1)),
        tier=draw(TIERS),
        site=draw(st.sampled_from([None, "north", "south"])),
        languages=draw(st.sampled_from([None, ("fr",), ("de",)])),
        channels=draw(st.sampled_from([None, None, ("chat",)])),
        capacity=draw(st.integers(0, 3)),
        channel_limits=draw(st.dictionaries(st.sampled_from(CHANNELS), st.integers(0, 2))),
        open_work=draw(st.sampled_from([{}, {}, {"chat": 1}, {"voice": 2}])),
        status=draw(st.sampled_from([AgentStatus.AVAILABLE] * 4 + [*AgentStatus])),
        accepts_offers=draw(st.sampled_from([True, True, True, False])),
        after_call_until=draw(st.sampled_from([None, None, now + timedelta(seconds=25)])),
        idle_since=draw(st.sampled_from([None, now - timedelta(seconds=300)])),
        worked_seconds=draw(st.sampled_from([0.0, 7200.0])),
        authority=draw(st.sampled_from([0.0, 20.0])),
        automated=draw(st.booleans()),
    )


@st.composite
def pool_settings(draw: st.DrawFn, *, plain: bool = True) -> PoolSettings:
    """Draw settings; `plain` ones have contacts of one unit each and no interruptions."""
    some = st.sampled_from([0.0, 1.0, 50.0])
    sizes = {"voice": ChannelRules(3, ("chat",))} if not plain else {}
    late = {"chat": ChannelRules(deferred=True)} if draw(st.booleans()) else {}
    return PoolSettings(
        weights=RoutingWeights(
            priority=draw(some),
            customer_value=draw(some),
            skill_fit=draw(some),
            wait_exponent=draw(st.sampled_from([1.0, 2.0])),
            handling_reference_seconds=draw(st.sampled_from([None, 60.0])),
            strict_priority=draw(st.booleans()),
            promote_after=draw(st.sampled_from([None, 1.0])),
            compete_from=draw(st.sampled_from([None, 0.5])),
            tags={"vip": 7.0},
            continuity=draw(some),
            continuity_seconds=draw(st.sampled_from([None, 45.0])),
            worked=draw(some),
            skill_prices=draw(st.sampled_from([{}, {"french": 4.0}])),
        ),
        channels=sizes | late,
        calendars={"day": DAY},
        escalations=(
            Escalation(1800.0, Tier.TECHNICAL, Priority.P0, Tier.FRONT_LINE),
            Escalation(60.0, Tier.TECHNICAL, risk_from=0.5),
        ),
        review_seconds=draw(st.sampled_from([0.0, 30.0, 1e6, 1e6])),
        offer_seconds=draw(st.sampled_from([None, 20.0])),
        pause_after_timeouts=draw(st.sampled_from([None, 1, 2])),
        price_memory_seconds=draw(st.sampled_from([None, None, 40.0])),
        remember_seconds=draw(st.sampled_from([60.0, 1e6])),
    )
