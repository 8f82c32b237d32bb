"""What `optimizer.routing` exports is a promise; this is the list."""

from __future__ import annotations

from optimizer import routing


def test_the_package_exports_what_is_listed_here() -> None:
    assert routing.__all__ == [
        "Board",
        "Market",
        "Pairs",
        "Rule",
        "assign",
        "base_score",
        "deal",
        "match",
        "match_greedily",
        "read_board",
        "skill_fit",
    ]
    assert all(hasattr(routing, name) for name in routing.__all__)
