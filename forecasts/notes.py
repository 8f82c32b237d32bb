"""What a person should know about the history behind a group's forecast."""

from __future__ import annotations

import numpy as np

from forecasts.calendars import Calendar
from forecasts.errors import Issue, Severity, pointer
from forecasts.gaps import WholeDays
from forecasts.history.series import DaySeries
from forecasts.models.day_level import MONTH_CYCLE_DAYS
from forecasts.weekly import MINUTES_PER_DAY, BoolArray, DayArray

__all__ = ["history_notes"]

PLACES_LISTED = 12
SURGE = 5.0
LEAST_SURGE = 30.0
"""So many contacts more than the most of four weeks before and after are not taken for chance."""
GAPS_SHARE = 0.05
"""With more missing intervals than this and no zero at all, zeros were probably left out."""


def history_notes(
    group: str, series: DaySeries, whole: WholeDays, calendar: Calendar
) -> list[Issue]:
    """Return warnings and information about one group's history."""
    notes: list[Issue] = []

    def note(code: str, detail: str, severity: Severity = Severity.WARNING) -> None:
        notes.append(Issue(code, pointer("groups", group), detail, severity))

    counts = whole.series.offered[whole.series.recorded]
    if not calendar.open_slots.any():
        note("never_open", "Nothing was recorded in the last weeks; the forecast is closed.")
    elif not counts.any():
        note("all_zero", "No contact was recorded; the forecast is zero.")
    past = calendar.closures[np.isin(calendar.closures, series.days)]
    if len(past):
        note("closures_found", f"Closed on {_dates(past)}.", Severity.INFORMATION)
    if whole.outages.any():
        note(
            "outage",
            f"Impossibly few contacts, neither learnt from nor scored: "
            f"{_intervals(whole.outages, series)}.",
        )
    surges = _surges(series)
    if surges.any():
        note(
            "surge",
            f"Over {SURGE:.0f} times the most of the weeks around: {_intervals(surges, series)}; "
            "repair the file, or name an event.",
        )
    if whole.filled:
        note(
            "gaps_filled",
            f"{whole.filled} missing intervals were filled from the weeks around them.",
            Severity.INFORMATION,
        )
    if whole.dropped:
        note("days_dropped", f"{whole.dropped} days were left out: over half of each is missing.")
    if whole.filled > GAPS_SHARE * counts.size and counts.all():
        note(
            "zeros_left_out",
            "Many intervals are missing and none is zero: if those had no contact, give them "
            "rows with zero, or the forecast is too high.",
        )
    if len(series) < MONTH_CYCLE_DAYS:
        note(
            "no_month_cycle",
            f"{len(series)} days of history; the turn of the month is learnt from "
            f"{MONTH_CYCLE_DAYS} days.",
            Severity.INFORMATION,
        )
    return notes


def _intervals(mask: BoolArray, series: DaySeries) -> str:
    """Return runs of intervals in words, with the contacts that came in them."""
    slots = mask.shape[1]
    padded = np.zeros((len(mask), slots + 2), bool)
    padded[:, 1:-1] = mask
    days, edges = np.nonzero(padded[:, 1:] != padded[:, :-1])
    runs = []
    for day, begin, end in zip(days[::2], edges[::2], edges[1::2], strict=True):
        came = series.offered[day, begin:end].sum()
        runs.append(
            f"{series.days[day]} {_clock(begin, slots)}-{_clock(end, slots)} ({came:.0f} contacts)"
        )
    return _listed(runs)


def _clock(slot: int, slots: int) -> str:
    minutes = slot * MINUTES_PER_DAY // slots
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _dates(days: DayArray) -> str:
    return _listed(list(map(str, days)))


def _listed(places: list[str]) -> str:
    listed = ", ".join(places[:PLACES_LISTED])
    further = len(places) - PLACES_LISTED
    return f"{listed} and {further} more" if further > 0 else listed


def _surges(series: DaySeries) -> BoolArray:
    """Tell which intervals have far more contacts than the same slot of any week around."""
    most = np.zeros_like(series.offered)
    weeks = np.zeros(series.offered.shape)
    for shift in (7, 14, 21, 28):
        for later, earlier in ((np.s_[shift:], np.s_[:-shift]), (np.s_[:-shift], np.s_[shift:])):
            most[later] = np.fmax(most[later], series.offered[earlier])
            weeks[later] += np.isfinite(series.offered[earlier])
    far = (series.offered > SURGE * most) & (series.offered > most + LEAST_SURGE)
    return np.asarray(far & (weeks >= 3))
