"""Adjustments that make contacts more or fewer where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from forecasts.adjustments.base import (
    MOST_FACTOR,
    Adjustment,
    Change,
    by_day,
    listed,
    seconds,
    shares,
    within,
)
from forecasts.errors import Issue, Severity, pointer
from forecasts.result.forecast import Forecast

__all__ = ["Add", "Multiply", "RemoveCause"]

MOST_CONTACTS = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiply(Adjustment):
    """Multiply contacts by a factor.

    Parameters
    ----------
    factor
        0 to 100; 1.1 for a tenth more.
    """

    kind: ClassVar[str] = "multiply"

    factor: float

    def own_problems(self) -> Iterator[Issue]:
        """Yield a factor out of range."""
        yield from within(self.factor, 0.0, MOST_FACTOR, "factor")

    def change(self, forecast: Forecast) -> Change:
        """Return the factor where the adjustment concerns."""
        return Change(factor=np.where(self.concerned(forecast), self.factor, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Add(Adjustment):
    """Add contacts to each group concerned, or take some away.

    Closed intervals get nothing, and no interval falls below zero.

    Parameters
    ----------
    contacts
        Contacts to add, per interval or per day; below zero to take away.
    per
        ``day`` spreads them over the open intervals concerned as the forecast is spread there,
        evenly where it is zero; ``interval`` adds as many to each.
    aht_s
        Handling seconds of what is added; None for those of the interval.
    """

    kind: ClassVar[str] = "add"

    contacts: float
    per: Literal["day", "interval"] = "day"
    aht_s: float | None = None

    def own_problems(self) -> Iterator[Issue]:
        """Yield figures out of range."""
        yield from within(self.contacts, -MOST_CONTACTS, MOST_CONTACTS, "contacts")
        if self.per not in ("day", "interval"):
            detail = f"{self.per!r} is neither 'day' nor 'interval'."
            yield Issue("unknown_value", pointer("per"), detail)
        if self.aht_s is not None and not 0 < self.aht_s <= 86_400:
            detail = f"{self.aht_s} is not above 0 and at most 86,400 seconds."
            yield Issue("out_of_range", pointer("aht_s"), detail)

    def own_misfits(self, forecast: Forecast) -> Iterator[Issue]:
        """Yield groups that are closed on days to which contacts are added."""
        days = self.days_concerned(forecast)
        is_open = np.asarray(by_day(forecast, self.concerned(forecast)).any(axis=2))
        for group, name in enumerate(forecast.groups):
            if self.contacts <= 0 or (self.groups and name not in self.groups):
                continue
            closed = days & ~is_open[group]
            if closed.any():
                nowhere = bool((closed == days).all())
                yield Issue(
                    "closed",
                    pointer("groups"),
                    f"Group {name!r} is closed at the times concerned on "
                    f"{listed(forecast.days[closed])}; nothing is added there.",
                    Severity.ERROR if nowhere else Severity.WARNING,
                )

    def change(self, forecast: Forecast) -> Change:
        """Return the contacts to add, or the factor that takes them away."""
        concerned = self.concerned(forecast)
        wanted = np.where(concerned, self.contacts, 0.0)
        if self.per == "day":
            spread = shares(by_day(forecast, forecast.offered), by_day(forecast, concerned))
            wanted = self.contacts * spread.reshape(wanted.shape)
        if self.contacts < 0:
            left = np.ones_like(wanted)
            there = forecast.offered > 0
            np.divide(
                np.maximum(forecast.offered + wanted, 0.0), forecast.offered, out=left, where=there
            )
            return Change(factor=left)
        handling = seconds(forecast) if self.aht_s is None else self.aht_s
        return Change(added=wanted, added_work=wanted * handling)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveCause(Adjustment):
    """Fix a root cause: the contacts it drives recur less.

    What is left is ``1 - driver_share (1 - recurrence_multiplier)``.

    Parameters
    ----------
    driver_share
        Share of the contacts that carry this driver, 0 to 1.
    recurrence_multiplier
        What is left of those, 0 to 1: 0.4 if a fix avoids 60 % of them.
    driver
        Name of the driver.
    """

    kind: ClassVar[str] = "remove_cause"

    driver_share: float
    recurrence_multiplier: float
    driver: str = ""

    def own_problems(self) -> Iterator[Issue]:
        """Yield shares out of range."""
        yield from within(self.driver_share, 0.0, 1.0, "driver_share")
        yield from within(self.recurrence_multiplier, 0.0, 1.0, "recurrence_multiplier")

    def change(self, forecast: Forecast) -> Change:
        """Return what is left where the adjustment concerns."""
        left = 1.0 - self.driver_share * (1.0 - self.recurrence_multiplier)
        return Change(factor=np.where(self.concerned(forecast), left, 1.0))
