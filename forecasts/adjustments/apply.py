"""Apply adjustments in order, keep what each of them did, and take them back exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecasts.adjustments.base import Adjustment, Change
from forecasts.errors import ForecastError, Issue, Severity, pointer
from forecasts.result.forecast import Forecast
from forecasts.weekly import FloatArray

__all__ = ["Applied", "GroupEffect", "apply", "check", "reverse", "without"]


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """What an adjustment changed in one group over the horizon.

    Parameters
    ----------
    contacts
        Contacts more, or fewer if below zero.
    hours
        Hours of handling more; None if no handling times are forecast.
    """

    group: str
    contacts: float
    hours: float | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """An adjustment as it was applied.

    Parameters
    ----------
    effects
        Groups that it changed, compared with the forecast just before it.
    """

    adjustment: Adjustment
    effects: tuple[GroupEffect, ...] = ()

    @property
    def contacts(self) -> float:
        """Return the contacts that it added in all groups."""
        return sum(effect.contacts for effect in self.effects)

    @property
    def hours(self) -> float | None:
        """Return the hours of handling that it added in all groups; None if not known."""
        known = [effect.hours for effect in self.effects if effect.hours is not None]
        return sum(known) if len(known) == len(self.effects) else None


def apply(forecast: Forecast, adjustments: Sequence[Adjustment]) -> Forecast:
    """Return a forecast with adjustments applied in order, after those it has already.

    Linear in the intervals for each adjustment. Contacts never fall below zero and closed
    intervals stay closed. Ends of intervals scale with the contacts that were forecast; contacts
    from elsewhere widen them as an independent Poisson count would, so that where nothing was
    forecast the ends are those of Poisson.

    Raises
    ------
    ForecastError
        If an adjustment makes no sense or does not fit the forecast; every problem of every
        adjustment is listed, with pointers such as ``/adjustments/0/factor``.
    """
    if not adjustments:
        return forecast
    found = check(forecast, adjustments)
    if any(issue.severity is Severity.ERROR for issue in found):
        raise ForecastError("The adjustments cannot be applied.", found)
    now, applied = forecast, list(forecast.adjustments)
    for adjustment in adjustments:
        before, now = now, _changed(now, adjustment.change(now))
        applied.append(Applied(adjustment, _effects(before, now)))
    return replace(
        now,
        adjustments=tuple(applied),
        unadjusted=forecast if forecast.unadjusted is None else forecast.unadjusted,
        issues=(*forecast.issues, *found),
    )


def without(forecast: Forecast, name: str) -> Forecast:
    """Return the forecast as if the adjustment called `name` had never been applied.

    The others are applied again to the unadjusted forecast, so the result is the same to the
    last bit.

    Raises
    ------
    ForecastError
        If the forecast has no adjustment of this name.
    """
    names = [applied.adjustment.name for applied in forecast.adjustments]
    if name not in names:
        has = f"it has {', '.join(map(repr, names))}" if names else "it has none"
        issue = Issue("unknown_adjustment", pointer("adjustments"), f"No {name!r}; {has}.")
        raise ForecastError("There is no such adjustment to take back.", [issue])
    left = [a.adjustment for a in forecast.adjustments if a.adjustment.name != name]
    return apply(reverse(forecast), left)


def reverse(forecast: Forecast) -> Forecast:
    """Return the forecast before its first adjustment."""
    return forecast if forecast.unadjusted is None else forecast.unadjusted


def check(forecast: Forecast, adjustments: Sequence[Adjustment]) -> list[Issue]:
    """Return every problem of adjustments that are to be applied to `forecast`."""
    found = []
    taken = {applied.adjustment.name for applied in forecast.adjustments}
    for place, adjustment in enumerate(adjustments):
        of_one = list(adjustment.problems()) or list(adjustment.misfits(forecast))
        if adjustment.name in taken:
            detail = f"Another adjustment is named {adjustment.name!r}."
            of_one.append(Issue("duplicate_name", pointer("name"), detail))
        taken.add(adjustment.name)
        where = pointer("adjustments", place)
        found += [replace(issue, pointer=where + issue.pointer) for issue in of_one]
    return found


def _changed(forecast: Forecast, change: Change) -> Forecast:
    """Return the forecast with one change made to contacts, handling times and ends."""
    kept = forecast.offered * change.factor
    added = np.broadcast_to(change.added, kept.shape)
    offered = kept + added
    aht_s = forecast.aht_s
    if aht_s is not None:
        own = aht_s * change.pace
        mixed = (kept * own + change.added_work) / np.where(offered > 0, offered, 1.0)
        aht_s = np.where(added > 0, mixed, own)
    lower, upper = dict(forecast.lower), dict(forecast.upper)
    for level in lower:
        tail = (1.0 - level / 100.0) / 2.0
        low, high = lower[level] * change.factor, upper[level] * change.factor
        if added.any():
            # Whatever the quantile of a rare count, an end never crosses what is expected.
            fewer = np.maximum(added - _poisson_quantile(tail, added), 0.0)
            more = np.maximum(_poisson_quantile(1.0 - tail, added) - added, 0.0)
            below, above = np.hypot(kept - low, fewer), np.hypot(high - kept, more)
            low = np.where(added > 0, np.maximum(offered - below, 0.0), low)
            high = np.where(added > 0, offered + above, high)
        lower[level], upper[level] = low, high
    return replace(forecast, offered=offered, aht_s=aht_s, lower=lower, upper=upper)


def _poisson_quantile(probability: float, mean: FloatArray) -> FloatArray:
    """Return the least count whose distribution function reaches `probability`, same shape.

    From the expansion of Cornish & Fisher (1938), which is off by a count at most between 0.5
    and 99.5 %, and then corrected by the distribution function itself.
    """
    # Imported here: few adjustments add contacts.
    from scipy.special import ndtri, pdtr

    quantile = np.zeros_like(mean)
    m = mean[mean > 0]
    z = ndtri(probability)
    count = np.maximum(np.round(m + z * np.sqrt(m) + (z * z - 1.0) / 6.0), 0.0)
    low = pdtr(count, m) < probability
    high = (count > 0) & (pdtr(np.maximum(count - 1.0, 0.0), m) >= probability)
    quantile[mean > 0] = count + low - high
    return quantile


def _effects(before: Forecast, after: Forecast) -> tuple[GroupEffect, ...]:
    """Return what changed in the groups in which anything did."""
    touched = (before.offered != after.offered).any(axis=1)
    contacts = (after.offered - before.offered).sum(axis=1)
    hours: list[float | None] = [None] * len(contacts)
    if before.aht_s is not None and after.aht_s is not None:
        work = after.offered * after.aht_s - before.offered * before.aht_s
        touched |= (work != 0).any(axis=1)
        hours = (work.sum(axis=1) / 3600.0).tolist()
    return tuple(
        GroupEffect(before.groups[group], float(contacts[group]), hours[group])
        for group in np.flatnonzero(touched).tolist()
    )
