"""Everything that jobs need, loaded before the first one comes."""

from __future__ import annotations

from api.tasks.context import Context
from api.tasks.kinds import KINDS
from api.tasks.work import run_task
from optimizer.codec import encode
from optimizer.stop import Deadline

__all__ = ["load"]

_KINDS = ("rosters", "forecasts")
"""They need nearly all that any kind does."""

_SECONDS = 60.0


def load() -> None:
    """Do small jobs for nothing.

    Libraries and compiled code are loaded when they are first used, which takes several seconds
    in a new process; the small jobs themselves take a tenth of one each.
    """
    for name in _KINDS:
        run_task(name, encode(KINDS[name].example), Context(Deadline.after(_SECONDS)))
