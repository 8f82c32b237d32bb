"""Rotation: a pattern of days on, off, or with shifts of one template. The unit is a day.

On days off and on days that an absence touches, a rotation asks for no shift: who is on leave
does not break it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from optimizer.model import RuleName
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.bounds import priced
from optimizer.roster.rules.forms import Form, Prices
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.view import View

__all__ = ["check", "forms"]

_NONE, _ANY = -1, -2
"""In place of the only template that may be worked on a day."""


def forms(view: View) -> Iterator[Form]:
    """Yield the price of working, and of not working, otherwise than the rotation says."""
    rotation = view.agent.rotation
    if rotation is None:
        return
    patterns, ids = view.whole.patterns, view.whole.template_ids
    wanted = np.full(len(view.whole.calendar.days), _ANY)
    asked = np.zeros(len(wanted), dtype=np.int64)
    excused = _excused(view)
    for day in view.days:
        entry = rotation.entry(view.whole.calendar.days[day])
        if entry == "off":
            wanted[day] = _NONE
        elif entry != "any":
            wanted[day] = _ANY if entry == "on" else ids[entry]
            asked[day] = day not in excused
    ours = wanted[patterns.day]
    wrong = ((ours != _ANY) & (ours != patterns.template)).astype(np.int64)
    price = view.price(RuleName.ROTATION)
    yield Prices(RuleName.ROTATION, priced(wrong, price), priced(asked, price))


def _excused(view: View) -> set[int]:
    """Return the days on which the agent need not work."""
    calendar, agent = view.whole.calendar, view.agent
    zone = ZoneInfo(calendar.clocks[view.clock].zone)
    excused = {day for day in view.days if calendar.days[day] in agent.days_off}
    for absence in agent.absences:
        if absence.start < absence.end:
            first = absence.start.astimezone(zone).date()
            # An absence up to midnight does not touch the day that begins then.
            last = (absence.end.astimezone(UTC) - timedelta.resolution).astimezone(zone).date()
            excused |= {day for day in view.days if first <= calendar.days[day] <= last}
    return excused


def check(worker: Worker) -> Iterator[Match]:
    """Yield the days on which the agent works, or is free, against the rotation."""
    agent = worker.agent
    if agent.rotation is None:
        return
    templates = {duty.day: duty.template.id for duty in worker.duties}
    for day in worker.clock.days():
        entry, worked = agent.rotation.entry(day), templates.get(day)
        if worked is None:
            broken = entry not in ("any", "off") and not _is_away(worker, day)
            detail = f"No shift on {day}, though the rotation says {entry!r}."
        else:
            broken = entry not in ("any", "on", worked)
            detail = f"A shift of template {worked!r} on {day}, though the rotation says {entry!r}."
        if broken:
            price = worker.price(RuleName.ROTATION)
            yield Match(RuleName.ROTATION, agent.id, day, 1, price, detail)


def _is_away(worker: Worker, day: date) -> bool:
    """Tell whether the agent has the day off or is absent for some of it."""
    zone = ZoneInfo(worker.clock.zone)
    begin = datetime.combine(day, time(), zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return day in worker.agent.days_off or any(
        absence.start < end and begin < absence.end for absence in worker.agent.absences
    )
