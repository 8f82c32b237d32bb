"""Peers make the same roster, and the verifier agrees with what they say of it."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.centre import centre
from benchmarks.rostering.apart import apart
from benchmarks.rostering.engine import measure
from benchmarks.rostering.peers import textbook_figures
from benchmarks.rostering.pyworkforce_peer import PACKAGE, beside_pyworkforce, one_skill
from benchmarks.rostering.textbook import textbook_roster
from optimizer.model import RosterProblem, check_problem
from optimizer.roster import verify
from optimizer.stop import Deadline


def small(seed: int) -> RosterProblem:
    """Return a centre of four with few starts and lunches, which the textbook model can solve."""
    made = centre(4, 1, 7, seed, distinct=True)
    templates = tuple(
        replace(
            template,
            step_minutes=240,
            activities=tuple(replace(lunch, step_minutes=60) for lunch in template.activities),
        )
        for template in made.organisation.templates
    )
    return RosterProblem(replace(made.organisation, templates=templates), made.requirement)


@pytest.mark.parametrize("seed", [2, 7])
def test_the_textbook_model_proves_the_optimum_that_ours_proves(seed: int) -> None:
    problem = small(seed)
    made = textbook_roster(problem, Deadline.after(10), workers=1)
    assert made.roster is not None
    judged = verify(problem, made.roster)
    assert judged.sound, judged.issues
    _, ours = measure(problem, 10.0, seed=1)
    assert ours["termination"] == "optimal"
    assert judged.objective == pytest.approx(ours["objective"])
    assert made.bound == pytest.approx(ours["objective"])


def test_the_textbook_model_says_that_it_had_no_time() -> None:
    found = textbook_figures(small(2), 0.001, seed=0)
    assert found["objective"] is found["gap"] is found["verified"] is None
    assert found["variables"] > 0


def test_the_case_of_one_skill_is_sound_and_can_be_covered_without_rest() -> None:
    problem = one_skill(20, 7, 3)
    assert check_problem(problem) == []
    assert (problem.requirement.agents == np.ceil(problem.requirement.agents)).all()
    _, ours = measure(problem, 20.0, seed=1)
    assert ours["short_agent_intervals"] == 0
    assert ours["objective"] == ours["shifts"]


def test_pyworkforce_needs_as_many_shifts_as_ours() -> None:
    pytest.importorskip(PACKAGE)
    found = beside_pyworkforce(20, 7, 3, 20.0)
    assert found["pyworkforce"]["status"] == "OPTIMAL"
    assert found["pyworkforce"]["verified"]
    assert found["pyworkforce"]["short_agent_intervals"] == 0
    assert found["pyworkforce"]["shifts"] == found["callboard"]["shifts"]


def test_a_call_apart_runs_in_another_process() -> None:
    assert apart(os.getpid) != os.getpid()
