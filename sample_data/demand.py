"""Expected contacts and handling times: the traits of a stream turned into figures, no chance.

Contacts of a day = weekly profile x month cycle x day after a closure x promotions x trend.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from sample_data.calendars import Promotion
from sample_data.streams import SLOTS_PER_DAY, Stream

__all__ = ["AFTER_CLOSURE", "day_factors", "expected_contacts", "handling_times", "weekly_profile"]

Array = NDArray[np.float64]

AFTER_CLOSURE = 0.25
"""Added share of contacts on the first open day after a closure."""

_WEEKDAYS = np.array([1.18, 1.05, 1.0, 0.98, 1.02, 0.75, 0.55])
_PEAK_HOURS = np.array([10.5, 15.0, 19.0])
_PEAK_WIDTHS = np.array([2.2, 2.6, 2.0])
_ALL_DAY = 0.12
_WEEKEND_DELAY_HOURS = 1.0
_EVENING_AHT = 0.2
"""Added share of handling time at the end of the evening."""


def weekly_profile(stream: Stream) -> Array:
    """Return the share of a typical week's contacts per weekday and half-hour, [7, 48]; sum 1."""
    hours = (np.arange(SLOTS_PER_DAY) + 0.5) / 2
    profile = np.zeros((7, SLOTS_PER_DAY))
    is_open = (hours > stream.opening.first_hour) & (hours < stream.opening.last_hour)
    for weekday in stream.opening.weekdays:
        peaks = _PEAK_HOURS + (_WEEKEND_DELAY_HOURS if weekday >= 5 else 0.0)
        bells = np.exp(-(((hours[:, np.newaxis] - peaks) / _PEAK_WIDTHS) ** 2))
        shape = (_ALL_DAY + bells @ np.array(stream.day_peaks)) * is_open
        profile[weekday] = _WEEKDAYS[weekday] * shape / shape.sum()
    profile /= profile.sum()
    return profile


def handling_times(stream: Stream) -> Array:
    """Return the expected handling time per half-hour of the day in seconds, [48].

    Contacts of the evening take longer.
    """
    hours = np.arange(SLOTS_PER_DAY) / 2
    evening: Array = np.clip((hours - 16) / 4, 0, 1)
    return stream.aht_seconds * (1 + _EVENING_AHT * evening)


def day_factors(
    stream: Stream,
    days: Sequence[date],
    closed: Collection[date],
    promotions: Sequence[Promotion],
    reference: date,
) -> Array:
    """Return what each day's typical volume is multiplied with, [days]; 0 where closed.

    Parameters
    ----------
    days
        Consecutive days.
    reference
        Day on which the trend stands at 1.
    """
    factors = np.zeros(len(days))
    held_up = False
    for i, day in enumerate(days):
        if day.weekday() not in stream.opening.weekdays:
            continue
        if day in closed:
            held_up = True
            continue
        years = (day - reference).days / 365.25
        factors[i] = (1 + stream.yearly_trend) ** years * (1 + _month_cycle(stream, day))
        felt_since = day - timedelta(days=stream.promotion_lag_days)
        for promotion in promotions:
            uplift = promotion.uplift * promotion.strength(felt_since)
            factors[i] *= 1 + stream.promotion_response * uplift
        if held_up:
            factors[i] *= 1 + AFTER_CLOSURE
            held_up = False
    return factors


def expected_contacts(stream: Stream, days: Sequence[date], factors: Array) -> Array:
    """Return the expected contacts per day and half-hour, [days, 48], from `day_factors`."""
    weekdays = [day.weekday() for day in days]
    typical = stream.weekly_contacts * weekly_profile(stream)
    expected: Array = typical[weekdays] * factors[:, np.newaxis]
    return expected


def _month_cycle(stream: Stream, day: date) -> float:
    """Return the added share of contacts: highest on the first of a month, least in mid-month.

    A cosine and its first harmonic make the peak sharper than the trough; its mean is zero.
    """
    length = calendar.monthrange(day.year, day.month)[1]
    phase = 2 * np.pi * (day.day - 1) / length
    return stream.month_swing * float(2 * np.cos(phase) + np.cos(2 * phase)) / 3
