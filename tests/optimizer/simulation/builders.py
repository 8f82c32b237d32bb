"""Centres, rosters and volumes that tests of the simulation start from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from optimizer.model import Organisation, Roster, RoutingRule, Shift, TimeGrid
from optimizer.simulation.centre import make_lines, make_pools, make_system
from optimizer.simulation.engine import Played, play
from optimizer.simulation.system import Contacts, Staff
from tests.optimizer.builders import MONDAY, organisation

Figures = npt.NDArray[np.float64]
GRID = TimeGrid.of_days(MONDAY, 2, 30, "Europe/Paris")


def always(centre: Organisation, grid: TimeGrid = GRID) -> Roster:
    """Return a roster in which everybody works all the time."""
    return Roster(grid, tuple(Shift(agent.id, "day", 0, grid.count) for agent in centre.agents))


def work(
    centre: Organisation, per_slot: npt.ArrayLike, aht_s: npt.ArrayLike, grid: TimeGrid = GRID
) -> tuple[Figures, Figures]:
    """Return volumes and handling times that are the same in every slot, for all or by group."""
    shape = (len(centre.groups), grid.count)
    offered, times = (np.reshape(np.asarray(one, float), (-1, 1)) for one in (per_slot, aht_s))
    return np.broadcast_to(offered, shape).copy(), np.broadcast_to(times, shape).copy()


def one_group(agents: int, **changes: Any) -> Organisation:
    """Return a centre with one group that everybody may serve."""
    base = organisation(agents)
    group = replace(base.groups[0], **changes)
    return replace(
        base,
        groups=(group,),
        agents=tuple(replace(agent, skills={"orders": 3}) for agent in base.agents),
    )


def two_groups(agents: int, first: dict[str, Any], second: dict[str, Any]) -> Organisation:
    """Return a centre with two groups that everybody may serve."""
    base = organisation(agents)
    return replace(
        base,
        groups=(replace(base.groups[0], **first), replace(base.groups[1], **second)),
        agents=tuple(replace(a, skills={"orders": 3, "billing": 3}) for a in base.agents),
    )


def play_given(
    centre: Organisation,
    rule: RoutingRule,
    arrivals: list[tuple[float, int, float]],
    aht_s: npt.ArrayLike = 100.0,
    horizon_s: float = 1e6,
) -> Played:
    """Play given patient contacts (arrival, group, service) with everybody there.

    Every group must be one line.
    """
    lines = make_lines(centre)
    pools = make_pools(centre, lines, rule)
    aht = np.broadcast_to(np.asarray(aht_s, float), (len(centre.groups),))
    count = len(centre.agents)
    return play(
        make_system(centre, lines, pools, rule, aht),
        Staff(pools.of_agent, np.arange(count), np.zeros(count), np.full(count, horizon_s)),
        Contacts(
            np.array([arrival for arrival, _, _ in arrivals]),
            np.array([group for _, group, _ in arrivals], np.int32),
            np.full(len(arrivals), np.inf),
            np.array([service for _, _, service in arrivals]),
        ),
        horizon_s=horizon_s,
    )
