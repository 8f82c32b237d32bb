"""Nobody exceeds a rate in the long run, and each has a rate of its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access import Rate


class Clock:
    """Seconds that are told to pass."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_minutes_worth_is_taken_at_once_and_then_one_at_a_time(clock: Clock) -> None:
    rate = Rate(6, clock)
    assert [rate.take("a") for _ in range(6)] == [0.0] * 6
    assert rate.take("a") == pytest.approx(10.0)
    clock.now += 9.5
    assert rate.take("a") == pytest.approx(0.5)
    clock.now += 0.5
    assert rate.take("a") == 0.0
    assert rate.take("a") == pytest.approx(10.0)


def test_each_has_its_own_rate(clock: Clock) -> None:
    rate = Rate(1, clock)
    assert rate.take("a") == 0.0
    assert rate.take("a") > 0.0
    assert rate.take("b") == 0.0


@given(
    per_minute=st.integers(1, 50),
    pauses=st.lists(st.floats(0.0, 90.0), min_size=1, max_size=200),
)
def test_any_stretch_of_time_has_at_most_its_share_and_one_minutes_worth(
    per_minute: int, pauses: list[float]
) -> None:
    clock = Clock()
    rate = Rate(per_minute, clock)
    taken = []
    for pause in pauses:
        clock.now += pause
        if rate.take("a") == 0.0:
            taken.append(clock.now)
    for i, first in enumerate(taken):
        for j in range(i, len(taken)):
            assert j - i + 1 <= (taken[j] - first) * per_minute / 60.0 + per_minute + 1e-3


@given(per_minute=st.integers(1, 50), pauses=st.lists(st.floats(0.0, 30.0), max_size=100))
def test_who_waits_as_long_as_told_is_let_in(per_minute: int, pauses: list[float]) -> None:
    clock = Clock()
    rate = Rate(per_minute, clock)
    for pause in pauses:
        clock.now += pause
        if wait := rate.take("a"):
            clock.now += wait
            assert rate.take("a") == 0.0


def test_it_remembers_a_bounded_number_of_callers(clock: Clock) -> None:
    rate = Rate(1, clock)
    for number in range(20_001):
        assert rate.take(str(number)) == 0.0
    assert rate.take("20000") > 0.0
    assert rate.take("0") == 0.0
