"""From contacts to counts by group and interval, with zeros where a group was open and idle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.errors import Severity, pointer
from forecasts.history.clocks import end_of, real_share
from forecasts.history.grid import MINUTE, check_span, day_grid
from forecasts.history.hours import Cut, cut_ends, describe_hours, open_intervals, weekly_hours
from forecasts.history.log import IssueLog
from forecasts.history.repairs import Repairs, severity_of
from forecasts.history.series import History
from forecasts.weekly import MINUTES_PER_DAY, BoolArray, DayArray, FloatArray, IntArray

__all__ = ["Contacts", "count_contacts"]


@dataclass(frozen=True, slots=True, eq=False)
class Contacts:
    """Contacts as arrays.

    Parameters
    ----------
    arrived
        Local wall times, ``[R]``.
    seconds
        Handling time, ``[R]``; NaN where not handled. None if never measured.
    closed
        Local wall times, ``[R]``; NaT where open. None if not known.
    """

    groups: tuple[str, ...]
    group: IntArray
    arrived: NDArray[np.datetime64]
    seconds: FloatArray | None
    closed: NDArray[np.datetime64] | None


def count_contacts(
    contacts: Contacts,
    minutes: int,
    zone: str | None,
    repairs: Repairs,
    as_of: date | None,
    opening: BoolArray | None,
    log: IssueLog,
) -> History:
    """Count contacts by group and interval, with zeros where a group was open and idle."""
    check_span(contacts.arrived, minutes, len(contacts.groups), log)
    starts = day_grid(contacts.arrived, minutes)
    midnight = starts[0].to_datetime64().astype(contacts.arrived.dtype)
    length = minutes * MINUTE
    interval = (contacts.arrived - midnight) // length
    shape = (len(contacts.groups), len(starts))
    cell = contacts.group * len(starts) + interval

    def count(weights: FloatArray | None = None) -> FloatArray:
        counted = np.bincount(cell, weights, shape[0] * shape[1])
        return counted.astype(np.float64).reshape(shape)

    came = count()
    days = starts[:: MINUTES_PER_DAY // minutes].to_numpy().astype("datetime64[D]")
    by_day = came.reshape(len(came), len(days), -1)
    hours = _hours(by_day, days, contacts.groups, opening, log)
    is_open = open_intervals(by_day, days, hours).reshape(shape)
    cut = cut_ends(by_day.sum(axis=0), days, np.asarray(hours.any(axis=0)))
    ends = contacts.arrived.min(), contacts.arrived.max()
    if as_of is not None and ends[1] < end_of(as_of, zone) < midnight + len(starts) * length:
        ends = ends[0], end_of(as_of, zone)
        cut = replace(cut, last=int((ends[1] - midnight) // length))
    covered = _covered(cut, ends, came.sum(axis=0), starts, repairs, log)
    real = real_share(starts, minutes, zone)
    known = covered & (real > 0) & (is_open | (came > 0))
    rate = np.divide(1.0, real, out=np.ones(len(starts)), where=real > 0)
    aht_s = handled = None
    if contacts.seconds is not None:
        was_handled = np.isfinite(contacts.seconds)
        handled = count(was_handled.astype(np.float64))
        worked = count(np.where(was_handled, contacts.seconds, 0.0))
        aht_s = np.divide(worked, handled, out=np.full(shape, np.nan), where=known & (handled > 0))
        handled = np.where(known, handled * rate, np.nan)
    log.stop_on_errors()
    return History(
        groups=contacts.groups,
        starts=starts,
        interval_minutes=minutes,
        offered=np.where(known, came * rate, np.nan),
        aht_s=aht_s,
        handled=handled,
        issues=tuple(log.issues),
        open_at_midnight=_open_at_midnight(contacts, days),
        zone=zone,
        outages_kept=repairs.outages == "keep",
    )


def _hours(
    came: FloatArray,
    days: DayArray,
    groups: tuple[str, ...],
    opening: BoolArray | None,
    log: IssueLog,
) -> BoolArray:
    """Return the usual hours of each group, ``[G, 7, S]``, learnt unless they are given."""
    if opening is not None:
        return np.broadcast_to(opening, (len(groups), *opening.shape))
    hours = weekly_hours(came, days)
    for name, of_group in zip(groups, hours, strict=True):
        log.note(
            "hours_learnt",
            pointer("groups", name),
            f"Taken to be open {describe_hours(of_group)}: without a contact these intervals "
            "count as zero, others as closed.",
            Severity.INFORMATION,
        )
    return hours


def _covered(
    cut: Cut,
    ends: tuple[np.datetime64, np.datetime64],
    came: FloatArray,
    starts: pd.DatetimeIndex,
    repairs: Repairs,
    log: IssueLog,
) -> BoolArray:
    """Return which intervals the log covers, ``[N]``, and tell where it is cut."""
    covered = np.ones(len(starts), bool)
    covered[: cut.first] = False
    covered[cut.last + 1 :] = False
    for is_cut, edge, verb, time in (
        (cut.first > 0, cut.first, "begins", ends[0]),
        (cut.last < len(starts) - 1, cut.last, "ends", ends[1]),
    ):
        if not is_cut:
            continue
        dropped = repairs.ends == "drop"
        covered[edge] = not dropped
        done = f"; its {came[edge]:.0f} contacts are left out" if dropped else ""
        log.note(
            "partial_interval",
            pointer("rows"),
            f"The log {verb} at {pd.Timestamp(time)} in the middle of a day, so the interval "
            f"from {starts[edge]} is partly covered{done}.",
            severity_of(repairs.ends),
        )
    return covered


def _open_at_midnight(contacts: Contacts, days: DayArray) -> FloatArray | None:
    """Return contacts arrived and not closed at the end of each day, ``[G, D]``."""
    if contacts.closed is None:
        return None

    def until(times: NDArray[np.datetime64], group: IntArray) -> FloatArray:
        day = (times.astype("datetime64[D]") - days[0]).astype(np.int64)
        within = day < len(days)
        cell = group[within] * len(days) + day[within]
        daily = np.bincount(cell, minlength=len(contacts.groups) * len(days))
        return daily.reshape(-1, len(days)).cumsum(axis=1).astype(np.float64)

    done = ~np.isnat(contacts.closed)
    return until(contacts.arrived, contacts.group) - until(
        contacts.closed[done], contacts.group[done]
    )
