"""The description of the API says what the types say, and takes what they take."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

import pytest

from api.schemas import examples
from api.schemas.components import component_schemas
from api.schemas.staffing import StaffingRequest
from optimizer.codec import decode, encode
from optimizer.io import decode_snapshot
from optimizer.model import (
    AgentState,
    Assignment,
    ChannelRules,
    Clock,
    Decision,
    Escalation,
    OpeningHours,
    RelaxationStep,
    RoutingWeights,
    Snapshot,
    Ticket,
    Waiting,
    check_snapshot,
)

SCHEMAS = component_schemas()


KINDS = [
    *(Snapshot, Ticket, RelaxationStep, AgentState, RoutingWeights, ChannelRules, OpeningHours),
    *(Escalation, Assignment, Decision, Clock, Waiting),
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_has_the_fields_of_the_type_and_no_other(kind: type) -> None:
    schema = SCHEMAS[kind.__name__]
    assert set(schema["properties"]) == {field.name for field in fields(kind)}
    assert schema["additionalProperties"] is False


def test_properties_carry_the_words_of_the_docstring() -> None:
    ticket = SCHEMAS["Ticket"]
    assert ticket["description"] == "One contact that waits for an agent."
    due = ticket["properties"]["first_response_due"]["description"]
    assert due == ticket["properties"]["resolution_due"]["description"]
    assert due.startswith("Deadlines, with their offsets")


def test_no_layout_of_docstrings_is_left() -> None:
    text = str(SCHEMAS)
    assert "-----" not in text
    assert "Parameters" not in text


def test_every_reference_leads_somewhere() -> None:
    def references(node: Any) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*map(references, node.values()))
        return set().union(*map(references, node)) if isinstance(node, list) else set()

    found = references(SCHEMAS)
    assert found
    assert {re.sub("^#/components/schemas/", "", one) for one in found} <= set(SCHEMAS)


def test_the_examples_are_bodies_that_can_be_sent() -> None:
    body = encode(examples.SNAPSHOT)
    assert encode(decode_snapshot(body)) == body
    assert check_snapshot(examples.SNAPSHOT) == []
    assert decode(StaffingRequest, encode(examples.STAFFING)) == examples.STAFFING
