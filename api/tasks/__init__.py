"""What jobs do: functions from a request to its results, the same in whatever process they run.

Web workers `accept` a request, which makes it complete; a runner has `prepare` fill in a stored
history; any process can then `run_task`.
"""

from api.tasks.acceptance import Accepted
from api.tasks.context import Context
from api.tasks.kinds import KINDS, Kind
from api.tasks.loading import load
from api.tasks.work import accept, prepare, run_task

__all__ = ["KINDS", "Accepted", "Context", "Kind", "accept", "load", "prepare", "run_task"]
