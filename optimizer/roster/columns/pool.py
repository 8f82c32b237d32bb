"""The rosters found so far, each once, with what the master has to know of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.columns.rows import Rows
from optimizer.roster.frame import Frame
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.tours import Tours

__all__ = ["Column", "Pool"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A roster of one agent.

    Parameters
    ----------
    number
        Position in the pool.
    own
        What it costs by the agent's own forms.
    worked
        Pattern of each day, or -1, [days].
    rows, values
        What it adds to which coupling rows.
    """

    number: int
    agent: int
    own: float
    worked: Integers
    rows: Integers
    values: Floats


class Pool:
    """Columns by number and by agent.

    Parameters
    ----------
    trusting
        Whether own costs that are given hold although automata leave forms out.
    """

    def __init__(self, frame: Frame, rows: Rows, tours: Tours, *, trusting: bool = False) -> None:
        self._frame, self._rows, self._tours = frame, rows, tours
        self._trusting = trusting
        self._known: dict[tuple[int, bytes], Column] = {}
        self.columns: list[Column] = []
        self.of_agent: list[list[Column]] = [[] for _ in frame.people]

    def add(self, agent: int, worked: Integers, own: float | None = None) -> Column | None:
        """Return the column of a roster, made if it is new; None if the roster may not be.

        Parameters
        ----------
        own
            Its own cost where it is known.
        """
        key = agent, worked.tobytes()
        found = self._known.get(key)
        if found is not None:
            return found
        if own is None or not (self._trusting or self._tours.exact(agent)):
            own = cost_of(self._frame.people[agent], self._frame.patterns, worked.tolist())
        if not np.isfinite(own):
            return None
        rows, values = self._rows.terms(int(self._frame.team[agent]), worked)
        column = Column(len(self.columns), agent, own, worked.copy(), rows, values)
        self._known[key] = column
        self.columns.append(column)
        self.of_agent[agent].append(column)
        return column

    def load(self, columns: Iterable[Column]) -> Floats:
        """Return what some columns add to each coupling row together."""
        total = np.zeros(len(self._rows))
        for column in columns:
            total[column.rows] += column.values
        return total
