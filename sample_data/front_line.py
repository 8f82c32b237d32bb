"""What the front line is asked: subjects by channel, with goals, patience and prices.

Handling times differ three times and more between subjects, and their standard deviation is at
or above the mean; text channels are busier in the evening than the telephone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from optimizer.model import PlanningGroup, Priority, ServiceGoal, Skill
from sample_data.streams import Opening, Stream

__all__ = [
    "FRONT_LINE_CHANNELS",
    "front_line_group",
    "front_line_skills",
    "front_line_streams",
    "gives_refunds",
]

_HOUR = 3600.0
_EVERY_DAY = Opening((0, 1, 2, 3, 4, 5, 6), 7, 21)
_SIX_DAYS = Opening((0, 1, 2, 3, 4, 5), 7, 21)
_SHOP_HOURS = Opening((0, 1, 2, 3, 4, 5), 8, 18)


@dataclass(frozen=True, slots=True)
class _Subject:
    """What contacts are about; the handling time, in seconds, is by telephone."""

    aht_seconds: float
    customer_value: float = 1.0
    month_swing: float = 0.12
    promotion_response: float = 0.6
    promotion_lag_days: int = 0
    refunds: bool = False


_SUBJECTS = {
    "orders": _Subject(210.0, customer_value=1.5, promotion_response=1.0),
    "after_sales": _Subject(420.0, promotion_lag_days=4, refunds=True),
    "technical": _Subject(660.0, promotion_response=0.3, promotion_lag_days=2),
    "billing": _Subject(300.0, month_swing=0.24, promotion_response=0.4, refunds=True),
    "delivery": _Subject(190.0, promotion_response=0.9, promotion_lag_days=2),
    "returns": _Subject(330.0, promotion_response=0.8, promotion_lag_days=6, refunds=True),
    "account": _Subject(260.0),
    "payments": _Subject(280.0, month_swing=0.2, refunds=True),
    "marketplace": _Subject(480.0, customer_value=2.0),
    "loyalty": _Subject(200.0, customer_value=1.8),
}
_LANGUAGES = ("", "_de", "_fr", "_es")
"""Beyond ten skills the subjects come again in further languages."""


@dataclass(frozen=True, slots=True)
class _Medium:
    """How a channel differs from the telephone, and what is promised on it."""

    aht_factor: float
    aht_cv: float
    day_peaks: tuple[float, float, float]
    yearly_trend: float
    goal: ServiceGoal
    priority: Priority
    shrinkage: float
    shortage_cost: float
    patience_seconds: float | None = None


FRONT_LINE_CHANNELS = ("voice", "chat", "email", "social")

_MEDIA = {
    "voice": _Medium(
        aht_factor=1.0,
        aht_cv=1.1,
        day_peaks=(1.0, 0.8, 0.3),
        yearly_trend=0.0,
        goal=ServiceGoal(
            target_share=0.8,
            within_seconds=20.0,
            mean_answer_seconds=120.0,
            max_abandonment=0.05,
            max_occupancy=0.9,
        ),
        priority=Priority.P2,
        shrinkage=0.15,
        shortage_cost=150.0,
        patience_seconds=180.0,
    ),
    "chat": _Medium(
        aht_factor=1.5,
        aht_cv=1.0,
        day_peaks=(0.7, 0.8, 0.6),
        yearly_trend=0.2,
        goal=ServiceGoal(
            target_share=0.8, within_seconds=60.0, mean_answer_seconds=120.0, max_occupancy=0.9
        ),
        priority=Priority.P2,
        shrinkage=0.12,
        shortage_cost=130.0,
        patience_seconds=300.0,
    ),
    "email": _Medium(
        aht_factor=1.0,
        aht_cv=1.2,
        day_peaks=(1.2, 0.7, 0.2),
        yearly_trend=-0.1,
        goal=ServiceGoal(first_response_seconds=8 * _HOUR, resolution_seconds=48 * _HOUR),
        priority=Priority.P3,
        shrinkage=0.12,
        shortage_cost=90.0,
    ),
    "social": _Medium(
        aht_factor=0.9,
        aht_cv=1.3,
        day_peaks=(0.5, 0.7, 1.0),
        yearly_trend=0.15,
        goal=ServiceGoal(first_response_seconds=1 * _HOUR, resolution_seconds=24 * _HOUR),
        priority=Priority.P3,
        shrinkage=0.12,
        shortage_cost=100.0,
    ),
}

_MIXES: tuple[dict[str, float], ...] = (
    {"voice": 0.55, "chat": 0.33, "social": 0.12},
    {"voice": 0.5, "chat": 0.28, "email": 0.22},
    {"voice": 0.6, "chat": 0.4},
    {"voice": 0.65, "email": 0.35},
)
"""Channels with their shares of a skill's work; the skills take these mixes in turn."""

