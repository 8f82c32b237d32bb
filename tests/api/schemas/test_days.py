"""A day is what is written as one, and nothing that could be read as one."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from pydantic import TypeAdapter, ValidationError

from api.schemas.days import Day

DAYS = TypeAdapter[date](Day)


def test_a_day_is_read_as_it_is_written() -> None:
    assert DAYS.validate_python("2028-02-29") == date(2028, 2, 29)


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "1763856000",
        "2026-11-23T00:00:00",
        "20261123",
        "2026-W48-1",
        "2026-02-29",
        "２０２６-11-23",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        DAYS.validate_python(text)


def test_its_schema_is_that_of_a_date() -> None:
    assert DAYS.json_schema() == {"type": "string", "format": "date"}


def test_seconds_since_1970_are_no_day_of_a_request(client: FlaskClient) -> None:
    answer = client.get("/v1/history?from=1763856000")
    assert answer.status_code == 422
    assert answer.json is not None
    assert [(one["code"], one["pointer"]) for one in answer.json["errors"]] == [
        ("wrong_type", "/from")
    ]
