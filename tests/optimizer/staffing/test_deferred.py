"""Deferred work is spread over its window, in open hours, and none of it is lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.staffing import spread_work

ALWAYS = np.ones(8, dtype=bool)
EMAILS = np.array([20.0, 30.0, 40.0, 30.0, 20.0, 10.0, 5.0, 5.0])


def test_a_window_of_one_slot_does_the_work_as_it_arrives() -> None:
    spread = spread_work(EMAILS, ALWAYS, 1)
    assert spread.work == pytest.approx(EMAILS)
    assert spread.carried == 0.0


def test_each_arrival_is_spread_evenly_over_its_window() -> None:
    spread = spread_work(np.array([4.0, 0.0, 2.0, 0.0, 0.0]), np.ones(5, dtype=bool), 2)
    assert spread.work == pytest.approx([2.0, 2.0, 1.0, 1.0, 0.0])


def test_the_night_does_not_count_and_its_work_waits_for_the_morning() -> None:
    opened = np.array([True, True, False, False, True, True])
    spread = spread_work(np.array([0.0, 4.0, 6.0, 0.0, 0.0, 0.0]), opened, 2)
    assert spread.work == pytest.approx([0.0, 2.0, 0.0, 0.0, 2.0 + 3.0, 3.0])


def test_work_at_the_end_goes_to_the_open_slots_that_are_left() -> None:
    spread = spread_work(np.array([0.0, 0.0, 9.0, 4.0]), np.ones(4, dtype=bool), 3)
    assert spread.work == pytest.approx([0.0, 0.0, 4.5, 4.5 + 4.0])


def test_work_after_the_last_open_slot_is_carried_over() -> None:
    opened = np.array([True, True, False])
    spread = spread_work(np.array([1.0, 1.0, 5.0]), opened, 2)
    assert spread.carried == 5.0
    assert spread.work.sum() == pytest.approx(2.0)


def test_a_centre_that_never_opens_carries_everything() -> None:
    spread = spread_work(EMAILS, ~ALWAYS, 4)
    assert spread.carried == EMAILS.sum()
    assert not spread.work.any()


@given(
    st.lists(st.tuples(st.floats(0.0, 1e4), st.booleans()), min_size=1, max_size=60),
    st.integers(1, 70),
)
def test_no_work_is_lost_and_every_window_is_kept(
    slots: list[tuple[float, bool]], window: int
) -> None:
    arriving = np.array([work for work, _ in slots])
    opened = np.array([is_open for _, is_open in slots])
    spread = spread_work(arriving, opened, window)
    assert (spread.work >= 0.0).all()
    assert not spread.work[~opened].any()
    assert spread.work.sum() + spread.carried == pytest.approx(arriving.sum(), abs=1e-6)
    # Served in order of arrival, the work done never runs ahead of what has arrived ...
    done, came = np.cumsum(spread.work), np.cumsum(arriving)
    assert (done <= came + 1e-6).all()
    # ... and all that arrived by a slot is done when its window of open slots has passed.
    positions = np.flatnonzero(opened)
    for slot in range(len(slots)):
        due = np.searchsorted(positions, slot) + window - 1
        if due < len(positions):
            assert done[positions[due]] >= came[slot] - 1e-6
