"""One run of CP-SAT: one worker, a deterministic limit, and a stop that is heard at once."""

from __future__ import annotations

from threading import Event, Thread

from ortools.sat.python import cp_model

from optimizer.stop import Deadline

__all__ = ["run"]

TICK = 0.03
"""Seconds between looks at the deadline while a search runs."""


def run(
    model: cp_model.CpModel,
    deadline: Deadline,
    *,
    effort: float,
    seed: int = 0,
    small: bool = False,
) -> cp_model.CpSolver | None:
    """Search, and return the solver if it has found anything.

    Parameters
    ----------
    deadline
        A guard: when the search must have ended, by time or by a stop.
    effort
        Deterministic seconds, which end the search at the same point on every machine.
    small
        Whether the model is a small part of a plan, whose preparation must not take longer than
        its search.
    """
    if deadline.passed():
        return None
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.catch_sigint_signal = False  # the caller's to handle
    if small:
        # All rules in the relaxation: proofs come twice as soon.
        solver.parameters.linearization_level = 2
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.symmetry_level = 0
        solver.parameters.max_presolve_iterations = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_time_in_seconds = deadline.remaining()
    solver.parameters.max_deterministic_time = effort
    ended = Event()
    watcher = Thread(target=_watch, args=(solver, deadline, ended), daemon=True)
    watcher.start()
    try:
        status = solver.solve(model)
    finally:
        ended.set()
        watcher.join()
    return solver if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None


def _watch(solver: cp_model.CpSolver, deadline: Deadline, ended: Event) -> None:
    """Stop a search at the deadline, again and again: a call before it begins has no effect."""
    while not ended.wait(TICK):
        if deadline.passed():
            solver.stop_search()
