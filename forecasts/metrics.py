"""Forecast errors. Intervals without an actual (NaN: closed or unknown) are never scored."""

from __future__ import annotations

import numpy as np

from forecasts.weekly import FloatArray

__all__ = ["coverage", "day_wape", "mase", "wape", "weekly_naive_error"]


def wape(actual: FloatArray, forecast: FloatArray) -> float:
    """Return sum |error| / sum actual as a fraction; NaN if nothing arrived."""
    scored = np.isfinite(actual)
    total = actual[scored].sum()
    return float(np.abs(forecast - actual)[scored].sum() / total) if total > 0 else np.nan


def day_wape(actual: FloatArray, forecast: FloatArray) -> float:
    """Return the WAPE of totals over the last axis (the slots of a day)."""
    scored = np.isfinite(actual)
    return wape(
        np.where(scored, actual, 0.0).sum(axis=-1), np.where(scored, forecast, 0.0).sum(axis=-1)
    )


def mase(actual: FloatArray, forecast: FloatArray, naive_error: float) -> float:
    """Return mean |error| / `naive_error`; NaN without an actual or a positive scale.

    Hyndman & Koehler (2006), IJF 22(4), with the weekly seasonal naive as the scale.
    """
    scored = np.isfinite(actual)
    if not scored.any() or not naive_error > 0:
        return np.nan
    return float(np.abs(forecast - actual)[scored].mean() / naive_error)


def weekly_naive_error(offered: FloatArray) -> float:
    """Return the mean |change from the same slot a week before| within a history.

    Parameters
    ----------
    offered
        Days x slots, consecutive days.
    """
    changes = np.abs(offered[7:] - offered[:-7])
    known = np.isfinite(changes)
    return float(changes[known].mean()) if known.any() else np.nan


def coverage(actual: FloatArray, lower: FloatArray, upper: FloatArray) -> float:
    """Return the share of actuals within ``[lower, upper]``; NaN without an actual."""
    scored = np.isfinite(actual)
    inside = (actual >= lower) & (actual <= upper)
    return float(inside[scored].mean()) if scored.any() else np.nan
