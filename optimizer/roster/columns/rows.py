"""The coupling rows in terms of whole rosters.

The rows of `optimizer.roster.coupling` speak of numbers of shifts at work. A roster puts one
shift of its patterns to work, so that its column is the sum of theirs, and the numbers themselves
drop out: the master has a variable for each roster, and *elastic* ones (shortage, flows, begins
of activities) between these and the rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.coupling import add_coupling, useful_pairs
from optimizer.roster.frame import Frame
from optimizer.roster.linear import LinearModel
from optimizer.roster.patterns import FREE

__all__ = ["HARD", "Rows"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

HARD = 1e6
"""Price of a unit by which a row is off that may not be: rosters of rounds before the last may."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The coupling rows of a frame.

    Parameters
    ----------
    lower, upper
        Bounds of each row.
    cost, least, most
        Of each elastic variable. The upper bounds are finite: no more can ever be of use.
    row, elastic, value
        The terms of the elastic variables.
    pair
        Position of each pair's terms, or -1 where no row sees it, [teams, patterns].
    ends
        Where the terms of each pair begin, and where the last ends, [pairs + 1].
    shift_row, shift_value
        The terms of one shift at work.
    """

    lower: Floats
    upper: Floats
    cost: Floats
    least: Floats
    most: Floats
    row: Integers
    elastic: Integers
    value: Floats
    pair: Integers
    ends: Integers
    shift_row: Integers
    shift_value: Floats

    @classmethod
    def of(cls, frame: Frame) -> Rows:
        """Return the rows; those that must hold are given a price, `HARD`."""
        pairs = useful_pairs(frame)
        model = LinearModel()
        coupling = add_coupling(model, _softened(frame), pairs, whole=False)
        arrays = model.arrays()
        of_pair = np.full(model.variables, -1, dtype=np.int64)
        of_pair[coupling.shifts] = np.arange(len(pairs))
        place = of_pair[arrays.column]
        order = np.argsort(place, kind="stable")
        order = order[np.count_nonzero(place < 0) :]
        pair = np.full((len(frame.teams), len(frame.patterns)), -1, dtype=np.int64)
        if pairs:
            pair[tuple(np.array(pairs).T)] = np.arange(len(pairs))
        elastic = np.flatnonzero(of_pair < 0)
        number = np.full(model.variables, -1, dtype=np.int64)
        number[elastic] = np.arange(len(elastic))
        own = place < 0
        return cls(
            arrays.row_lower,
            arrays.row_upper,
            arrays.cost[elastic],
            arrays.lower[elastic],
            np.minimum(arrays.upper[elastic], _most(frame, arrays.row_lower, arrays.value)),
            arrays.row[own],
            number[arrays.column[own]],
            arrays.value[own],
            pair,
            np.searchsorted(place[order], np.arange(len(pairs) + 1)),
            arrays.row[order],
            arrays.value[order],
        )

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.lower)

    def terms(self, team: int, worked: Integers) -> tuple[Integers, Floats]:
        """Return what a roster adds to which rows; `worked` is as in a plan, [days]."""
        pairs = self.pair[team, worked[worked != FREE]]
        pairs = pairs[pairs >= 0]
        begin, length = self.ends[pairs], self.ends[pairs + 1] - self.ends[pairs]
        ramp = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
        places = np.repeat(begin, length) + ramp
        rows, inverse = np.unique(self.shift_row[places], return_inverse=True)
        values = np.bincount(inverse, self.shift_value[places], len(rows))
        return rows, values.astype(np.float64)

    def prices(self, duals: Floats) -> Floats:
        """Return what a shift costs at the duals of the rows, [teams, patterns]."""
        of_terms = duals[self.shift_row] * self.shift_value
        of_pairs = np.concatenate(([0.0], np.cumsum(of_terms)))
        value = of_pairs[self.ends[1:]] - of_pairs[self.ends[:-1]]
        return np.where(self.pair >= 0, -np.append(value, 0.0)[self.pair], 0.0)

    def constant(self, duals: Floats, load: Floats) -> float:
        """Return the part of the Lagrangian that no roster changes, at its least.

        Parameters
        ----------
        duals
            Of each row, any number.
        load
            What rosters that are given add to each row.
        """
        bound = np.where(duals > 0, self.lower, self.upper) - load
        used = duals != 0
        total = float(duals[used] @ bound[used])
        reduced = self.cost - np.bincount(
            self.elastic, duals[self.row] * self.value, len(self.cost)
        )
        return total + float(np.where(reduced > 0, self.least, self.most) @ reduced)


def _softened(frame: Frame) -> Frame:
    """Give a price to everything that is forbidden: then every choice of rosters has a cost."""
    return replace(
        frame,
        shared=tuple(
            replace(
                row,
                below_price=min(row.below_price, HARD),
                above_price=min(row.above_price, HARD),
            )
            for row in frame.shared
        ),
    )


def _most(frame: Frame, wanted: Floats, values: Floats) -> float:
    """Return more than any elastic variable can be at an optimum: all shifts in a row at once."""
    shifts = len(frame.people) * len(frame.calendar.days)
    greatest = np.abs(wanted[np.isfinite(wanted)]).max(initial=0.0)
    return float(greatest + shifts * np.abs(values).max(initial=1.0))
