"""Shares of the day by gradient boosting over all groups, totals of days as a Gaussian process.

What the totals need (weekday, month, drift) few days must tell, and trees learn it badly; how a
day's contacts spread over its slots thousands of intervals tell. So boosting corrects the shares
only: it starts from what profile x level expects by the calendar, learns the intervals' ratio to
it with a Poisson loss (LightGBM; Ke et al., NIPS 2017), and the corrected slots are scaled to the
totals of `forecasts.models.gaussian_level`:

    forecast(d, s) = total(d) * mu(d, s) e^c(d, s) / sum over s of mu(d, s) e^c(d, s)

The correction c depends on the slot, the weekday, the day of the month from both ends, the day
after a closure, and on the slot's ratio over ten open days that ended a week earlier. One model
serves all groups; each interval counts by the contacts expected in it over the group's dispersion,
so that a group says as much as its counts can prove.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecasts.models.base import Member
from forecasts.models.gaussian_level import fit_gaussian_totals
from forecasts.models.profile_level import FittedProfileLevel, ProfileLevel
from forecasts.weekly import BoolArray, DayArray, FloatArray, IntArray

__all__ = ["Boosted", "boosting_available"]

ROUNDS = 80
PARAMETERS = {
    "objective": "poisson",
    "learning_rate": 0.15,
    "num_leaves": 15,
    "min_data_in_leaf": 100,
    "lambda_l2": 5.0,
    "feature_fraction": 0.7,
    "max_bin": 63,
    "boost_from_average": False,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}
"""One thread: a second saves little, and waits in busy loops where it has to share its core."""

MOST_ROWS = 150_000
"""With more intervals only the latest days are learnt from, but at least eight weeks."""
LEAST_DAYS_USED = 56

RECENT_OPEN_DAYS = 10
GAP_DAYS = 7
"""The slot's recent ratio ends a week before the day, so that a week ahead it is as old as in what
was learnt from; further ahead it is the last one known."""


def boosting_available() -> bool:
    """Tell whether LightGBM can be loaded; it needs the system's OpenMP library (libgomp)."""
    try:
        import lightgbm  # noqa: F401 - loaded to see that it can be
    except (ImportError, OSError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Boosted:
    """Boosted shares of the day times totals as a Gaussian process.

    Multiplying all histories by a constant multiplies the forecasts by it.

    Parameters
    ----------
    seed
        Of the features that each tree may use.
    """

    seed: int = 0

    @property
    def name(self) -> str:
        """Return the name of the model."""
        return "boosted"

    @property
    def min_days(self) -> int:
        """Return the days needed."""
        return 56

    def forecast(self, members: Sequence[Member], days: DayArray) -> list[FloatArray]:
        """Learn from all groups and return each one's contacts, ``[len(days), S]``."""
        learners = [_Learner.of(member) for member in members]
        # Whatever the order of the groups, the rows come in the same one.
        order = sorted(range(len(members)), key=lambda index: learners[index].rank)
        corrections = self._corrections([learners[index] for index in order], days)
        forecasts: list[FloatArray] = [np.empty(0)] * len(members)
        for index, correction in zip(order, corrections, strict=True):
            learner = learners[index]
            expected = learner.by_calendar.predict(days) * np.exp(correction)
            total = expected.sum(axis=1)
            process = fit_gaussian_totals(
                learner.member.series, learner.member.calendar, learner.by_calendar.day_level
            )
            wanted = np.zeros(len(days)) if process is None else process.totals(days)
            scale = np.divide(wanted, total, out=np.zeros(len(days)), where=total > 0)
            forecasts[index] = expected * scale[:, None]
        return forecasts

    def _corrections(self, learners: Sequence[_Learner], days: DayArray) -> list[FloatArray]:
        """Return the logarithm of what each group's intervals are to be multiplied by."""
        import lightgbm

        intervals = sum(learner.known.sum() for learner in learners)
        longest = max(len(learner.known) for learner in learners)
        used = max(LEAST_DAYS_USED, int(longest * MOST_ROWS / max(intervals, 1)))
        rows = [learner.rows(used) for learner in learners]
        shape = (len(days), learners[0].known.shape[1])
        if not any(part.ratio.any() for part in rows):
            return [np.zeros(shape)] * len(learners)
        weight = np.concatenate([part.weight for part in rows])
        data = lightgbm.Dataset(
            np.vstack([part.features for part in rows]),
            label=np.concatenate([part.ratio for part in rows]),
            # On average 1, so that what a leaf must hold does not depend on the volume.
            weight=weight / weight.mean(),
            init_score=np.concatenate([part.start for part in rows]),
            params=PARAMETERS,
            free_raw_data=True,
        )
        booster = lightgbm.train({**PARAMETERS, "seed": self.seed}, data, ROUNDS)
        asked = np.vstack([learner.features(days) for learner in learners])
        raw: Any = booster.predict(asked, raw_score=True, num_threads=1)
        return list(np.asarray(raw, np.float64).reshape(len(learners), *shape))


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Intervals to learn from; `ratio` is to a group's mean interval, `start` its logarithm."""

    features: FloatArray
    ratio: FloatArray
    start: FloatArray
    weight: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Learner:
    """One group: what came, what the calendar alone makes expect, and where both are known."""

    member: Member
    by_calendar: FittedProfileLevel
    mu: FloatArray
    known: BoolArray

    @classmethod
    def of(cls, member: Member) -> _Learner:
        fitted = ProfileLevel().fit(member.series, member.calendar).without_level()
        mu = fitted.predict(member.series.days)
        return cls(member, fitted, mu, member.series.recorded & (mu > 0))

    @property
    def rank(self) -> bytes:
        """Return what tells groups apart whatever their order: all that is learnt from.

        Big-endian bytes sort like the counts they stand for, whatever these are multiplied by.
        """
        return np.where(self.known, self.member.series.offered, -1.0).astype(">f8").tobytes()

    def rows(self, used: int) -> _Rows:
        """Return the intervals of the last `used` days."""
        recent = self.known[-used:]
        mu, came = self.mu[-used:][recent], self.member.series.offered[-used:][recent]
        features = self.features(self.member.series.days[-used:])[recent.ravel()]
        if not len(mu):
            return _Rows(features, came, mu, mu)
        mean = float(mu.mean())
        # A ratio of sums: one contact where hardly any is expected proves nothing.
        dispersion = max(float(((came - mu) ** 2).mean()) / mean, 1e-9 * mean)
        weight = np.full(len(mu), mean / dispersion)
        return _Rows(features, came / mean, np.log(mu / mean), weight)

    def features(self, days: DayArray) -> FloatArray:
        """Return one row per day and slot, ``[len(days) * S, 6]``."""
        slots = self.known.shape[1]
        months = days.astype("datetime64[M]")
        since = (days - months.astype("datetime64[D]")).astype(np.int64)
        left = ((months + 1).astype("datetime64[D]") - days).astype(np.int64)
        of_day = np.column_stack(
            [
                self.member.calendar.weekday(days),
                since,
                left,
                self.member.calendar.after_closure(days),
            ]
        )
        return np.column_stack(
            [
                np.tile(np.arange(slots), len(days)),
                np.repeat(of_day, slots, axis=0),
                self._recent_ratio(days).ravel(),
            ]
        ).astype(np.float64)

    def _recent_ratio(self, days: DayArray) -> FloatArray:
        """Return the logarithm of what came over what was expected, shrunk to 0, by slot."""
        came = np.where(self.known, self.member.series.offered, 0.0)
        mu = np.where(self.known, self.mu, 0.0)
        whole = np.flatnonzero(self.known.any(axis=1))
        sums = [
            np.vstack([np.zeros((1, came.shape[1])), part[whole].cumsum(axis=0)])
            for part in (came, mu)
        ]
        known_before: IntArray = np.searchsorted(
            self.member.series.days[whole], days - GAP_DAYS, side="right"
        )
        begin = np.maximum(known_before - RECENT_OPEN_DAYS, 0)
        came, mu = (part[known_before] - part[begin] for part in sums)
        # A slot's usual contacts of a day are added to both: little data, little ratio.
        usual = sums[1][-1] / max(len(whole), 1) + 1e-12
        return np.asarray(np.log((came + usual) / (mu + usual)))
