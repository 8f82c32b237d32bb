"""What a method is, and how it did over its windows: errors, coverage, width and seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np

from benchmarks.forecasting.windows import GroupWindow, Window
from forecasts.metrics import coverage, day_wape, mase, wape, weekly_naive_error
from forecasts.weekly import FloatArray

__all__ = [
    "LEVELS",
    "Bounds",
    "Figures",
    "Method",
    "Prediction",
    "Run",
    "group_by_group",
    "run",
    "score",
    "score_sum",
]

LEVELS = (80, 95)
"""Percentages that intervals promise to cover."""

Bounds = Mapping[int, tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What a method said about a window.

    Parameters
    ----------
    expected
        Contacts, ``[G, H, S]``; closed intervals are ignored.
    bounds
        Lower and upper ends per level in percent, same shape; empty if there are no intervals.
    """

    expected: FloatArray
    bounds: Bounds


class Method(Protocol):
    """A way to forecast a window."""

    @property
    def name(self) -> str:
        """Return what it is called in tables."""

    @property
    def described(self) -> str:
        """Return its configuration in words."""

    @property
    def requires(self) -> tuple[str, ...]:
        """Return the distributions that must be installed."""

    def predict(self, window: Window) -> Prediction:
        """Fit, predict and measure intervals."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What a method said about its windows, and the seconds that each took."""

    windows: tuple[Window, ...]
    predictions: tuple[Prediction, ...]
    seconds: tuple[float, ...]

    def last(self, count: int) -> Run:
        """Return the last `count` windows."""
        return Run(self.windows[-count:], self.predictions[-count:], self.seconds[-count:])


@dataclass(frozen=True, slots=True)
class Figures:
    """How a method did; None where a figure is not defined.

    Parameters
    ----------
    wape, day_wape
        Of intervals and of totals of days, as fractions.
    bias
        Sum of errors / sum of actuals; above 0 if too much was forecast.
    mase
        Mean over groups and windows; 1 is the error of last week's values in the history.
    coverage80, coverage95
        Share of actuals within the intervals.
    score80, score95
        Interval score (Gneiting & Raftery, JASA 2007) as a share of the actuals: the width, plus
        2 / (1 - level) times what an actual lies outside. The less, the better.
    seconds_per_fit
        Median over windows of fit, prediction and intervals of one group.
    windows
        How many were scored.
    """

    wape: float | None
    day_wape: float | None
    bias: float | None
    mase: float | None
    coverage80: float | None
    coverage95: float | None
    score80: float | None
    score95: float | None
    seconds_per_fit: float
    windows: int

    def as_dict(self) -> dict[str, float | None]:
        """Return the figures by name."""
        return asdict(self)


def group_by_group(
    window: Window, predict: Callable[[GroupWindow], tuple[FloatArray, Bounds]]
) -> Prediction:
    """Let a method that knows one series at a time forecast a window."""
    expected, bounds = zip(*(predict(group) for group in window.groups), strict=True)
    # A method that cannot say how sure it is of one group is not judged on the others.
    ends = {
        level: (
            np.stack([one[level][0] for one in bounds]),
            np.stack([one[level][1] for one in bounds]),
        )
        for level in LEVELS
        if all(level in one for one in bounds)
    }
    return Prediction(np.stack(expected), ends)


def run(
    method: Method, windows: Sequence[Window], tick: Callable[[], object] = lambda: None
) -> Run:
    """Ask a method about every window in order and take the time; call `tick` after each."""
    predictions, seconds = [], []
    for window in windows:
        began = time.perf_counter()
        predictions.append(method.predict(window))
        seconds.append(time.perf_counter() - began)
        tick()
    return Run(tuple(windows), tuple(predictions), tuple(seconds))


def score(done: Run, group: int | None = None) -> Figures:
    """Pool the windows of one group, or of all of them.

    Sums run over all intervals; errors that are scaled are averaged over groups and windows.
    """
    chosen = range(len(done.windows[0].groups)) if group is None else (group,)
    parts = [
        (window.groups[g], prediction, g)
        for window, prediction in zip(done.windows, done.predictions, strict=True)
        for g in chosen
    ]
    actual = np.concatenate([part.actual for part, _, _ in parts])
    expected = np.concatenate([prediction.expected[g] for _, prediction, g in parts])
    bounds = {
        level: (
            np.concatenate([prediction.bounds[level][0][g] for _, prediction, g in parts]),
            np.concatenate([prediction.bounds[level][1][g] for _, prediction, g in parts]),
        )
        for level in LEVELS
        if all(level in prediction.bounds for prediction in done.predictions)
    }
    scaled = [
        mase(part.actual, prediction.expected[g], weekly_naive_error(part.seen.offered))
        for part, prediction, g in parts
    ]
    seconds = float(np.median(done.seconds)) / len(done.windows[0].groups)
    return _figures(actual, expected, bounds, scaled, seconds, len(done.windows))


def score_sum(done: Run) -> Figures:
    """Pool the windows of the sum over groups; intervals of a sum are nobody's to give.

    An interval is scored where every group is.
    """
    actual, expected, scaled = [], [], []
    for window, prediction in zip(done.windows, done.predictions, strict=True):
        # Groups may begin on different days; the history has the same days for all.
        seen = window.history.offered.sum(axis=0).reshape(-1, window.history.slots_per_day)
        actual.append(np.sum([group.actual for group in window.groups], axis=0))
        expected.append(prediction.expected.sum(axis=0))
        scaled.append(mase(actual[-1], expected[-1], weekly_naive_error(seen)))
    seconds = float(np.median(done.seconds))
    return _figures(
        np.concatenate(actual), np.concatenate(expected), {}, scaled, seconds, len(done.windows)
    )


def _figures(
    actual: FloatArray,
    expected: FloatArray,
    bounds: Bounds,
    scaled: Sequence[float],
    seconds: float,
    windows: int,
) -> Figures:
    scored = np.isfinite(actual)
    total = float(actual[scored].sum())
    covered: dict[int, float | None] = dict.fromkeys(LEVELS)
    interval: dict[int, float | None] = dict.fromkeys(LEVELS)
    for level, (lower, upper) in bounds.items():
        covered[level] = _finite(coverage(actual, lower, upper))
        outside = np.maximum(lower - actual, 0.0) + np.maximum(actual - upper, 0.0)
        penalised = upper - lower + 2 / (1 - level / 100) * outside
        interval[level] = float(penalised[scored].sum()) / total if total > 0 else None
    known = [value for value in scaled if np.isfinite(value)]
    return Figures(
        wape=_finite(wape(actual, expected)),
        day_wape=_finite(day_wape(actual, expected)),
        bias=float((expected - actual)[scored].sum()) / total if total > 0 else None,
        mase=float(np.mean(known)) if known else None,
        coverage80=covered[80],
        coverage95=covered[95],
        score80=interval[80],
        score95=interval[95],
        seconds_per_fit=seconds,
        windows=windows,
    )


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
