"""What jobs made beside rosters: forecasts, simulations, comparisons and plans."""

from __future__ import annotations

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.access.scopes import Scope
from api.jobs.queue import document
from api.schemas.jobs import JobPath
from api.schemas.results import ComparisonFigures, ForecastFigures, ForecastQuery, PlanFigures
from api.tasks import results
from api.v1.describe import TEXT, answers, operation_id
from api.v1.forms import ARCHIVE, CSV, JSON, file_answer, wanted_form
from api.v1.here import caller, scope, store
from optimizer.simulation import SimulationResult

__all__ = ["routes"]

routes = APIBlueprint(
    "results",
    __name__,
    url_prefix="/v1",
    abp_tags=[Tag(name="Results", description="What jobs made.")],
    operation_id_callback=operation_id,
)

_FAILURES = ("404", "409", "422")

_FORMS = {
    JSON: results.FORECAST,
    CSV: results.FORECAST_TABLE,
    ARCHIVE: results.FORECAST_FILES,
}
"""The document that holds a forecast in each form."""


@routes.get(
    "/forecasts/<id>",
    summary="Fetch a forecast.",
    description=(
        "Totals and what they rest on as JSON; contacts and handling times of every interval, with "
        "their intervals of confidence, as a table (`text/csv`); the files that the command line "
        "reads, exact, as an archive (`application/zip`)."
    ),
    responses=answers(
        ForecastFigures, "The forecast.", *_FAILURES, others={CSV: TEXT, ARCHIVE: TEXT}
    ),
)
@scope(Scope.READ)
def get_forecast(path: JobPath, query: ForecastQuery) -> Response:
    """Answer a forecast in the form that is wanted."""
    if query.paths:
        return _answer(path.id, results.FORECAST_PATHS)
    return _answer(path.id, _FORMS[wanted_form(query.format, *_FORMS)])


@routes.get(
    "/simulations/<id>",
    summary="Fetch a simulation.",
    responses=answers(SimulationResult, "Service, waits, costs and occupancy.", *_FAILURES),
)
@scope(Scope.READ)
def get_simulation(path: JobPath) -> Response:
    """Answer a simulation."""
    return _answer(path.id, results.SIMULATION)


@routes.get(
    "/comparisons/<id>",
    summary="Fetch a comparison.",
    responses=answers(ComparisonFigures, "The scenarios beside the first.", *_FAILURES),
)
@scope(Scope.READ)
def get_comparison(path: JobPath) -> Response:
    """Answer a comparison."""
    return _answer(path.id, results.COMPARISON)


@routes.get(
    "/plans/<id>",
    summary="Fetch a plan.",
    description=(
        "What it comes to; its parts are `/v1/forecasts/{id}`, `/v1/rosters/{id}` and "
        "`/v1/simulations/{id}` with the same identifier."
    ),
    responses=answers(PlanFigures, "What the plan comes to.", *_FAILURES),
)
@scope(Scope.READ)
def get_plan(path: JobPath) -> Response:
    """Answer a plan."""
    return _answer(path.id, results.PLAN)


def _answer(job: str, name: str) -> Response:
    found = document(store(), caller().tenant, job, name)
    return file_answer(found.body, found.media_type, f"{name.replace('_', '-')}-{job}")
