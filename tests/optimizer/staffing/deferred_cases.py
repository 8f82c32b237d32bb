"""Deferred work as a linear program: an answer that knows no earliest deadline first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from optimizer.staffing import DeferredWork

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Job:
    """Work of a group that can be done from slot `start` to slot `last`, both included."""

    group: int
    start: int
    last: int
    work: float


def jobs_of(work: Sequence[DeferredWork], slots: int) -> list[Job]:
    """Cut work into jobs, one per arrival, clock and due time; every slot is open."""
    jobs = []
    for g, item in enumerate(work):
        clocks = [(item.window, 1.0)]
        if item.resolution is not None:
            clocks = [(item.window, item.first_share), (item.resolution, 1.0 - item.first_share)]
        for window, share in clocks:
            jobs += [
                Job(g, s, min(s + window, slots) - 1, share * float(amount))
                for s, amount in enumerate(item.arriving)
            ]
        if item.backlog is not None:
            jobs += [Job(g, 0, s, float(amount)) for s, amount in enumerate(item.backlog)]
    return [job for job in jobs if job.work > 0.0]


def _solve(jobs: Sequence[Job], idle: Array, may_use: NDArray[np.bool_], objective: str) -> float:
    """Minimise the peak or the sum of extra work so that all jobs are done in time.

    Variables: for every job and slot the work in each pool and by extra agents; last, the peak.
    """
    pools, slots = idle.shape
    if not jobs:
        return 0.0
    width = pools + 1
    places = [
        (j, s, p)
        for j, job in enumerate(jobs)
        for s in range(job.start, job.last + 1)
        for p in range(width)
        if p == pools or may_use[job.group, p]
    ]
    cost = np.zeros(len(places) + 1)
    full = np.zeros((len(jobs), len(places) + 1))
    limits = np.zeros(((pools + 1) * slots, len(places) + 1))
    for column, (j, s, p) in enumerate(places):
        full[j, column] = 1.0
        limits[p * slots + s, column] = 1.0
        cost[column] = float(objective == "sum" and p == pools)
    limits[pools * slots :, -1] = -1.0
    cost[-1] = float(objective == "peak")
    answer = linprog(
        cost,
        A_ub=limits,
        b_ub=np.concatenate([idle.ravel(), np.zeros(slots)]),
        A_eq=full,
        b_eq=[job.work for job in jobs],
    )
    assert answer.success
    return float(answer.fun)


def least_peak_by_program(
    work: Sequence[DeferredWork], idle: Array, may_use: NDArray[np.bool_] | None = None
) -> float:
    """Return the least peak of extra work; `idle` is [slots] or [pools, slots]."""
    return _by_program(work, idle, may_use, "peak")


def least_extra_by_program(
    work: Sequence[DeferredWork], idle: Array, may_use: NDArray[np.bool_] | None = None
) -> float:
    """Return the least sum of extra work; `idle` is [slots] or [pools, slots]."""
    return _by_program(work, idle, may_use, "sum")


def _by_program(
    work: Sequence[DeferredWork],
    idle: Array,
    may_use: NDArray[np.bool_] | None,
    objective: str,
) -> float:
    pools = np.atleast_2d(idle)
    allowed = np.ones((len(work), len(pools)), dtype=bool) if may_use is None else may_use
    return _solve(jobs_of(work, pools.shape[1]), pools, allowed, objective)
