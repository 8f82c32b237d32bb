"""How it went: the daily report and the quarterly health check."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.access.scopes import Scope
from api.data import load_organisation
from api.kpis import Report, report
from api.schemas.kpis import KpiQuery
from api.v1.bodies import json_answer
from api.v1.describe import answers, operation_id
from api.v1.here import caller, scope, store
from api.v1.turns import turn

__all__ = ["routes"]

routes = APIBlueprint(
    "kpis",
    __name__,
    url_prefix="/v1",
    abp_tags=[Tag(name="Data", description="What an organisation sends once and refers to later.")],
    operation_id_callback=operation_id,
)


@routes.get(
    "/kpis",
    summary="Tell the figures of days or quarters.",
    description=(
        "Service, resolution, cost, occupancy, forecast errors, and plan against actual, in all "
        "and by group, channel, tier, site or vendor. A figure that the data do not tell is null."
    ),
    responses=answers(Report, "The figures.", "413", "422", "503"),
)
@scope(Scope.READ)
def get_kpis(query: KpiQuery) -> Response:
    """Answer the figures of some days."""
    tenant = caller().tenant
    first = query.first
    if first is None:
        organisation = load_organisation(store(), tenant)
        zone = UTC if organisation is None else ZoneInfo(organisation.zone)
        first = datetime.now(zone).date() - timedelta(days=1)
    with turn():
        found = report(
            store(),
            tenant,
            first,
            query.last or first,
            kind=query.report,
            by=query.by,
            recurrence_multiplier=query.recurrence_multiplier,
        )
    return json_answer(found)
