"""Contact logs (one row per contact) to histories: counts, handling times and open work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.errors import InvalidHistory, Issue, Severity, pointer
from forecasts.history.cases import first_contacts
from forecasts.history.clocks import check_zone, end_of, local_times, real_share
from forecasts.history.columns import Names, Stamps
from forecasts.history.contact_cells import CONTACT_FIELDS, read_contact_cells
from forecasts.history.files import Source, open_csv, open_frame
from forecasts.history.gather import gather
from forecasts.history.grid import MINUTE, check_span, day_grid, rows_in_time
from forecasts.history.hours import Cut, cut_ends, describe_hours, open_intervals, weekly_hours
from forecasts.history.log import IssueLog
from forecasts.history.names import find_columns
from forecasts.history.repairs import Repairs, severity_of
from forecasts.history.series import History
from forecasts.weekly import MINUTES_PER_DAY, BoolArray, DayArray, FloatArray, IntArray

__all__ = ["history_from_contacts", "read_contacts"]


@dataclass(frozen=True, slots=True, eq=False)
class _Contacts:
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


def read_contacts(
    path: str | Path,
    mapping: Mapping[str, str] | None = None,
    *,
    interval_minutes: int = 30,
    zone: str | None = None,
    repairs: Repairs | None = None,
    as_of: date | None = None,
    opening: BoolArray | None = None,
    once_per_case: timedelta | None = None,
) -> History:
    """Read a contact log from a CSV file; see `history_from_contacts` for what it understands.

    Raises
    ------
    InvalidHistory
        If the file cannot be used; every problem is listed.
    """
    return _history(
        open_csv(path), mapping, interval_minutes, zone, repairs, as_of, opening, once_per_case
    )


def history_from_contacts(
    frame: pd.DataFrame,
    mapping: Mapping[str, str] | None = None,
    *,
    interval_minutes: int = 30,
    zone: str | None = None,
    repairs: Repairs | None = None,
    as_of: date | None = None,
    opening: BoolArray | None = None,
    once_per_case: timedelta | None = None,
) -> History:
    """Count the contacts of a log by group and interval of arrival.

    Handling times are means over the contacts handled. An interval in which nobody came has
    zero contacts if its group was open then, which is learnt from the log (see
    `forecasts.history.hours`) unless `opening` is given. Linear in the contacts but for
    `once_per_case`, which sorts them; about 40 bytes are held for each.

    Parameters
    ----------
    frame
        One row per contact, in any order, with the columns ``arrived`` and optionally ``group``,
        ``handled_s`` (handling seconds; 0 or blank if nobody handled it) or ``answered`` and
        ``ended`` (times) instead, ``abandoned`` (yes or no), ``closed`` (time at which deferred
        work was done; blank while open) and ``case_id``.
    mapping
        Our column name to the frame's. ``group`` and the times may be several columns:
        ``channel+skill``, ``date+time``; ``abandoned`` may be values of one:
        ``outcome:HANG|LOST``.
    interval_minutes
        Length of an interval, half-open: a contact at its end belongs to the next one. Divides
        a day.
    zone
        As of `history_from_frame`. In a doubled hour counts are halved to the rate per interval.
    repairs
        What is done about rows in doubt. By default the table is refused, and the interval in
        which the log begins or ends is left out if it does so in the middle of a day.
    as_of
        Date, or local time, at which the log was made: contacts after it are in doubt.
    opening
        When all groups are open, by weekday (0 is Monday) and slot of the day, ``[7, S]``.
    once_per_case
        If given, a contact within this time of one before it of the same case is no new
        demand: its handling seconds are added to those of the first.

    Raises
    ------
    InvalidHistory
        With every problem found: missing columns, unreadable or mixed-zone times, cells that are
        not numbers, negative or infinite, contacts closed before they arrived.
    """
    return _history(
        open_frame(frame), mapping, interval_minutes, zone, repairs, as_of, opening, once_per_case
    )


def _history(
    source: Source,
    mapping: Mapping[str, str] | None,
    minutes: int,
    zone: str | None,
    repairs: Repairs | None,
    as_of: date | None,
    opening: BoolArray | None,
    once_per_case: timedelta | None,
) -> History:
    repairs = repairs or Repairs()
    check_zone(zone)
    _check_grid(minutes, opening)
    log = IssueLog()
    # A log tells much about each contact that is no part of a history.
    unused = Severity.INFORMATION
    found = find_columns(source.columns, CONTACT_FIELDS, mapping or {}, log, unused)
    if once_per_case is not None and "case_id" not in found:
        log.error("missing_column", pointer("columns", "case_id"), "Cases are not told.")
    lone = {"answered": "ended", "ended": "answered"}
    for name in [name for name in lone if name in found and "handled_s" not in found]:
        if lone[name] not in found:
            detail = f"Handling times need {lone[name]!r} beside {name!r}."
            log.error("missing_column", pointer("columns", lone[name]), detail)
    log.stop_on_errors()
    zone = zone or source.zones.get(found["arrived"].label)
    names = Names()
    cells = gather(
        source, found, lambda chunk: read_contact_cells(chunk, found, names, repairs, log), log
    )

    label = found["arrived"].label
    times = local_times(Stamps(cells["wall"], cells["offset"]), zone, label, log)
    closed = None
    if "closed" in found:
        stamps = Stamps(cells["closed"], cells["closed_offset"])
        closed = local_times(stamps, zone, found["closed"].label, log).wall
    keep = cells["keep"] & ~times.skipped
    keep &= rows_in_time(times.wall, 0, as_of, zone, label, repairs, log)
    if not keep.any():
        log.error("nothing_left", pointer("rows"), "There is no contact that can be used.")
    log.stop_on_errors()

    groups, group = names.in_order(cells["group"])
    contacts = _Contacts(
        groups,
        group[keep],
        times.wall[keep],
        cells["seconds"][keep] if "seconds" in cells else None,
        None if closed is None else closed[keep],
    )
    if once_per_case is not None:
        contacts = _once_per_case(contacts, cells["case"][keep], once_per_case, log)
    return _on_grid(contacts, minutes, zone, repairs, as_of, opening, log)


def _check_grid(minutes: int, opening: BoolArray | None) -> None:
    if minutes < 1 or MINUTES_PER_DAY % minutes:
        detail = f"{minutes} minutes do not divide a day."
        issue = Issue("odd_interval", pointer("interval_minutes"), detail)
        raise InvalidHistory("The log cannot be read.", [issue])
    if opening is not None and opening.shape != (7, MINUTES_PER_DAY // minutes):
        detail = f"Shape {opening.shape} is not weekdays x slots (7, {MINUTES_PER_DAY // minutes})."
        raise InvalidHistory(
            "The log cannot be read.", [Issue("wrong_shape", pointer("opening"), detail)]
        )


def _once_per_case(
    contacts: _Contacts, case: NDArray[np.uint64], window: timedelta, log: IssueLog
) -> _Contacts:
    """Return the first contact of each matter, with the work of all of its contacts."""
    first, matter = first_contacts(case, contacts.arrived, window)
    repeats = len(matter) - len(first)
    share = repeats / len(matter)
    log.note(
        "repeats_merged",
        pointer("columns", "case_id"),
        f"{repeats} of {len(matter)} contacts ({share:.1%}) are repeats within {window} of "
        f"their case and count with its first contact.",
        Severity.INFORMATION,
    )
    seconds, closed = contacts.seconds, contacts.closed
    if seconds is not None:
        total = np.bincount(matter, np.nan_to_num(seconds))
        handled = np.bincount(matter, np.isfinite(seconds)) > 0
        seconds = np.where(handled, total, np.nan)
    if closed is not None:
        # A matter is done with the last of its contacts; NaT, open, is the largest of all.
        latest = closed[first]
        np.maximum.at(latest, matter, closed)
        closed = latest
    return replace(
        contacts,
        group=contacts.group[first],
        arrived=contacts.arrived[first],
        seconds=seconds,
        closed=closed,
    )


def _on_grid(
    contacts: _Contacts,
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


def _open_at_midnight(contacts: _Contacts, days: DayArray) -> FloatArray | None:
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
