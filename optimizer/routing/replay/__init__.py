"""Replays: a real log of contacts through the live router, by any policy.

`read_log` reads what came, `crew_of_log` and its siblings say who was there, and `compare` plays
the log by several policies, beside what the log says happened.
"""

from optimizer.routing.replay.compare import Comparison, RouterKind, Run, Settings, compare
from optimizer.routing.replay.crew import (
    Worker,
    crew_of_log,
    crew_of_organisation,
    crew_of_snapshot,
    with_presence,
)
from optimizer.routing.replay.engine import Times
from optimizer.routing.replay.fates import Kept, Waits, target_of
from optimizer.routing.replay.figures import Figures
from optimizer.routing.replay.log import Log, LoggedContact
from optimizer.routing.replay.played import NOBODY, Outcome, Played
from optimizer.routing.replay.presence_table import read_presence
from optimizer.routing.replay.reading import read_log
from optimizer.routing.replay.unknowns import fitted_patience

__all__ = [
    "NOBODY",
    "Comparison",
    "Figures",
    "Kept",
    "Log",
    "LoggedContact",
    "Outcome",
    "Played",
    "RouterKind",
    "Run",
    "Settings",
    "Times",
    "Waits",
    "Worker",
    "compare",
    "crew_of_log",
    "crew_of_organisation",
    "crew_of_snapshot",
    "fitted_patience",
    "read_log",
    "read_presence",
    "target_of",
    "with_presence",
]
