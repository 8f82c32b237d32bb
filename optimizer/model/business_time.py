"""Business time: clocks that run only while a desk is open, and stand while a customer is awaited.

A ticket's deadlines follow from its creation, its goal and its pauses alone. Who holds it is no
input here, so both clocks survive every transfer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import raise_errors
from optimizer.model.findings import Findings
from optimizer.model.grid import MINUTES_PER_DAY, TimeGrid, weekdays
from optimizer.model.services import ServiceGoal

__all__ = ["BusinessTime", "Deadlines"]

Seconds = NDArray[np.float64]
Pauses = Sequence[tuple[ArrayLike, ArrayLike]]

_ROUNDING = 1e-6
"""A microsecond: a clock that runs out at closing time must not slip into the next morning."""


@dataclass(frozen=True, slots=True, eq=False)
class Deadlines:
    """When the two clocks of tickets run out, in seconds after the start of the grid.

    Parameters
    ----------
    first_response, resolution
        [tickets]; infinite where the goal sets none or the calendar ends before.
    """

    first_response: Seconds
    resolution: Seconds


@dataclass(frozen=True, slots=True, eq=False)
class BusinessTime:
    """The open slots of a grid, and how open time passes through them.

    Instants are seconds of elapsed time after the start of the grid, so a day on which the
    clocks change is as long as it is. What lies outside the grid counts as closed. Every method
    takes and returns whole arrays; a look-up is logarithmic in the slots.

    Parameters
    ----------
    grid
        The slots.
    open_slots
        Whether the desk is open, [slots]; kept as a read-only copy.

    Raises
    ------
    InvalidInput
        If there is not one mark for every slot.
    """

    grid: TimeGrid
    open_slots: NDArray[np.bool_]
    _passed: Seconds = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Own the marks, and add up the open time that has passed at every edge of a slot."""
        opened = np.array(self.open_slots, dtype=np.bool_)
        found = Findings()
        if opened.shape != (self.grid.count,):
            found.at("open_slots").error(
                "bad_shape", f"open_slots is {opened.shape} but must be {(self.grid.count,)}."
            )
        raise_errors("The calendar cannot be used.", found.issues)
        opened.setflags(write=False)
        # Whole slots are counted before they become seconds: no rounding adds up.
        passed = np.concatenate([[0], np.cumsum(opened)]) * self._slot
        object.__setattr__(self, "open_slots", opened)
        object.__setattr__(self, "_passed", passed)

    @classmethod
    def weekly(
        cls,
        grid: TimeGrid,
        hours: Mapping[int, tuple[int, int]],
        closed_days: Collection[date] = (),
    ) -> BusinessTime:
        """Return a calendar that opens at the same clock times every week.

        Parameters
        ----------
        hours
            Weekday (0 is Monday) to the minutes after local midnight at which the desk opens and
            closes, in [0, 1440]; a weekday that is missing is closed. A slot is open if it
            begins within the hours.
        closed_days
            Local days, such as holidays, on which it stays closed.

        Raises
        ------
        InvalidInput
            If a weekday or its hours do not exist; every problem is listed.
        """
        found = Findings()
        opening, closing = np.zeros(7, dtype=np.int64), np.zeros(7, dtype=np.int64)
        for weekday, (opens, closes) in hours.items():
            here = found.at("hours", weekday)
            if weekday not in range(7):
                here.error("unknown_weekday", f"{weekday} is not a weekday; 0 is Monday.")
            elif not 0 <= opens <= closes <= MINUTES_PER_DAY:
                here.error("bad_hours", f"{opens} to {closes} are not minutes of one day.")
            else:
                opening[weekday], closing[weekday] = opens, closes
        raise_errors("The opening hours cannot be used.", found.issues)

        walls = grid.wall_times()
        days = walls.astype("datetime64[D]")
        weekday_of = weekdays(days)
        minute = (walls - days).astype(np.int64)
        opened = (opening[weekday_of] <= minute) & (minute < closing[weekday_of])
        return cls(grid, opened & ~np.isin(days, np.array(list(closed_days), "datetime64[D]")))

    def seconds(self, moment: datetime) -> float:
        """Return an instant (aware) as seconds after the start of the grid."""
        return (moment.astimezone(UTC) - self.grid.start.astimezone(UTC)).total_seconds()

    def elapsed(self, start_s: ArrayLike, end_s: ArrayLike, pauses: Pauses = ()) -> Seconds:
        """Return the open seconds from `start_s` to `end_s`, without those in pauses.

        Parameters
        ----------
        start_s, end_s
            Instants that broadcast together; an end before its start gives 0.
        pauses
            Pairs of instants from and to which the clock stands, in order of time; each
            broadcasts with the tickets. A pause that ends before it starts is none, and what two
            pauses share counts once. An end of infinity is a pause that still lasts.

        Raises
        ------
        InvalidInput
            If an instant is not a number.
        """
        start, end = _instants(start_s=start_s, end_s=end_s)
        counted = self._between(start, end)
        for since, until in _in_order(pauses):
            counted = counted - self._between(np.maximum(start, since), np.minimum(end, until))
        return counted

    def deadline(self, created_s: ArrayLike, allowed_s: ArrayLike, pauses: Pauses = ()) -> Seconds:
        """Return the first instant at which `allowed_s` open seconds have passed.

        A clock that runs out exactly at closing time is due at closing time, not on the next
        morning. A pause moves the deadline by its open time if it begins before the deadline;
        while it lasts there is no deadline.

        Parameters
        ----------
        created_s
            Instants at which the clock starts, [tickets] or a single one.
        allowed_s
            Open seconds, 0 or more; broadcasts with `created_s`.
        pauses
            As for `elapsed`; what lies before the creation does not count.

        Returns
        -------
        Instants; infinite where the grid ends before.

        Raises
        ------
        InvalidInput
            If an instant is not a number or a time is negative.
        """
        created, allowed = _instants(created_s=created_s, allowed_s=allowed_s)
        if (allowed < 0.0).any():
            found = Findings()
            found.at("allowed_s").error("out_of_range", f"{allowed.min():g} must be 0 or more.")
            raise_errors("The deadline cannot be computed.", found.issues)
        due = self._after(created, allowed)
        for since, until in _in_order(pauses):
            stands = self._between(np.maximum(created, since), until)
            allowed = allowed + np.where(since < due, stands, 0.0)
            due = self._after(created, allowed)
        return due

    def deadlines(self, goal: ServiceGoal, created_s: ArrayLike, pauses: Pauses = ()) -> Deadlines:
        """Return when first response and resolution are due.

        Parameters
        ----------
        goal
            Its `first_response_seconds` and `resolution_seconds` count open time.
        created_s
            Instants of creation, [tickets] or a single one.
        pauses
            As for `elapsed`; both clocks stand in them.

        Raises
        ------
        InvalidInput
            As `deadline` does.
        """
        clocks = (goal.first_response_seconds, goal.resolution_seconds)
        return Deadlines(
            *(
                np.full(np.shape(created_s), np.inf)
                if allowed is None
                else self.deadline(created_s, allowed, pauses)
                for allowed in clocks
            )
        )

    @property
    def _slot(self) -> float:
        return 60.0 * self.grid.interval_minutes

    def _open_until(self, instant: Seconds) -> Seconds:
        """Return the open seconds from the start of the grid until an instant."""
        inside = np.clip(instant, 0.0, self._slot * self.grid.count)
        slot = np.minimum((inside // self._slot).astype(np.int64), self.grid.count - 1)
        within = np.where(self.open_slots[slot], inside - slot * self._slot, 0.0)
        passed: Seconds = self._passed[slot] + within
        return passed

    def _between(self, start: Seconds, end: Seconds) -> Seconds:
        return np.maximum(self._open_until(end) - self._open_until(start), 0.0)

    def _after(self, start: Seconds, open_s: Seconds) -> Seconds:
        """Return the first instant from `start` on at which `open_s` open seconds have passed."""
        wanted = self._open_until(start) + open_s
        # The first edge by which enough has passed ends the slot in which it does.
        edge = np.searchsorted(self._passed, wanted - _ROUNDING)
        reached = edge < len(self._passed)
        edge = np.minimum(edge, self.grid.count)
        instant = edge * self._slot - (self._passed[edge] - wanted)
        return np.where(reached, np.maximum(instant, start), np.inf)


def _instants(**values: ArrayLike) -> list[Seconds]:
    """Return values as broadcast arrays of numbers; infinity is one."""
    arrays = {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}
    found = Findings()
    for name, array in arrays.items():
        if np.isnan(array).any():
            found.at(name).error("not_a_number", f"{name} holds something that is not a number.")
    raise_errors("The times cannot be used.", found.issues)
    return list(np.broadcast_arrays(*arrays.values()))


def _in_order(pauses: Pauses) -> list[tuple[Seconds, Seconds]]:
    """Return pauses without what an earlier one covers."""
    ordered = []
    covered = np.asarray(-np.inf)
    for start_s, end_s in pauses:
        since, until = _instants(pause_start=start_s, pause_end=end_s)
        since = np.maximum(since, covered)
        ordered.append((since, until))
        covered = np.maximum(covered, until)
    return ordered
