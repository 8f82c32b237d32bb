"""A tenant with something of everything that the service keeps, all of it put there over HTTP."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.jobs.desk import Desk
from api.jobs.leases import take
from api.jobs.records import Problem
from api.schemas.examples import as_json
from api.store import Store
from api.tasks import KINDS, prepare, run_task
from api.tasks.context import Context
from optimizer.stop import Deadline

__all__ = [
    "MARK",
    "Tenant",
    "example",
    "kinds_in",
    "path_values",
    "pool_events",
    "populate",
    "run_all",
]

MARK = "confidential"
"""Stands in every name that can be chosen."""


KIND_OF = {
    ("jobs", "id"): "job",
    ("forecasts", "id"): "job",
    ("rosters", "id"): "job",
    ("rosters", "before"): "job",
    ("rosters", "after"): "job",
    ("simulations", "id"): "job",
    ("comparisons", "id"): "job",
    ("plans", "id"): "job",
    ("pools", "id"): "pool",
    ("pools", "ticket"): "ticket",
    ("schedules", "id"): "schedule",
    ("publications", "version"): "publication",
    ("demo-data", "kind"): None,
}
"""What a parameter of a path names; None for what belongs to nobody."""


@dataclass
class Tenant:
    """Who calls, with a key that allows everything, and what is there.

    Parameters
    ----------
    ids
        By kind of resource all identifiers that a path can hold.
    """

    client: FlaskClient
    key: str
    ids: dict[str, list[str]] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None) -> TestResponse:
        """Return the answer to a request; of what could be a stream, the list."""
        headers = {"Authorization": f"Bearer {self.key}", "Accept": "application/json"}
        sent = {} if body is None else {"json": body}
        return self.client.open(path, method=method, headers=headers, **sent)

    def must(self, method: str, path: str, body: Any = None) -> Any:
        """Return the answer to a request that has to succeed."""
        answer = self.ask(method, path, body)
        assert answer.status_code < 300, (method, path, answer.text)
        return answer.get_json(silent=True)


def example(paths: dict[str, Any], method: str, path: str) -> Any:
    """Return the body that the description shows for an operation, or None if it takes none."""
    body = paths[path][method.lower()].get("requestBody")
    return None if body is None else body["content"]["application/json"]["example"]


def kinds_in(path: str) -> dict[str, str | None]:
    """Return what each parameter of a path names, or None for what belongs to nobody."""
    return {name: KIND_OF[path.split("/")[2], name] for name in re.findall(r"{(\w+)}", path)}


def path_values(path: str, ids: dict[str, list[str]]) -> list[dict[str, str]]:
    """Return all combinations of identifiers that can stand in a path."""
    kinds = kinds_in(path)
    choices = [ids[str(kind)] for kind in kinds.values()]
    return [dict(zip(kinds, chosen, strict=True)) for chosen in product(*choices)]


def pool_events() -> dict[str, Any]:
    """Return somebody who can take a ticket, and the ticket, as of now."""
    agent = {"id": "ann", "skills": {"billing": 3}, "capacity": 1}
    created = datetime.now(UTC).isoformat()
    ticket = {"id": "t-1", "channel": "chat", "created": created, "skills": {"billing": 2}}
    return {
        "events": [
            {"kind": "agent_put", "agent": agent},
            {"kind": "ticket_created", "ticket": ticket},
        ]
    }


def populate(tenant: Tenant, store: Store, paths: dict[str, Any]) -> None:
    """Put data, pools, schedules, publications, and jobs of each kind in each state."""
    people = {"organisation": as_json(KINDS["rosters"].example)["organisation"]}
    tenant.must("PUT", "/v1/organisation", people)
    for path in ("/v1/calendar", "/v1/history"):
        tenant.must("PUT", path, example(paths, "PUT", path))
    pool, schedule = f"/v1/pools/{MARK}", f"/v1/schedules/{MARK}"
    tenant.must("PUT", pool, example(paths, "PUT", "/v1/pools/{id}"))
    tenant.must("POST", f"{pool}/events", pool_events())
    tenant.must("PUT", schedule, example(paths, "PUT", "/v1/schedules/{id}"))
    done = [_submitted(tenant, kind) for kind in KINDS]
    desk = run_all(store)
    roster = done[list(KINDS).index("rosters")]
    tenant.must("POST", f"/v1/rosters/{roster}/publish", {"expected_version": 0, "remark": MARK})
    running, stopping, failed = (_submitted(tenant, "rosters") for _ in range(3))
    desk.claim(3)
    tenant.must("POST", f"/v1/jobs/{stopping}/stop")
    desk.fail(failed, Problem("urn:callboard:problem:x", "Failed", 500, MARK, ()))
    cancelled, queued = (_submitted(tenant, "rosters") for _ in range(2))
    tenant.must("POST", f"/v1/jobs/{cancelled}/stop")
    tenant.ids = {
        "job": [*done, running, stopping, failed, cancelled, queued],
        "pool": [MARK],
        "ticket": ["t-1"],
        "schedule": [MARK],
        "publication": ["1"],
    }


def run_all(store: Store) -> Desk:
    """Do all jobs that wait, as a runner does; return its desk."""
    lease = take(store, "runner", "test", 600)
    assert lease is not None
    desk = Desk(store, lease, attempts=3)
    for claim in desk.claim(100):
        body = prepare(store, claim.tenant, claim.kind, claim.body)
        desk.finish(claim.job, run_task(claim.kind, body, Context(Deadline.after(60.0))))
    return desk


def _submitted(tenant: Tenant, kind: str) -> str:
    body = as_json(KINDS[kind].example) | {"label": MARK}
    job: str = tenant.must("POST", f"/v1/{kind}", body)["id"]
    return job
