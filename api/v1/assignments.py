"""Live routing: who takes which of the tickets that wait now."""

from __future__ import annotations

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.access import Scope
from api.partial import use_what_can_be
from api.schemas import examples
from api.v1.bodies import Count, json_answer, json_body, refuse_beyond
from api.v1.describe import BODY_FAILURES, answers, operation_id, request_body
from api.v1.here import scope, settings
from api.v1.switches import describe_switch, read_switch
from optimizer.io import decode_snapshot
from optimizer.model import Assignment, Snapshot
from optimizer.routing import assign
from optimizer.wire import twin, with_values

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
    openapi_extensions=request_body(Snapshot, examples.SNAPSHOT)
    | describe_switch(
        "partial",
        "Whether tickets and agents that cannot be used are left out and told as `problems`, "
        "rather than everything refused because of them.",
    ),
    responses=answers(Assignment, "Every ticket, decided or waiting.", *BODY_FAILURES),
)
@scope(Scope.ROUTE)
def create_assignment() -> Response:
    """Answer a snapshot with the best assignment."""
    partial = read_switch("partial")
    body = json_body()
    if not partial:
        return json_answer(_assign(body))
    assignment, problems = use_what_can_be(body, _assign)
    return json_answer(with_values(assignment, problems=problems))


def _assign(body: bytes) -> Assignment:
    snapshot = decode_snapshot(body)
    limits = settings()
    refuse_beyond(
        Count("/tickets", "tickets", len(snapshot.tickets), limits.max_tickets),
        Count("/agents", "agents", len(snapshot.agents), limits.max_agents),
    )
    return assign(snapshot, kinds=twin)
