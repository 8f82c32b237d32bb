"""Shares of the day: how a weekday's contacts spread over its slots, as far as data can tell."""

from __future__ import annotations

import numpy as np

from forecasts.calendars import Calendar
from forecasts.history.series import DaySeries
from forecasts.weekly import BoolArray, FloatArray

__all__ = ["weekday_profiles"]


def weekday_profiles(
    series: DaySeries,
    calendar: Calendar,
    half_life_days: float,
    after_closure_weight: float,
) -> FloatArray:
    """Return the share of each slot in its weekday's total, ``[7, S]``.

    Rows sum to 1, or to 0 where the weekday is closed. A weekday's own shares are shrunk to
    those of all days, by how much of their difference chance alone would make (positive-part
    James & Stein 1961, with the chi-square distance as loss):

        weight of the own shares = max(0, 1 - expected distance / observed distance)

    The distance to expect is estimated from the differences between days of one weekday, so a
    busy group keeps every weekday's shape and a quiet one borrows from the other weekdays.

    Parameters
    ----------
    half_life_days
        Age at which a day counts half.
    after_closure_weight
        What a day after a closure counts, whose shape is not the usual one.
    """
    kept = series.day_recorded
    days = series.days[kept]
    recorded = series.recorded[kept]
    counts = np.where(recorded, series.offered[kept], 0.0)
    totals = counts.sum(axis=1)
    weights = 0.5 ** ((series.days[-1] - days).astype(np.int64) / half_life_days)
    weights[calendar.after_closure(days)] *= after_closure_weight
    day_of_week = calendar.weekday(days)

    exposure = weights * totals
    pooled = _shares(weights @ counts, exposure @ recorded)
    own = np.zeros((7, counts.shape[1]))
    size = np.zeros(7)
    for day in range(7):
        of_day = day_of_week == day
        own[day] = _shares(weights[of_day] @ counts[of_day], exposure[of_day] @ recorded[of_day])
        # The total of equally weighted days that would be as precise.
        squares = weights[of_day] @ exposure[of_day]
        size[day] = exposure[of_day].sum() ** 2 / squares if squares > 0 else 0.0

    profiles = np.zeros_like(own)
    expected = np.where(recorded, totals[:, None] * own[day_of_week], 0.0)
    freedom = len(days) - len(np.unique(day_of_week))
    dispersion = _dispersion(counts - expected, totals[:, None] * pooled, freedom)
    for day in range(7):
        is_open = calendar.open_slots[day]
        base = _normal(np.where(is_open, pooled, 0.0), is_open)
        shape = _normal(np.where(is_open, own[day], 0.0), is_open)
        distance = size[day] * _chi_square(shape, base)
        trust = 0.0
        if distance > 0:
            trust = max(0.0, 1.0 - dispersion * (int(is_open.sum()) - 1) / distance)
        profiles[day] = trust * shape + (1.0 - trust) * base
    return profiles


def _dispersion(residuals: FloatArray, variance: FloatArray, freedom: int) -> float:
    """Return how much days of one weekday differ, 1 if as much as multinomial counts do.

    Infinite if no weekday was seen twice (`freedom`, in days, is 0).
    """
    if freedom <= 0 or not variance.any():
        return np.inf
    squares = np.zeros_like(variance)
    np.divide(residuals**2, variance, out=squares, where=variance > 0)
    slots = int(variance.any(axis=0).sum())
    return float(squares.sum()) / (freedom * max(slots - 1, 1))


def _shares(contacts: FloatArray, exposure: FloatArray) -> FloatArray:
    """Return contacts per contact of the days on which the slot was open."""
    shares = np.zeros_like(contacts)
    np.divide(contacts, exposure, out=shares, where=exposure > 0)
    return shares


def _normal(shares: FloatArray, is_open: BoolArray) -> FloatArray:
    """Scale shares to sum 1 over the open slots; equal shares if nothing came."""
    weights = shares if shares.any() else is_open.astype(np.float64)
    return np.asarray(weights / max(weights.sum(), 1e-12))


def _chi_square(shares: FloatArray, base: FloatArray) -> float:
    """Return the chi-square distance of two distributions, per contact."""
    there = base > 0
    return float(((shares - base)[there] ** 2 / base[there]).sum())
