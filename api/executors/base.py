"""The seam between the runner and whatever solves: start a job, watch it, stop it, take its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from api.jobs.records import Outcome, Problem
from api.tasks.context import Context
from optimizer.progress import Event

__all__ = ["ExecutorLost", "JobExecutor", "Running", "Task", "TaskFailed", "WorkerDied"]

Task = Callable[[str, bytes, Context], Outcome]
"""What solves: from a kind, a request and a context to its results; importable by its name."""


class WorkerDied(Exception):  # noqa: N818 - named for what happened, as in the docs
    """The process that worked on a job is gone; the job itself may be sound."""


class ExecutorLost(Exception):  # noqa: N818
    """Whatever solves cannot be reached for now; no job is to blame."""


class TaskFailed(Exception):  # noqa: N818
    """The task came to an end, but to no result.

    Parameters
    ----------
    problem
        What the owner of the job is told.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.title)
        self.problem = problem


class Running(Protocol):
    """A job that was started. All methods return at once and may be called in any state."""

    def events(self) -> Sequence[Event]:
        """Return the progress since the last call, oldest first."""

    def seconds(self) -> float:
        """Return how long its task has been at work; zero before it began."""

    def stop(self) -> None:
        """Ask the task to end now with the best it has."""

    def kill(self) -> None:
        """End the task without a result, as far as that can be done from here."""

    def done(self) -> bool:
        """Tell whether there is an outcome."""

    def outcome(self) -> Outcome:
        """Return what the task made, once it is done.

        Raises
        ------
        TaskFailed
            If the task raised something; its log has the cause where nobody foresaw it.
        WorkerDied
            If its process, or one of those that worked on its parts, is gone.
        ExecutorLost
            If nobody knows what became of it.
        """


class JobExecutor(Protocol):
    """Solves several jobs at the same time, each in some other process."""

    @property
    def capacity(self) -> int:
        """Return how many jobs may be running now; zero while there is nobody to solve them."""

    def start(self, job: str, kind: str, body: bytes, seconds: float) -> Running:
        """Begin a job; its time is `seconds` from when its task begins.

        Raises
        ------
        ExecutorLost
            If nobody can take it now.
        """

    def close(self) -> None:
        """End whatever still runs, and every process that was made for it."""
