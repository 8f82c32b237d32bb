"""Whatever is sent, the service answers as its description says, and alike on both databases.

Requests are made from the description by Schemathesis: its examples, the edges of each parameter
and field, and more at random, valid and invalid alike; a third are about what is there. Each is
sent to a service on SQLite and to one on PostgreSQL, both with something of everything.

``CALLBOARD_EXAMPLES`` is how many requests are drawn at random for each route, once valid and once
invalid, and is 2 by default; from 10 on, all edges are tried, and not just the first of each kind.
Where ``CI`` is set, the requests are the same in each run. The whole takes minutes then::

    CALLBOARD_EXAMPLES=100 pytest tests/api/test_schemathesis.py

Not among the checks: that valid requests are accepted (a schema says nothing of references, sums
and overlaps; it is checked that they are not called malformed), that a path which takes no GET
says so (`/v1/rosters/analysis` looks like the address of a roster), that a parameter which is
given twice is refused (the first counts), and who may ask (which tests/api/v1/test_access.py tries
for each route).
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import PositiveDataAcceptanceConfig, SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.schemas import BaseSchema

import api
from api.access import EVERYTHING, create_key
from api.app import create_app
from api.config import Settings
from api.store import open_store, upgrade
from api.tasks import KINDS
from api.v1.here import close_store
from api.v1.pool_desk import close_pools
from api.v1.streams import ENDING
from tests.api.populated import Tenant, path_values, populate

EXAMPLES = int(os.environ.get("CALLBOARD_EXAMPLES", "2"))
MOST_EDGES = None if EXAMPLES >= 10 else 5 * EXAMPLES

NOWHERE = {
    "job": ["01999999-9999-7999-8999-999999999999"],
    "pool": ["nowhere"],
    "ticket": ["t-9"],
    "schedule": ["nowhere"],
    "publication": ["999"],
}
"""What is not there."""

NOBODYS = {"None": list(KINDS)}
"""What belongs to nobody: kinds of demonstration data."""

PATHS = json.loads(Path(api.__file__).with_name("openapi.json").read_text())["paths"]
OPERATIONS = sorted(
    ((method, path) for path, item in PATHS.items() for method in item),
    key=lambda operation: operation[0] == "delete",
)
"""All routes; what deletes comes last."""

NAMES = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "missing_required_header",
    "unsupported_method",
)

REFUSED_FOR_ITS_MEANING = ["2xx", "304", "404", "409", "412", "413", "422", "503"]
"""What a request that the schema allows may be answered; not 400 or 415, that it is malformed."""


@pytest.fixture(scope="module")
def tenants(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Tenant]]:
    """Serve from both databases; streams end as soon as they have told what there is."""
    urls = [f"sqlite:///{tmp_path_factory.mktemp('described') / 'c.db'}"]
    with ExitStack() as opened:
        opened.callback(ENDING.clear)
        ENDING.set()
        with suppress(pytest.skip.Exception):  # PostgreSQL is not installed
            new_database = request.getfixturevalue("new_postgresql_database")
            urls.append(opened.enter_context(new_database()))
        yield [opened.enter_context(_serving(url)) for url in urls]


@contextmanager
def _serving(url: str) -> Iterator[Tenant]:
    app = create_app(Settings(database_url=url, requests_per_minute=1_000_000_000))
    with closing(open_store(url)) as store:
        upgrade(store)
        tenant = Tenant(app.test_client(), create_key(store, "main", "test", EVERYTHING)[1])
        populate(tenant, store, app.api_doc["paths"])
    yield tenant
    close_pools(app)
    close_store(app)


@pytest.fixture(scope="module")
def described() -> BaseSchema:
    """Read the description without the answers by default, which would allow any status."""
    document = copy.deepcopy(create_app(Settings()).api_doc)
    for item in document["paths"].values():
        for operation in item.values():
            del operation["responses"]["default"]
    load_all_checks()
    config = SchemathesisConfig(seed=7)
    accepted = PositiveDataAcceptanceConfig(expected_statuses=REFUSED_FOR_ITS_MEANING)
    config.projects.default.checks.positive_data_acceptance = accepted
    return schemathesis.openapi.from_dict(document, config=config)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_is_as_described(
    described: BaseSchema, tenants: list[Tenant], method: str, path: str
) -> None:
    operation = described[path][method]

    def draw(mode: GenerationMode) -> None:
        @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode), turn=st.integers(0, 999))
        def drawn(case: Case[Any], turn: int) -> None:
            check(case, tenants, turn)

        drawn()

    for mode in GenerationMode:
        edges = described.iter_coverage_cases(
            operation, generation_modes=[mode], generation_config=described.config.generation
        )
        for turn, case in enumerate(islice(edges, MOST_EDGES)):
            check(case, tenants, turn)
        # What takes neither parameters nor a key cannot be asked in a wrong way.
        if mode.is_positive or "security" in PATHS[path][method]:
            draw(mode)


def check(case: Case[Any], tenants: list[Tenant], turn: int) -> None:
    """Send a request to all services: about what is there, what is not, or what was drawn."""
    assert case.meta is not None
    statuses = []
    named = case.path_parameters and not case.meta.is_negative_at(ParameterLocation.PATH)
    for tenant in tenants:
        if named and turn % 3 < 2:
            values = path_values(case.path, (tenant.ids, NOWHERE)[turn % 3] | NOBODYS)
            case.path_parameters = values[turn // 3 % len(values)]
        headers = {"Authorization": f"Bearer {tenant.key}", "Accept-Encoding": "identity"}
        answer = case.call(app=tenant.client.application, headers=headers)
        case.validate_response(answer, checks=checks_for(case), headers=headers)
        statuses.append(answer.status_code)
    assert len(set(statuses)) == 1, statuses


def checks_for(case: Case[Any]) -> list[Any]:
    """Return what holds for a request.

    With `partial`, what is wrong in a list is left out; of a parameter given twice, the first
    counts: neither is a refusal.
    """
    given = case.query.values()
    lenient = case.query.get("partial") == "true" or any(isinstance(one, list) for one in given)
    return CHECKS.get_by_names(
        [name for name in NAMES if not (lenient and name == "negative_data_rejection")]
    )
