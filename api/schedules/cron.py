"""When recurring work is due: cron expressions in a time zone."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from optimizer.model.findings import Findings

if TYPE_CHECKING:
    from apscheduler.triggers.cron import CronTrigger

__all__ = ["Cron", "check_cron"]

_FIELDS = ("minute", "hour", "day of the month", "month", "day of the week")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NUMBERED_DAYS = re.compile(r"([0-7])(?:-([0-7]))?(?:/([1-7]))?")


class Cron:
    """The occasions that a cron expression names.

    Parameters
    ----------
    expression
        Five fields as crontab writes them.
    zone
        IANA name of the zone whose clocks it means.

    Raises
    ------
    ValueError
        If the expression is none.
    """

    def __init__(self, expression: str, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self._trigger = _trigger(expression, self.zone)
        # Every hour or every few: then the hour that comes twice in autumn is two hours.
        self._hourly = "*" in expression.split()[1]

    def after(self, moment: datetime) -> datetime | None:
        """Return the first occasion after a moment, or None if there is none for ever."""
        found = self._next(moment)
        while found is not None and found.fold and not self._hourly:
            found = self._next(found)
        return found

    def latest(self, since: datetime, until: datetime) -> datetime:
        """Return the last occasion up to a moment; takes O(occasions in between)."""
        following = self.after(since)
        while following is not None and following <= until:
            since, following = following, self.after(following)
        return since

    def _next(self, moment: datetime) -> datetime | None:
        found: datetime | None = self._trigger.get_next_fire_time(moment, moment)
        return found


def check_cron(expression: str, zone: str, now: datetime, found: Findings) -> Cron | None:
    """Return the occasions that an expression names, or report everything that is wrong with it."""
    before = len(found.issues)
    found.zone("zone", zone)
    known = zone if len(found.issues) == before else "UTC"
    fields = expression.split()
    place = found.at("cron")
    if len(fields) != len(_FIELDS):
        place.error("invalid_cron", f"There are {len(fields)} fields but must be {len(_FIELDS)}.")
        return None
    for index, field in enumerate(fields):
        alone = ["*"] * len(_FIELDS)
        alone[index] = field
        try:
            _trigger(" ".join(alone), ZoneInfo(known))
        except ValueError:
            detail = f"{field!r:.60} says no {_FIELDS[index]}."
            place.error("invalid_cron", detail)
    if fields[2] != "*" and fields[4] != "*":
        detail = "Either a day of the month or of the week can be given; whether both have to match"
        place.error("ambiguous_cron", f"{detail}, or one of them, is not the same everywhere.")
    if len(found.issues) > before:
        return None
    cron = Cron(expression, zone)
    if cron.after(now) is None:
        place.error("never", f"{expression!r:.120} never comes.")
        return None
    return cron


def _trigger(expression: str, zone: ZoneInfo) -> CronTrigger:
    from apscheduler.triggers.cron import CronTrigger

    *others, weekday = expression.split()
    # The library counts days from Monday, crontab from Sunday.
    days = ",".join(_day_names(part) for part in weekday.split(","))
    return CronTrigger.from_crontab(" ".join((*others, days)), zone)


def _day_names(part: str) -> str:
    """Return days of the week that are given as numbers by their names."""
    numbers = _NUMBERED_DAYS.fullmatch(part)
    if numbers is None:
        return part
    first = int(numbers[1])
    last = int(numbers[2]) if numbers[2] else 7 if numbers[3] else first
    return ",".join(_WEEKDAYS[first : last + 1 : int(numbers[3] or 1)]) or part
