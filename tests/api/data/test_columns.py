"""A packed day is unpacked as it was."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from api.data.columns import COLUMNS, pack, unpack
from forecasts.weekly import FloatArray

DAYS = st.sampled_from([60, 240]).flatmap(
    lambda minutes: st.tuples(
        st.just(minutes),
        arrays(
            np.float64,
            (len(COLUMNS), 2, 1440 // minutes),
            elements=st.just(np.nan) | st.floats(0, 1e12),
        ),
    )
)


@given(DAYS)
def test_a_day_comes_back_as_it_was(day: tuple[int, FloatArray]) -> None:
    minutes, values = day
    assert np.array_equal(unpack(pack(values), minutes), values, equal_nan=True)


def test_a_day_without_columns_takes_next_to_nothing() -> None:
    assert len(pack(np.full((len(COLUMNS), 2, 96), np.nan))) < 20
