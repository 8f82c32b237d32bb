"""How figures fall over the time of a run, as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.rostering.cells import percent, table
from optimizer.result import relative_gap

__all__ = ["above_best_known", "curves", "gap"]

TIMES = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)
"""Seconds at which curves are read."""

Figures = Mapping[str, Any]
Point = Sequence[Any]
"""Seconds, objective and bound; the last two may be None."""


def curves(kept: Mapping[str, Figures], value: Callable[[Figures, Point], float | None]) -> str:
    """Return a table of a value at fixed times; the last column is the end of the run."""
    longest = max(found["seconds"] for found in kept.values())
    times = [time for time in TIMES if time < longest]
    rows = []
    for name, found in kept.items():
        row = [name]
        for time in [*times, longest]:
            known = [point for point in found["curve"] if point[0] <= time]
            row.append(percent(value(found, known[-1])) if known else "-")
        rows.append(row)
    return table(["case", *(f"{time} s" for time in times), "end"], rows)


def gap(_: Figures, point: Point) -> float | None:
    """Return the relative gap between objective and bound."""
    _, objective, bound = point[:3]
    return None if objective is None or bound is None else relative_gap(objective, bound)


def above_best_known(found: Figures, point: Point) -> float | None:
    """Return by what share of it the objective is above the best known one."""
    best, objective = found["best_known"], point[1]
    return None if objective is None or not best else float(objective - best) / float(best)
