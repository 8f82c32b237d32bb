"""The pool measured: costs by kind, and a match that stays the best."""

from __future__ import annotations

import pytest

from benchmarks.routing.pooled import measure


@pytest.mark.parametrize("review", [0.0, 30.0])
def test_costs_add_up_and_the_match_equals_fresh_solves(review: float) -> None:
    heard: list[str] = []
    found = measure(
        60,
        25,
        300,
        2,
        skills=10,
        review_seconds=review,
        tick_seconds=2.0,
        checkpoints=3,
        tick=heard.append,
    )
    assert found["events"]["count"] + found["clock_events"]["count"] == 300
    assert sum(row["count"] for row in found["by_kind"].values()) == found["events"]["count"]
    assert found["events"]["median_ms"] <= found["events"]["p99_ms"] <= found["events"]["max_ms"]
    assert found["equal"] == len(found["checkpoints"]) == 3
    assert [check["events"] for check in found["checkpoints"]] == [100, 200, 300]
    assert all(check["not_allowed"] == 0 for check in found["checkpoints"])
    if review:
        assert max(check["matched"] for check in found["checkpoints"]) > 0
    assert heard[-1] == "Part 3 of 3"
