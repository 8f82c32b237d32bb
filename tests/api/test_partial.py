"""One bad ticket of many is left out and told; what all share has to be sound."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import TooLarge
from api.partial import use_what_can_be
from api.schemas.examples import SNAPSHOT, as_json
from optimizer.errors import InvalidInput, Issue, raise_errors
from optimizer.io import decode_snapshot
from optimizer.model import Snapshot, check_snapshot

EXAMPLE = as_json(SNAPSHOT)


def sound(body: bytes) -> Snapshot:
    """Return a snapshot, if it is sound."""
    snapshot = decode_snapshot(body)
    raise_errors("The snapshot has problems.", check_snapshot(snapshot))
    return snapshot


def ticket(name: Any, **fields: Any) -> dict[str, Any]:
    return {"id": name, "channel": "chat", "created": "2026-11-23T09:59:00Z", **fields}


def agent(name: Any, **fields: Any) -> dict[str, Any]:
    return {"id": name, "skills": {}, **fields}


def used(**changes: Any) -> tuple[list[str], list[str], set[tuple[str, str]]]:
    """Return the tickets and agents that are used, and the problems of the others."""
    body = json.dumps(EXAMPLE | changes).encode()
    snapshot, problems = use_what_can_be(body, sound)
    return (
        [one.id for one in snapshot.tickets],
        [one.id for one in snapshot.agents],
        {(issue.pointer, issue.code) for issue in problems},
    )


def refused(**changes: Any) -> set[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        used(**changes)
    return {(issue.pointer, issue.code) for issue in caught.value.issues}


def test_where_nothing_is_wrong_nothing_is_left_out() -> None:
    assert used() == (["t-1", "t-2", "t-3", "t-4"], ["ada", "ben"], set())


def test_what_cannot_be_read_and_what_makes_no_sense_is_left_out() -> None:
    tickets = [
        ticket("shape", skills="all"),
        ticket("kept"),
        ticket("meaning", risk=2.0, amount=-1.0),
        None,
        ticket("both", risk=float("nan"), colour="blue"),
        ticket("late", created="2026-11-23T09:59:00"),
        ticket("kept"),
        ticket("kept too", skills={"a/b": 1}),
    ]
    agents = [agent("a", skills={"x": 9}), agent(7), agent("b"), agent(""), {}]
    assert used(tickets=tickets, agents=agents) == (
        ["kept", "kept too"],
        ["b"],
        {
            ("/tickets/0/skills", "wrong_type"),
            ("/tickets/2/risk", "out_of_range"),
            ("/tickets/2/amount", "out_of_range"),
            ("/tickets/3", "wrong_type"),
            ("/tickets/4/risk", "out_of_range"),
            ("/tickets/4/colour", "unknown_field"),
            ("/tickets/5/created", "missing_offset"),
            ("/tickets/6/id", "duplicate_id"),
            ("/agents/0/skills/x", "out_of_range"),
            ("/agents/1/id", "wrong_type"),
            ("/agents/3/id", "empty_id"),
            ("/agents/4/id", "missing_field"),
            ("/agents/4/skills", "missing_field"),
        },
    )


def test_everything_may_be_unusable() -> None:
    tickets, agents, problems = used(tickets=[1, 2], agents=["x"])
    assert (tickets, agents, len(problems)) == ([], [], 3)


@pytest.mark.parametrize(
    ("changes", "issue"),
    [
        ({"now": "yesterday"}, ("/now", "wrong_type")),
        ({"now": "2026-11-23T09:59:00"}, ("/now", "missing_offset")),
        ({"weights": {"wait": -1.0}}, ("/weights/wait", "out_of_range")),
        ({"weights": {"luck": 1.0}}, ("/weights/luck", "unknown_field")),
        ({"channels": {"chat": {"units": 0}}}, ("/channels/chat/units", "out_of_range")),
        ({"agents": {}}, ("/agents", "wrong_type")),
    ],
)
def test_an_error_in_what_all_share_refuses_everything(
    changes: dict[str, Any], issue: tuple[str, str]
) -> None:
    tickets = [ticket("shape", skills="all"), ticket("fine"), ticket("meaning", risk=2.0)]
    found = refused(tickets=tickets, **changes)
    assert {issue, ("/tickets/0/skills", "wrong_type")} <= found


def test_issues_found_later_point_into_the_body_as_it_was_sent() -> None:
    tickets = [ticket("shape", skills="all"), ticket("meaning", risk=2.0)]
    assert refused(tickets=tickets, weights={"wait": -1.0}) == {
        ("/tickets/0/skills", "wrong_type"),
        ("/tickets/1/risk", "out_of_range"),
        ("/weights/wait", "out_of_range"),
    }


def test_a_body_that_is_no_snapshot_is_refused() -> None:
    for body in (b"", b"[]", b"null", b'{"tickets": [', b'{"tickets": [' + b"[" * 500):
        with pytest.raises(InvalidInput):
            use_what_can_be(body, sound)


def test_the_kind_of_refusal_is_kept() -> None:
    def refuse(_: bytes) -> None:
        raise TooLarge("The body is too large.", [Issue("too_many", "/tickets", "Too many.")])

    with pytest.raises(TooLarge):
        use_what_can_be(b"{}", refuse)


ROWS = st.sampled_from(["good", "shape", "meaning"])


@given(st.lists(ROWS, max_size=12), st.lists(ROWS, max_size=12))
def test_exactly_the_bad_rows_are_left_out_and_told(tickets: list[str], agents: list[str]) -> None:
    bad_ticket = {"good": {}, "shape": {"tier": 1}, "meaning": {"risk": 2.0}}
    bad_agent = {"good": {}, "shape": {"tier": 1}, "meaning": {"capacity": -1}}
    kept = used(
        tickets=[ticket(f"t{i}", **bad_ticket[kind]) for i, kind in enumerate(tickets)],
        agents=[agent(f"a{i}", **bad_agent[kind]) for i, kind in enumerate(agents)],
    )
    assert kept[0] == [f"t{i}" for i, kind in enumerate(tickets) if kind == "good"]
    assert kept[1] == [f"a{i}" for i, kind in enumerate(agents) if kind == "good"]
    assert {pointer.rsplit("/", 1)[0] for pointer, _ in kept[2]} == {
        *(f"/tickets/{i}" for i, kind in enumerate(tickets) if kind != "good"),
        *(f"/agents/{i}" for i, kind in enumerate(agents) if kind != "good"),
    }
