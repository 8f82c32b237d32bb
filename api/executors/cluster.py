"""Jobs on a Dask cluster: the same tasks, found by their names in workers of other machines."""

from __future__ import annotations

import contextlib
import logging
import time
import warnings
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor
from pathlib import Path
from threading import Event as Flag
from threading import Lock, Thread
from typing import Any
from uuid import uuid4

import distributed as _distributed
from distributed.scheduler import KilledWorker

from api.executors.base import ExecutorLost, Task, TaskFailed, WorkerDied
from api.executors.cluster_worker import BEGUN, do_job, event_of
from api.jobs.records import Outcome, Problem
from optimizer.progress import Event

__all__ = ["ClusterExecutor", "security_of"]

distributed: Any = _distributed
"""The library; its types are there in part, and say that much of it has none."""

log = logging.getLogger(__name__)

RESOURCE = "solver"
"""If workers declare it, a job takes one of it; else a worker takes one job at a time."""

LOOK_SECONDS = 2.0
CONNECT_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 30.0

_MOST_EVENTS = 1_000


def security_of(folder: str) -> Any:
    """Return how to speak to a cluster (a `distributed.Security`), by the keys in a folder.

    None for an empty name.
    """
    if not folder:
        return None
    files = Path(folder)
    return distributed.Security(
        tls_ca_file=str(files / "ca.pem"),
        tls_client_cert=str(files / "cert.pem"),
        tls_client_key=str(files / "key.pem"),
        require_encryption=True,
    )


class ClusterExecutor:
    """Solves jobs in the workers of a cluster, and waits for a cluster that is away.

    Parameters
    ----------
    task
        What solves; it is found by its name in the workers, where this package is installed too.
    threads
        Threads of one solver.
    """

    def __init__(self, task: Task, address: str, security: Any, threads: int) -> None:
        self._task = task
        self._address = address
        self._security = security
        self._threads = threads
        self._client: Any = None
        self._capacity = 0
        self._resources: dict[str, int] | None = None
        self._runs: set[_Run] = set()
        self._lock = Lock()
        self._closing = Flag()
        # What is said to the scheduler may take long, and the runner never waits for it.
        self._orders = ThreadPoolExecutor(2, "cluster-orders")
        self._keeper = Thread(target=self._keep, name="cluster", daemon=True)
        self._keeper.start()

    @property
    def capacity(self) -> int:
        """Return how many jobs the workers take; zero while there is no cluster."""
        client = self._client
        return self._capacity if client is not None and client.status == "running" else 0

    def start(self, job: str, kind: str, body: bytes, seconds: float) -> _Run:
        """Begin a job on some worker.

        Raises
        ------
        ExecutorLost
            If the cluster is away.
        """
        with self._lock:
            client = self._client
            if client is None:
                raise ExecutorLost("The cluster is away.")
            # A name of its own for each attempt: what an earlier one left is of no account.
            run = _Run(client, f"callboard-{job}-{uuid4().hex[:8]}", self._order)
            with warnings.catch_warnings():
                # A large request is no mistake here, and on a worker it could be lost.
                warnings.filterwarnings("ignore", message="Sending large graph")
                future = client.submit(
                    do_job,
                    self._task,
                    (run.key, job, kind, body, seconds, self._threads),
                    key=run.key,
                    pure=False,
                    resources=self._resources,
                )
            run.watch(future)
            self._runs = {known for known in self._runs if not known.done()} | {run}
            return run

    def close(self) -> None:
        """Give up what still runs, and leave the cluster."""
        self._closing.set()
        for run in self._runs:
            run.kill()
        self._orders.shutdown()
        self._keeper.join(CONNECT_SECONDS + LOOK_SECONDS)

    def _order(self, order: Callable[[], object]) -> None:
        def carry_out() -> None:
            try:
                order()
            except Exception as error:  # whatever it is, the loss of the cluster tells
                log.warning("The cluster does not take an order.", exc_info=error)

        with contextlib.suppress(RuntimeError):  # nothing is ordered after the end
            self._orders.submit(carry_out)

    def _keep(self) -> None:
        """Connect, look after the workers, and connect again, in a thread."""
        pause = LOOK_SECONDS
        while not self._closing.is_set():
            try:
                client = distributed.Client(
                    self._address,
                    security=self._security,
                    timeout=CONNECT_SECONDS,
                    set_as_default=False,
                    name="callboard-runner",
                )
            except Exception as error:  # whatever it is, it may go better the next time
                log.warning("The cluster is away.", exc_info=error)
                self._closing.wait(pause)
                pause = min(LONGEST_PAUSE_SECONDS, 2.0 * pause)
                continue
            pause = LOOK_SECONDS
            log.info("The cluster is there.")
            try:
                while not self._closing.is_set() and client.status == "running":
                    self._look(client)
                    self._closing.wait(LOOK_SECONDS)
            except Exception as error:
                log.warning("The cluster cannot be looked at.", exc_info=error)
            self._leave(client)

    def _look(self, client: Any) -> None:
        workers = client.scheduler_info()["workers"]
        offered = [worker.get("resources", {}).get(RESOURCE, 0) for worker in workers.values()]
        with self._lock:
            self._client = client
            self._resources = {RESOURCE: 1} if any(offered) else None
            self._capacity = int(sum(offered)) if any(offered) else len(workers)

    def _leave(self, client: Any) -> None:
        with self._lock:
            self._client = None
            self._capacity = 0
            runs, self._runs = self._runs, set()
        for run in runs:
            run.lose()
        # What a worker is about to tell a client that goes is logged as a failure there.
        with contextlib.suppress(OSError, TimeoutError):
            client.close(timeout=LOOK_SECONDS)


