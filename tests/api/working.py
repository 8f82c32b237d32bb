"""Jobs done in the process of the test: what a runner does, without processes of its own."""

from __future__ import annotations

from api.jobs.desk import Desk
from api.jobs.leases import take
from api.jobs.records import Problem
from api.problems import problem_of
from api.store import Store
from api.tasks import Context, prepare, run_task
from optimizer.stop import Deadline

__all__ = ["work_off"]


def work_off(store: Store) -> None:
    """Do all jobs that wait, one after another, within a few seconds each."""
    lease = take(store, "runner", "test", 600)
    assert lease is not None
    desk = Desk(store, lease, attempts=3)
    while claims := desk.claim(1):
        for claim in claims:
            try:
                body = prepare(store, claim.tenant, claim.kind, claim.body)
                desk.finish(claim.job, run_task(claim.kind, body, Context(Deadline.after(10.0))))
            except Exception as error:
                found = problem_of(error)
                if found is None:
                    raise
                told = found.as_dict()
                desk.fail(claim.job, Problem(**told | {"errors": ()}))
