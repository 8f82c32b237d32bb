"""What makes every agent different: own hours, own days off and wishes, an own past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from optimizer.model import Agent, Availability, History, Request, RequestKind
from sample_data.arguments import ZONE, Arguments
from sample_data.staff import CONTRACTS, TEMPLATES

__all__ = ["with_own_wishes"]

_OPENS, _CLOSES = 7 * 60, 21 * 60
_STEP = 30
_CHOICE = 120
"""Least freedom, in minutes, that an agent's hours leave for the start of the shortest shift."""

_REQUESTS_PER_WEEK = 1.5
_ON_SHARE = 0.25
_VACATION_SHARE = 0.02
_WEIGHTS = (10.0, 20.0, 40.0)
_LENGTHS = {template.id: min(template.lengths) for template in TEMPLATES}


def with_own_wishes(
    agents: Sequence[Agent], arguments: Arguments, rng: np.random.Generator
) -> tuple[Agent, ...]:
    """Return the agents, each with own weekly hours, days off, requests and days before.

    One weekday is always free; the hours on weekdays and on weekends leave at least two hours
    of choice for a start. Wishes and days off lie on days that the agent could work.
    """
    return tuple(_with_own_wishes(agent, arguments, rng) for agent in agents)


def _with_own_wishes(agent: Agent, arguments: Arguments, rng: np.random.Generator) -> Agent:
    free_weekday = int(rng.integers(7))
    weekdays = tuple(day for day in range(5) if day != free_weekday)
    weekend = tuple(day for day in (5, 6) if day != free_weekday)
    availability = (_hours(agent, weekdays, rng), _hours(agent, weekend, rng))

    horizon = [arguments.start + timedelta(days=i) for i in range(arguments.days)]
    workable = [day for day in horizon if day.weekday() != free_weekday]
    on_vacation = rng.random(len(workable)) < _VACATION_SHARE
    days_off = tuple(day for day, off in zip(workable, on_vacation, strict=True) if off)
    wishful = [day for day in workable if day not in days_off]
    return replace(
        agent,
        availability=availability,
        days_off=days_off,
        requests=_requests(wishful, rng),
        history=_past(arguments.start, rng),
    )


def _hours(agent: Agent, weekdays: tuple[int, ...], rng: np.random.Generator) -> Availability:
    shortest = min(_LENGTHS[name] for name in CONTRACTS[agent.contract].templates)
    # Each side may take half of what the shortest shift and the choice of its start leave.
    steps = (_CLOSES - _OPENS - shortest - _CHOICE) // 2 // _STEP
    late_start, early_end = rng.integers(0, steps, 2, endpoint=True).tolist()
    return Availability(weekdays, _OPENS + _STEP * late_start, _CLOSES - _STEP * early_end)


def _requests(days: Sequence[date], rng: np.random.Generator) -> tuple[Request, ...]:
    number = min(int(rng.poisson(_REQUESTS_PER_WEEK * len(days) / 7)) + 1, len(days))
    chosen = sorted(rng.choice(len(days), number, replace=False).tolist())
    return tuple(
        Request(
            days[index],
            RequestKind.ON if rng.random() < _ON_SHARE else RequestKind.OFF,
            weight=_WEIGHTS[rng.integers(len(_WEIGHTS))],
        )
        for index in chosen
    )


def _past(start: date, rng: np.random.Generator) -> History:
    """Return what went before: up to three days worked, or up to three days off."""
    run = int(rng.integers(1, 3, endpoint=True))
    worked = rng.random() < 0.4
    last_day = start - timedelta(days=1 if worked else run + 1)
    end = datetime.combine(last_day, time(int(rng.integers(13, 21, endpoint=True))), ZoneInfo(ZONE))
    return History(
        days_worked=run if worked else 0, days_off=0 if worked else run, last_shift_end=end
    )
