"""Solve a published instance and say how good the roster is, and since when."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.nsp.instance import parse_instance
from benchmarks.nsp.judge import judge
from benchmarks.nsp.problem import assignments_of, problem_of
from optimizer.progress import Event, Observer
from optimizer.result import relative_gap
from optimizer.roster.columns import improve_columns
from optimizer.roster.convert import roster_of
from optimizer.roster.frame import Frame
from optimizer.roster.tours import Tours
from optimizer.roster.verify import verify
from optimizer.stop import Deadline

__all__ = ["best_known", "measure"]


def measure(
    path: Path, deadline: Deadline, observer: Observer, *, seed: int, threads: int
) -> dict[str, Any]:
    """Return the figures of one run.

    Raises
    ------
    InvalidInput
        If the file is no instance.
    """
    text = path.read_text("utf-8-sig", errors="replace")
    instance = parse_instance(text)
    problem = problem_of(instance)
    curve: list[list[float | None]] = []

    def watch(event: Event) -> None:
        observer(event)
        if event.objective is None and event.bound is None:
            return
        if not curve or curve[-1][1:] != [event.objective, event.bound]:
            curve.append([round(event.seconds, 3), event.objective, event.bound])

    frame = Frame.of(problem)
    found = improve_columns(frame, Tours.of(frame), deadline, watch, seed=seed, threads=threads)
    seconds = deadline.elapsed()
    # The instances know no activities.
    roster = roster_of(frame, found.worked, np.zeros((*found.worked.shape, 0), np.int64), {})
    judged = verify(problem, roster)
    verdict = judge(text, assignments_of(instance, roster))
    agreed = verdict.objective == judged.objective
    best = best_known(path)
    return {
        "instance": path.stem,
        "days": instance.days,
        "staff": len(instance.staff),
        "shift_types": len(instance.shifts),
        "seed": seed,
        "objective": judged.objective,
        "bound": found.bound if np.isfinite(found.bound) else None,
        "gap": relative_gap(judged.objective, found.bound) if np.isfinite(found.bound) else None,
        "seconds": seconds,
        "verified": judged.sound and verdict.feasible and agreed,
        "best_known": best,
        "best_known_gap": None if not best else (judged.objective - best) / best,
        "rounds": found.rounds,
        "phases": found.phases,
        "curve": curve,
    }


def best_known(path: Path) -> float | None:
    """Return the best known objective, if a file best_known.csv beside the instance has it."""
    table = path.with_name("best_known.csv")
    number = re.search(r"(\d+)$", path.stem)
    if number is None or not table.is_file():
        return None
    with table.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row.get("instance") == str(int(number[1])):
                try:
                    return float(row["best_known"])
                except (KeyError, ValueError):
                    return None
    return None
