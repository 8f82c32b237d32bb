"""Made-up groups whose events are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from forecasts.calendars import Calendar, learn_calendar
from forecasts.events import Effects, Event, learn_all_effects
from forecasts.gaps import WholeDays, make_whole
from forecasts.history.series import DaySeries

SLOTS = 24


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """What came, and what was to be expected with and without events, ``[D, S]`` each."""

    whole: WholeDays
    calendar: Calendar
    expected: np.ndarray
    usual: np.ndarray

    @property
    def days(self) -> np.ndarray:
        return self.whole.series.days


MakeGroup = Callable[..., Group]
Learn = Callable[..., tuple[Effects, ...]]


@pytest.fixture(scope="session")
def make_group() -> MakeGroup:
    """Return a function that makes a group open around the clock, moved on given dates.

    Daily noise is gamma with relative deviation `noise`, arrivals are Poisson; `noise` None gives
    the expected values themselves.
    """

    def make(
        moved: Mapping[str, float] | None = None,
        seed: int = 0,
        total: float = 5000.0,
        days: int = 720,
        first: str = "2023-01-02",
        noise: float | None = 0.05,
        shapes: Mapping[str, np.ndarray] | None = None,
        closed: tuple[str, ...] = (),
    ) -> Group:
        dates = np.arange(np.datetime64(first), np.datetime64(first) + days)
        share = day_share()
        weekend = (dates.astype(np.int64) + 3) % 7 >= 5
        drift = np.exp(0.1 * np.sin(np.arange(days) / 60.0))
        usual = (total * np.where(weekend, 0.6, 1.0) * drift)[:, None] * share
        expected = usual.copy()
        for day, factor in (moved or {}).items():
            expected[dates == np.datetime64(day)] *= factor
        for day, shape in (shapes or {}).items():
            expected[dates == np.datetime64(day)] *= shape
        offered = expected.copy()
        if noise is not None:
            rng = np.random.default_rng(seed)
            luck = rng.gamma(noise**-2, noise**2, (days, 1))
            offered = rng.poisson(expected * luck).astype(float)
        offered[np.isin(dates.astype(str), closed)] = np.nan
        series = DaySeries(dates, offered)
        calendar = learn_calendar(series)
        return Group(make_whole(series, calendar), calendar, expected, usual)

    return make


@pytest.fixture(scope="session")
def learn() -> Learn:
    """Return a function that learns from groups named g0, g1 and so on."""

    def of_groups(groups: list[Group], events: list[Event]) -> tuple[Effects, ...]:
        return learn_all_effects(
            [f"g{index}" for index in range(len(groups))],
            [group.whole for group in groups],
            [group.calendar for group in groups],
            events,
        )

    return of_groups


def day_share() -> np.ndarray:
    """Return the share of each hour of a usual day."""
    share = np.exp(-(((np.arange(SLOTS) - 13) / 4.0) ** 2)) + 0.05
    return share / share.sum()


@pytest.fixture(scope="session")
def evening() -> np.ndarray:
    """Return the shape of a day that runs into the evening; mean 1 over the usual day."""
    shape = 1.0 + 1.2 * np.exp(-(((np.arange(SLOTS) - 20) / 3.0) ** 2))
    return shape / (day_share() @ shape)


@pytest.fixture(scope="session")
def singles_day() -> Event:
    """Return a yearly promotion with a quiet day before and a busy one after."""
    return Event("Double 11", (date(2023, 11, 11), date(2024, 11, 11), date(2025, 11, 11)), 1, 1)
