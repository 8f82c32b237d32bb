"""The audit of the caller's tenant."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.access import Scope, audit_entries
from api.schemas.access import AuditPage, AuditQuery
from api.v1.bodies import json_answer
from api.v1.describe import answers, operation_id
from api.v1.here import caller, scope, store

__all__ = ["routes"]

routes = APIBlueprint(
    "audit",
    __name__,
    url_prefix="/v1",
    abp_tags=[Tag(name="Audit", description="Who did what.")],
    operation_id_callback=operation_id,
)


@routes.get(
    "/audit",
    summary="List what was done, the newest first.",
    description="What changed something for people: who published, stopped, overrode, and so on.",
    responses=answers(AuditPage, "Entries, and where there are more.", "422"),
)
@scope(Scope.ADMIN)
def list_audit(query: AuditQuery) -> Response:
    """Answer one page of the audit."""
    entries, last = audit_entries(store(), caller().tenant, limit=query.limit, before=query.before)
    following = None
    if last is not None:
        following = f"{request.path}?{urlencode({'limit': query.limit, 'before': last})}"
    return json_answer(AuditPage(tuple(entries), following))
