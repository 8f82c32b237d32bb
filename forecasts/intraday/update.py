"""The rest of the day, once part of it has arrived.

What the filter says of today's drift (see `forecasts.intraday.drift`) multiplies the rest of the
day, shrunk once more:

    factor in slot t = 1 + gain * drift * memory^(t - last slot seen),    0 <= gain <= 1

with the gain a ridge regression through 0 of what past days brought after this slot on what the
filter would have said, so that a drift that misleads in this group or at this time of day is not
followed. A day is judged by the gain learnt from the others: if that would not have come nearer to
what came than no update did, the gain is 0. The factor cannot be negative, as no departure is
below -1.

Intervals are conformal: past errors after this slot are divided by the deviation that the drift
and the counts imply, and their quantiles are multiplied by today's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from forecasts.intervals import LEVELS
from forecasts.intraday.alarm import BiasAlarm, Watch
from forecasts.intraday.drift import Drift, Known, follow, learn_drifts, usual_days
from forecasts.intraday.pairs import DayPairs, compared, silent
from forecasts.weekly import FloatArray

__all__ = ["IntradayUpdate", "Update", "learn_update", "shrunk_gain", "update_day"]

GAIN_SPREAD = 0.25
"""How far from 0 a gain is thought to be (a standard deviation) before a day was seen."""

Quantiles = Mapping[int, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Update:
    """How to update a day of one group when its first `at` slots are over.

    Parameters
    ----------
    at
        Slots that are over.
    drift
        How days depart from their forecast.
    gain
        Share of the drift that is followed, 0 (no update) to 1.
    slot_quantiles, rest_quantiles
        Per level in percent the lower and upper quantile of past errors, of intervals and of the
        whole rest of the day, in the deviations that the drift implies.
    watch
        What past days say of the bias of the forecasts.
    """

    at: int
    drift: Drift
    gain: float
    slot_quantiles: Quantiles
    rest_quantiles: Quantiles
    watch: Watch


@dataclass(frozen=True, slots=True, eq=False)
class IntradayUpdate:
    """One group's day, part of it arrived and the rest expected anew.

    Parameters
    ----------
    at
        Slots that are over.
    before
        Contacts as they were forecast, ``[S]``.
    expected
        Contacts that came in the slots that are over (where unknown, as forecast) and those
        expected in the rest, ``[S]``.
    gain
        Share of the day's drift that was followed; 0 is no update.
    factor
        What the update multiplied the forecast by, ``[S]``; 1 in the slots that are over.
    lower, upper
        Ends of the intervals by level in percent, ``[S]`` each.
    arrived
        Contacts that are known to have come.
    total_lower, total_upper
        Ends of the intervals of the day's total, by level.
    alarm
        Whether the forecasts are biased.
    """

    at: int
    before: FloatArray
    expected: FloatArray
    gain: float
    factor: FloatArray
    lower: Mapping[int, FloatArray]
    upper: Mapping[int, FloatArray]
    arrived: float
    total_lower: Mapping[int, float]
    total_upper: Mapping[int, float]
    alarm: BiasAlarm

    @property
    def total(self) -> float:
        """Return the contacts expected of the whole day."""
        return float(self.expected.sum())

    @property
    def rest_before(self) -> float:
        """Return the contacts that were forecast for the rest of the day."""
        return float(self.before[self.at :].sum())

    @property
    def rest(self) -> float:
        """Return the contacts now expected in the rest of the day."""
        return float(self.expected[self.at :].sum())


def learn_update(pairs: DayPairs, at: int, drift: Drift | None = None) -> Update:
    """Learn from past days how to update one when its first `at` slots are over.

    Parameters
    ----------
    at
        0 (nothing is over, so nothing is updated) to the slots of a day.
    drift
        What `learn_drifts` found for the group among others; learnt from `pairs` alone if not
        given.
    """
    if not 0 <= at <= pairs.expected.shape[1]:
        raise ValueError(f"{at} slots cannot be over in a day of {pairs.expected.shape[1]}")
    if drift is None:
        drift = learn_drifts([pairs])[0]
    rest = pairs.expected[:, at:]
    actual = pairs.actual[:, at:]
    known = follow(drift, pairs.expected[:, :at], pairs.actual[:, :at])

    heard = np.where(silent(pairs.expected, pairs.actual)[:, at:], np.nan, actual)
    said = known.drift[:, None] * drift.memory ** np.arange(1, rest.shape[1] + 1)
    usual = usual_days(pairs)
    gain = shrunk_gain(said[usual], rest[usual], heard[usual])

    scored = compared(rest, actual)
    errors = np.where(scored, actual - rest * _factors(drift, gain, known, rest.shape[1]), 0.0)
    slot_deviation, rest_deviation = _deviations(drift, gain, known, np.where(scored, rest, 0.0))
    any_scored = scored.any(axis=1)
    return Update(
        at=at,
        drift=drift,
        gain=gain,
        slot_quantiles=_quantiles(errors[scored] / slot_deviation[scored]),
        rest_quantiles=_quantiles(errors.sum(axis=1)[any_scored] / rest_deviation[any_scored]),
        watch=Watch.over(drift, pairs),
    )


def update_day(update: Update, expected: FloatArray, arrived: FloatArray) -> IntradayUpdate:
    """Update the rest of a day.

    Parameters
    ----------
    expected
        Contacts forecast for the day, ``[S]``; zero where closed.
    arrived
        Contacts that came, ``[S]``; NaN where unknown. Only the first ``update.at`` slots are
        read: a slot that is not over does not count.
    """
    at = update.at
    past, rest = expected[:at], expected[at:]
    came = arrived[:at]
    known = follow(update.drift, past[None], came[None])
    factor = np.ones(len(expected))
    factor[at:] = _factors(update.drift, update.gain, known, len(rest))[0]
    new = np.concatenate([np.where(np.isfinite(came), came, past), rest * factor[at:]])
    slot_deviation, rest_deviation = _deviations(update.drift, update.gain, known, rest[None])
    over = float(new[:at].sum())
    lower, upper, total_lower, total_upper = {}, {}, {}, {}
    for level in LEVELS:
        low, high = update.slot_quantiles[level]
        deviation = np.concatenate([np.zeros(at), slot_deviation[0]])
        lower[level] = np.maximum(new + low * deviation, 0.0)
        upper[level] = np.maximum(new + high * deviation, 0.0)
        low, high = update.rest_quantiles[level]
        rest_total = float(new[at:].sum())
        total_lower[level] = over + max(rest_total + low * float(rest_deviation[0]), 0.0)
        total_upper[level] = over + max(rest_total + high * float(rest_deviation[0]), 0.0)
    return IntradayUpdate(
        at=at,
        before=expected,
        expected=new,
        gain=update.gain,
        factor=factor,
        lower=lower,
        upper=upper,
        arrived=float(np.nansum(came)),
        total_lower=total_lower,
        total_upper=total_upper,
        alarm=update.watch.judge(update.drift, past, came),
    )


def shrunk_gain(said: FloatArray, expected: FloatArray, actual: FloatArray) -> float:
    """Return the share of `said` that past days bear out, 0 to 1; 0 if it does not help.

    A regression of (actual - expected) on said * expected through 0, weighted by 1 / expected, as
    counts vary; shrunk to 0 by a normal prior of deviation `GAIN_SPREAD`. Each day is then
    judged with the gain of the others, and the errors of all must have become smaller.

    Parameters
    ----------
    said
        Relative departures that were predicted, ``[D, R]``.
    expected, actual
        What was forecast and what came, ``[D, R]``; NaN where unknown.
    """
    scored = compared(expected, actual)
    volume = np.where(scored, expected, 0.0)
    error = np.where(scored, actual - expected, 0.0)
    if not scored.any():
        return 0.0
    noise = float((error[scored] ** 2 / volume[scored]).mean())
    agreement = (said * error).sum(axis=1)
    information = (said**2 * volume).sum(axis=1)
    penalty = noise / GAIN_SPREAD**2
    if information.sum() + penalty == 0:
        return 0.0
    others = np.maximum(information.sum() - information + penalty, 1e-12)
    judged = np.clip((agreement.sum() - agreement) / others, 0.0, 1.0)
    if (2 * judged * agreement - judged**2 * information).sum() <= 0:
        return 0.0
    return float(np.clip(agreement.sum() / (information.sum() + penalty), 0.0, 1.0))


def _factors(drift: Drift, gain: float, known: Known, slots: int) -> FloatArray:
    """Return the factor of each of the next slots, ``[D, slots]``, 0 or more."""
    fading = drift.memory ** np.arange(1, slots + 1)
    return np.asarray(1.0 + gain * known.drift[:, None] * fading)


def _deviations(
    drift: Drift, gain: float, known: Known, expected: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the standard deviations of the slots to come, ``[D, R]``, and of their sums."""
    # The estimate is uncorrelated with its error, so what is not followed adds its variance.
    unknown = known.variance + (1 - gain) ** 2 * (drift.spread**2 - known.variance)
    covariance = drift.covariance(expected, unknown)
    slots = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    return slots, np.sqrt(covariance.sum(axis=(-2, -1)))


def _quantiles(scores: FloatArray) -> dict[int, tuple[float, float]]:
    """Return the conformal quantiles of scores; a normal one where there are too few for a tail."""
    ordered = np.sort(scores)
    found = {}
    for level in LEVELS:
        tail = (1 - level / 100) / 2
        normal = NormalDist().inv_cdf(1 - tail)
        rank = int(np.ceil((len(ordered) + 1) * (1 - tail)))
        if rank > len(ordered):
            lowest = float(ordered[0]) if len(ordered) else 0.0
            highest = float(ordered[-1]) if len(ordered) else 0.0
            found[level] = (min(lowest, -normal), max(highest, normal))
        else:
            found[level] = (min(float(ordered[-rank]), 0.0), max(float(ordered[rank - 1]), 0.0))
    return found
