"""Profile x level: the total of the day times the weekday's share of each slot."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from forecasts.calendars import Calendar
from forecasts.history.series import DaySeries
from forecasts.models.day_level import DayLevel, DayLevelSettings, fit_day_level
from forecasts.models.profile import weekday_profiles
from forecasts.weekly import DayArray, FloatArray

__all__ = ["FittedProfileLevel", "ProfileLevel"]


@dataclass(frozen=True, slots=True, eq=False)
class FittedProfileLevel:
    """What was learnt from one group: totals of days and their spread over the slots."""

    day_level: DayLevel
    profiles: FloatArray
    calendar: Calendar

    def predict(self, days: DayArray) -> FloatArray:
        """Return expected contacts, ``[len(days), S]``."""
        expected = self.day_level.totals(days)[:, None] * self.profiles[self.calendar.weekday(days)]
        return np.where(self.calendar.is_open(days), expected, 0.0)

    def without_level(self) -> FittedProfileLevel:
        """Return what the calendar alone makes expect."""
        return replace(self, day_level=self.day_level.without_level())


@dataclass(frozen=True, slots=True)
class ProfileLevel:
    """Totals of days (`forecasts.models.day_level`) times weekday profiles (`.profile`).

    Multiplying the history by a constant multiplies the forecast by it.

    Parameters
    ----------
    level
        Settings of the totals.
    profile_half_life_days
        Age at which a day counts half in the profiles.
    after_closure_weight
        What a day after a closure counts in the profiles.
    """

    level: DayLevelSettings = field(default_factory=DayLevelSettings)
    profile_half_life_days: float = 42.0
    after_closure_weight: float = 0.25

    @property
    def name(self) -> str:
        """Return the name of the model."""
        return "profile_level"

    @property
    def min_days(self) -> int:
        """Return the days needed: every weekday twice."""
        return 14

    def fit(self, series: DaySeries, calendar: Calendar) -> FittedProfileLevel:
        """Fit totals and profiles; a few hundred microseconds for a year of half-hours."""
        profiles = weekday_profiles(
            series, calendar, self.profile_half_life_days, self.after_closure_weight
        )
        return FittedProfileLevel(fit_day_level(series, calendar, self.level), profiles, calendar)
