"""How the tests of this folder solve a window."""

from __future__ import annotations

from optimizer.model import Roster, RosterProblem
from optimizer.roster import solve
from optimizer.stop import Deadline


def window(part: RosterProblem, limit: Deadline, near: Roster | None) -> Roster:
    """Return a roster of a window by the engine, with one thread."""
    return solve(part, deadline=limit, workers=1, start=near).roster
