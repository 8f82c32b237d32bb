"""Two calls with one limit: what they keep, and that a call without a roster is named."""

from __future__ import annotations

from benchmarks.rostering import deadlines


def test_both_calls_tell_how_late_they_were_and_what_they_found() -> None:
    found = deadlines.call_twice(15, 2, 7, 1, 1.0, distinct=False)
    assert found["limit"] == 1.0
    assert found["peak_memory_mb"] > 50
    for name in deadlines.CALLS:
        call = found[name]
        assert call["late"] == call["seconds"] - 1.0
        assert call["verified"] is True
        assert call["objective"] > 0


def test_a_limit_without_time_for_anything_is_told() -> None:
    found = deadlines.call_twice(15, 2, 7, 1, 1e-9, distinct=True)
    for name in deadlines.CALLS:
        call = found[name]
        assert call["late"] > 0
        assert call["objective"] is None or call["verified"]
