"""The envelope of a total's price, against all ways to work the days."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import RuleName
from optimizer.roster.counting.envelope import Day, envelope_of
from optimizer.roster.rules.forms import Tally

units = st.lists(st.integers(0, 3), max_size=2, unique=True).map(tuple)
plain = st.builds(Day, units, st.none() | st.integers(0, 2), st.none())
days_alone = st.lists(plain, min_size=1, max_size=4)
blocks = st.sampled_from([(0, 0, 1, 1), (-1, 0, 0, -1), (0, 1, 1, 1)])


@st.composite
def days_in_blocks(draw: st.DrawFn) -> list[Day]:
    return [Day(draw(units), draw(st.none() | st.integers(0, 2)), block) for block in draw(blocks)]


def reached(days: Sequence[Day], shifts: Sequence[int]) -> set[int]:
    """Return every total, by trying all choices of all days."""
    totals = set()
    options = [
        [("work", u) for u in day.worked] + ([("off", day.off)] if day.off is not None else [])
        for day in days
    ]
    for choice in itertools.product(*options):
        if sum(kind == "work" for kind, _ in choice) not in shifts:
            continue
        total, done = 0, set()
        for (kind, amount), day in zip(choice, days, strict=True):
            if kind == "off" or day.block is None:
                total += amount
            elif amount and day.block >= 0 and day.block not in done:
                done.add(day.block)
                total += amount
        totals.add(total)
    return totals


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(days_alone, days_in_blocks()),
    st.sets(st.integers(0, 4), min_size=1),
    st.lists(st.sampled_from([0.0, 1.0, 2.5, 9.0, np.inf]), min_size=1, max_size=8),
)
def test_the_envelope_is_the_least_mean_price_of_people_with_a_mean_total(
    days: list[Day], shifts: set[int], price: list[float]
) -> None:
    allowed = sorted(number for number in shifts if number <= len(days))
    tally = Tally(RuleName.LABOUR, 0, len(days), np.empty(0, np.int64), np.array(price))
    envelope = envelope_of(tally, days, allowed)
    points = {total: price[min(total, len(price) - 1)] for total in reached(days, allowed)}
    finite = {total: cost for total, cost in points.items() if np.isfinite(cost)}
    if not finite:
        assert envelope is None
        return
    assert envelope is not None
    assert envelope.reach == (min(points), max(points))
    assert envelope.bounds == (min(finite), max(finite))
    for mean in np.linspace(min(finite), max(finite), 9):
        least = min(
            finite[x] if x == y else (finite[x] * (y - mean) + finite[y] * (mean - x)) / (y - x)
            for x in finite
            for y in finite
            if x <= mean <= y and (x < y or x == mean)
        )
        highest = max(slope * mean + intercept for slope, intercept in envelope.lines)
        assert highest == pytest.approx(least)
