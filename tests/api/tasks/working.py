"""Jobs without a runner: accepted, done here, and kept like those of a runner."""

from __future__ import annotations

import pickle
from concurrent.futures import Executor, Future
from typing import Any

from api.config import Settings
from api.jobs.desk import Desk
from api.jobs.leases import take
from api.jobs.queue import Submission, submit
from api.jobs.records import Document, Outcome
from api.store import Store
from api.tasks import KINDS, Accepted, Context, accept, prepare, run_task
from optimizer.codec import encode
from optimizer.stop import Deadline

TENANT = "main"

LARGEST_TASK = 2_000_000
"""Bytes; more should not travel for a part of a small job."""


class Remote(Executor):
    """Runs each task at once on copies, as another process would have them."""

    def __init__(self) -> None:
        self.tasks = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a task that was pickled and return its pickled result."""
        self.tasks += 1
        sent = pickle.dumps((fn, args, kwargs))
        assert len(sent) < LARGEST_TASK
        called, given, named = pickle.loads(sent)
        future: Future[Any] = Future()
        future.set_result(pickle.loads(pickle.dumps(called(*given, **named))))
        return future


def accepted(store: Store, kind: str, request: Any = None) -> Accepted:
    """Accept a request, by default the example of its kind."""
    body = encode(KINDS[kind].example if request is None else request)
    return accept(store, TENANT, kind, body, Settings())


def done(store: Store, kind: str, body: bytes, context: Context | None = None) -> Outcome:
    """Do the work of a complete request, on one thread."""
    context = context or Context(Deadline.after(60.0), threads=1)
    return run_task(kind, prepare(store, TENANT, kind, body), context)


def kept(store: Store, kind: str, request: Any = None) -> str:
    """Accept a request, do its work, keep the results, and return the identifier of the job."""
    taken = accepted(store, kind, request)
    asked = Submission(tenant=TENANT, kind=kind, body=taken.body, seconds=taken.seconds)
    job, _ = submit(store, asked, max_queued=10)
    lease = take(store, "runner", "tests", 60.0)
    assert lease is not None
    desk = Desk(store, lease, attempts=3)
    (claim,) = desk.claim(1)
    desk.finish(claim.job, done(store, kind, taken.body))
    return job.id


def named(outcome: Outcome) -> dict[str, Document]:
    """Return the documents of an outcome by their names."""
    return {document.name: document for document in outcome.documents}
