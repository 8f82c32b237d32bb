"""What a task is given beside its request, whoever runs it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from optimizer.errors import Issue, NoSolution
from optimizer.link import Link
from optimizer.progress import Event, Observer, silent
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
    link
        How parts in the executor hear that the job is to end, and tell how far they are; None if
        they end by their own time only.
    """

    deadline: Deadline
    observer: Observer = silent
    executor: Executor | None = None
    parallel: int = 1
    threads: int = 2
    link: Link | None = None

    def steps(self) -> Callable[[str], None]:
        """Return what tells the observer of each step once, and looks each time as `tell` does."""
        last = ""

        def watch(phase: str) -> None:
            nonlocal last
            if phase != last or self.deadline.passed():
                self.tell(phase)
            last = phase

        return watch

    def tell(self, phase: str) -> None:
        """Tell the observer what is done next, unless the work is to end.

        For work that has no result before its end.

        Raises
        ------
        NoSolution
            If it was stopped, or its time is over.
        """
        if self.deadline.passed():
            what = "It was stopped" if self.deadline.stopped.is_set() else "Its time was over"
            code = "stopped" if self.deadline.stopped.is_set() else "out_of_time"
            detail = f"{what} before there was a result."
            raise NoSolution(detail, [Issue(code, "", f"{what} before the step: {phase}.")])
        self.observer(Event(phase, self.deadline.elapsed()))
