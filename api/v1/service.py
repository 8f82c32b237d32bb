"""Routes about the service itself."""

from __future__ import annotations

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.schemas.service import Health, Version
from api.v1.bodies import json_answer
from api.v1.describe import answers, operation_id
from api.v1.here import scope
from optimizer import __version__
from optimizer.io import SCHEMA

__all__ = ["routes"]

routes = APIBlueprint(
    "service",
    __name__,
    abp_tags=[Tag(name="Service", description="Is it there, and what is it?")],
    operation_id_callback=operation_id,
)


@routes.get("/healthz", responses=answers(Health, "The process answers."))
@scope(None)
def get_health() -> Response:
    """Tell that the process is up."""
    return json_answer(Health("ok"))


@routes.get("/v1/version", responses=answers(Version, "The versions."))
@scope(None)
def get_version() -> Response:
    """Tell which version answers."""
    return json_answer(Version("callboard", __version__, SCHEMA))
