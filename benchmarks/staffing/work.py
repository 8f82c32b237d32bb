"""Reference rows on work that is not answered at once, and on plans over weeks."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["async_deadline", "capacity_week", "deferred_fill"]

Inputs = Mapping[str, str]


def async_deadline(given: Inputs) -> dict[str, float]:
    """Return the least constant staff for hourly arrivals, all due so many hours later."""
    import numpy as np

    from optimizer.staffing import DeferredWork, least_constant_agents

    contacts = np.array([float(part) for part in given["arrivals_per_hour_at_start"].split("|")])
    per_agent_hour = float(given["productivity"].removesuffix("/agent-hour"))
    work = DeferredWork(contacts / per_agent_hour, window=int(given["SLA_hours"]))
    # Windows that are not over with the day run on into the open hours that follow.
    found = least_constant_agents([work], np.ones(len(contacts), dtype=np.bool_))
    return {"min_constant_agents": found.agents}


def deferred_fill(given: Inputs) -> dict[str, float]:
    """Return the share of agents' time that deferred work can fill."""
    from optimizer.staffing import idle_time

    busy, most = (
        0.01 * float(given[name].removesuffix("%"))
        for name in ("immediate_occupancy", "max_occupancy_deferred")
    )
    return {"deferred_share_of_agent_time": float(idle_time(1.0, busy, most))}


def capacity_week(given: Inputs) -> dict[str, float]:
    """Return the most hours that one person works in a week of a capacity plan."""
    from optimizer.staffing.capacity import StaffGroup

    group = StaffGroup(
        "staff",
        heads=1.0,
        hourly_cost=1.0,
        hours_per_week=float(given["FTE_hours_week"]),
        max_overtime=0.01 * float(given["max_OT"].removesuffix("%")),
    )
    return {"max_week_hours": group.most_hours_per_week}
