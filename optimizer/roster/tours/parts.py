"""The forms of the rules as machines, each by itself and as plain as can be.

Nothing here tries to be small: `machine.reduced` merges what is alike. What a form charges at the
end of its days is charged on its last day.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.patterns import Patterns
from optimizer.roster.rules.forms import Form, Rest, Run, Spread, Succession, Tally
from optimizer.roster.tours.machine import Machine, days_of, rounded

__all__ = ["Piece", "machine_of", "size_of"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

Piece: TypeAlias = tuple[Form, ...]
"""Forms that make one machine together: all rests, all successions, or any other form alone."""


def machine_of(piece: Piece, patterns: Patterns, first: int, last: int) -> Machine:
    """Return the machine of some forms, for an agent whose days are those from first to last."""
    form = piece[0]
    if isinstance(form, Rest):
        rests = [rest for rest in piece if isinstance(rest, Rest)]
        return _of_rests(rests, patterns, first, last)
    if isinstance(form, Succession):
        successions = [one for one in piece if isinstance(one, Succession)]
        return _of_successions(successions, patterns, first, last)
    if isinstance(form, Run):
        return _of_run(form, patterns, first, last)
    if isinstance(form, Tally):
        return _of_tally(form, patterns, first, last)
    if isinstance(form, Spread):
        return _of_spread(form, patterns, first, last)
    raise TypeError("Prices are no machine: they are added when tours are searched.")


class _Layers:
    """Layers added one day after the other; the last symbol of each day is the day off."""

    def __init__(self, patterns: Patterns, days: Sequence[slice]) -> None:
        self._kind = np.full(len(patterns), -1, np.int32)
        self._days = days
        self._off: list[int] = []
        self._following: list[NDArray[np.int32]] = []
        self._cost: list[Floats] = []

    def add(self, symbols: Integers, off: int, following: Integers, cost: Floats) -> None:
        """Add a day: the symbols of its patterns and of a day off, and the tables by symbol."""
        self._kind[self._days[len(self._off)]] = symbols
        self._off.append(off)
        ends = np.isinf(cost)
        self._following.append(np.where(ends, -1, following).astype(np.int32))
        self._cost.append(np.where(ends, 0.0, rounded(np.where(ends, 0.0, cost))))

    def idle(self) -> None:
        """Add a day that does not matter."""
        zeros = np.zeros((1, 1), np.int64)
        day = self._days[len(self._off)]
        self.add(np.zeros(day.stop - day.start, np.int64), 0, zeros, zeros.astype(float))

    def machine(self) -> Machine:
        """Return the machine of the days added."""
        off = np.array(self._off, dtype=np.int32)
        return Machine(self._kind, off, tuple(self._following), tuple(self._cost))


def _of_rests(rests: Sequence[Rest], patterns: Patterns, first: int, last: int) -> Machine:
    """Return the machine that remembers when the last shift ended, while that can matter."""
    days = days_of(patterns.day, first, last)
    most = max((rest.slots for rest in rests if rest.price), default=0)
    never = np.iinfo(np.int64).max
    # Earliest start after each day.
    starts = [int(patterns.start[day].min(initial=never)) for day in days]
    later = [*np.minimum.accumulate(starts[::-1])[::-1][1:].tolist(), never]
    long_ago = -(2**40)
    ends = np.array([long_ago])
    layers = _Layers(patterns, days)
    for day, soonest in zip(days, later, strict=True):
        times = np.column_stack((patterns.start[day], patterns.end[day]))
        times, symbol = np.unique(times, axis=0, return_inverse=True)
        left = np.concatenate((times[:, 1], ends))
        left[left + most <= soonest] = long_ago
        after, place = np.unique(np.append(left, long_ago), return_inverse=True)
        short_by = ends[:, None] - times[None, :, 0]
        cost = np.zeros((len(ends), len(times) + 1))
        for rest in rests:
            short = np.maximum(0, rest.slots + short_by)
            cost[:, :-1][short > 0] += short[short > 0] * rest.price
        following = np.empty(cost.shape, np.int64)
        following[:, :-1] = place[: len(times)]
        following[:, -1] = place[len(times) : -1]
        layers.add(symbol.ravel(), len(times), following, cost)
        ends = after
    return layers.machine()


def _of_successions(
    successions: Sequence[Succession], patterns: Patterns, first: int, last: int
) -> Machine:
    """Return the machine that remembers which successions yesterday's shift can begin."""
    days = days_of(patterns.day, first, last)
    begins = np.array([form.before for form in successions]).T
    ends = np.array([form.after for form in successions]).T
    yesterday = np.zeros((1, len(successions)), bool)
    layers = _Layers(patterns, days)
    for day in days:
        signs = np.concatenate((begins[day], ends[day]), axis=1)
        signs, symbol = np.unique(
            np.concatenate((signs, np.zeros((1, signs.shape[1]), bool))),
            axis=0,
            return_inverse=True,
        )
        today, place = np.unique(signs[:, : len(successions)], axis=0, return_inverse=True)
        cost = np.zeros((len(yesterday), len(signs)))
        for i, form in enumerate(successions):
            cost[np.ix_(yesterday[:, i], signs[:, len(successions) + i])] += form.price
        following = np.broadcast_to(place.ravel(), cost.shape)
        layers.add(symbol.ravel()[:-1], int(symbol.ravel()[-1]), following, cost)
        yesterday = today
    return layers.machine()


