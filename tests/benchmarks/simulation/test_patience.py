"""Patience is learnt from waits that ended one way or the other."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.simulation.patience import Patience


def test_the_estimate_is_that_of_kaplan_and_meier_by_hand() -> None:
    # At 1 one of five gives up, at 3 one of the three who are left, at 4 nobody.
    waits = np.array([1.0, 2.0, 3.0, 4.0, 3.0])
    law = Patience.of(waits, np.array([True, False, True, False, False]))
    assert law.times.tolist() == [1.0, 3.0, 4.0]
    assert law.beyond == pytest.approx([4 / 5, 4 / 5 * 2 / 3, 0.0])
    assert law.mean_s == pytest.approx(1.0 + 2 * 4 / 5 + 1 * 8 / 15)


def test_without_answers_it_is_the_waits_themselves() -> None:
    waits = np.array([5.0, 1.0, 3.0, 3.0])
    law = Patience.of(waits, np.ones(4, np.bool_))
    assert law.mean_s == pytest.approx(waits.mean())


def test_patience_is_found_behind_waits_that_cut_it_short() -> None:
    random = np.random.default_rng(1)
    patience, wait = random.exponential(100.0, 50_000), random.exponential(150.0, 50_000)
    law = Patience.of(np.minimum(patience, wait), patience <= wait)
    assert law.mean_s == pytest.approx(100.0, rel=0.03)
    drawn = law.draw(np.zeros(50_000), random)
    assert np.median(drawn) == pytest.approx(100.0 * np.log(2.0), rel=0.04)


def test_who_has_waited_is_at_least_as_patient() -> None:
    random = np.random.default_rng(2)
    law = Patience.of(np.arange(1.0, 101.0), np.arange(100) % 3 == 0)
    waited = random.uniform(0.0, 120.0, 2000)
    drawn = law.draw(waited, random)
    assert (drawn >= waited).all()
    assert (drawn[waited < 97.0] > waited[waited < 97.0]).all()


def test_where_nobody_is_known_everybody_waits() -> None:
    law = Patience.of(np.zeros(0), np.zeros(0, np.bool_))
    drawn = law.draw(np.array([0.0, 10.0]), np.random.default_rng(1))
    assert np.isinf(drawn).all()