class _Run:
    """A job on the cluster.

    Parameters
    ----------
    key
        Names the task, the topic of its progress, and the event that stops it.
    order
        Has something said to the scheduler, by another thread.
    """

    def __init__(
        self,
        client: Any,
        key: str,
        order: Callable[[Callable[[], object]], None],
    ) -> None:
        self.key = key
        self._client = client
        self._order = order
        self._begun: float | None = None
        self._events: deque[Event] = deque(maxlen=_MOST_EVENTS)
        self._ending: Future[Outcome | Problem] = Future()
        self._future: Any = None
        client.subscribe_topic(key, self._hear)

    def watch(self, future: Any) -> None:
        """Wait for the end of the task, which was submitted."""
        self._future = future
        future.add_done_callback(self._take)

    def events(self) -> Sequence[Event]:
        """Return the progress since the last call."""
        return [self._events.popleft() for _ in range(len(self._events))]

    def seconds(self) -> float:
        """Return how long a worker has been at it; zero while it waits for one."""
        return 0.0 if self._begun is None else time.monotonic() - self._begun

    def stop(self) -> None:
        """Ask the task to end now with the best it has."""
        self._order(distributed.Event(self.key, self._client).set)

    def kill(self) -> None:
        """Give the job up; a worker that is at it is told to end."""
        if not self._ending.done():
            self._end(error=WorkerDied("It was given up."))
            self.stop()
            assert self._future is not None
            self._order(self._future.cancel)

    def lose(self) -> None:
        """Note that nobody knows what becomes of it."""
        self._end(error=ExecutorLost("The cluster went away."))

    def done(self) -> bool:
        """Tell whether there is an outcome."""
        return self._ending.done()

    def outcome(self) -> Outcome:
        """Return what the task made, or raise why there is nothing."""
        ending = self._ending.result()
        if isinstance(ending, Problem):
            raise TaskFailed(ending)
        return ending

    def _hear(self, event: tuple[float, Mapping[str, Any]]) -> None:
        _, message = event
        if BEGUN in message:
            self._begun = time.monotonic()
        else:
            self._events.append(event_of(message))

    def _take(self, future: Any) -> None:
        """Fetch what the task made; a thread of the library calls this at its end."""
        try:
            if future.status == "finished":
                self._end(future.result())
            elif future.status == "error" and isinstance(future.exception(), KilledWorker):
                self._end(error=WorkerDied("The workers that were at it died."))
            elif future.status == "error":
                log.error("A job came back broken.", exc_info=future.exception())
                self._end(error=WorkerDied("Its worker could not tell what came of it."))
            else:
                self.lose()
        except Exception as error:  # what cannot be fetched is lost, whatever the reason
            log.warning("A result could not be fetched.", exc_info=error)
            self.lose()
        finally:
            with contextlib.suppress(Exception):  # the client may be gone, and its topics with it
                self._client.unsubscribe_topic(self.key)

    def _end(
        self, ending: Outcome | Problem | None = None, *, error: Exception | None = None
    ) -> None:
        """Keep the first end that is told."""
        with contextlib.suppress(InvalidStateError):
            if error is not None:
                self._ending.set_exception(error)
            elif ending is not None:
                self._ending.set_result(ending)
