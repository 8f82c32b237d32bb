"""A correction as plain figures: for the terminal, for JSON, for the report."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from api.correction.judge import Stretch
from api.correction.rounds import Correction
from api.correction.trials import Tried
from optimizer.model import TimeGrid
from optimizer.simulation import Estimate

__all__ = ["figures_of", "misses_of"]


def figures_of(correction: Correction, checked: tuple[Tried, Tried]) -> dict[str, Any]:
    """Return all rounds, what was saved, and the first and the kept roster side by side.

    Parameters
    ----------
    checked
        From `Correction.check`.
    """
    first, kept = correction.rounds[0], correction.kept
    saved = ("required_hours", "paid_hours", "cost", "payroll")
    return {
        "rounds": [asdict(told) for told in correction.rounds],
        "kept": kept.number,
        "saved": {name: getattr(first, name) - getattr(kept, name) for name in saved},
        "checked": {
            name: _outcome(tried) for name, tried in zip(("before", "after"), checked, strict=True)
        },
        "missed": misses_of(checked[1], correction.requirement.grid),
        "seconds": sum(told.seconds for told in correction.rounds),
    }


def misses_of(tried: Tried, grid: TimeGrid) -> list[dict[str, Any]]:
    """Return the stretches that miss their goal, those with most contacts short first."""
    return [_miss(stretch, grid) for stretch in sorted(tried.missed, key=lambda miss: -miss.short)]


def _miss(stretch: Stretch, grid: TimeGrid) -> dict[str, Any]:
    reading = stretch.reading
    return {
        "group": stretch.group,
        "start": grid.local(stretch.begin).isoformat(),
        "end": grid.local(stretch.end).isoformat(),
        "contacts": stretch.contacts,
        "figure": reading.figure,
        "value": reading.value,
        "target": reading.target,
        "contacts_short": stretch.short,
    }


def _outcome(tried: Tried) -> dict[str, Any]:
    """Return what a roster comes to with draws that were not used to choose it."""
    result = tried.simulation
    now, later = result.immediate, result.deferred
    denominator = result.intervals[0].denominator
    return {
        "in_time": None if now is None else _estimate(now.service_level[denominator]),
        "first_response": None if later is None else _estimate(later.first_response),
        "occupancy": _estimate(result.occupancy),
        "stretches": len(tried.stretches),
        "missed": len(tried.missed),
        "contacts_short": sum(stretch.short for stretch in tried.missed),
    }


def _estimate(estimate: Estimate) -> dict[str, float | None]:
    return {"mean": estimate.mean, "low": estimate.low, "high": estimate.high}
