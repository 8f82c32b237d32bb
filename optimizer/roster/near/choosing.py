"""Which days of whom to open: the neighbourhoods in which a plan is improved.

A chooser returns agents in the order in which they should be opened, and the days; how many of
them fit is for the search to say, so that every chooser can be given more or less of its kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.frame import Frame
from optimizer.roster.near.meeting import row_sums
from optimizer.roster.state import State
from optimizer.roster.totals import HARD, Totals

__all__ = ["CHOOSERS", "Chooser", "Outlook", "Proposed"]

WEEK = 7

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Proposed:
    """A neighbourhood, before it is cut to size.

    Parameters
    ----------
    agents
        In order, those first who matter most.
    first, last
        The days, the last excluded.
    """

    agents: Integers
    first: int
    last: int


class Outlook:
    """What choosers want to know of a frame, made once.

    Parameters
    ----------
    open_count
        Number of patterns that each agent may work on each day, [agents, days].
    """

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.totals = Totals(frame.shared, frame.teams, frame.patterns.day)
        days, patterns = len(frame.calendar.days), frame.patterns
        self.open_count = np.array(
            [np.bincount(patterns.day[p.patterns], minlength=days) for p in frame.people]
        ).reshape(len(frame.people), days)
        # A slot belongs to the day whose patterns begin in it or before it.
        starts = np.full(days, frame.demand.slots)
        np.minimum.at(starts, patterns.day, patterns.start)
        slots = np.arange(frame.demand.slots)
        self._day_of_slot = np.maximum(np.searchsorted(np.sort(starts), slots, "right") - 1, 0)
        self._day_of_row = np.full(len(frame.shared), -1)
        for number, row in enumerate(frame.shared):
            touched = np.unique(np.concatenate([patterns.day[part.patterns] for part in row.parts]))
            if len(touched) == 1:
                self._day_of_row[number] = touched[0]

    def trouble(self, state: State) -> Floats:
        """Return what shortage and rows cost on each day, [days]."""
        days = state.worked.shape[1]
        cost = state.frame.demand.price @ state.missing
        trouble = np.bincount(self._day_of_slot, cost, minlength=days).astype(np.float64)
        sums = row_sums(state, self.totals)
        for number, row in enumerate(state.frame.shared):
            if self._day_of_row[number] >= 0:
                below = min(row.below_price, HARD) * max(0.0, row.lower - float(sums[number]))
                above = min(row.above_price, HARD) * max(0.0, float(sums[number]) - row.upper)
                trouble[self._day_of_row[number]] += below + above
        return trouble


Chooser = Callable[[State, Outlook, np.random.Generator], Proposed]


def some_weeks(state: State, outlook: Outlook, random: np.random.Generator) -> Proposed:
    """Open a week or two of some people drawn by chance."""
    agents, days = state.worked.shape
    first = int(random.integers(-WEEK // 2, max(1, days - WEEK // 2)))
    last = first + WEEK * int(random.integers(1, 3))
    return Proposed(random.permutation(agents), max(0, first), min(days, last))


def whole_rosters(state: State, outlook: Outlook, random: np.random.Generator) -> Proposed:
    """Open everything of a few people."""
    agents, days = state.worked.shape
    first, last = _stretch(days, random)
    return Proposed(random.permutation(agents), first, last)


def worst_days(state: State, outlook: Outlook, random: np.random.Generator) -> Proposed:
    """Open a few days around a badly covered one."""
    return _around_trouble(state, outlook, random, int(random.integers(1, WEEK)))


def worst_weeks(state: State, outlook: Outlook, random: np.random.Generator) -> Proposed:
    """Open some weeks around a badly covered day, of fewer people."""
    return _around_trouble(state, outlook, random, WEEK * int(random.integers(1, 5)))


def dearest_people(state: State, outlook: Outlook, random: np.random.Generator) -> Proposed:
    """Open those whose own rosters cost most, and some others to change with."""
    agents, days = state.worked.shape
    first, last = _stretch(days, random)
    own = _excess(state)
    dear = np.argsort(-own * random.random(agents), kind="stable")
    others = random.permutation(agents)
    turns = np.stack([dear, others], axis=1).ravel()
    _, at = np.unique(turns, return_index=True)
    return Proposed(turns[np.sort(at)], first, last)


def unequal_pairs(state: State, outlook: Outlook, random: np.random.Generator) -> Proposed:
    """Open people of one team, the dearest and the cheapest in turn."""
    first, last = _stretch(state.worked.shape[1], random)
    team = int(state.frame.team[_drawn(_excess(state), random)])
    members = state.frame.teams[team]
    order = members[np.lexsort((random.random(len(members)), -state.own[members]))]
    turns = np.stack([order, order[::-1]], axis=1).ravel()
    _, at = np.unique(turns, return_index=True)
    return Proposed(turns[np.sort(at)], first, last)


CHOOSERS: tuple[Chooser, ...] = (
    some_weeks,
    whole_rosters,
    worst_days,
    worst_weeks,
    dearest_people,
    unequal_pairs,
)


def _around_trouble(
    state: State, outlook: Outlook, random: np.random.Generator, reach: int
) -> Proposed:
    """Open so many days before and after a bad day, of those who could be there first."""
    agents, days = state.worked.shape
    day = _drawn(outlook.trouble(state), random)
    helpful = (state.worked[:, day] < 0) & (outlook.open_count[:, day] > 0)
    order = np.lexsort((random.random(agents), ~helpful))
    # Those who are free on the day and those who are not in turn, so that they can change places.
    free, busy = order[: helpful.sum()], order[helpful.sum() :]
    turns = np.argsort(np.concatenate([np.arange(len(free)), np.arange(len(busy)) + 0.5]))
    mixed = np.concatenate([free, busy])[turns]
    return Proposed(mixed, max(0, day - reach), min(days, day + reach + 1))


def _excess(state: State) -> Floats:
    """Return by how much each own roster costs more than the cheapest, [agents]."""
    # Whoever has none that is allowed counts dearly, but can be reckoned with.
    own = np.minimum(state.own, HARD)
    excess: Floats = own - own.min()
    return excess


def _drawn(weight: Floats, random: np.random.Generator) -> int:
    """Return an index drawn in proportion to the weights; any, if they are all zero."""
    total = float(weight.sum())
    if total <= 0:
        return int(random.integers(len(weight)))
    return int(random.choice(len(weight), p=weight / total))


def _stretch(days: int, random: np.random.Generator) -> tuple[int, int]:
    """Return up to eight weeks of the period."""
    length = min(days, 8 * WEEK)
    first = int(random.integers(0, days - length + 1))
    return first, first + length
