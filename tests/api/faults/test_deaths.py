"""Whatever is killed, whatever a job is in: it comes to its end once, and its listeners see all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product

import pytest

from tests.api.faults.harness import Service, check, follow
from tests.api.faults.holding import held_at_the_end
from tests.api.faults.postgres import Postgres

STATES = ("queued", "running", "stopping", "discarding", "finishing")
VICTIMS = ("runner", "job", "parts", "web", "pools", "supervisor")
ALWAYS = {
    ("sqlite", "runner", "running"),
    ("sqlite", "runner", "finishing"),
    ("sqlite", "job", "stopping"),
    ("postgresql", "database", "running"),
    ("postgresql", "database", "finishing"),
}
"""What runs without being asked for; the others take minutes."""


def cases() -> Iterator[object]:
    """Yield every database, victim and state that there is."""
    of_both = product(("sqlite", "postgresql"), VICTIMS)
    for (database, victim), state in product([*of_both, ("postgresql", "database")], STATES):
        # Parts have ended when what they made is written.
        if (victim, state) == ("parts", "finishing"):
            continue
        long = () if (database, victim, state) in ALWAYS else (pytest.mark.faults,)
        yield pytest.param(database, victim, state, marks=long, id=f"{database}-{victim}-{state}")


@contextmanager
def brought_to(service: Service, job: str, behind: str, state: str) -> Iterator[None]:
    """Have a job in a state, at least until the block has begun."""
    service.at_work(job)
    if state == "finishing":
        with held_at_the_end(service.url) as wait:
            service.insist("POST", f"/v1/jobs/{job}/stop")
            wait()
            yield
        return
    if state in ("stopping", "discarding"):
        # The runner hears nothing of it before somebody dies.
        with service.frozen("runner"):
            if state == "stopping":
                answer = service.insist("POST", f"/v1/jobs/{job}/stop")
            else:
                answer = service.insist("DELETE", f"/v1/jobs/{job}")
            assert answer.body["state"] == "stopping"
            yield
        return
    if state == "queued":
        assert service.job(behind)["state"] == "queued"
    yield


def kill(service: Service, victim: str, server: Callable[[], Postgres]) -> None:
    """Kill a part of the service, or the database."""
    if victim == "database":
        server().kill()
        server().start()
    else:
        service.kill(victim)


@pytest.mark.parametrize(("database", "victim", "state"), list(cases()))
def test_no_job_is_lost_or_done_twice(
    services: Callable[[str], Service],
    database: str,
    victim: str,
    state: str,
    request: pytest.FixtureRequest,
) -> None:
    service = services(database)
    job, behind = service.submit(), service.submit()
    followers = {job: follow(service, job), behind: follow(service, behind)}
    with brought_to(service, job, behind, state):
        kill(service, victim, lambda: request.getfixturevalue("postgres"))
    if victim in ("runner", "job", "parts"):
        # Else the job may be asked to stop just when it waits again, which cancels it.
        service.until(lambda: _noticed(service, job), "nobody notices")
    end = "cancelled" if state == "discarding" else "done"
    check(service, followers, {job: end, behind: "done"})


def _noticed(service: Service, job: str) -> bool:
    kinds = {event["kind"] for event in service.events(job)}
    return bool(kinds & {"requeued", "done", "cancelled"})
