"""The web application: routes, failures, settings and the documentation page put together."""

from __future__ import annotations

from flask.json.provider import DefaultJSONProvider
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from api.config import Settings
from api.schemas.problem import ProblemDocument
from api.v1 import (
    assignments,
    audit,
    data,
    history,
    jobs,
    kpis,
    pools,
    publications,
    results,
    rosters,
    schedules,
    service,
    staffing,
    submissions,
)
from api.v1.access import ask_callers
from api.v1.characters import refuse_null_in_addresses
from api.v1.describe import operation_id
from api.v1.describe_access import DescribedAPI
from api.v1.docs_page import DOCS, serve_docs
from api.v1.failures import handle_failures, refuse_parameters
from api.v1.here import remember
from api.v1.requests import watch_requests
from optimizer import __version__

__all__ = ["create_app"]

_DESCRIPTION = (
    "Forecasts, staffing, shift rosters, live routing and simulation for contact centres. Bodies "
    "are JSON and are read strictly; every failure is a problem document (RFC 9457) that lists all "
    "its causes."
)


def create_app(settings: Settings | None = None) -> OpenAPI:
    """Build the web application.

    Parameters
    ----------
    settings
        By default, those of the environment.

    Raises
    ------
    InvalidInput
        If the environment holds settings that cannot be used.
    """
    settings = settings or Settings.from_environment()
    app = DescribedAPI(
        __name__,
        info=Info(title="Callboard", version=__version__, description=_DESCRIPTION),
        operation_id_callback=operation_id,
        # "default" is a status that every route describes, so that the framework adds no
        # validation failures of its own shape.
        validation_error_status="default",
        validation_error_model=ProblemDocument,
        validation_error_callback=refuse_parameters,
        doc_prefix=DOCS,
        static_folder=None,
    )
    # A body without a declared length is cut off here rather than refused, so one more byte is
    # let in: whoever reads the body can tell that there was too much.
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes + 1
    remember(app, settings)
    assert isinstance(app.json, DefaultJSONProvider)
    app.json.sort_keys = False
    handle_failures(app)
    watch_requests(app)
    refuse_null_in_addresses(app)
    ask_callers(app, settings)
    serve_docs(app)
    for module in (
        assignments,
        staffing,
        submissions,
        jobs,
        results,
        rosters,
        publications,
        data,
        history,
        kpis,
        service,
        audit,
        pools,
        schedules,
    ):
        app.register_api(module.routes)
    return app
