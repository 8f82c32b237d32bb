"""Adjustments that move contacts: to another time, to another group, to another tier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from forecasts.adjustments.base import (
    AHT_FACTORS,
    Adjustment,
    Change,
    by_day,
    listed,
    seconds,
    shares,
    unknown_group,
    within,
)
from forecasts.errors import Issue, Severity, pointer
from forecasts.result.forecast import Forecast
from forecasts.weekly import MINUTES_PER_DAY, BoolArray, FloatArray

__all__ = ["HandOver", "Shift"]

FURTHEST_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift(Adjustment):
    """Move a share of the contacts to later or earlier times, or to another group.

    Contacts keep their handling time, and none is lost: what lands on closed intervals is
    spread over the open ones of that day as the forecast is, and a move to a day that is closed
    or outside the horizon is refused.

    Parameters
    ----------
    share
        Share of the contacts that move, 0 to 1.
    by_days, by_minutes
        How much later they come (below zero: earlier), in whole intervals.
    to_group
        The group they move to; None if they stay in theirs.
    """

    kind: ClassVar[str] = "shift"

    share: float
    by_days: int = 0
    by_minutes: int = 0
    to_group: str | None = None

    def own_problems(self) -> Iterator[Issue]:
        """Yield a share out of range and moves that move nothing."""
        yield from within(self.share, 0.0, 1.0, "share")
        yield from within(self.by_days, -FURTHEST_DAYS, FURTHEST_DAYS, "by_days")
        most = FURTHEST_DAYS * MINUTES_PER_DAY
        yield from within(self.by_minutes, -most, most, "by_minutes")
        stays = self.to_group is None or self.groups == (self.to_group,)
        if stays and self.by_days * MINUTES_PER_DAY + self.by_minutes == 0:
            detail = "It says neither another time nor another group."
            yield Issue("nothing_moves", pointer("by_days"), detail)

    def own_misfits(self, forecast: Forecast) -> Iterator[Issue]:
        """Yield moves off the grid, out of the horizon, to closed days and unknown groups."""
        if self.to_group is not None and self.to_group not in forecast.groups:
            yield unknown_group(self.to_group, pointer("to_group"))
            return
        if self.by_minutes % forecast.interval_minutes:
            detail = f"{self.by_minutes} is not in steps of {forecast.interval_minutes} minutes."
            yield Issue("off_grid", pointer("by_minutes"), detail)
            return
        leaving = self.concerned(forecast)
        landing = self._landed(forecast, leaving.astype(np.float64))
        lost = int(leaving.sum() - landing.sum())
        if lost and self.share:
            yield Issue(
                "outside_horizon",
                pointer("by_days" if self.by_days else "by_minutes"),
                f"{lost} of {leaving.sum()} intervals would move out of the horizon, "
                f"{forecast.days[0]} to {forecast.days[-1]}.",
            )
        shut = by_day(forecast, landing).any(axis=2) & ~forecast.open_days()
        for group in np.flatnonzero(shut.any(axis=1)).tolist():
            detail = f"{forecast.groups[group]!r} is closed on {listed(forecast.days[shut[group]])}"
            yield Issue("closed_target", pointer("by_days"), f"{detail}; nothing can move there.")

    def change(self, forecast: Forecast) -> Change:
        """Return the share that stays and, where it lands, what has moved."""
        concerned = self.concerned(forecast)
        moved = np.where(concerned, self.share * forecast.offered, 0.0)
        return Change(
            factor=np.where(concerned, 1.0 - self.share, 1.0),
            added=self._placed(forecast, moved),
            added_work=self._placed(forecast, moved * seconds(forecast)),
        )

    def _landed(self, forecast: Forecast, moved: FloatArray) -> FloatArray:
        """Return what moves at its new time and group, ``[G, N]``, be that open or not."""
        steps = self.by_days * forecast.slots_per_day + self.by_minutes // forecast.interval_minutes
        landed = np.zeros_like(moved)
        count = moved.shape[1]
        kept = slice(max(0, -steps), max(0, count - max(0, steps)))
        landed[:, max(0, steps) : max(0, count + min(0, steps))] = moved[:, kept]
        if self.to_group is not None:
            together = landed.sum(axis=0)
            landed[:] = 0.0
            landed[forecast.groups.index(self.to_group)] = together
        return landed

    def _placed(self, forecast: Forecast, moved: FloatArray) -> FloatArray:
        """Return what moves where it lands, nothing of it in closed intervals."""
        is_open = by_day(forecast, forecast.open)
        landed = by_day(forecast, self._landed(forecast, moved))
        astray = np.where(is_open, 0.0, landed).sum(axis=2, keepdims=True)
        spread = astray * shares(by_day(forecast, forecast.offered), is_open)
        return np.asarray((np.where(is_open, landed, 0.0) + spread).reshape(moved.shape))


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(Adjustment):
    """Hand work of experts to the front line: contacts change group where both are open.

    Parameters
    ----------
    groups
        The groups that hand over; at least one.
    to_group
        The group that takes over.
    share
        Share of the contacts that are handed over, 0 to 1.
    aht_factor
        Handling time of those contacts there over that of the experts, 0.05 to 20.
    """

    kind: ClassVar[str] = "hand_over"

    to_group: str
    share: float
    aht_factor: float = 1.0

    def own_problems(self) -> Iterator[Issue]:
        """Yield figures out of range and groups that hand over to themselves."""
        yield from within(self.share, 0.0, 1.0, "share")
        yield from within(self.aht_factor, *AHT_FACTORS, "aht_factor")
        if not self.groups:
            detail = "It must be said which groups hand over."
            yield Issue("missing_field", pointer("groups"), detail)
        if self.to_group in self.groups:
            detail = f"{self.to_group!r} cannot hand over to itself."
            yield Issue("contradiction", pointer("to_group"), detail)

    def own_misfits(self, forecast: Forecast) -> Iterator[Issue]:
        """Yield an unknown group, one that is never open with the others, missing times."""
        if self.to_group not in forecast.groups:
            yield unknown_group(self.to_group, pointer("to_group"))
            return
        concerned = self.concerned(forecast)
        if concerned.any() and not (concerned & self._taker_open(forecast)).any():
            detail = f"{self.to_group!r} is closed at all times concerned."
            yield Issue("closed_target", pointer("to_group"), detail)
        if forecast.aht_s is None and self.aht_factor != 1.0:
            yield Issue(
                "no_handling_times",
                pointer("aht_factor"),
                "The forecast has no handling times; the factor changes nothing.",
                Severity.WARNING,
            )

    def change(self, forecast: Forecast) -> Change:
        """Return the share that stays and what the other group takes over."""
        handed = self.concerned(forecast) & self._taker_open(forecast)
        moved = np.where(handed, self.share * forecast.offered, 0.0)
        taker = forecast.groups.index(self.to_group)
        added, added_work = np.zeros_like(moved), np.zeros_like(moved)
        added[taker] = moved.sum(axis=0)
        added_work[taker] = (moved * seconds(forecast)).sum(axis=0) * self.aht_factor
        factor = np.where(handed, 1.0 - self.share, 1.0)
        return Change(factor=factor, added=added, added_work=added_work)

    def _taker_open(self, forecast: Forecast) -> BoolArray:
        return np.asarray(forecast.open[forecast.groups.index(self.to_group)])
