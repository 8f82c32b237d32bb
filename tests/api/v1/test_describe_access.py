"""The description says of each route which key it takes, as the route itself does."""

from __future__ import annotations

from flask_openapi3.openapi import OpenAPI

from api.v1.here import SCOPE
from api.v1.requests import template


def test_each_operation_names_the_scope_of_its_view(app: OpenAPI) -> None:
    seen = 0
    for rule in app.url_map.iter_rules():
        item = app.api_doc["paths"].get(template(rule.rule), {})
        for method in {method.lower() for method in rule.methods or ()} & set(item):
            operation = item[method]
            needed = getattr(app.view_functions[rule.endpoint], SCOPE)
            seen += 1
            if needed is None:
                assert "security" not in operation
                assert not {"401", "403"} & set(operation["responses"])
            else:
                assert operation["security"] == [{"key": [needed.value]}]
                assert operation["description"].endswith(f"Scope: `{needed.value}`.")
                assert {"401", "403", "429"} <= set(operation["responses"])
    assert seen == sum(len(item) for item in app.api_doc["paths"].values())


def test_a_client_can_tell_how_to_send_the_key(app: OpenAPI) -> None:
    assert app.api_doc["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_an_answer_stands_in_the_order_of_its_status(app: OpenAPI) -> None:
    for item in app.api_doc["paths"].values():
        for operation in item.values():
            assert list(operation["responses"]) == sorted(operation["responses"])
