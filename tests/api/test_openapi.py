"""The committed description is the application's, and such that clients can be generated."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis

import api
from api.openapi import description

FILE = Path(api.__file__).with_name("openapi.json")
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text())
OPERATIONS = [
    pytest.param(operation, id=operation["operationId"])
    for item in DOCUMENT["paths"].values()
    for operation in item.values()
]


def test_the_committed_file_is_up_to_date() -> None:
    assert FILE.read_text() == description(), "run: python -m api.openapi > api/openapi.json"


def test_it_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"


def test_it_holds_to_the_schema_of_openapi() -> None:
    schemathesis.openapi.from_dict(DOCUMENT).validate()
    broken = DOCUMENT | {"paths": {"/x": {"get": {"responses": {"fine": {}}}}}}
    with pytest.raises(jsonschema_rs.ValidationError):
        schemathesis.openapi.from_dict(broken).validate()


def test_its_schemas_are_json_schemas() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema_rs.meta.validate(
            {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema
        )


def test_operations_have_names_of_their_own() -> None:
    names = [operation.values[0]["operationId"] for operation in OPERATIONS]  # type: ignore[index]
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch("[a-z][A-Za-z]+", name)] == []


@pytest.mark.parametrize("operation", OPERATIONS)
def test_operations_say_what_they_are_for(operation: dict[str, Any]) -> None:
    assert len(operation["summary"].rstrip(".")) > 5
    assert re.sub("Scope: `[a-z]+`.", "", operation["description"])
    assert set(operation["tags"]) <= {tag["name"] for tag in DOCUMENT["tags"]}
    assert [one["name"] for one in operation.get("parameters", ()) if not one["description"]] == []


@pytest.mark.parametrize(
    "operation",
    [one for one in OPERATIONS if "requestBody" in one.values[0]],  # type: ignore[operator]
)
def test_examples_are_of_the_shape_that_is_described(operation: dict[str, Any]) -> None:
    shown = operation["requestBody"]["content"]["application/json"]
    schema = shown["schema"] | {"components": DOCUMENT["components"]}
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(shown["example"])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_failures_are_described_as_problem_documents(operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    failures = {code: answers[code] for code in answers if code == "default" or code >= "400"}
    assert "default" in failures
    assert ("415" in failures) == ("requestBody" in operation)
    assert ({"401", "403", "429"} <= set(failures)) == ("security" in operation)
    for shape in failures.values():
        assert list(shape["content"]) == ["application/problem+json"]


def test_every_reference_leads_somewhere() -> None:
    references = set(re.findall(r'"\$ref": "#/components/schemas/(\w+)"', FILE.read_text()))
    assert references
    assert references <= set(DOCUMENT["components"]["schemas"])
