"""Prices of what lies outside of bounds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.model import Range
from optimizer.roster.rules.bounds import beyond_carried, outside, priced, totals_prices

RANGES = st.builds(
    lambda low, width: Range(low, None if width is None else low + width),
    st.integers(0, 9),
    st.none() | st.integers(0, 9),
)


@given(bounds=RANGES, values=st.lists(st.integers(0, 30)))
def test_the_distance_from_bounds_is_that_of_a_range(bounds: Range, values: list[int]) -> None:
    found = outside(bounds, np.array(values, dtype=np.int64)).tolist()
    assert found == [abs(bounds.excess(value)) for value in values]


def test_what_is_forbidden_costs_nothing_where_it_does_not_happen() -> None:
    assert priced(np.array([0, 2]), math.inf).tolist() == [0.0, math.inf]


@given(bounds=RANGES, price=st.sampled_from([0.5, math.inf]), most=st.integers(0, 30))
def test_prices_of_totals_hold_beyond_their_end(bounds: Range, price: float, most: int) -> None:
    totals = np.arange(most + 1)
    whole = priced(outside(bounds, totals), price)
    short = totals_prices(bounds, totals, price)
    if short is None:
        assert not whole.any()
    else:
        assert short[np.minimum(totals, len(short) - 1)].tolist() == whole.tolist()
        assert len(short) == 1 or short[-1] != short[-2]


@pytest.mark.parametrize(
    ("carried", "expected"), [(3, Range(2, 5)), (5, Range(2, 5)), (8, Range(2, 8))]
)
def test_what_was_carried_in_is_no_breach_by_itself(carried: int, expected: Range) -> None:
    assert beyond_carried(Range(2, 5), carried) == expected
