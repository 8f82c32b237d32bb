"""What the API's description says about access: derived from what guards the routes."""

from __future__ import annotations

from typing import Any

from flask_openapi3.openapi import OpenAPI

from api.access import Scope
from api.schemas.components import component_schemas
from api.v1.describe import failure
from api.v1.here import SCOPE
from api.v1.requests import template

__all__ = ["DescribedAPI"]

_SCHEME = "key"

_SECURITY_SCHEMES = {
    _SCHEME: {
        "type": "http",
        "scheme": "bearer",
        "description": (
            "A key, as `callboard keys create` prints it. The names beside it are the scopes that "
            "it needs. A service that runs with CALLBOARD_ACCESS=open asks for none."
        ),
    }
}

_FAILURES = {
    "401": "There is no key, or none that counts.",
    "403": "The key lacks the scope.",
    "429": "Requests come too often; the header Retry-After says when to ask again.",
}


class DescribedAPI(OpenAPI):
    """An application that describes of each route which key it takes."""

    def generate_spec_json(self) -> None:
        """Describe everything anew."""
        # Only now: the schemas take a third of a second, and most processes are never asked.
        self.openapi_extensions["components"] = {
            "schemas": component_schemas(),
            "securitySchemes": _SECURITY_SCHEMES,
        }
        super().generate_spec_json()  # type: ignore[no-untyped-call]  # the framework's
        for rule in self.url_map.iter_rules():
            needed: Scope | None = getattr(self.view_functions[rule.endpoint], SCOPE, None)
            if needed is None:
                continue
            item = self.spec_json["paths"].get(template(rule.rule), {})
            for method, operation in item.items():
                if method.upper() in (rule.methods or ()):
                    _describe(operation, needed)


def _describe(operation: dict[str, Any], needed: Scope) -> None:
    operation["security"] = [{_SCHEME: [needed.value]}]
    said = operation.get("description", "")
    operation["description"] = f"{said} Scope: `{needed}`.".strip()
    told = {code: failure(code, meaning) for code, meaning in _FAILURES.items()}
    operation["responses"] = dict(sorted((told | operation["responses"]).items()))
