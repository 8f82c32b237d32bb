"""The solver is found or named, and its bound is read."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pulp
import pytest

from optimizer.errors import InvalidInput, NoSolution
from optimizer.staffing.capacity import cbc
from optimizer.stop import Deadline


def knapsack(count: int) -> pulp.LpProblem:
    """Return a small model whose relaxation lies below its best whole answer."""
    model = pulp.LpProblem("knapsack", pulp.LpMinimize)
    takes = [model.add_variable(f"x{i}", 0, 1, "Integer") for i in range(count)]
    model.setObjective(pulp.lpSum((3 + i) * x for i, x in enumerate(takes)))
    model.addConstraint(pulp.lpSum((5 + 2 * i) * x for i, x in enumerate(takes)) >= 4 * count + 0.5)
    return model


def test_a_whole_answer_and_its_bound() -> None:
    whole, relaxed = knapsack(8), knapsack(8)
    solved = cbc.run(whole, Deadline.after(30.0))
    assert solved.optimal
    assert solved.bound == pytest.approx(pulp.value(whole.objective))
    linear = cbc.run(relaxed, Deadline.after(30.0), relaxed=True)
    assert linear.bound < solved.bound
    assert linear.bound == pytest.approx(pulp.value(relaxed.objective))


def test_a_gap_lowers_what_is_proven() -> None:
    model = knapsack(8)
    exact = cbc.run(knapsack(8), Deadline.after(30.0)).bound
    solved = cbc.run(model, Deadline.after(30.0), gap=3.0)
    assert solved.optimal
    assert solved.bound <= exact <= pulp.value(model.objective) <= exact + 3.0


def test_nothing_is_begun_without_time() -> None:
    solved = cbc.run(knapsack(8), Deadline.after(0.0))
    assert not solved.found
    assert solved.bound == float("-inf")


def test_a_platform_without_cbc_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda path: None)
    with pytest.raises(InvalidInput) as caught:
        cbc.run(knapsack(8), Deadline.after(30.0))
    assert caught.value.issues[0].code == "missing_solver"
    assert "CBC" in caught.value.issues[0].detail


def test_a_solver_that_breaks_down_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cbc, "_find", lambda: shutil.which("false"))
    with pytest.raises(NoSolution) as caught:
        cbc.run(knapsack(8), Deadline.after(30.0))
    assert caught.value.issues[0].code == "solver_failed"


def test_a_solver_that_does_not_stop_is_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    endless = tmp_path / "endless"
    endless.write_text("#!/bin/sh\nexec sleep 60\n")
    endless.chmod(0o755)
    monkeypatch.setattr(cbc, "_find", lambda: str(endless))
    assert not cbc.run(knapsack(8), Deadline.after(0.3)).found


def test_pulp_is_loaded_only_to_solve() -> None:
    code = "import sys, optimizer.staffing.capacity; sys.exit('pulp' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
