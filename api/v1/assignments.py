"""Live routing: who takes which of the tickets that wait now."""

from __future__ import annotations

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.schemas import examples
from api.v1.bodies import Count, json_answer, json_body, refuse_beyond, settings
from api.v1.describe import BODY_FAILURES, answers, operation_id, request_body
from optimizer.io import decode_snapshot
from optimizer.model import Assignment, Snapshot
from optimizer.routing import assign

__all__ = ["routes"]

routes = APIBlueprint(
    "routing",
    __name__,
    url_prefix="/v1",
    abp_tags=[Tag(name="Routing", description="Live tickets to agents.")],
    operation_id_callback=operation_id,
)


@routes.post(
    "/assignments",
    summary="Match waiting tickets to agents.",
    description=(
        "The match has the greatest total score there is; every decision and every ticket left "
        "waiting comes with its reason. Nothing is stored."
    ),
    openapi_extensions=request_body(Snapshot, examples.SNAPSHOT),
    responses=answers(Assignment, "Every ticket, decided or waiting.", *BODY_FAILURES),
)
def create_assignment() -> Response:
    """Answer a snapshot with the best assignment."""
    snapshot = decode_snapshot(json_body())
    limits = settings()
    refuse_beyond(
        Count("/tickets", "tickets", len(snapshot.tickets), limits.max_tickets),
        Count("/agents", "agents", len(snapshot.agents), limits.max_agents),
    )
    return json_answer(assign(snapshot, checked=True))
