"""Times in turns: everybody runs as often as is said."""

from __future__ import annotations

import gc
from collections import Counter

import pytest

from benchmarks.routing.timing import SLOW_TURNS, alternately, percentiles, settled


def test_the_slow_ones_take_part_in_every_fourth_round_and_all_run_once_before() -> None:
    ran: Counter[str] = Counter()
    told = alternately(
        {"quick": lambda: ran.update(["quick"])}, {"slow": lambda: ran.update(["slow"])}, 8
    )
    assert ran == {"quick": 9, "slow": 8 // SLOW_TURNS + 1}
    assert {name: row["repeats"] for name, row in told.items()} == {"quick": 8, "slow": 2}


def test_what_is_there_is_the_collectors_again_afterwards() -> None:
    with settled():
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0


def test_percentiles_are_in_milliseconds() -> None:
    told = percentiles([0.001 * one for one in range(1, 102)])
    assert told == {
        "best_ms": pytest.approx(1.0),
        "median_ms": pytest.approx(51.0),
        "p99_ms": pytest.approx(100.0),
        "repeats": 101,
    }
