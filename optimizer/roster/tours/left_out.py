"""The machines of the forms that an automaton leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.roster.tours.machine import Machine

__all__ = ["FREE", "ROUNDING", "LeftOut"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Numbers = NDArray[np.int32]

FREE = -1

ROUNDING = 1e-9
"""Regrets below are differences of sums, and nothing is to be regretted."""


@dataclass(frozen=True, slots=True, eq=False)
class LeftOut:
    """The machines of the forms that an automaton leaves out, as flat arrays.

    Parameters
    ----------
    kind
        Kind of each pattern, numbered on its day, [machines, patterns].
    off
        Likewise of each day off, [machines, own days].
    tables
        Where the transitions of each day begin, [machines, own days].
    kinds
        Number of kinds of each day, [machines, own days].
    following, cost
        State to which each transition leads, -1 for none, and what it costs.
    constant
        Cost of every path through all machines on top.
    """

    kind: Numbers
    off: Numbers
    tables: Integers
    kinds: Integers
    following: Numbers
    cost: Floats
    constant: float

    @classmethod
    def of(cls, machines: Sequence[Machine]) -> LeftOut | None:
        """Return the machines laid out flat; None if there are none."""
        if not machines:
            return None
        tables = [table for machine in machines for table in machine.following]
        costs = [cost for machine in machines for cost in machine.cost]
        sizes = np.cumsum([0, *(table.size for table in tables)])[:-1]
        return cls(
            np.array([machine.kind for machine in machines]),
            np.array([machine.off for machine in machines]),
            sizes.reshape(len(machines), -1).astype(np.int64),
            np.array([[t.shape[1] for t in machine.following] for machine in machines], np.int64),
            np.concatenate([table.ravel() for table in tables]),
            np.concatenate([cost.ravel() for cost in costs]),
            sum(machine.constant for machine in machines),
        )

    def broken(self, worked: Integers) -> NDArray[np.bool_]:
        """Tell which machines charge a roster of the own days anything, [machines]."""
        charged = _charged(
            self.kind, self.off, self.tables, self.kinds, self.following, self.cost, worked
        )
        result: NDArray[np.bool_] = charged > ROUNDING
        return result


@njit(cache=True, nogil=True)
def _charged(
    kind: Numbers,
    off: Numbers,
    tables: Integers,
    kinds: Integers,
    following: Numbers,
    cost: Floats,
    worked: Integers,
) -> Floats:
    """Return what a roster costs on its way through each machine, [machines]."""
    total = np.zeros(len(kind))
    for m in range(len(kind)):
        x = 0
        for d in range(len(worked)):
            k = off[m, d] if worked[d] == FREE else kind[m, worked[d]]
            arc = tables[m, d] + x * kinds[m, d] + k
            if k < 0 or following[arc] < 0:
                total[m] = np.inf
                break
            total[m] += cost[arc]
            x = following[arc]
    return total
