"""How good updates would have been: each past day, from what had arrived at some times of it.

Base, drift and gain see only the days before the one that is judged. Beside the update stand the
forecast left as it was and the trade's usual rescale: what arrived so far / what was expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, time
from typing import NamedTuple

import numpy as np

from forecasts.errors import InvalidHistory, Issue, pointer
from forecasts.history.series import History
from forecasts.intervals import LEVELS
from forecasts.intraday.drift import learn_drifts
from forecasts.intraday.pairs import PAST_DAYS, DayPairs, compared, past_pairs
from forecasts.intraday.today import slots_over
from forecasts.intraday.update import Update, learn_update, update_day
from forecasts.weekly import FloatArray

__all__ = ["IntradayBacktest", "IntradayScore", "backtest_intraday"]


@dataclass(frozen=True, slots=True)
class IntradayScore:
    """Errors of the rest of the day at one time, over all days judged.

    Parameters
    ----------
    plain, update, rescale
        WAPE of intervals, as fractions, of the forecast left alone, of the update and of the
        usual rescale.
    coverage80, coverage95
        Share of actuals within the intervals of the update.
    updated
        Share of days on which the update moved the forecast.
    alarms
        Share of days on which today's alarm was ringing.
    """

    plain: float
    update: float
    rescale: float
    coverage80: float
    coverage95: float
    updated: float
    alarms: float

    def as_dict(self) -> dict[str, float | None]:
        """Return the figures by name; None where one is not defined."""
        return {name: value if np.isfinite(value) else None for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class IntradayBacktest:
    """Scores of updates on past days.

    Parameters
    ----------
    days
        The days judged: those of the last ones on which any group was open.
    scores
        By time of day, over all groups.
    groups
        The same for each group.
    issues
        What is worth knowing but stops nothing.
    """

    days: tuple[date, ...]
    scores: Mapping[time, IntradayScore]
    groups: Mapping[str, Mapping[time, IntradayScore]]
    issues: tuple[Issue, ...] = ()


def backtest_intraday(
    history: History,
    at: Sequence[time],
    days: int = 28,
    *,
    pairs: Sequence[DayPairs] | None = None,
) -> IntradayBacktest:
    """Measure updates at times of day on the last days of a history.

    Parameters
    ----------
    at
        Times of day at which to update; only whole intervals before them are seen.
    days
        Calendar days to judge, 1 or more.
    pairs
        One-day-ahead forecasts of each group beside what came, if they are known already; made
        here if not given (see `past_pairs`).

    Raises
    ------
    InvalidHistory
        If there is no day to judge.
    """
    if days < 1 or not at:
        raise ValueError("a backtest needs a day and a time of day")
    if pairs is None:
        pairs = [
            past_pairs(history.series(group), days + PAST_DAYS)
            for group in range(len(history.groups))
        ]
    first = history.days[-1] - (days - 1)
    judged = np.unique(
        np.concatenate([of_group.days[of_group.days >= first] for of_group in pairs])
    )
    if not len(judged):
        detail = "No day at the end of the history has both records and a forecast."
        raise InvalidHistory(
            "The history is too short.", [Issue("history_too_short", pointer("rows"), detail)]
        )
    slots = {moment: slots_over(moment, history.slots_per_day) for moment in sorted(set(at))}
    tallies = np.zeros((len(pairs), len(slots), len(_Tally._fields)))
    for day in judged:
        past = [of_group.where(of_group.days < day) for of_group in pairs]
        # As far back as live updates look.
        past = [of_group.where(of_group.days >= day - PAST_DAYS) for of_group in past]
        for group, drift in enumerate(learn_drifts(past)):
            today = pairs[group].where(pairs[group].days == day)
            if len(today):
                updates = [learn_update(past[group], slot, drift) for slot in slots.values()]
                tallies[group] += [_tally(update, today) for update in updates]
    return IntradayBacktest(
        days=tuple(day.item() for day in judged),
        scores=_scores(slots, tallies.sum(axis=0)),
        groups={
            name: _scores(slots, of_group)
            for name, of_group in zip(history.groups, tallies, strict=True)
        },
        issues=history.issues,
    )


class _Tally(NamedTuple):
    """Sums over days of one group at one time."""

    volume: float
    plain: float
    update: float
    rescale: float
    intervals: float
    inside80: float
    inside95: float
    days: float
    updated: float
    alarms: float


def _tally(update: Update, today: DayPairs) -> _Tally:
    """Judge one day by what came after the update."""
    at = update.at
    expected, actual = today.expected[0], today.actual[0]
    result = update_day(update, expected, actual)
    scored = np.isfinite(actual[at:])
    came = actual[at:][scored]
    plain = expected[at:][scored]
    known = compared(expected[:at], actual[:at])
    ratio = actual[:at][known].sum() / expected[:at][known].sum() if known.any() else 1.0
    inside = {
        level: (result.lower[level][at:][scored] <= came)
        & (came <= result.upper[level][at:][scored])
        for level in LEVELS
    }
    return _Tally(
        volume=came.sum(),
        plain=np.abs(plain - came).sum(),
        update=np.abs(result.expected[at:][scored] - came).sum(),
        rescale=np.abs(ratio * plain - came).sum(),
        intervals=came.size,
        inside80=inside[80].sum(),
        inside95=inside[95].sum(),
        days=1.0,
        updated=float(result.gain > 0),
        alarms=float(any(signal.startswith("today") for signal in result.alarm.signals)),
    )


def _scores(times: Iterable[time], tallies: FloatArray) -> dict[time, IntradayScore]:
    """Turn sums into shares, NaN where nothing came or no day was judged."""
    return {
        moment: _score(_Tally(*tally))
        for moment, tally in zip(times, tallies.tolist(), strict=True)
    }


def _score(tally: _Tally) -> IntradayScore:
    def share(part: float, whole: float) -> float:
        return part / whole if whole > 0 else np.nan

    return IntradayScore(
        plain=share(tally.plain, tally.volume),
        update=share(tally.update, tally.volume),
        rescale=share(tally.rescale, tally.volume),
        coverage80=share(tally.inside80, tally.intervals),
        coverage95=share(tally.inside95, tally.intervals),
        updated=share(tally.updated, tally.days),
        alarms=share(tally.alarms, tally.days),
    )
