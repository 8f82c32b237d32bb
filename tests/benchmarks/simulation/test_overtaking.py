"""Who passes whom is counted as a person would count it."""

from __future__ import annotations

import numpy as np

from benchmarks.simulation.overtaking import overtaking


def test_answers_are_counted_at_which_somebody_came_before() -> None:
    # 0 waits from 0 to 100, 1 comes at 10 and is answered at 50, a third of kind 0 at 60.
    arrival, wait = np.array([0.0, 10.0, 20.0]), np.array([100.0, 40.0, 40.0])
    rates = overtaking(arrival, wait, np.ones(3, np.bool_), np.array([0, 1, 0]), 2)
    # At 50 kind 1 passes kind 0; at 60 kind 0 passes its like; at 100 nobody else is there.
    assert rates == [[1.0, None], [1.0, None]]


def test_it_agrees_with_looking_at_every_pair() -> None:
    random = np.random.default_rng(3)
    count = 300
    arrival = np.sort(random.uniform(0.0, 3000.0, count))
    wait = np.where(random.random(count) < 0.3, 0.0, random.exponential(120.0, count))
    answered, kind = random.random(count) < 0.8, random.integers(0, 3, count)
    leaves = arrival + wait
    for a, row in enumerate(overtaking(arrival, wait, answered, kind, 3)):
        for b, rate in enumerate(row):
            present = passed = 0
            for i in np.flatnonzero(answered & (wait > 0) & (kind == a)):
                others = (wait > 0) & (kind == b) & (arrival < leaves[i]) & (leaves > leaves[i] + 2)
                present += bool(others.any())
                passed += bool((others & (arrival < arrival[i])).any())
            assert rate == (passed / present if present else None)
