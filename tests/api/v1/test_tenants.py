"""With the key of one tenant nothing of another can be seen, changed, or even told to exist.

The requests are made from the description of the API, so a new route is tried by itself. One with
a parameter of an unknown kind, or to which its owner gets no answer here, fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import select
from werkzeug.test import TestResponse

from api.access import EVERYTHING, create_key
from api.app import create_app
from api.config import Settings
from api.schemas.examples import as_json
from api.store import Store, open_store, upgrade
from api.store.tables import metadata
from api.tasks import KINDS
from api.v1.here import store as opened
from api.v1.pool_desk import close_pools
from tests.api.populated import (
    MARK,
    Tenant,
    example,
    kinds_in,
    path_values,
    pool_events,
    populate,
)

NOWHERE = {
    "job": "01999999-9999-7999-8999-999999999999",
    "pool": "nowhere",
    "ticket": "t-9",
    "schedule": "nowhere",
    "publication": "999",
}
"""What nobody has."""

QUERY = {
    "/v1/rosters/{id}/why": "agent=ada&day=2026-11-23",
    "/v1/rosters/{id}/recommendations": "day=2026-11-23&absent=ada",
    "/v1/publications/current": "day=2026-11-23",
}
"""What has to be asked for with a request."""

BODIES = {
    "/v1/pools/{id}/events": pool_events(),
    "/v1/rosters/{id}/publish": {"expected_version": 2},
    "/v1/publications/{version}/rollback": {"expected_version": 1},
}
"""What is sent instead of the example of the description."""

REFERENCES = {
    "rosters": ("/forecast", "/previous", "/warm_start"),
    "simulations": ("/roster", "/forecast"),
    "comparisons": ("/scenarios/0/roster", "/scenarios/0/forecast"),
}
"""Fields of requests that can name a job, by the kind of request."""

Operation = tuple[str, str]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenAPI]:
    url = f"sqlite:///{tmp_path_factory.mktemp('tenants') / 'c.db'}"
    app = create_app(Settings(database_url=url))
    yield app
    close_pools(app)
    with app.app_context():
        opened().close()


@pytest.fixture(scope="module")
def store(app: OpenAPI) -> Iterator[Store]:
    with app.app_context(), closing(open_store(_settings_url(app))) as store:
        upgrade(store)
        yield store


def _settings_url(app: OpenAPI) -> str:
    settings: Settings = app.extensions["callboard"]
    return settings.database_url


def _tenant(app: OpenAPI, store: Store, name: str) -> Tenant:
    return Tenant(app.test_client(), create_key(store, name, "test", EVERYTHING)[1])


@pytest.fixture(scope="module")
def owner(app: OpenAPI, store: Store) -> Tenant:
    tenant = _tenant(app, store, "owner")
    populate(tenant, store, app.api_doc["paths"])
    return tenant


@pytest.fixture(scope="module")
def stranger(app: OpenAPI, store: Store) -> Tenant:
    return _tenant(app, store, "stranger")


def operations(app: OpenAPI, *, named: bool, last: str = "DELETE") -> list[Operation]:
    """Return the operations whose path names something, or does not; one method comes last."""
    found = [
        (method.upper(), path)
        for path, item in app.api_doc["paths"].items()
        for method in item
        if named == any(kinds_in(path).values())
    ]
    return sorted(found, key=lambda operation: (operation[0] == last, operation))


def addresses(path: str, ids: dict[str, list[str]]) -> list[str]:
    """Return a path with all combinations of identifiers in it."""
    return [path.format(**chosen) for chosen in path_values(path, ids)]


def asked(tenant: Tenant, app: OpenAPI, operation: Operation, address: str) -> TestResponse:
    method, path = operation
    body = BODIES.get(path) or example(app.api_doc["paths"], method, path)
    query = f"?{QUERY[path]}" if path in QUERY else ""
    return tenant.ask(method, f"{address}{query}", body)


def without_ids(answer: TestResponse, ids: dict[str, list[str]]) -> str:
    """Return what an answer says, whatever it is asked about."""
    document = answer.get_json(force=True)
    text = str({name: value for name, value in document.items() if name != "instance"})
    for identifier in sorted({i for some in ids.values() for i in some}, key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(identifier)}\b", "…", text)
    return text


def kept_of(store: Store, tenant: str) -> dict[str, list[str]]:
    """Return all that the database keeps of a tenant."""
    with store.reading() as connection:
        rows = {
            table.name: [dict(row._mapping) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
            # Leases are renewed all the time.
            if table.name != "leases"
        }
    jobs = {row["id"] for row in rows["jobs"] if row["tenant"] == tenant}
    return {
        name: sorted(str(row) for row in some if row.get("tenant", tenant) == tenant
                     and row.get("job", next(iter(jobs))) in jobs)
        for name, some in rows.items()
        if name != "tenants"
    }  # fmt: skip


def test_nothing_of_another_tenant_can_be_told_from_nothing(
    app: OpenAPI, store: Store, owner: Tenant, stranger: Tenant
) -> None:
    nowhere = {kind: [name] for kind, name in NOWHERE.items()}
    before = kept_of(store, "owner")
    assert len(before["jobs"]) == len(owner.ids["job"])
    # What makes something of one's own under the same name comes last.
    for operation in operations(app, named=True, last="PUT"):
        (empty,) = addresses(operation[1], nowhere)
        unknown = asked(stranger, app, operation, empty)
        for address in addresses(operation[1], owner.ids):
            answer = asked(stranger, app, operation, address)
            assert answer.status_code == unknown.status_code, (operation, answer.text)
            if operation[0] != "PUT":
                assert answer.status_code == 404, (operation, answer.text)
                assert without_ids(answer, owner.ids) == without_ids(unknown, nowhere)
    assert kept_of(store, "owner") == before


def test_lists_and_data_of_a_tenant_hold_nothing_of_another(
    app: OpenAPI, store: Store, owner: Tenant, stranger: Tenant
) -> None:
    fresh = _tenant(app, store, "fresh")
    before = kept_of(store, "owner")
    for operation in operations(app, named=False):
        answer = asked(fresh, app, operation, operation[1].format(kind="rosters"))
        assert answer.status_code < 500
        if operation[0] == "GET":
            assert not [job for job in owner.ids["job"] if job in answer.text], operation
            assert MARK not in answer.text, operation
    assert kept_of(store, "owner") == before


def test_lists_of_the_owner_hold_what_others_do_not_see(app: OpenAPI, owner: Tenant) -> None:
    said = ""
    for method, path in operations(app, named=False):
        if method == "GET":
            said += asked(owner, app, (method, path), path.format(kind="rosters")).text
    assert [job for job in owner.ids["job"] if job not in said] == []
    assert said.count(MARK) > len(owner.ids["job"])


@pytest.mark.parametrize(
    ("kind", "field"), [(kind, field) for kind, some in REFERENCES.items() for field in some]
)
def test_no_request_can_refer_to_a_job_of_another_tenant(
    owner: Tenant, stranger: Tenant, kind: str, field: str
) -> None:
    def check(tenant: Tenant, job: str) -> TestResponse:
        body = as_json(KINDS[kind].example)
        *way, last = field.strip("/").split("/")
        place = body
        for step in way:
            place = place[int(step)] if step.isdigit() else place[step]
        place[last] = job
        if (kind, last) == ("rosters", "forecast"):
            del body["requirement"]
        return tenant.ask("POST", f"/v1/{kind}?validate_only=true", body)

    unknown = check(stranger, NOWHERE["job"])
    assert unknown.status_code == 404
    for job in owner.ids["job"]:
        answer = check(stranger, job)
        assert answer.status_code == 404, answer.text
        assert without_ids(answer, owner.ids) == without_ids(unknown, {"job": [NOWHERE["job"]]})
    assert {check(owner, job).status_code for job in owner.ids["job"]} & {200, 422}


def test_all_fields_that_name_jobs_are_known_here(app: OpenAPI) -> None:
    schemas = app.api_doc["components"]["schemas"]
    naming = {
        name
        for shape in schemas.values()
        for name, about in shape.get("properties", {}).items()
        if re.search(
            r"dentifier of (one|a forecast|a roster|a job)\b", about.get("description", "")
        )
    }
    assert naming == {field.rsplit("/", 1)[1] for some in REFERENCES.values() for field in some}


def test_the_owner_reaches_it_all(app: OpenAPI, owner: Tenant) -> None:
    """Runs last: it deletes. Without it, the others could pass because nothing works."""
    for operation in operations(app, named=True):
        answers = [
            asked(owner, app, operation, address) for address in addresses(operation[1], owner.ids)
        ]
        assert [one for one in answers if one.status_code < 300], (operation, answers[0].text)
