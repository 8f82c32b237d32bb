"""Each group's forecast from one morning: models weighed and errors measured by rehearsals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from forecasts.choice import Choice
from forecasts.ensemble import Rehearsed, choose, mix
from forecasts.intervals import Spread, assumed_spread, measure_spread
from forecasts.panel import LEAST_DAYS, Panel, Rehearsal, View
from forecasts.weekly import DayArray, FloatArray

__all__ = ["Beside", "Outlook", "look_ahead", "past_mornings"]

SHORTEST_WINDOW, LONGEST_WINDOW = 7, 28
"""Days that a rehearsal looks ahead: every weekday is judged, the far future not waited for."""

MOST_REHEARSALS = 12


@dataclass(frozen=True, slots=True)
class Beside:
    """Where parts of a forecast are worked out beside each other.

    Parameters
    ----------
    executor
        Takes tasks that can be pickled.
    parallel
        How many it works on at the same time.
    """

    executor: Executor
    parallel: int


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """The forecast of one group, or of a sum of groups.

    Parameters
    ----------
    view
        What was known.
    expected
        Contacts, ``[H, S]``; zero where closed.
    extra
        Relative standard deviation that events add, ``[H, S]``.
    spread
        How sure it is.
    choice
        Weights of the models, and why.
    said
        What each model says on its own, ``[H, S]``.
    rehearsed
        What they said on past mornings, beside what came.
    """

    view: View
    expected: FloatArray
    extra: FloatArray
    spread: Spread
    choice: Choice
    said: Mapping[str, FloatArray]
    rehearsed: Rehearsed

    def bounds(self, level: int) -> tuple[FloatArray, FloatArray]:
        """Return the ends of the interval of a level in percent, ``[H, S]`` each."""
        return self.spread.bounds(self.expected, level, self.extra)

    def deviation(self) -> FloatArray:
        """Return the standard deviation of the error of each interval, ``[H, S]``."""
        return self.spread.deviation(self.expected, self.extra)

    def day_errors(self) -> FloatArray:
        """Return rehearsed errors of totals of days, came less expected, ``[O * W]``.

        NaN where not scored; empty for a group that inherits, whose models say nothing of it.
        """
        if not self.choice.weights.keys() & self.rehearsed.expected.keys():
            return np.empty(0)
        before = mix(self.rehearsed.expected, self.choice.weights)
        scored = np.isfinite(self.rehearsed.actual) & np.isfinite(before)
        errors = np.where(scored, self.rehearsed.actual - before, 0.0).sum(axis=2)
        return np.where(scored.any(axis=2), errors, np.nan).ravel()

    def by(self, model: str) -> Outlook:
        """Return the forecast of one model alone, with its own errors."""
        return replace(
            self,
            expected=self.said[model],
            spread=_spread(self.rehearsed, {model: 1.0}),
            choice=Choice(self.choice.group, {model: 1.0}),
        )


def look_ahead(
    panel: Panel,
    morning: np.datetime64,
    horizon_days: int,
    watch: Callable[[str], object] = str,
    beside: Beside | None = None,
) -> list[Outlook | None]:
    """Return the forecast of every group and sum from `morning` on.

    None for groups with less than a week of history.

    Parameters
    ----------
    watch
        Told of every morning that is worked out, again and again while it is.
    beside
        Where mornings are worked out beside each other.
    """
    watch("models")
    views = panel.views(morning)
    window = min(max(horizon_days, SHORTEST_WINDOW), LONGEST_WINDOW)
    longest = max((len(view.neutral) for view in views if view is not None), default=0)
    mornings = past_mornings(morning, longest)
    if beside is not None:
        wanted = [(morning, horizon_days), *((day, window) for day in mornings)]
        still = partial(watch, f"{len(wanted)} rehearsals")
        panel.rehearse_elsewhere(wanted, beside.executor, beside.parallel, still)
    said = panel.rehearse(morning, horizon_days, partial(watch, "models"))
    past = [
        panel.rehearse(day, window, partial(watch, f"rehearsal {number + 1} of {len(mornings)}"))
        for number, day in enumerate(mornings)
    ]
    return [
        None if view is None else _outlook(panel.name_of(index), index, view, said, past)
        for index, view in enumerate(views)
    ]


def past_mornings(morning: np.datetime64, days: int) -> DayArray:
    """Return the mornings to rehearse, the latest first.

    Up to twelve, a week apart if `days` of history are long enough and closer if not; each leaves
    a week of history before it and a week after it.
    """
    last = days - SHORTEST_WINDOW
    step = min(7, max(1, (last - LEAST_DAYS) // (MOST_REHEARSALS - 1)))
    known = np.arange(last, max(LEAST_DAYS, last - step * (MOST_REHEARSALS - 1)) - 1, -step)
    return morning - (days - known)


def _outlook(
    name: str, index: int, view: View, said: Rehearsal, past: Sequence[Rehearsal]
) -> Outlook:
    now = {
        model: expected
        for model, of_all in said.expected.items()
        if (expected := of_all[index]) is not None
    }
    rehearsed = _gather(index, view, tuple(now), past)
    counts = view.neutral.offered[view.neutral.recorded]
    empty = float((counts == 0).mean()) if counts.size else 1.0
    choice = choose(name, rehearsed, tuple(now), empty)
    return Outlook(
        view=view,
        expected=mix(now, choice.weights),
        extra=view.deviation(said.days),
        spread=_spread(rehearsed, choice.weights),
        choice=choice,
        said=now,
        rehearsed=rehearsed,
    )


def _spread(rehearsed: Rehearsed, weights: Mapping[str, float]) -> Spread:
    """Return the errors of the models so weighted, or assumed ones where none can be measured."""
    if not len(rehearsed.actual):
        return assumed_spread()
    return measure_spread(mix(rehearsed.expected, weights), rehearsed.actual) or assumed_spread()


def _gather(index: int, view: View, models: Sequence[str], past: Sequence[Rehearsal]) -> Rehearsed:
    """Return what came and what the models said, by origin, ``[O, H, S]``.

    Days that events move are not scored: how well an event was known then is not how well the
    usual is known.
    """
    series = view.whole.series
    came = np.where(view.whole.actual, series.offered, np.nan)
    came[(view.factors(series.days) != 1.0).any(axis=1)] = np.nan
    slots = came.shape[1]
    window = len(past[0].days) if past else 0
    actual = np.full((len(past), window, slots), np.nan)
    expected = {model: np.full(actual.shape, np.nan) for model in models}
    for origin, rehearsal in enumerate(past):
        first = int((rehearsal.days[0] - series.days[0]).astype(np.int64))
        if first < LEAST_DAYS:
            continue
        there = came[first : first + window]
        actual[origin, : len(there)] = there
        for model in models:
            of_model = rehearsal.expected.get(model, ())
            said = of_model[index] if of_model else None
            if said is not None:
                expected[model][origin] = said
    return Rehearsed(actual, expected)
