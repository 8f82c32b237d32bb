"""What a task is given beside its request, whoever runs it."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

from optimizer.progress import Observer, silent
from optimizer.stop import Deadline

__all__ = ["Context"]


@dataclass(frozen=True, slots=True)
class Context:
    """Time, watchers and helpers of one task.

    Parameters
    ----------
    deadline
        When the result has to be there. Its `stop` is called when the job is asked to keep its
        best, from another thread.
    observer
        Is told of the progress; may be called from any thread.
    executor
        Where parts of the work (sites, blocks of groups, replications) can run beside each other,
        perhaps in other processes on other machines; None does them here. What is submitted must
        pickle, and may be run twice where a process dies.
    parallel
        How many parts run at the same time.
    threads
        Threads of one solver.
    """

    deadline: Deadline
    observer: Observer = silent
    executor: Executor | None = None
    parallel: int = 1
    threads: int = 2