def _of_run(run: Run, patterns: Patterns, first: int, last: int) -> Machine:
    """Return the machine that counts days in a row.

    States 0 to `top` are lengths of runs whose beginning is known, those after them lengths of
    the run that may have begun before the period.
    """
    days = days_of(patterns.day, first, last)
    top = max(1, len(run.too_long) - 1, len(run.too_short))
    lengths = np.arange(top + 1)
    too_long = run.too_long[np.minimum(lengths, len(run.too_long) - 1)]
    too_long = np.where(lengths > 0, too_long, 0.0)
    too_short = np.zeros(top + 1)
    too_short[1 : len(run.too_short)] = run.too_short[1:]
    stop = np.concatenate((too_long + too_short, too_long))
    final = np.concatenate((too_long, too_long))
    longer = np.concatenate((np.minimum(lengths + 1, top), top + 1 + np.minimum(lengths + 1, top)))
    counted = 1 if run.at_work else 0
    layers = _Layers(patterns, days)
    for number, day in enumerate(days):
        following, cost = np.zeros((2 * top + 2, 2), np.int64), np.zeros((2 * top + 2, 2))
        following[:, counted] = longer
        cost[:, 1 - counted] = stop
        if number == 0:
            here = min(run.carried, top)
            following, cost = following[here : here + 1], cost[here : here + 1]
            if run.carried == 0:
                following[:, counted] = top + 2
        if number == len(days) - 1:
            cost = cost + final[following]
            following = np.zeros_like(following)
        layers.add(np.ones(day.stop - day.start, np.int64), 0, following, cost)
    return layers.machine()


