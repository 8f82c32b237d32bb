"""The page on formats names every field that the model has, and no other."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from optimizer import model

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text()
NO_SECTION = (model.RosterProblem, model.BusinessTime, model.Deadlines)
"""Read from two sections, and made of others: none of them stands in a document."""

RECORDS = [
    record
    for name in model.__all__
    if isinstance(record := getattr(model, name), type)
    and dataclasses.is_dataclass(record)
    and record not in NO_SECTION
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_field_of_the_model_is_described(record: type) -> None:
    words = set(re.findall(r"\w+", PAGE))
    missing = {field.name for field in dataclasses.fields(record)} - words
    assert not missing
