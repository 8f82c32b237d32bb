"""Groups as they were known on a morning, and what each model would have said on it.

A *rehearsal* is an honest forecast of the past: on its morning only what had been recorded is
seen, beside closures and events, which are known in advance. Models are weighed and intervals are
measured by rehearsals, and the forecast itself is the one of the last morning. Every morning is
worked out once, so a backtest over many origins shares what they have in common.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace

import numpy as np

from forecasts.calendars import Calendar, learn_calendar
from forecasts.coherence.sums import aggregate, sum_calendar
from forecasts.countries import WorkedDays
from forecasts.events import Effects, Event, learn_all_effects
from forecasts.gaps import WholeDays, make_whole
from forecasts.history.series import DaySeries
from forecasts.models.base import Member, Model, PanelModel
from forecasts.models.baselines import MovingAverage, SeasonalNaive
from forecasts.models.boosted import Boosted, boosting_available
from forecasts.models.gaussian_level import GaussianLevel
from forecasts.models.intermittent import Intermittent
from forecasts.models.profile_level import ProfileLevel
from forecasts.weekly import DayArray, FloatArray

__all__ = ["LEAST_DAYS", "Panel", "Rehearsal", "View"]

LEAST_DAYS = 7
"""With less history nothing is forecast."""


LOOK_SECONDS = 0.2
"""How often it is looked whether the work is to end, while others do it."""

Morning = tuple[np.datetime64, int]

Still = Callable[[], object]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One group as it was known on a morning.

    Parameters
    ----------
    whole
        Recorded days, gaps filled, with what events did to them.
    calendar
        Opening hours and closures.
    effects
        What events do; None without any.
    neutral
        `whole` without its events: what models learn from.
    """

    whole: WholeDays
    calendar: Calendar
    effects: Effects | None
    neutral: DaySeries

    def factors(self, days: DayArray) -> FloatArray:
        """Return by what events multiply each interval, ``[len(days), S]``."""
        if self.effects is None:
            return np.ones((len(days), self.neutral.offered.shape[1]))
        return self.effects.factors(days)

    def deviation(self, days: DayArray) -> FloatArray:
        """Return the relative standard deviation of the factors, ``[len(days), S]``."""
        if self.effects is None:
            return np.zeros((len(days), self.neutral.offered.shape[1]))
        return self.effects.deviation(days)


@dataclass(frozen=True, slots=True, eq=False)
class Rehearsal:
    """What each model said on a morning.

    Parameters
    ----------
    days
        Consecutive days that were forecast, ``[H]``.
    expected
        By model each group's contacts, ``[H, S]``; None where the history was too short.
    """

    days: DayArray
    expected: Mapping[str, Sequence[FloatArray | None]]


