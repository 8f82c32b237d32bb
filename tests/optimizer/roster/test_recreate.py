"""Handfuls of people taken out together: what single responses cannot find."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.centre import centre
from optimizer.roster.frame import Frame
from optimizer.roster.recreate import recreate
from optimizer.roster.respond import first_plan
from optimizer.roster.state import State
from optimizer.roster.tours import Tours
from tests.optimizer.roster.cases import soon


@pytest.fixture(scope="module")
def frame() -> Frame:
    """Return a centre of two skills."""
    return Frame.of(centre(24, 2, 7, 3))


def test_a_handful_finds_what_nobody_finds_alone(frame: Frame) -> None:
    tours = Tours.of(frame)
    state = first_plan(frame, tours, soon(), seed=1)
    before = state.cost
    saved = recreate(state, tours, soon(), seed=1, steps=150)
    assert saved > 0
    assert state.cost == pytest.approx(before - saved)
    again = State.of(frame, state.worked, state.begins)
    assert again.cost == pytest.approx(state.cost)


def test_the_same_seed_recreates_the_same_plan(frame: Frame) -> None:
    tours = Tours.of(frame)
    plans = []
    for _ in range(2):
        state = first_plan(frame, tours, soon(), seed=1)
        recreate(state, tours, soon(), seed=2, steps=25)
        plans.append(state.worked)
    assert np.array_equal(*plans)


def test_nothing_is_done_once_it_is_good_enough_or_too_late(frame: Frame) -> None:
    tours = Tours.of(frame)
    state = first_plan(frame, tours, soon(), seed=1)
    worked = state.worked.copy()
    assert recreate(state, tours, soon(), steps=9, enough=state.cost) == 0.0
    assert recreate(state, tours, soon(0.0), steps=9) == 0.0
    assert np.array_equal(state.worked, worked)