_FEW_CHANNELS: tuple[dict[str, float], ...] = (
    {"voice": 0.6, "chat": 0.4},
    {"voice": 0.65, "email": 0.35},
)
"""The same for a thin centre."""

_THIN = 20
"""Below so many agents per skill a centre is thin: fewer channels, and shop hours only."""


def front_line_skills(count: int) -> tuple[Skill, ...]:
    """Return `count` front-line skills, 1 to 40, the one with most work first."""
    names = [subject + language for language in _LANGUAGES for subject in _SUBJECTS]
    return tuple(Skill(name, name.replace("_", " ").capitalize()) for name in names[:count])


def gives_refunds(skill: Skill) -> bool:
    """Tell whether contacts of a front-line skill can end with money for the customer."""
    return _subject(skill).refunds


def front_line_streams(skills: Iterable[Skill], agents: int) -> tuple[Stream, ...]:
    """Return the front line's streams, scaled so that a typical week needs one hour in all.

    The work of the skills falls off slowly (a Zipf law, shifted by two ranks), as subjects do.
    Every third skill, and all email, is closed on Sundays.
    """
    skills = tuple(skills)
    thin = agents < _THIN * len(skills)
    mixes = _FEW_CHANNELS if thin else _MIXES
    weights = [1 / (rank + 3) for rank in range(len(skills))]
    streams = []
    for rank, (skill, weight) in enumerate(zip(skills, weights, strict=True)):
        for channel, share in mixes[rank % len(mixes)].items():
            six_days = rank % 3 == 2 or channel == "email"
            opening = _SHOP_HOURS if thin else _SIX_DAYS if six_days else _EVERY_DAY
            streams.append(_stream(skill, channel, opening, share * weight / sum(weights)))
    return tuple(streams)


def front_line_group(
    name: str, channel: str, skill: Skill, customer_value: float = 1.0
) -> PlanningGroup:
    """Return a planning group with the goal, the patience and the prices of its channel."""
    medium = _MEDIA[channel]
    return PlanningGroup(
        id=name,
        channel=channel,
        skill=skill.id,
        goal=medium.goal,
        patience_seconds=medium.patience_seconds,
        priority=medium.priority,
        customer_value=customer_value,
        shrinkage=medium.shrinkage,
        shortage_cost=medium.shortage_cost,
    )


def _stream(skill: Skill, channel: str, opening: Opening, weekly_hours: float) -> Stream:
    subject, medium = _subject(skill), _MEDIA[channel]
    return Stream(
        group=front_line_group(f"{channel}:{skill.id}", channel, skill, subject.customer_value),
        opening=opening,
        weekly_hours=weekly_hours,
        aht_seconds=subject.aht_seconds * medium.aht_factor,
        aht_cv=medium.aht_cv,
        day_peaks=medium.day_peaks,
        month_swing=subject.month_swing,
        yearly_trend=medium.yearly_trend,
        promotion_response=subject.promotion_response,
        promotion_lag_days=subject.promotion_lag_days,
        refunds=subject.refunds,
    )


def _subject(skill: Skill) -> _Subject:
    name = next(name for name in _SUBJECTS if skill.id.startswith(name))
    return _SUBJECTS[name]
