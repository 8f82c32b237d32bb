"""Where jobs are solved: processes of this machine, or a cluster."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from api.config import Settings
from api.executors.base import ExecutorLost, JobExecutor, Running, Task, TaskFailed, WorkerDied
from optimizer.errors import Issue, raise_errors

__all__ = [
    "ExecutorLost",
    "JobExecutor",
    "Running",
    "Task",
    "TaskFailed",
    "WorkerDied",
    "check_executor",
    "open_executor",
]

HERE = "processes"
"""The setting for slots on this machine."""


def open_executor(
    settings: Settings, task: Task, ready: Callable[[], None] | None = None
) -> JobExecutor:
    """Return what the settings name: slots on this machine, or a cluster.

    Parameters
    ----------
    task
        What solves; importable by its name wherever it runs.
    ready
        Loads what the task needs, so that the first job need not wait for that; importable, too.
        A cluster goes without: its workers are its own.

    Raises
    ------
    InvalidInput
        As `check_executor` does.
    """
    check_executor(settings)
    if settings.executor != HERE:
        from api.executors.cluster import ClusterExecutor, security_of

        security = security_of(settings.executor_tls_folder)
        return ClusterExecutor(task, settings.executor, security, settings.job_threads)

    from api.executors.processes import ProcessExecutor
    from api.executors.station import Means

    means = Means(settings.job_parts, settings.job_threads, settings.log_level)
    return ProcessExecutor(task, settings.job_processes, means, ready)


def check_executor(settings: Settings) -> None:
    """Find out whether the settings name somebody who could solve, without asking them.

    Raises
    ------
    InvalidInput
        If they name nobody, or a cluster without the extra or the keys that it needs.
    """
    address, folder = settings.executor, settings.executor_tls_folder
    if address == HERE:
        return
    issues: list[Issue] = []
    if not address.startswith(("tcp://", "tls://")):
        detail = f"It is {address!r:.80} but must be {HERE}, tcp://... or tls://..."
        issues.append(Issue("unknown_value", "/CALLBOARD_EXECUTOR", detail))
    elif find_spec("distributed") is None:
        detail = "A cluster needs the extra: pip install 'callboard[cluster]'."
        issues.append(Issue("missing_extra", "/CALLBOARD_EXECUTOR", detail))
    if address.startswith("tls://") and not folder:
        detail = "A tls:// address needs a folder with ca.pem, cert.pem and key.pem."
        issues.append(Issue("missing_field", "/CALLBOARD_EXECUTOR_TLS_FOLDER", detail))
    for name in ("ca.pem", "cert.pem", "key.pem") if folder else ():
        if not (Path(folder) / name).is_file():
            detail = f"There is no {name} in {folder}."
            issues.append(Issue("unreadable_file", "/CALLBOARD_EXECUTOR_TLS_FOLDER", detail))
    raise_errors("The settings name nobody who could solve jobs.", issues)
