"""Compiled code made ready before time is measured or limited."""

from __future__ import annotations

from datetime import date

import numpy as np

from optimizer.io import read_organisation
from optimizer.model import Requirement, RosterProblem, TimeGrid
from optimizer.roster import solve
from optimizer.simulation import Settings, simulate
from optimizer.stop import Deadline
from sample_data import SMALL

__all__ = ["compile_kernels"]

_DAY = date(2026, 1, 5)


def compile_kernels() -> None:
    """Roster and simulate a day of a small centre once, for nothing.

    The first call on a machine compiles for up to a minute, later ones take less than a second.
    A roster that is limited to some seconds would otherwise spend them on its compiler, and look
    worse than the next one for no other reason.
    """
    organisation = read_organisation(SMALL / "organisation.json")
    grid = TimeGrid.of_days(_DAY, 1, 30, organisation.zone)
    agents = np.zeros((len(organisation.groups), grid.count))
    agents[:, 18:36] = 0.5
    groups = tuple(group.id for group in organisation.groups)
    problem = RosterProblem(organisation, Requirement(grid, groups, agents))
    built = solve(problem, deadline=Deadline.after(5.0))
    handling_s = np.full_like(agents, 60.0)
    settings = Settings(replications=1)
    simulate(organisation, built.roster, agents, handling_s, settings=settings)
