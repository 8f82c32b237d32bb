"""Routes about the service itself."""

from __future__ import annotations

import platform
from dataclasses import replace
from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, cast

from flask import Response, current_app
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.access.scopes import Scope
from api.errors import NotFound
from api.metrics.exposition import MEDIA_TYPE, exposition
from api.metrics.jobs import DatabaseFigures
from api.problems import issue_rows, problem_of_status
from api.readiness import Probe
from api.schemas.examples import SNAPSHOT, STAFFING, as_json
from api.schemas.service import DemoPath, Health, Part, Readiness, Version
from api.store.versions import wanted_version
from api.v1.bodies import json_answer
from api.v1.describe import TEXT, answers, operation_id
from api.v1.failures import problem_answer
from api.v1.here import scope, store
from optimizer import __version__
from optimizer.errors import Issue
from optimizer.io import SCHEMA

__all__ = ["routes"]

routes = APIBlueprint(
    "service",
    __name__,
    abp_tags=[Tag(name="Service", description="Is it there, and what is it?")],
    operation_id_callback=operation_id,
)

_PROBE = "callboard.probe"
_LIBRARIES = ("ortools", "pulp", "lightgbm", "numpy", "scipy", "numba")
_AGAIN_SECONDS = 5


def _described(
    media: str, schema: dict[str, Any], description: str, *failures: str
) -> dict[str | int | HTTPStatus, Any]:
    """Return the description of an answer that is none of our types."""
    good = {"description": description, "content": {media: {"schema": schema}}}
    return answers(Health, "", *failures) | {"200": good}


@routes.get(
    "/healthz",
    summary="Tell that the process is up.",
    description="Nothing else is looked at, neither the database nor a key.",
    responses=answers(Health, "The process answers."),
)
@scope(None)
def get_health() -> Response:
    """Tell that the process is up."""
    return json_answer(Health("ok"))


@routes.get(
    "/readyz",
    summary="Tell whether everything that requests need is there.",
    description=(
        "A tiny problem is solved, the database is asked, and a runner and an owner of pools are "
        "looked for; that one is missing is a warning, since jobs are accepted and wait. Without "
        "a key."
    ),
    responses=answers(Readiness, "It is ready.", "503"),
)
@scope(None)
def get_readiness() -> Response:
    """Answer 200 if requests can be answered here, or else 503 with the reasons."""
    found = _probe().look()
    if all(part.well for part in found):
        parts = (Part(part.part, part.seconds, part.issues) for part in found)
        return json_answer(Readiness("ready", tuple(parts)))
    issues = [issue for part in found for issue in part.issues]
    problem = problem_of_status(503, "Something that requests need is not there.")
    again = {"Retry-After": str(_AGAIN_SECONDS)}
    return problem_answer(replace(problem, issues=issue_rows(issues)), again)


@routes.get(
    "/metrics",
    summary="Give figures about the service to Prometheus.",
    description=(
        "Of all tenants together, and without any identifier. Requests are those of this machine, "
        "jobs those of the database."
    ),
    responses=_described("text/plain", TEXT, "Figures in the text format of Prometheus."),
)
@scope(Scope.READ)
def get_metrics() -> Response:
    """Answer what was counted."""
    return Response(exposition(DatabaseFigures(store)), content_type=MEDIA_TYPE)


@routes.get(
    "/v1/version",
    summary="Tell which version answers.",
    description="The service's own, the database's, and those of the libraries that solve.",
    responses=answers(Version, "The versions."),
)
@scope(Scope.READ)
def get_version() -> Response:
    """Tell which version answers."""
    return json_answer(
        Version(
            "callboard",
            __version__,
            SCHEMA,
            wanted_version(),
            platform.python_version(),
            _library_versions(),
        )
    )


@routes.get(
    "/v1/demo-data/<kind>",
    summary="Give a small body that can be posted.",
    description=(
        "Posted to `/v1/<kind>` as it is, it is accepted, and solved within seconds. There is one "
        "for each kind of job, for `assignments` and for `staffing`."
    ),
    responses=_described("application/json", {"type": "object"}, "A body.", "404"),
)
@scope(Scope.READ)
def get_demo_data(path: DemoPath) -> Response:
    """Answer a body to try things out with.

    Raises
    ------
    NotFound
        If nothing of that kind takes a body.
    """
    bodies = _demo_bodies()
    if path.kind not in bodies:
        known = ", ".join(bodies)
        issue = Issue("unknown_value", "/kind", f"It is none of {known}.")
        raise NotFound("There is no such kind of body.", [issue])
    return json_answer(bodies[path.kind])


def _probe() -> Probe:
    return cast(Probe, current_app.extensions.setdefault(_PROBE, Probe(store)))


@cache
def _library_versions() -> dict[str, str]:
    return {name: version(name) for name in _LIBRARIES}


@cache
def _demo_bodies() -> dict[str, dict[str, Any]]:
    from api.tasks import KINDS  # loads all that jobs need, which other routes do not

    examples = {"assignments": SNAPSHOT, "staffing": STAFFING}
    examples |= {name: kind.example for name, kind in KINDS.items()}
    return {name: as_json(example) for name, example in examples.items()}
