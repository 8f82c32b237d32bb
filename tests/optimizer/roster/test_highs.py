"""HiGHS in a thread of its own: answers, warm starts, deadlines, and what can go wrong."""

from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import pytest
import scipy.optimize._highspy  # type: ignore[import-not-found]  # private

from optimizer.roster.linear import LinearModel
from optimizer.stop import Deadline
from tests.optimizer.roster.cases import soon

BINDINGS = "scipy.optimize._highspy._core"


def knapsack() -> LinearModel:
    """Return 0-1 knapsack: worths 5, 4, 3 and weights 2, 3, 1 within 5; best 5 + 4."""
    model = LinearModel()
    columns = model.add_variables(3, 1.0, [-5.0, -4.0, -3.0], integer=True)
    model.add_row(columns, [2.0, 3.0, 1.0], upper=5.0)
    return model


def market_split(rows: int) -> LinearModel:
    """Return rows of whole numbers to be halved exactly (Cornuejols and Dawande 1998): hard."""
    rng, model = np.random.default_rng(0), LinearModel()
    items = model.add_variables(10 * (rows - 1), 1.0, integer=True)
    for _ in range(rows):
        weights = rng.integers(0, 100, len(items))
        over, under = model.add_variables(2, cost=1.0).tolist()
        half = float(weights.sum() // 2)
        model.add_row([*items, over, under], [*weights, -1.0, 1.0], lower=half, upper=half)
    return model


def test_a_search_finds_the_best_and_proves_it() -> None:
    solution = knapsack().solve(soon())
    assert solution.values is not None
    assert solution.values.round().tolist() == [1, 1, 0]
    assert solution.objective == pytest.approx(-9.0)
    assert solution.bound == pytest.approx(-9.0)


def test_a_relaxation_is_bounded_by_its_own_optimum() -> None:
    # All of the first and the third, and two thirds of the second.
    solution = knapsack().solve(soon(), relax=True)
    assert solution.objective == pytest.approx(-8.0 - 4.0 * 2 / 3)
    assert solution.bound == pytest.approx(solution.objective)


def test_rows_that_contradict_each_other_are_told_apart_from_a_lack_of_time() -> None:
    model = knapsack()
    model.add_row(np.arange(3), lower=4.0)
    assert model.solve(soon()).infeasible
    late = knapsack().solve(soon(0.0))
    assert late.values is None
    assert not late.infeasible


def test_a_stop_leaves_a_search_with_the_best_so_far() -> None:
    deadline = Deadline.after(60.0)

    def stop(objective: float, _: float) -> None:
        if np.isfinite(objective):
            deadline.stop()

    solution = market_split(6).solve(deadline, listener=stop)
    assert solution.values is not None
    assert solution.bound < solution.objective


def test_what_goes_wrong_in_the_thread_reaches_the_caller() -> None:
    with pytest.raises(ValueError, match="pass"):
        knapsack().solve(soon(), start=np.ones(3), listener=_broken)


def _broken(objective: float, bound: float) -> None:
    raise ValueError("pass this on")


def test_a_scipy_without_the_bindings_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(scipy.optimize._highspy, "_core")
    monkeypatch.setitem(sys.modules, BINDINGS, None)
    with pytest.raises(ImportError, match=r"scipy [\d.]+ .*those of scipy 1.17 are right"):
        knapsack().solve(soon())


def test_a_scipy_with_other_bindings_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scipy.optimize._highspy, "_core", ModuleType(BINDINGS))
    with pytest.raises(ImportError, match="without _Highs, HighsLp"):
        knapsack().solve(soon())
