"""Where jobs are solved: processes of this machine, or a cluster."""

from __future__ import annotations

from api.config import Settings
from api.executors.base import ExecutorLost, JobExecutor, Running, Task, TaskFailed, WorkerDied

__all__ = [
    "ExecutorLost",
    "JobExecutor",
    "Running",
    "Task",
    "TaskFailed",
    "WorkerDied",
    "open_executor",
]


def open_executor(settings: Settings, task: Task) -> JobExecutor:
    """Return what the settings name: slots on this machine, or a cluster.

    Parameters
    ----------
    task
        What solves; importable by its name wherever it runs.

    Raises
    ------
    InvalidInput
        If the settings name something else, or a cluster without the extra that it needs.
    """
    from api.executors.processes import ProcessExecutor
    from api.executors.station import Means

    means = Means(settings.job_parts, settings.job_threads, settings.log_level)
    return ProcessExecutor(task, settings.job_processes, means)
