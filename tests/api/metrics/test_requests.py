"""Requests are counted by what they ask for, never by who or what they name."""

from __future__ import annotations

from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from api.metrics.exposition import exposition
from api.metrics.requests import count_request, known_method


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return what Prometheus would read."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(name: str, **labels: Any) -> float:
    found = samples(exposition().decode())
    return found.get((name, frozenset(labels.items())), 0.0)


def test_a_request_raises_its_count_and_the_buckets_it_falls_into() -> None:
    about = {"route": "/v1/counted", "method": "POST"}
    for seconds in (0.003, 0.03):
        count_request("/v1/counted", "POST", 200, seconds)
    assert value("callboard_requests_total", **about, status="200") == 2
    assert value("callboard_request_seconds_count", **about) == 2
    assert value("callboard_request_seconds_bucket", **about, le="0.005") == 1
    assert value("callboard_request_seconds_bucket", **about, le="0.05") == 2


def test_methods_that_nobody_knows_are_one() -> None:
    assert known_method("GET") == "GET"
    assert {known_method(name) for name in ("BREW", "get", "X" * 1000)} == {"other"}
