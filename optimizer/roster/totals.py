"""The sums of rows over everybody's shifts, and what somebody's shifts would change in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.rules.shared import SharedRow

__all__ = ["HARD", "Terms", "Totals"]

HARD = 1e7
"""Stands for the price of a unit that may not be: above all prices, far from losing their cents."""

TOLERANCE = 1e-6

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Terms:
    """What each pattern of one team adds to each row, sorted by pattern.

    Parameters
    ----------
    pattern, row, units
        Of equal length; no pair of pattern and row stands twice.
    spanning
        Whether a pattern counts in a row that sums several days of this team, so that what one
        person adds to it is not bounded by one shift, [all patterns]; None if there is no such
        row.
    """

    __slots__ = ("pattern", "row", "spanning", "units")

    def __init__(self, pattern: Integers, row: Integers, units: Floats, day: Integers) -> None:
        order = np.lexsort((row, pattern))
        pattern, row, units = pattern[order], row[order], units[order]
        new = np.ones(len(pattern), dtype=bool)
        new[1:] = (np.diff(pattern) != 0) | (np.diff(row) != 0)
        self.pattern, self.row = pattern[new], row[new]
        self.units = np.bincount(np.cumsum(new) - 1, units, len(self.row)) if len(row) else units
        rows = int(self.row.max(initial=-1)) + 1
        first, last = np.full(rows, len(day)), np.full(rows, -1)
        np.minimum.at(first, self.row, day[self.pattern])
        np.maximum.at(last, self.row, day[self.pattern])
        spanning = np.zeros(len(day), dtype=np.bool_)
        spanning[self.pattern[(first < last)[self.row]]] = True
        self.spanning = spanning if spanning.any() else None

    def of(self, patterns: Integers) -> Integers:
        """Return the positions of the terms of some patterns."""
        low = np.searchsorted(self.pattern, patterns)
        high = np.searchsorted(self.pattern, patterns, side="right")
        return np.concatenate(
            [np.arange(a, b) for a, b in zip(low, high, strict=True)] or [np.zeros(0, np.int64)]
        )


class Totals:
    """The rows with their present sums.

    Parameters
    ----------
    teams
        The agents of each team; all of a team count in the same parts of the same rows.
    day
        Of each pattern.
    """

    def __init__(self, rows: Sequence[SharedRow], teams: Sequence[Integers], day: Integers) -> None:
        self._lower = np.array([row.lower for row in rows], dtype=np.float64)
        self._upper = np.array([row.upper for row in rows], dtype=np.float64)
        below = np.array([row.below_price for row in rows], dtype=np.float64)
        above = np.array([row.above_price for row in rows], dtype=np.float64)
        self._hard_below, self._hard_above = np.isinf(below), np.isinf(above)
        self._below, self._above = np.minimum(below, HARD), np.minimum(above, HARD)
        self.sums = np.zeros(len(rows))
        self._day = day
        self._terms = self._by_team(rows, teams)

    def terms(self, team: int) -> Terms:
        """Return what the patterns of a team add to the rows."""
        return self._terms[team]

    def price(self) -> float:
        """Return the price of all rows, a hard one at `HARD` for each unit out of bounds."""
        return float(self._price(slice(None), self.sums).sum())

    def excess(self) -> float:
        """Return by how many units hard rows are out of bounds."""
        out = np.where(self._hard_below, self._lower - self.sums, 0.0)
        out = np.maximum(out, np.where(self._hard_above, self.sums - self._upper, 0.0))
        return float(out[out > TOLERANCE].sum())

    def add(self, team: int, patterns: Integers, sign: float) -> None:
        """Add somebody's shifts to the sums, or take them away with `sign` -1."""
        terms = self._terms[team]
        if len(terms.row):
            at = terms.of(patterns)
            np.add.at(self.sums, terms.row[at], sign * terms.units[at])

    def rise(self, team: int) -> Floats:
        """Return what each term would cost by itself, negative where it saves."""
        terms = self._terms[team]
        now = self.sums[terms.row]
        return self._price(terms.row, now + terms.units) - self._price(terms.row, now)

    def closed(self, team: int) -> NDArray[np.bool_]:
        """Return the patterns that would put a hard row above its bound, [patterns]."""
        terms = self._terms[team]
        over = self.sums[terms.row] + terms.units > self._upper[terms.row] + TOLERANCE
        shut = np.zeros(len(self._day), dtype=np.bool_)
        shut[terms.pattern[over & self._hard_above[terms.row] & (terms.units > 0)]] = True
        return shut

    def _price(self, rows: Integers | slice, sums: Floats) -> Floats:
        below = self._below[rows] * np.maximum(0.0, self._lower[rows] - sums)
        above = self._above[rows] * np.maximum(0.0, sums - self._upper[rows])
        priced: Floats = below + above
        return priced

    def _by_team(self, rows: Sequence[SharedRow], teams: Sequence[Integers]) -> list[Terms]:
        first = np.array([members[0] for members in teams], dtype=np.int64)
        inside: dict[int, NDArray[np.bool_]] = {}  # by identity: rows share their arrays of agents
        for row in rows:
            for part in row.parts:
                if id(part.agents) not in inside:
                    inside[id(part.agents)] = np.isin(first, part.agents)
        made: dict[tuple[int, ...], Terms] = {}
        arrays = list(inside)
        found = []
        for team in range(len(teams)):
            counted = tuple(key for key in arrays if inside[key][team])
            if counted not in made:
                made[counted] = self._made(rows, set(counted))
            found.append(made[counted])
        return found

    def _made(self, rows: Sequence[SharedRow], counted: set[int]) -> Terms:
        parts = [
            (number, part)
            for number, row in enumerate(rows)
            for part in row.parts
            if id(part.agents) in counted
        ]
        none = [np.zeros(0)]
        return Terms(
            np.concatenate([part.patterns for _, part in parts] or none).astype(np.int64),
            np.repeat([number for number, _ in parts], [len(p.patterns) for _, p in parts]).astype(
                np.int64
            ),
            np.concatenate([part.units for _, part in parts] or none).astype(np.float64),
            self._day,
        )
