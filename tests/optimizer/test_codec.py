"""JSON in and out by type alone: strict, complete in what it reports, never NaN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pytest
from pydantic import Field

from optimizer.codec import decode, encode
from optimizer.errors import InvalidInput, Issue
from optimizer.model.record import Record


@dataclass(frozen=True, slots=True)
class Parcel(Record):
    weight: Annotated[float, Field(gt=0)]
    labels: dict[str, int]
    note: str | None = None


def issues(body: bytes) -> set[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        decode(Parcel, body)
    return {(issue.pointer, issue.code) for issue in caught.value.issues}


def test_a_value_survives_the_way_there_and_back() -> None:
    parcel = Parcel(2.5, {"a/b": 1}, "für Zoë")
    assert decode(Parcel, encode(parcel)) == parcel


def test_all_that_is_wrong_is_told_at_once() -> None:
    body = b'{"weight": 0, "labels": {"a/b": "1", "c~d": 1.5}, "height": 3}'
    assert issues(body) == {
        ("/weight", "out_of_range"),
        ("/labels/a~1b", "wrong_type"),
        ("/labels/c~0d", "wrong_type"),
        ("/height", "unknown_field"),
    }


def test_a_missing_field_is_named() -> None:
    assert issues(b'{"weight": 1}') == {("/labels", "missing_field")}


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"1e999"])
def test_numbers_are_finite(number: bytes) -> None:
    assert issues(b'{"weight": ' + number + b', "labels": {}}') == {("/weight", "out_of_range")}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b'{"weight": 1} x', b"[" * 10_000, b'{"note": "\\ud800"}'],
    ids=["empty", "open", "not UTF-8", "trailing", "deep", "half a pair"],
)
def test_what_is_not_json_is_told_from_what_has_the_wrong_shape(body: bytes) -> None:
    assert issues(body) == {("", "invalid_json")}


def test_numbers_that_are_not_finite_are_written_as_null() -> None:
    assert encode(Parcel(float("inf"), {})) == b'{"weight":null,"labels":{},"note":null}'


@dataclass(frozen=True, slots=True)
class Load(Record):
    parcels: tuple[Parcel, ...]
    rows: tuple[tuple[float, ...], ...] = ()


def load_issues(body: bytes) -> list[Issue]:
    with pytest.raises(InvalidInput) as caught:
        decode(Load, body)
    return list(caught.value.issues)


def test_of_thousands_of_problems_the_first_of_each_list_is_told() -> None:
    rows = b",".join([b'["x","x"]'] * 3_000)
    told = load_issues(b'{"parcels": [{}, {}], "rows": [' + rows + b"]}")
    assert [(issue.pointer, issue.code) for issue in told] == [
        ("/parcels/0/weight", "missing_field"),
        ("/parcels/0/labels", "missing_field"),
        ("/rows/0/0", "wrong_type"),
        ("", "more_issues"),
    ]


def test_a_long_body_is_read_as_a_short_one_is() -> None:
    rows = tuple(tuple(float(i + j) for j in range(100)) for i in range(1_100))
    load = Load((Parcel(1.0, {}),), rows)
    assert decode(Load, encode(load)) == load
    told = load_issues(encode(load).replace(b'"weight":1.0', b'"weight":-1.0'))
    assert [issue.code for issue in told] == ["out_of_range", "more_issues"]


def test_more_problems_than_can_be_told_are_counted() -> None:
    labels = b",".join(b'"%d": "x"' % i for i in range(6_000))
    (told,) = load_issues(b'{"parcels": [{"weight": 1, "labels": {' + labels + b"}}]}")
    assert told.code == "more_issues"
    assert "6,000 problems" in told.detail


def test_a_pointer_does_not_repeat_a_name_of_any_length() -> None:
    body = b'{"weight": 1, "labels": {"' + b"k" * 10_000 + b'": "x"}}'
    ((pointer, _),) = issues(body)
    assert pointer == "/labels/" + "k" * 100 + "…"