@dataclass(slots=True, eq=False)
class Panel:
    """The groups of a history and sums of them.

    Parameters
    ----------
    names
        Of the groups, ``[G]``.
    series
        Everything recorded of each group.
    closures
        Of each group, past and known ones to come.
    holidays, worked, events
        Known in advance, for all groups.
    sums
        Members of each sum, as numbers of groups; sums follow the groups.
    parents
        For each group the sum that its pattern may be borrowed from, by its number among `sums`,
        or None.
    seed
        Of models that draw.
    """

    names: Sequence[str]
    series: Sequence[DaySeries]
    closures: Sequence[DayArray]
    holidays: DayArray | None = None
    worked: WorkedDays | None = None
    events: Sequence[Event] = ()
    sums: Sequence[Sequence[int]] = ()
    parents: Sequence[int | None] = ()
    seed: int = 0
    boosting: bool = field(default_factory=boosting_available)
    _views: dict[np.datetime64, list[View | None]] = field(default_factory=dict)
    _rehearsals: dict[tuple[np.datetime64, int], Rehearsal] = field(default_factory=dict)
    _seconds: dict[str, tuple[float, int]] = field(default_factory=dict)

    def name_of(self, index: int) -> str:
        """Return the name of a group, or what a sum of groups is called."""
        if index < len(self.names):
            return self.names[index]
        return f"sum of {len(self.sums[index - len(self.names)])} groups"

    def views(self, morning: np.datetime64) -> list[View | None]:
        """Return each group and sum as it was known; None with less than `LEAST_DAYS` days."""
        if morning not in self._views:
            views = self._group_views(morning)
            for parts in self.sums:
                there = [view for part in parts if (view := views[part]) is not None]
                views.append(_sum_view(there) if there else None)
            self._views[morning] = views
        return self._views[morning]

    def rehearse(self, morning: np.datetime64, horizon_days: int, still: Still = bool) -> Rehearsal:
        """Return what each model says of the days from `morning` on.

        Parameters
        ----------
        still
            Called before each group; what it raises ends the work.
        """
        key = (morning, horizon_days)
        if key not in self._rehearsals:
            days = morning + np.arange(horizon_days)
            self._rehearsals[key] = self._said(self.views(morning), days, still)
        return self._rehearsals[key]

    def rehearse_elsewhere(
        self, wanted: Sequence[Morning], executor: Executor, parallel: int, still: Still = bool
    ) -> None:
        """Have mornings worked out in an executor, so that `rehearse` knows them already.

        A morning knows nothing of the others, so that it is the same wherever it is worked out.
        What is recorded is pickled once for each.

        Parameters
        ----------
        wanted
            Mornings with their horizons in days.
        parallel
            How many are worked out at the same time.
        still
            Called several times a second while they are; what it raises ends the work.
        """
        bare = replace(self, _views={}, _rehearsals={}, _seconds={})
        waiting = [key for key in wanted if key not in self._rehearsals]
        under_way: dict[Future[Rehearsal], Morning] = {}
        try:
            while waiting or under_way:
                still()
                while waiting and len(under_way) < max(1, parallel):
                    key = waiting.pop(0)
                    under_way[executor.submit(_rehearsed, bare, *key)] = key
                for future in wait(under_way, LOOK_SECONDS, FIRST_COMPLETED).done:
                    self._rehearsals[under_way.pop(future)] = future.result()
        finally:
            for future in under_way:
                future.cancel()

    def seconds_per_fit(self) -> dict[str, float]:
        """Return how long each model took so far to fit one group and predict."""
        return {model: seconds / fits for model, (seconds, fits) in self._seconds.items()}

    def _took(self, model: str, seconds: float, fits: int) -> None:
        before = self._seconds.get(model, (0.0, 0))
        self._seconds[model] = (before[0] + seconds, before[1] + fits)

    def _group_views(self, morning: np.datetime64) -> list[View | None]:
        seen = [series.first(int((series.days < morning).sum())) for series in self.series]
        old = [index for index, series in enumerate(seen) if len(series) >= LEAST_DAYS]
        calendars = [
            learn_calendar(seen[index], self.closures[index], self.holidays, self.worked)
            for index in old
        ]
        wholes = [
            make_whole(seen[index], calendar)
            for index, calendar in zip(old, calendars, strict=True)
        ]
        effects: Sequence[Effects | None] = [None] * len(old)
        neutral = [whole.series for whole in wholes]
        if self.events and old:
            learnt = learn_all_effects(
                [self.names[index] for index in old], wholes, calendars, self.events
            )
            neutral = [
                effect.neutral(whole).series for effect, whole in zip(learnt, wholes, strict=True)
            ]
            effects = learnt
        views: list[View | None] = [None] * len(self.series)
        for index, whole, calendar, effect, usual in zip(
            old, wholes, calendars, effects, neutral, strict=True
        ):
            views[index] = View(whole, calendar, effect, usual)
        return views

    def _said(self, views: Sequence[View | None], days: DayArray, still: Still) -> Rehearsal:
        expected: dict[str, list[FloatArray | None]] = {}
        for index, view in enumerate(views):
            still()
            if view is None:
                continue
            for model in self._models_of(index, views):
                if len(view.neutral) >= model.min_days:
                    began = time.perf_counter()
                    said = model.fit(view.neutral, view.calendar).predict(days)
                    self._took(model.name, time.perf_counter() - began, 1)
                    of_model = expected.setdefault(model.name, [None] * len(views))
                    of_model[index] = said * view.factors(days)
        if self.boosting:
            boosted: PanelModel = Boosted(self.seed)
            able = [
                (index, view)
                for index, view in enumerate(views)
                if view is not None and len(view.neutral) >= boosted.min_days
            ]
            if able:
                members = [Member(view.neutral, view.calendar) for _, view in able]
                began = time.perf_counter()
                forecasts = boosted.forecast(members, days)
                self._took(boosted.name, time.perf_counter() - began, len(able))
                of_model = expected.setdefault(boosted.name, [None] * len(views))
                for (index, view), said in zip(able, forecasts, strict=True):
                    of_model[index] = said * view.factors(days)
        return Rehearsal(days, expected)

    def _models_of(self, index: int, views: Sequence[View | None]) -> Sequence[Model]:
        """Return the models that learn from one group alone, or from it and its parent."""
        parent = None
        if index < len(self.parents) and (above := self.parents[index]) is not None:
            view = views[len(self.series) + above]
            parent = None if view is None else view.neutral
        models: list[Model] = [
            ProfileLevel(),
            Intermittent(parent=parent),
            MovingAverage(),
            SeasonalNaive(),
        ]
        if not self.boosting:
            models.append(GaussianLevel())
        return models


def _rehearsed(panel: Panel, morning: np.datetime64, horizon_days: int) -> Rehearsal:
    """Return a rehearsal of a panel that was sent here."""
    return panel.rehearse(morning, horizon_days)


def _sum_view(parts: Sequence[View]) -> View:
    """Return the view of a sum; its events are already out of its parts."""
    series = aggregate([part.neutral for part in parts])
    none = np.zeros(series.offered.shape, bool)
    whole = WholeDays(series, series.recorded, 0, 0, none)
    return View(whole, sum_calendar([part.calendar for part in parts]), None, series)
