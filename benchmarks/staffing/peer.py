"""Erlang C beside pyworkforce: do both agree, which numbers differ and why, and how fast.

pyworkforce takes one interval at a time in plain Python. Its search starts at
``round(load + 1)`` agents and only goes up, so that it can pass over a lower number that holds;
its bound on occupancy is the ceiling of a quotient of floats, which can add an agent. Where the
numbers of agents differ, its own formulas judge which of them hold.
"""

from __future__ import annotations

import time
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["GOALS", "PACKAGE", "beside_pyworkforce"]

PACKAGE = "pyworkforce"
INSTALL = "pip install 'callboard[bench]'"

GOALS = {"80/20, occupancy 85 %": (0.8, 20.0, 0.85), "50/120": (0.5, 120.0, 1.0)}
"""Share, seconds and greatest occupancy: one bound by occupancy in large groups, one not."""

_INTERVAL_S = 1800.0
_SLACK = 1.0 + 1e-9


def beside_pyworkforce(intervals: int, seed: int) -> dict[str, Any]:
    """Compare figures and least agents over intervals with whole contacts and half minutes.

    Whole numbers are where ceilings go wrong. Without the package the result says how to get it.
    """
    try:
        found = version(PACKAGE)
    except PackageNotFoundError:
        return {"package": PACKAGE, "absent": f"not installed: {INSTALL}"}
    import numpy as np

    rng = np.random.default_rng(seed)
    offered = rng.integers(1, 1200, intervals).astype(np.float64)
    aht_s = 30.0 * rng.integers(2, 21, intervals).astype(np.float64)
    return {
        "package": PACKAGE,
        "version": found,
        "model": "Erlang C",
        "intervals": intervals,
        "goals": {name: _compare(*goal, offered, aht_s) for name, goal in GOALS.items()},
    }


def _compare(
    share: float, within_s: float, occupancy: float, offered: Array, aht_s: Array
) -> dict[str, Any]:
    import numpy as np

    from optimizer.model import ServiceGoal
    from optimizer.staffing import least_agents, performance

    goal = ServiceGoal(share, within_s, max_occupancy=occupancy)
    least_agents(goal, offered[:2], aht_s[:2], _INTERVAL_S)  # compiles, or loads what was compiled
    began = time.perf_counter()
    ours = least_agents(goal, offered, aht_s, _INTERVAL_S)
    searched = time.perf_counter()
    figures = performance(ours, offered, aht_s, _INTERVAL_S, within_s=within_s)
    measured = time.perf_counter()

    erlang_c = import_module("pyworkforce.queuing").ErlangC
    peers = [
        erlang_c(volume, aht / 60.0, within_s / 60.0, _INTERVAL_S / 60.0)
        for volume, aht in zip(offered.tolist(), aht_s.tolist(), strict=True)
    ]
    staffed = list(zip(peers, ours.tolist(), strict=True))
    their_began = time.perf_counter()
    theirs = [p.required_positions(share, occupancy)["raw_positions"] for p in peers]
    their_searched = time.perf_counter()
    their_figures = [(p.waiting_probability(n), p.service_level(n)) for p, n in staffed]
    their_measured = time.perf_counter()

    own = np.stack([figures.waiting, figures.served_within], axis=1)
    return {
        "figures": {
            "largest_difference": float(np.abs(own - np.array(their_figures)).max()),
            **_speed(measured - searched, their_measured - their_searched),
        },
        "least_agents": {
            **_judge(share, occupancy, staffed, theirs),
            **_speed(searched - began, their_searched - their_began),
        },
    }


def _speed(ours: float, theirs: float) -> dict[str, float]:
    return {"seconds": ours, "their_seconds": theirs, "times_faster": theirs / ours}


def _judge(
    share: float, occupancy: float, staffed: list[tuple[Any, int]], theirs: list[int]
) -> dict[str, int]:
    """Count the differences by what pyworkforce's own formulas say of our numbers.

    ``lower_number_skipped``: ours are fewer and hold; ``ceiling_of_a_quotient``: ours are fewer
    and hold but for the last digit of an occupancy; ``unexplained``: everything else.
    """
    count = dict.fromkeys(
        ("agreeing", "lower_number_skipped", "ceiling_of_a_quotient", "unexplained"), 0
    )
    for (peer, own), their in zip(staffed, theirs, strict=True):
        stable = own > peer.intensity
        if own == their:
            count["agreeing"] += 1
        elif own > their or not stable or peer.service_level(own) * _SLACK < share:
            count["unexplained"] += 1
        elif peer.achieved_occupancy(own) < occupancy:
            count["lower_number_skipped"] += 1
        elif peer.achieved_occupancy(own) <= occupancy * _SLACK:
            count["ceiling_of_a_quotient"] += 1
        else:
            count["unexplained"] += 1
    return count
