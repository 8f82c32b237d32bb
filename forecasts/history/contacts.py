"""Contact logs (one row per contact) to histories: what is read, and what counts as a contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.errors import InvalidHistory, Issue, Severity, pointer
from forecasts.history.cases import first_contacts
from forecasts.history.clocks import LocalTimes, TimeArray, check_zone, local_times
from forecasts.history.columns import Names, Stamps
from forecasts.history.contact_cells import CONTACT_FIELDS, read_contact_cells
from forecasts.history.contact_counts import Contacts, count_contacts
from forecasts.history.files import Source, open_csv, open_frame
from forecasts.history.gather import gather
from forecasts.history.grid import rows_in_time
from forecasts.history.log import IssueLog
from forecasts.history.names import find_columns
from forecasts.history.repairs import Repairs, consequence, severity_of
from forecasts.history.series import History
from forecasts.weekly import MINUTES_PER_DAY, BoolArray

__all__ = ["history_from_contacts", "read_contacts"]


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
    keep = cells["keep"] & ~times.skipped
    closed = None
    if "closed" in found:
        stamps = Stamps(cells["closed"], cells["closed_offset"])
        closed = local_times(stamps, zone, found["closed"].label, log).wall
        closed, early = _not_before(closed, times, found["closed"].label, repairs, log)
        keep &= ~early | (repairs.cells != "drop")
    keep &= rows_in_time(times.wall, 0, as_of, zone, label, repairs, log)
    if not keep.any():
        log.error("nothing_left", pointer("rows"), "There is no contact that can be used.")
    log.stop_on_errors()

    groups, group = names.in_order(cells["group"])
    contacts = Contacts(
        groups,
        group[keep],
        times.wall[keep],
        cells["seconds"][keep] if "seconds" in cells else None,
        None if closed is None else closed[keep],
    )
    if once_per_case is not None:
        contacts = _once_per_case(contacts, cells["case"][keep], once_per_case, log)
    return count_contacts(contacts, minutes, zone, repairs, as_of, opening, log)


def _not_before(
    closed: TimeArray, times: LocalTimes, column: str, repairs: Repairs, log: IssueLog
) -> tuple[TimeArray, BoolArray]:
    """Return when contacts were closed, not before they arrived, and which were said to be."""
    # Within an hour that comes twice the later of two wall times may be the earlier one.
    slack = np.where(times.doubled, np.timedelta64(1, "h"), np.timedelta64(0, "h"))
    early = closed < times.wall - slack
    log.rows(
        "closed_before_arrival",
        column,
        early,
        lambda row: (
            f"The contact was closed at {pd.Timestamp(closed[row])} but arrived at "
            f"{pd.Timestamp(times.wall[row])}{consequence(repairs.cells)}."
        ),
        severity_of(repairs.cells),
    )
    # NaT, open, is greater than any time and stays.
    return np.maximum(closed, times.wall), early


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
    contacts: Contacts, case: NDArray[np.uint64], window: timedelta, log: IssueLog
) -> Contacts:
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
