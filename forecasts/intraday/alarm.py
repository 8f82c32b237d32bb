"""Are the forecasts biased? Two alarms with a stated rate of false ones, and one for silence.

**Today.** What came since the day began is compared with what was expected, after every slot, in
the deviations that drift and counts imply. Past days give the largest departure that a whole day
shows; today rings if it goes beyond all but `FALSE_ALARM_RATE` of theirs. As past days are judged
by their worst moment, looking every half-hour does not ring more often: of days like the past,
at most that share rings at all (a conformal bound, no distribution is assumed). Fewer than 49
days cannot tell so small a share: then the departure must be beyond all of them and beyond `CLIP`.

**The last days.** A two-sided cumulative sum (Page 1954) of the departures of whole days, with an
allowance of 0.5 and a limit of 5 deviations. Independent normal departures ring falsely once in
465 days on average; a lasting bias of one deviation is found in 10 (Montgomery, Introduction to
Statistical Quality Control, table 9.3). Single days are cut at `CLIP`, so none rings alone. The
sums stop at the limit, so the alarm ends soon after the bias does.

**Silence.** A run of zeros where `IMPOSSIBLE_ZERO` contacts are expected is an outage, not chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasts.intraday.drift import CLIP, Drift
from forecasts.intraday.pairs import DayPairs, compared, silent
from forecasts.weekly import FloatArray

__all__ = ["BiasAlarm", "Watch", "cumulative_sums", "departures"]

FALSE_ALARM_RATE = 0.02
"""Share of usual days on which today's alarm rings."""
ALLOWANCE = 0.5
LIMIT = 5.0


@dataclass(frozen=True, slots=True)
class BiasAlarm:
    """What today and the last days say of the bias of the forecasts, in standard deviations.

    Parameters
    ----------
    today
        The largest departure of the day so far; negative if fewer came than were expected.
    today_limit
        What it must exceed to ring; None if there is no past day to compare with. Usual days
        exceed it at a rate of `FALSE_ALARM_RATE`.
    high, low
        Cumulative sums of too many and of too few contacts over the last days, 0 to `LIMIT`.
    silent
        Whether nothing arrives although much is expected.
    """

    today: float
    today_limit: float | None
    high: float
    low: float
    silent: bool

    @property
    def signals(self) -> tuple[str, ...]:
        """Return what rings: ``today_high, today_low, days_high, days_low, silent``."""
        off = self.today_limit is not None and abs(self.today) > self.today_limit
        ringing = {
            "today_high": off and self.today > 0,
            "today_low": off and self.today < 0,
            "days_high": self.high >= LIMIT,
            "days_low": self.low >= LIMIT,
            "silent": self.silent,
        }
        return tuple(name for name, rings in ringing.items() if rings)


@dataclass(frozen=True, slots=True)
class Watch:
    """What past days say of the bias, ready for today.

    Parameters
    ----------
    limit
        The largest departure that a usual day shows; None without a past day.
    high, low
        Cumulative sums after the last past day.
    """

    limit: float | None
    high: float
    low: float

    @classmethod
    def over(cls, drift: Drift, pairs: DayPairs) -> Watch:
        """Look back over past days."""
        off = departures(drift, pairs.expected, pairs.actual)
        if not off.size:
            return cls(None, 0.0, 0.0)
        worst = np.sort(np.abs(off).max(axis=1))
        rank = int(np.ceil((len(worst) + 1) * (1 - FALSE_ALARM_RATE)))
        enough = rank <= len(worst)
        limit = float(worst[rank - 1]) if enough else max(float(worst[-1]), CLIP)
        high, low = cumulative_sums(off[:, -1])
        return cls(limit, float(high[-1]), float(low[-1]))

    def judge(self, drift: Drift, expected: FloatArray, arrived: FloatArray) -> BiasAlarm:
        """Judge today by its slots so far, ``[K]``; NaN where unknown."""
        off = departures(drift, expected[None], arrived[None])[0]
        quiet = silent(expected[None], arrived[None])[0]
        known = np.flatnonzero(compared(expected, arrived))
        high, low = _next_sums(self.high, self.low, float(off[-1]) if off.size else 0.0)
        return BiasAlarm(
            today=float(off[np.abs(off).argmax()]) if off.size else 0.0,
            today_limit=self.limit,
            high=high if known.size else self.high,
            low=low if known.size else self.low,
            silent=bool(known.size and quiet[known[-1]]),
        )


def departures(drift: Drift, expected: FloatArray, actual: FloatArray) -> FloatArray:
    """Return after each slot by how much the day so far departs from its forecast, ``[D, K]``.

    The sum of what came less the sum expected, divided by its standard deviation.
    """
    known = compared(expected, actual)
    f = np.where(known, expected, 0.0)
    error = np.where(known, actual - expected, 0.0).cumsum(axis=1)
    # Covariances of a slot with those before it fade by the memory from slot to slot.
    carried = np.zeros(len(f))
    drifted = np.zeros(f.shape)
    for slot in range(1, f.shape[1]):
        carried = drift.memory * (carried + f[:, slot - 1])
        drifted[:, slot] = 2 * f[:, slot] * carried
    drifted = (drifted + f**2).cumsum(axis=1)
    variance = drift.spread**2 * drifted + drift.dispersion * f.cumsum(axis=1)
    off = np.zeros(f.shape)
    np.divide(error, np.sqrt(variance), out=off, where=variance > 0)
    return off


def cumulative_sums(scores: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the upper and lower cumulative sum after each of standardised scores, ``[D]``."""
    sums = [(0.0, 0.0)]
    for score in scores.tolist():
        sums.append(_next_sums(*sums[-1], score))
    high, low = np.array(sums[1:]).reshape(-1, 2).T
    return high, low


def _next_sums(high: float, low: float, score: float) -> tuple[float, float]:
    score = min(max(score, -CLIP), CLIP)
    return (
        min(max(high + score - ALLOWANCE, 0.0), LIMIT),
        min(max(low - score - ALLOWANCE, 0.0), LIMIT),
    )
