"""The service measured over HTTP, and beside a solve."""

from __future__ import annotations

import pytest

from benchmarks.routing import interference
from benchmarks.routing.over_http import measure


def test_the_service_is_measured_with_one_connection_and_with_several() -> None:
    found = measure(3, 2, 0.1, (2,), lambda _: None)
    single = found["one_connection"]
    assert list(single) == ["healthz", "no_work", "1x50", "50x50", "500x500"]
    above = single["50x50"]["median_ms"] - single["no_work"]["median_ms"]
    assert found["median_ms_above"]["no_work"]["50x50"] == pytest.approx(above)
    told = [(row["request"], row["clients"]) for row in found["throughput"]]
    assert told == [("healthz", 2), ("50x50", 2), ("500x500", 2)]
    assert all(row["requests_per_second"] > 0.0 for row in found["throughput"])


def test_latency_beside_a_solve_is_measured_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interference, "BLOCK_SECONDS", 0.1)
    monkeypatch.setattr(interference, "ROSTER", {"agents": 30, "skills": 2, "days": 7})
    found = interference.measure(3, 1, lambda _: None)
    assert {f"{way}, 50x50" for way in ("in process", "over HTTP")} <= found["assignments"].keys()
    for row in found["assignments"].values():
        assert row["quiet"]["repeats"] > 0
        assert row["while_solving"]["p99_ms"] >= row["while_solving"]["median_ms"] > 0.0
