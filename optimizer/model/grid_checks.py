"""Checks of grids, and of what stands in their slots."""

from __future__ import annotations

from optimizer.errors import Issue
from optimizer.model.findings import Findings
from optimizer.model.grid import MINUTES_PER_DAY, TimeGrid
from optimizer.model.roster import Shift

__all__ = ["check_grid", "check_slots"]


def check_grid(grid: TimeGrid, pointer: str = "") -> list[Issue]:
    """Return the issues of a grid."""
    found = Findings(pointer)
    found.aware("start", grid.start)
    found.zone("zone", grid.zone)
    found.within("count", grid.count, 1, 1_000_000)
    if grid.interval_minutes < 1 or 60 % grid.interval_minutes:
        found.at("interval_minutes").error(
            "bad_interval", f"{grid.interval_minutes} minutes do not divide an hour."
        )
    return found.issues


def check_slots(found: Findings, shift: Shift, grid: TimeGrid) -> None:
    """Report a shift that does not begin in the grid, or ends before it begins or days after it.

    So are activities that end before they begin or lie outside of their shift.
    """
    latest = grid.count + 2 * MINUTES_PER_DAY // max(1, grid.interval_minutes)
    if not 0 <= shift.start < min(shift.end, grid.count) or shift.end > latest:
        found.error("bad_slots", f"The shift runs from slot {shift.start} to {shift.end}.")
    for i, activity in enumerate(shift.activities):
        if not shift.start <= activity.start < activity.end <= shift.end:
            found.at("activities", i).error(
                "bad_slots", f"The activity runs from slot {activity.start} to {activity.end}."
            )
