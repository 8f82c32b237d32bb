"""How a day departs from its forecast: a relative drift with a memory, seen through counts.

In slot s of a day let f be the contacts forecast and y those that came. The day's drift x is the
share by which its rate departs from the forecast: a stationary first-order autoregression that
begins every day anew,

    y / f - 1 = x + noise,    variance of the noise = dispersion / f,
    covariance of x in slots s and t = spread^2 memory^|s - t|

so what came in an hour of 400 contacts says much and in an hour of 4 little, and what is known of
the drift fades over the rest of the day. The Kalman filter (1960) is the best linear
estimate of x: the same as a ridge regression on all slots so far whose penalties are implied by
three numbers, instead of one to be learnt for every feature.

The three are estimated by maximum likelihood on past days: spread and memory on a grid, the
dispersion in closed form. A group's likelihood is added to that of `POOLED_DAYS` days of the
average group, so thin groups borrow and busy ones decide for themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecasts.intraday.pairs import DayPairs, compared, silent
from forecasts.weekly import BoolArray, FloatArray

__all__ = ["CLIP", "Drift", "Known", "follow", "learn_drifts", "usual_days"]

CLIP = 4.0
"""News beyond this many standard deviations is cut to it."""
POOLED_DAYS = 20.0

_HALF_LIVES_HOURS = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 64.0])
_SIGNALS = np.concatenate([[0.0], 2.0 ** np.arange(-6, 5.5, 0.5)])
"""Variances of the drift relative to that of the noise in an average interval."""
_LEAST_DISPERSION = 1e-9


@dataclass(frozen=True, slots=True)
class Drift:
    """How days of one group depart from their forecast.

    Parameters
    ----------
    spread
        Standard deviation of the drift, as a fraction of the forecast; 0 if days do not drift.
    memory
        Correlation of the drifts of two slots next to each other, 0 to 1.
    dispersion
        Variance of the noise per expected contact; 1 for Poisson arrivals.
    """

    spread: float
    memory: float
    dispersion: float

    @property
    def signal(self) -> float:
        """Return the variance of the drift per unit of dispersion."""
        return self.spread**2 / self.dispersion

    def covariance(self, expected: FloatArray, unknown: FloatArray) -> FloatArray:
        """Return the covariance of the contacts in the slots to come, ``[D, R, R]``.

        Parameters
        ----------
        expected
            Contacts expected in the slots that follow the last one seen, ``[D, R]``.
        unknown
            Variance of what is not known of the drift in the last slot seen, ``[D]``.
        """
        slots = np.arange(expected.shape[-1])
        fading = self.memory ** (slots + 1)
        distance = np.abs(slots[:, None] - slots)
        drift = self.spread**2 * self.memory**distance
        known = (self.spread**2 - unknown)[:, None, None] * (fading[:, None] * fading)
        product = expected[:, :, None] * expected[:, None, :]
        noise = self.dispersion * expected[:, :, None] * np.eye(len(slots))
        return np.asarray(product * (drift - known) + noise)


class Known(NamedTuple):
    """What is known of the drift after a slot, ``[D]`` each: its mean and its variance."""

    drift: FloatArray
    variance: FloatArray


def learn_drifts(groups: Sequence[DayPairs]) -> list[Drift]:
    """Estimate the drift of each group from past days, thin groups helped by the others.

    Days that no forecast could have known and silences are left out. Scaling all volumes by one
    number leaves spread and memory as they are. Linear in groups x days x slots: about 15 ms for
    120 days of 48 slots.
    """
    learnt = [_heard(pairs.where(usual_days(pairs))) for pairs in groups]
    volumes = [pairs.expected[compared(pairs.expected, pairs.actual)] for pairs in learnt]
    busy = [float(volume.mean()) for volume in volumes if volume.size]
    if not busy:
        return [Drift(0.0, 0.0, 1.0) for _ in groups]
    slots = learnt[0].expected.shape[1]
    memories = 0.5 ** (24 / slots / _HALF_LIVES_HOURS)
    grid = np.meshgrid(_SIGNALS / np.mean(busy), memories, indexing="ij")
    signal, memory = (axis.ravel() for axis in grid)
    found = [_likelihood(pairs, signal, memory) for pairs in learnt]
    pooled = sum(logs for logs, _ in found) / sum(len(pairs) for pairs in learnt)
    drifts = []
    for logs, dispersion in found:
        best = int(np.argmax(logs + POOLED_DAYS * pooled))
        noise = float(dispersion[best])
        drifts.append(Drift(float(np.sqrt(signal[best] * noise)), float(memory[best]), noise))
    return drifts


def usual_days(pairs: DayPairs) -> BoolArray:
    """Tell which days came near their forecast: within `CLIP` robust deviations of the rest."""
    known = compared(pairs.expected, pairs.actual)
    expected = np.where(known, pairs.expected, 0.0).sum(axis=1)
    actual = np.where(known, pairs.actual, 0.0).sum(axis=1)
    off = np.abs(actual - expected) / np.sqrt(np.maximum(expected, 1e-12))
    judged = expected > 0
    limit = CLIP * 1.4826 * np.median(off[judged]) if judged.any() else 0.0
    return np.asarray(judged & (off <= limit))


def follow(drift: Drift, expected: FloatArray, actual: FloatArray) -> Known:
    """Return what is known of the drift of each day after its last slot.

    Parameters
    ----------
    expected, actual
        The slots of the day so far, ``[D, K]``, possibly none; NaN where unknown. Silences count
        as unknown.
    """
    heard = np.where(silent(expected, actual), np.nan, actual)
    state = np.zeros((1, len(expected)))
    variance = np.full((1, len(expected)), drift.signal)
    signal, memory = np.array([drift.signal]), np.array([drift.memory])
    for step in _steps(expected, heard, signal, memory, drift.dispersion):
        state, variance = step.state, step.variance
    return Known(state[0], drift.dispersion * variance[0])


class _Step(NamedTuple):
    """The filter after one slot; ``[P, D]`` each, variances per unit of dispersion.

    `news` and `news_variance` are of the slot's departure from what the slots before it said: 0
    and 1 where the slot is unknown, so that it adds nothing to a likelihood.
    """

    state: FloatArray
    variance: FloatArray
    news: FloatArray
    news_variance: FloatArray


def _steps(
    expected: FloatArray,
    actual: FloatArray,
    signal: FloatArray,
    memory: FloatArray,
    dispersion: float | None = None,
) -> Iterator[_Step]:
    """Run the filter over ``[D, K]`` slots for ``[P]`` pairs of signal and memory at once.

    With a dispersion the news is clipped: the filter that is used trusts no single slot, while
    the one that learns must see what there is.
    """
    known = compared(expected, actual)
    f = np.where(known, expected, 1.0)
    departure = np.where(known, actual, 0.0) / f - 1.0
    prior, carried = signal[:, None], memory[:, None]
    state = np.zeros((len(signal), len(expected)))
    variance = np.broadcast_to(prior, state.shape)
    for slot in range(expected.shape[1]):
        seen = known[:, slot]
        state = carried * state
        variance = prior + carried**2 * (variance - prior)
        news_variance = variance + 1.0 / f[:, slot]
        news = departure[:, slot] - state
        if dispersion is not None:
            bound = CLIP * np.sqrt(dispersion * news_variance)
            news = np.clip(news, -bound, bound)
        weight = np.where(seen, variance / news_variance, 0.0)
        state = state + weight * news
        variance = variance - weight * variance
        yield _Step(state, variance, np.where(seen, news, 0.0), np.where(seen, news_variance, 1.0))


def _likelihood(
    pairs: DayPairs, signal: FloatArray, memory: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the log-likelihood and the best dispersion for each pair of parameters, ``[P]``."""
    squares, logs = np.zeros(len(signal)), np.zeros(len(signal))
    for step in _steps(pairs.expected, pairs.actual, signal, memory):
        squares += (step.news**2 / step.news_variance).sum(axis=1)
        logs += np.log(step.news_variance).sum(axis=1)
    count = int(compared(pairs.expected, pairs.actual).sum())
    if count == 0:
        return np.zeros(len(signal)), np.ones(len(signal))
    dispersion = np.maximum(squares / count, _LEAST_DISPERSION)
    return -0.5 * (count * np.log(dispersion) + logs), dispersion


def _heard(pairs: DayPairs) -> DayPairs:
    """Return the pairs with silences unknown."""
    quiet = silent(pairs.expected, pairs.actual)
    return DayPairs(pairs.days, pairs.expected, np.where(quiet, np.nan, pairs.actual))
