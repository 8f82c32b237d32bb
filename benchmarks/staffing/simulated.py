"""Printed simulations of whole days beside ours, for rows that no formula covers."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from benchmarks.published_scenarios import figures, read_printed, read_published

__all__ = ["simulate_scenario"]


def simulate_scenario(name: str, scenarios: Path, reference: Path, days: int) -> dict[str, Any]:
    """Simulate days of a published scenario and compare every figure that was printed.

    A figure printed with its 95 % interval agrees if that overlaps ours. One printed without
    has an error of its own that nobody told; the greatest difference from ours is given.

    Parameters
    ----------
    scenarios
        File with the parameters of the scenarios.
    reference
        File with the printed figures.
    """
    began = time.perf_counter()
    printed = read_printed(reference, name)
    ours = figures(read_published(scenarios, name), days, seed=1)
    overlapping = {figure: printed[figure].meets(ours[figure]) for figure in printed}
    differences = [
        abs(estimate.mean - printed[figure].mean)
        for figure, estimate in ours.items()
        if overlapping.get(figure, True) is None and estimate.mean is not None
    ]
    return {
        "days": days,
        "printed": len(printed),
        "with_interval": sum(found is not None for found in overlapping.values()),
        "overlapping": sum(found is True for found in overlapping.values()),
        "apart": sorted(figure for figure, found in overlapping.items() if found is False),
        "without_interval": len(differences),
        "largest_difference_without": max(differences, default=None),
        "seconds": time.perf_counter() - began,
    }
