"""The second tier: technical, business and risk experts, and the rare work only they may do."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.model import PlanningGroup, Priority, ServiceGoal, Skill, Tier
from sample_data.arguments import verticals
from sample_data.streams import Opening, Stream

__all__ = ["EXPERT_LEVEL", "RISK_SITE", "ExpertTeam", "expert_streams", "expert_teams"]

EXPERT_LEVEL = 3
"""Least level that expert work asks for."""

RISK_SITE = "dublin"
"""Where the risk reviewers sit: their files do not leave the head office."""

_HOUR = 3600.0
_SIX_DAYS = Opening((0, 1, 2, 3, 4, 5), 8, 18)
_FIVE_DAYS = Opening((0, 1, 2, 3, 4), 8, 18)

_VERTICALS = (
    "home", "fashion", "electronics", "grocery", "travel",
    "media", "sports", "beauty", "garden", "toys",
)  # fmt: skip
"""Product lines; a centre with more than four front-line skills has experts for each."""

_HOTLINE_FROM = 5
"""A team needs this many people to keep one of them at a hotline all day."""

_MOST_CONTACTS = 0.9
"""Contacts per half-hour (mean) that one team gets at most: expert work stays intermittent."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of expert: how many there are, and what they are asked.

    Parameters
    ----------
    least, most, headcount_share
        Size of a team, and its share of all agents of the centre in between.
    contacts
        Tickets per expert and open half-hour.
    """

    tier: Tier
    skill: str
    least: int
    most: int
    headcount_share: float
    contacts: float
    aht_seconds: float
    aht_cv: float
    opening: Opening
    goal: ServiceGoal
    customer_value: float
    shortage_cost: float
    site: str | None = None


_KINDS = (
    _Kind(
        tier=Tier.TECHNICAL,
        skill="faults",
        least=3,
        most=8,
        headcount_share=0.04,
        contacts=0.12,
        aht_seconds=2400.0,
        aht_cv=1.4,
        opening=_SIX_DAYS,
        goal=ServiceGoal(first_response_seconds=2 * _HOUR, resolution_seconds=48 * _HOUR),
        customer_value=2.0,
        shortage_cost=200.0,
    ),
    _Kind(
        tier=Tier.BUSINESS,
        skill="disputes",
        least=1,
        most=6,
        headcount_share=0.02,
        contacts=0.2,
        aht_seconds=1800.0,
        aht_cv=1.2,
        opening=_FIVE_DAYS,
        goal=ServiceGoal(first_response_seconds=2 * _HOUR, resolution_seconds=6 * _HOUR),
        customer_value=3.0,
        shortage_cost=180.0,
    ),
    _Kind(
        tier=Tier.RISK,
        skill="fraud",
        least=1,
        most=4,
        headcount_share=0.015,
        contacts=0.2,
        aht_seconds=1500.0,
        aht_cv=1.3,
        opening=_FIVE_DAYS,
        goal=ServiceGoal(first_response_seconds=1 * _HOUR, resolution_seconds=24 * _HOUR),
        customer_value=4.0,
        shortage_cost=220.0,
        site=RISK_SITE,
    ),
)

_HOTLINE_GOAL = ServiceGoal(
    target_share=0.8, within_seconds=60.0, mean_answer_seconds=120.0, resolution_seconds=4 * _HOUR
)
_HOTLINE_AHT_SECONDS = 900.0
_HOTLINE_CONTACTS = 0.25


@dataclass(frozen=True, slots=True)
class ExpertTeam:
    """The experts of one kind for one product line."""

    tier: Tier
    skill: Skill
    size: int
    site: str | None


def expert_teams(agents: int, skills: int) -> tuple[ExpertTeam, ...]:
    """Return the expert teams of a centre of so many agents and front-line skills."""
    lines = _VERTICALS[: verticals(skills)]
    return tuple(
        ExpertTeam(
            tier=kind.tier,
            skill=_skill(kind.skill, line if len(lines) > 1 else ""),
            size=min(max(round(kind.headcount_share * agents / len(lines)), kind.least), kind.most),
            site=kind.site,
        )
        for line in lines
        for kind in _KINDS
    )


def expert_streams(team: ExpertTeam) -> tuple[Stream, ...]:
    """Return what a team is asked: its tickets and, for a large technical team, a hotline.

    The technical experts keep one of them on duty in every open interval, so that the severest
    faults reach an expert at once.
    """
    kind = next(kind for kind in _KINDS if kind.tier is team.tier)
    hotline = kind.tier is Tier.TECHNICAL and team.size >= _HOTLINE_FROM
    on_duty = kind.tier is Tier.TECHNICAL and not hotline
    tickets = PlanningGroup(
        id=f"ticket:{team.skill.id}",
        channel="ticket",
        skill=team.skill.id,
        min_level=EXPERT_LEVEL,
        tier=kind.tier,
        site=kind.site,
        goal=kind.goal,
        priority=Priority.P1,
        customer_value=kind.customer_value,
        shrinkage=0.1,
        floor=1 if on_duty else 0,
        shortage_cost=kind.shortage_cost,
    )
    contacts = min(kind.contacts * team.size, _MOST_CONTACTS)
    streams = [_stream(tickets, kind.opening, contacts, kind.aht_seconds, kind.aht_cv)]
    if hotline:
        # No shrinkage: whoever leaves the hotline is replaced on the spot.
        calls = PlanningGroup(
            id=f"voice:{team.skill.id}",
            channel="voice",
            skill=team.skill.id,
            min_level=EXPERT_LEVEL,
            tier=kind.tier,
            goal=_HOTLINE_GOAL,
            patience_seconds=600.0,
            priority=Priority.P0,
            customer_value=kind.customer_value,
            floor=1,
            shortage_cost=2 * kind.shortage_cost,
        )
        streams.append(_stream(calls, kind.opening, _HOTLINE_CONTACTS, _HOTLINE_AHT_SECONDS, 1.2))
    return tuple(streams)


def _stream(
    group: PlanningGroup, opening: Opening, contacts: float, aht_seconds: float, aht_cv: float
) -> Stream:
    """Return a stream with so many contacts per open half-hour."""
    return Stream(
        group=group,
        opening=opening,
        weekly_hours=contacts * opening.slots_per_week * aht_seconds / 3600,
        aht_seconds=aht_seconds,
        aht_cv=aht_cv,
        day_peaks=(1.0, 0.8, 0.1),
        promotion_response=0.3,
        promotion_lag_days=3,
    )


def _skill(name: str, line: str) -> Skill:
    if not line:
        return Skill(name, name.capitalize())
    return Skill(f"{name}_{line}", f"{name.capitalize()} ({line})")
