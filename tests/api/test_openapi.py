"""The committed description is the application's, and such that clients can be generated."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

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


def test_operations_have_names_of_their_own() -> None:
    names = [operation.values[0]["operationId"] for operation in OPERATIONS]  # type: ignore[index]
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch("[a-z][A-Za-z]+", name)] == []


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
