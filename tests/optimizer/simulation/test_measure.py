"""Counts and quantiles are what a hand count gives."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from optimizer.simulation.measure import Targets, count, virtual_within, wait_quantiles

from optimizer.simulation.engine import Played
from optimizer.simulation.system import Contacts

Values = npt.NDArray[np.float64]


def played(wait: list[float], answered: list[bool], abandoned: list[bool], end_s: float) -> Played:
    return Played(
        agent=np.where(answered, 0, -1).astype(np.int32),
        abandoned=np.array(abandoned),
        wait=np.array(wait),
        busy_s=np.zeros(1),
        staffed_s=np.zeros(1),
        end_s=end_s,
        events=0,
    )


def contacts(arrival: list[float], line: list[int]) -> Contacts:
    size = len(arrival)
    return Contacts(np.array(arrival), np.array(line, np.int32), np.ones(size), np.ones(size))


def test_every_contact_is_counted_by_line_and_slot() -> None:
    #           answered in time, late, gave up early, late, left; an email; an email too late
    arrival = [0.0, 10.0, 20.0, 110.0, 120.0, 30.0, 40.0]
    wait = [5.0, 30.0, 8.0, 25.0, 80.0, 50.0, 100.0]
    answered = [True, True, False, False, False, True, True]
    abandoned = [False, False, True, True, False, False, False]
    counts = count(
        contacts(arrival, [0, 0, 0, 0, 0, 1, 1]),
        played(wait, answered, abandoned, end_s=200.0),
        Targets(np.array([20.0, math.nan]), np.array([math.nan, 60.0])),
        slot_s=100.0,
        slots=2,
    )
    assert {name: values.tolist() for name, values in counts.items()} == {
        "offered": [[3, 2], [2, 0]],
        "answered": [[2, 0], [2, 0]],
        "abandoned": [[1, 1], [0, 0]],
        "waited": [[35, 0], [150, 0]],
        "targeted": [[3, 2], [0, 0]],
        "targeted_answered": [[2, 0], [0, 0]],
        "good": [[1, 0], [0, 0]],
        "short": [[1, 0], [0, 0]],
        "due": [[0, 0], [2, 0]],
        "responded": [[0, 0], [1, 0]],
    }


def test_a_first_response_that_is_not_due_yet_does_not_count() -> None:
    targets = Targets(np.array([math.nan]), np.array([60.0]))
    counts = count(
        contacts([100.0, 150.0], [0, 0]),
        played([1.0, 1.0], [True, True], [False, False], end_s=200.0),
        targets,
        slot_s=200.0,
        slots=1,
    )
    assert counts["due"].tolist() == [[1]]


def product_limit(wait: Values, answered: npt.NDArray[np.bool_], within: float) -> float:
    """Return one minus the Kaplan-Meier estimate, as textbooks write it: by distinct times."""
    waiting = 1.0
    for moment in np.unique(wait[answered & (wait <= within)]):
        waiting *= 1 - (answered & (wait == moment)).sum() / (wait >= moment).sum()
    return 1 - waiting


def test_the_virtual_service_level_is_the_product_limit_estimate() -> None:
    random = np.random.default_rng(7)
    size = 500
    wait = random.integers(0, 40, size).astype(float)  # with ties
    answered = random.random(size) < 0.7
    cell = random.integers(0, 3, size)
    share = virtual_within(
        contacts([0.0] * size, [0] * size),
        played(wait.tolist(), answered.tolist(), (~answered).tolist(), 100.0),
        Targets(np.array([20.0]), np.array([math.nan])),
        cell,
        4,
    )
    for number in range(3):
        here = cell == number
        assert share[number] == pytest.approx(product_limit(wait[here], answered[here], 20.0))
    assert math.isnan(share[3])


def test_quantiles_of_waits_are_waits_of_the_set() -> None:
    wait = np.arange(1.0, 101.0)
    line = np.array([0, 1] * 50, np.int32)
    member = np.array([[True, True, False], [True, False, False], [False, False, True]])
    quantiles = wait_quantiles(wait, line, member)
    assert quantiles[0].tolist() == [50.0, 90.0, 99.0, 100.0]
    assert quantiles[1].tolist() == [49.0, 89.0, 99.0, 99.0]
    assert np.isnan(quantiles[2]).all()
    assert all((a <= b) for row in quantiles[:2].tolist() for a, b in pairwise(row))
