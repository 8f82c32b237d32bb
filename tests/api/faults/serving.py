"""`callboard serve` in which jobs are small tasks: ``python -m tests.api.faults.serving ...``.

All else is as it is. Processes that solve would spend most of a test in importing solvers.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import wait
from importlib import import_module

from api.executors import working
from api.jobs.records import Document, Outcome
from api.supervisor import Child
from api.tasks.context import Context
from optimizer.link import Link
from optimizer.progress import Event
from optimizer.result import Termination

__all__ = ["count_in_parts"]

STEP_SECONDS = 0.4

# Tests wait for these processes: on a machine that is busy with others, nice ones hardly begin.
# Processes that are spawned import this module before they begin.
working._NICER = 0


def count_in_parts(kind: str, body: bytes, context: Context) -> Outcome:
    """Count, in two parts, until the job is asked to stop; tell a better value at each step."""
    executor, link, deadline = context.executor, context.link, context.deadline
    assert executor is not None
    assert link is not None
    parts = [executor.submit(_part, link) for _ in range(2)]
    steps = 0
    while wait(parts, STEP_SECONDS).not_done:
        for _ in link.heard():
            steps += 1
            context.observer(Event("counting", deadline.elapsed(), 1_000.0 / steps, 0.0))
        if deadline.passed():
            link.stop()
    for part in parts:
        part.result()
    made = Document("simulation", "application/json", b'{"replications": %d}' % steps)
    return Outcome((made,), Termination.STOPPED, 1.0, 0.0)


def _part(link: Link) -> None:
    """Count until somebody says that it is enough."""
    from time import sleep

    while not link.stopped():
        link.tell(0, Event("step", 0.0))
        sleep(STEP_SECONDS)


def _child(
    name: str, command: Sequence[str], environment: Mapping[str, str], files: Sequence[int] = ()
) -> Child:
    """Return a part of the service; the runner is told what to have done."""
    if name == "runner":
        command = [*command[:2], "-m", "tests.api.faults.serving", "--runner", command[-1]]
    return Child(name, command, environment, files)


def main() -> None:
    """Be the supervisor, or its runner."""
    if sys.argv[1] == "--runner":
        tasks = import_module("api.tasks")
        tasks.run_task = import_module("tests.api.faults.serving").count_in_parts  # type: ignore[attr-defined]  # a module
        runner = import_module("api.runner.process")
        settings = import_module("api.config").Settings.from_environment()
        runner.run_here(settings, parent=int(sys.argv[2]) or None)
        return
    import_module("api.cli.serve").Child = _child  # type: ignore[attr-defined]  # a module
    import_module("api.cli").main(["serve", *sys.argv[1:]])


if __name__ == "__main__":
    main()
