"""Adjustments of how contacts are served: by a bot, or in more or less time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from forecasts.adjustments.base import AHT_FACTORS, Adjustment, Change, within
from forecasts.errors import Issue, Severity, pointer
from forecasts.result.forecast import Forecast
from forecasts.weekly import FloatArray

__all__ = ["Deflect", "HandlingTime"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deflect(Adjustment):
    """A bot answers first and solves a part; the rest falls back to people.

    Of the contacts, `coverage` meet the bot and ``coverage success`` are solved by it. Where the
    cap or a floor allows less, the bot is offered to fewer contacts. With d the deflected share
    and c = d / success the share that meets the bot, people get ``1 - d``, and their handling
    time is that of ``1 - c`` ordinary contacts and ``c - d`` fallen-back ones together.

    Parameters
    ----------
    coverage
        Share of contacts that meet the bot, 0 to 1.
    success
        Share of those that it solves, 0 to 1.
    cap
        Highest deflected share, 0 to 1; None for no cap.
    human_share
        Share of contacts that people must get, 0 to 1.
    human_contacts
        Contacts that people must get in every interval that has as many, 0 or more.
    fallback_aht_multiplier
        Handling time of a fallen-back contact over an ordinary one's, 0.05 to 20: people begin
        again with somebody who has tried already.
    """

    kind: ClassVar[str] = "deflect"

    coverage: float
    success: float
    cap: float | None = None
    human_share: float = 0.0
    human_contacts: float = 0.0
    fallback_aht_multiplier: float = 1.0

    def own_problems(self) -> Iterator[Issue]:
        """Yield figures out of range and a cap that the floor forbids."""
        yield from within(self.coverage, 0.0, 1.0, "coverage")
        yield from within(self.success, 0.0, 1.0, "success")
        yield from within(self.human_share, 0.0, 1.0, "human_share")
        yield from within(self.human_contacts, 0.0, 1e9, "human_contacts")
        yield from within(self.fallback_aht_multiplier, *AHT_FACTORS, "fallback_aht_multiplier")
        if self.cap is not None:
            yield from within(self.cap, 0.0, 1.0, "cap")
            # 0.3 and 0.7 add up, whatever their binary fractions do.
            if self.cap > 1.0 - self.human_share + 1e-9:
                detail = (
                    f"A cap of {self.cap} and a human share of {self.human_share} contradict "
                    "each other: together they are more than 1."
                )
                yield Issue("contradiction", pointer("cap"), detail)

    def own_misfits(self, forecast: Forecast) -> Iterator[Issue]:
        """Yield a multiplier that has no handling time to multiply."""
        if forecast.aht_s is None and self.fallback_aht_multiplier != 1.0:
            yield _no_handling_times("fallback_aht_multiplier", Severity.WARNING)

    def deflected(self, offered: FloatArray) -> FloatArray:
        """Return the share of `offered` contacts per interval that the bot takes, same shape."""
        limits = [self.coverage * self.success, 1.0 - self.human_share]
        if self.cap is not None:
            limits.append(self.cap)
        above_floor = np.zeros_like(offered)
        spare = offered - self.human_contacts
        np.divide(spare, offered, out=above_floor, where=spare > 0)
        return np.clip(above_floor, 0.0, min(limits))

    def change(self, forecast: Forecast) -> Change:
        """Return the share that people get, and how much longer it takes them."""
        concerned = self.concerned(forecast)
        deflected = np.where(concerned, self.deflected(forecast.offered), 0.0)
        # A bot that solves nothing meets all it covers: no cap or floor is in its way.
        if self.success > 0:
            covered = deflected / self.success
        else:
            covered = np.where(concerned, self.coverage, 0.0)
        fallen_back, left = covered - deflected, 1.0 - deflected
        longer = np.zeros_like(left)
        np.divide(fallen_back, left, out=longer, where=left > 0)
        return Change(factor=left, pace=1.0 + longer * (self.fallback_aht_multiplier - 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlingTime(Adjustment):
    """Multiply handling times, at once or over a ramp.

    Parameters
    ----------
    factor
        0.05 to 20; 0.7 for a third less work with a better tool.
    ramp_days
        Days until the factor is reached, from `first_day` (or the begin of the horizon) in
        equal steps: with 4, the first day has a fifth of the change and the fifth day all of it.
    """

    kind: ClassVar[str] = "aht"

    factor: float
    ramp_days: int = 0

    def own_problems(self) -> Iterator[Issue]:
        """Yield figures out of range."""
        yield from within(self.factor, *AHT_FACTORS, "factor")
        yield from within(self.ramp_days, 0, 3660, "ramp_days")

    def own_misfits(self, forecast: Forecast) -> Iterator[Issue]:
        """Yield a forecast without handling times."""
        if forecast.aht_s is None:
            yield _no_handling_times("factor", Severity.ERROR)

    def change(self, forecast: Forecast) -> Change:
        """Return the factor that each day has reached."""
        begin = forecast.days[0] if self.first_day is None else np.datetime64(self.first_day)
        age = (forecast.days - begin).astype(np.int64)
        reached = np.clip((age + 1) / (self.ramp_days + 1), 0.0, 1.0)
        pace = 1.0 + (self.factor - 1.0) * np.repeat(reached, forecast.slots_per_day)
        return Change(pace=np.where(self.concerned(forecast), pace, 1.0))


def _no_handling_times(field: str, severity: Severity) -> Issue:
    detail = "The forecast has no handling times to change."
    return Issue("no_handling_times", pointer(field), detail, severity)