def _of_tally(tally: Tally, patterns: Patterns, first: int, last: int) -> Machine:
    """Return the machine that adds up, and remembers whether the block has been counted."""
    days = days_of(patterns.day, first, last)
    cap = len(tally.price) - 1
    gift = tally.free_units if tally.free_units is not None else np.zeros(last, np.int64)
    own = range(max(first, tally.first), min(last, tally.last))
    outside = [day for day in range(tally.first, tally.last) if not first <= day < last]
    total = min(cap, sum(int(gift[day]) for day in outside if tally.free_units is not None))
    totals, flag = np.array([total]), np.zeros(1, np.int64)
    layers = _Layers(patterns, days)
    for day, place in enumerate(days, first):
        if day not in own:
            layers.idle()
            continue
        block = 0 if tally.block is None else int(tally.block[day])
        units = tally.units[place] if block >= 0 else np.zeros(place.stop - place.start, np.int64)
        sizes, symbol = np.unique(units, return_inverse=True)
        adds = np.where((flag[:, None] == 1), 0, sizes[None, :])
        adds = np.column_stack((adds, np.full(len(totals), int(gift[day]))))
        after = np.minimum(cap, totals[:, None] + adds)
        same = tally.block is not None and day + 1 in own and block == tally.block[day + 1] >= 0
        done = np.zeros_like(after)
        if same:
            done = np.maximum(flag[:, None], np.append(sizes > 0, False)[None, :])
        if day + 1 in own:
            keys, following = np.unique(2 * after + done, return_inverse=True)
            cost = np.zeros(after.shape)
            totals, flag = keys // 2, keys % 2
        else:
            following, cost = np.zeros_like(after), tally.price[after]
            totals, flag = np.zeros(1, np.int64), np.zeros(1, np.int64)
        layers.add(symbol, len(sizes), following.reshape(after.shape), cost)
    machine = layers.machine()
    if own:
        return machine
    constant = float(tally.price[total])
    return Machine(machine.kind, machine.off, machine.following, machine.cost, constant)


def _of_spread(spread: Spread, patterns: Patterns, first: int, last: int) -> Machine:
    """Return the machine that remembers the least and the greatest key so far."""
    days = days_of(patterns.day, first, last)
    own = range(max(first, spread.first), min(last, spread.last))
    carried = [key for key in (spread.low, spread.high) if key is not None]
    none = -1
    lows, highs = np.array([none]), np.array([none])
    width = len(spread.price) - 1
    layers = _Layers(patterns, days)
    for day, place in enumerate(days, first):
        if day not in own:
            layers.idle()
            continue
        keys, symbol = np.unique(spread.key[place], return_inverse=True)
        fresh = lows[:, None] == none
        low = np.minimum(np.where(fresh, keys, lows[:, None]), keys)
        high = np.maximum(highs[:, None], keys)
        for key in carried:
            low, high = np.minimum(low, key), np.maximum(high, key)
        low, high = np.column_stack((low, lows)), np.column_stack((high, highs))
        price = np.where(low == none, 0.0, spread.price[np.minimum(high - low, width)])
        # A difference only grows: what no greater one makes finite ends here.
        hopeless = (low != none) & (high - low > _last_finite(spread.price))
        if day + 1 in own:
            pairs = np.column_stack((low.ravel(), high.ravel()))
            pairs, following = np.unique(pairs, axis=0, return_inverse=True)
            lows, highs = pairs[:, 0], pairs[:, 1]
            cost = np.where(hopeless, np.inf, 0.0)
        else:
            following, cost = np.zeros_like(low), price
            lows, highs = np.array([none]), np.array([none])
        layers.add(symbol, len(keys), following.reshape(low.shape), cost)
    return layers.machine()


def _last_finite(price: Floats) -> int:
    """Return the greatest difference with a finite price; no bound if the last entry is finite."""
    if np.isfinite(price[-1]):
        return int(np.iinfo(np.int64).max)
    return int(np.flatnonzero(np.isfinite(price)).max(initial=-1))


def size_of(piece: Piece, patterns: Patterns, first: int, last: int) -> int:
    """Return a bound on the arcs of the machine of a total or a spread before it is built."""
    form = piece[0]
    if not isinstance(form, Tally | Spread):
        return 0
    begin, end = max(first, form.first), min(last, form.last)
    days = days_of(patterns.day, begin, max(begin, end))
    if isinstance(form, Spread):
        keys = [np.unique(form.key[day]) for day in days]
        number = len(np.unique(np.concatenate([np.empty(0, np.int64), *keys])))
        return number * number // 2 * sum(len(some) + 1 for some in keys)
    size, most = 0, 1
    for day in days:
        units = np.unique(form.units[day])
        size += most * (len(units) + 1)
        most = min(len(form.price), most + int(units.max(initial=1)))
    return size if form.block is None else 2 * size
