"""The quick way in takes nothing that the strict one refuses, and reads the same out of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer import codec, wire
from optimizer.errors import InvalidInput, Issue
from optimizer.model import (
    AgentState,
    AgentStatus,
    Assignment,
    ChannelRules,
    Decision,
    Escalation,
    OpeningHours,
    OpenWindow,
    Priority,
    RelaxationStep,
    RoutingPolicy,
    RoutingWeights,
    Snapshot,
    Ticket,
    Tier,
    TimeGrid,
)
from optimizer.model.record import Record

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

FULL = Snapshot(
    now=NOW,
    tickets=(
        Ticket(
            id="t1",
            channel="voice",
            created=NOW - timedelta(seconds=90),
            skills={"orders": 2},
            priority=Priority.P0,
            tags=("vip",),
            first_response_due=NOW,
            first_response_seconds=60.0,
            calendar="office",
            prior_agent="a1",
            preferred_agents=("a1",),
            relaxation=(RelaxationStep(20.0, ("orders",), {"x": 1}, (Tier.RISK,), ("lyon",)),),
        ),
        Ticket("t2", "chat", NOW),
    ),
    agents=(
        AgentState(
            id="a1",
            skills={"orders": 3, "é\n": 1},
            languages=("fr",),
            channel_limits={"voice": 1},
            status=AgentStatus.AWAY,
            idle_since=NOW,
            worked_seconds=1e3,
        ),
    ),
    weights=RoutingWeights(tags={"vip": 5.0}, tie_seed=7, promote_after=2.0),
    channels={"voice": ChannelRules(units=3, interrupts=("email",))},
    calendars={
        "office": OpeningHours("Europe/Paris", (OpenWindow(0, 480, 960),), (date(2026, 12, 25),))
    },
    escalations=(Escalation(600.0, Tier.RISK, Priority.P1),),
    policy=RoutingPolicy.GREEDY,
)
DOCUMENT: dict[str, Any] = json.loads(codec.encode(FULL))


class Text(str):
    """JSON as it is to be written, whether or not it is JSON."""


def written(node: Any) -> bytes:
    """Return nested values as JSON; objects may be lists of pairs, so that keys can repeat."""
    if isinstance(node, Text):
        return node.encode(errors="surrogatepass")
    if isinstance(node, dict):
        node = tuple(node.items())
    if isinstance(node, tuple):
        return b"{" + b",".join(written(k) + b":" + written(v) for k, v in node) + b"}"
    if isinstance(node, list):
        return b"[" + b",".join(map(written, node)) + b"]"
    return json.dumps(node).encode()


def plain(value: Any) -> str:
    return repr(msgspec.to_builtins(value))


def outcome(read: Callable[[type[Snapshot], bytes], Snapshot], body: bytes) -> Any:
    """Return what is read from a body, or the issues that stand against it."""
    try:
        return plain(read(Snapshot, body))
    except InvalidInput as refused:
        return refused.issues


def assert_read_alike(body: bytes) -> None:
    assert outcome(wire.decode, body) == outcome(codec.decode, body)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths to all values of a document."""
    children: Any = enumerate(node) if isinstance(node, list) else ()
    if isinstance(node, dict):
        children = node.items()
    return [path, *(one for key, child in children for one in places(child, (*path, key)))]


def found(node: Any, path: tuple[Any, ...]) -> Any:
    """Return the value at a path."""
    return found(node[path[0]], path[1:]) if path else node


def changed(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a document with another value at a path."""
    if not path:
        return value
    copy = node.copy()
    copy[path[0]] = changed(node[path[0]], path[1:], value)
    return copy


ODD = [
    "null", "true", "0", "-0", "-0.0", "1", "1.0", "1e2", "1E+2", "2.5", "-1", "1e400", "-1e400",
    "1e-400", "01", "+1", ".5", "1.", "NaN", "Infinity", "-Infinity", "9" * 19, "9" * 40, "9" * 400,
    "9" * 5000, "-9223372036854775808", "-9223372036854775809", "9223372036854775808",
    "1.7976931348623157e308", "1.7976931348623159e308", "0.1000000000000000055511151231257827",
    '""', '"x"', '"P1"', '"\\u0050\\u0031"', '"P9"', '"risk"', '"Risk"', '"\\ud800"', '"\\udc00"',
    '"\\ud83d\\ude00"', '"\ud800"', '"\x00"', '"\\u0000"', '"\n"', '"\\x"', "'x'", "x",
    '"2026-11-23T09:00:00Z"', '"2026-11-23T09:00:00"', '"2026-11-23 09:00:00+01:00"',
    '"2026-11-23T09:00Z"', '"2026-11-23"', '"1700000000"', "1700000000", '"2026-02-30T09:00:00Z"',
    '"2026-11-23T23:59:60Z"', '"2026-11-23T24:00:00Z"', '"2026-11-23T09:00:00.5Z"',
    '"0001-01-01T00:00:00+23:59"', '"9999-12-31T23:59:59-23:59"',
    '"0000-01-01T00:00:00Z"', '"2026-11-23T09:00:00+24:00"', '"2026-11-23T09:00:00-00:00"',
    '"2026-11-23T09:00:00+0100"', '"2026-11-23T09:00:00+01"', '"9999-12-31T23:59:59.9999999Z"',
    "[]", "{}", "[[]]", "[1, 2, 3, 4]", "[1, 2, 3, 4, 5]", '["x"]', '[null]', '{"x": 1}',
    '{"x": 1, "x": 2}', '{"x": "1"}', '{"id": "y"}', "[" * 300, "[" * 300 + "]" * 300, "", ",",
]  # fmt: skip


PIECES = [
    b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"0", b"9", b".", b"e", b"-", b" ", b"\x00",
    b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"null", b"\\u00", b"\\ud83d", b"T",
]  # fmt: skip
BODY = written(DOCUMENT)


@given(st.sampled_from(places(DOCUMENT)), st.sampled_from(ODD))
def test_odd_values_anywhere_are_read_alike(path: tuple[Any, ...], odd: str) -> None:
    assert_read_alike(written(changed(DOCUMENT, path, Text(odd))))


@given(st.integers(0, len(BODY)), st.integers(0, 3), st.sampled_from(PIECES))
def test_broken_bytes_are_read_alike(start: int, removed: int, piece: bytes) -> None:
    assert_read_alike(BODY[:start] + piece + BODY[start + removed :])


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_nonsense_is_read_alike(body: bytes) -> None:
    assert_read_alike(body)


OBJECTS = [path for path in places(DOCUMENT) if isinstance(found(DOCUMENT, path), dict)]


@given(st.sampled_from(OBJECTS), st.data())
def test_members_that_repeat_are_missing_or_unknown_are_read_alike(
    path: tuple[Any, ...], data: st.DataObject
) -> None:
    members = list(found(DOCUMENT, path).items())
    name = st.sampled_from([key for key, _ in members] or ["x"]) | st.sampled_from(["x", "", "ID"])
    extra = data.draw(st.lists(st.tuples(name, st.sampled_from(ODD).map(Text)), max_size=2))
    kept = data.draw(st.lists(st.sampled_from(members), max_size=20)) if members else []
    drawn = data.draw(st.permutations(kept + extra))
    assert_read_alike(written(changed(DOCUMENT, path, tuple(drawn))))


def test_what_is_sound_is_read_the_quick_way() -> None:
    quick = wire.decode(Snapshot, BODY)
    assert isinstance(quick, wire.twin(Snapshot))
    assert plain(quick) == plain(FULL)


def test_what_only_the_strict_way_understands_is_read_all_the_same() -> None:
    body = BODY.replace(b"2026-11-23T09:00:00Z", b"2026-11-23T09:00Z")
    assert wire.decode(Snapshot, body) == FULL


def test_beyond_the_microsecond_times_may_differ_by_one() -> None:
    body = BODY.replace(b"09:00:00Z", b"09:00:00.1234567Z")
    apart = wire.decode(Snapshot, body).now - codec.decode(Snapshot, body).now
    assert abs(apart) <= timedelta(microseconds=1)


@pytest.mark.parametrize("kind", [Snapshot, Ticket, AgentState, RoutingWeights, Decision])
def test_a_twin_has_the_fields_of_the_record_in_their_order(kind: type) -> None:
    struct: Any = wire.twin(kind)
    assert struct.__struct_fields__ == tuple(field.name for field in fields(kind))
    assert struct is wire.twin(kind)


def test_a_twin_has_the_defaults_of_the_record_and_cannot_be_changed() -> None:
    made = wire.twin(Ticket)("t2", "chat", NOW)
    assert plain(made) == plain(Ticket("t2", "chat", NOW))
    assert made.skills is not wire.twin(Ticket)("t3", "chat", NOW).skills
    with pytest.raises(AttributeError):
        made.id = "t3"  # type: ignore[misc]  # that is the point


def test_a_twin_is_written_like_the_record() -> None:
    def answer(assignment: Any, *, issue: Any = Issue) -> Any:
        problem = issue("wrong_type", "/tickets/0/id", "It is a number.")
        return assignment((), (), 1.5, float("inf"), {"orders": 2.0}, 0.25, problems=(problem,))

    body = codec.encode(answer(Assignment))
    assert codec.encode(answer(wire.twin(Assignment), issue=wire.twin(Issue))) == body
    assert json.loads(body)["bound"] is None


@dataclass(frozen=True, slots=True)
class Crate(Record):
    count: int


def test_whole_numbers_too_great_for_a_column_go_the_strict_way() -> None:
    assert isinstance(wire.decode(Crate, b'{"count": 9223372036854775807}'), wire.twin(Crate))
    assert wire.decode(Crate, b'{"count": 9223372036854775808}') == Crate(2**63)


def test_of_a_wrong_body_the_first_problem_is_told_with_its_place() -> None:
    wrong = b'{"start":"2026-11-23T00:00:00Z","interval_minutes":"x","count":"y"}'
    found = wire.first_problem(TimeGrid, wrong)
    assert found is not None
    assert (found.code, found.pointer) == ("wrong_type", "/interval_minutes")
    assert "Expected `int`" in found.detail
    broken = wire.first_problem(TimeGrid, b"{")
    assert broken is not None
    assert broken.code == "invalid_json"
    sound = b'{"start":"2026-11-23T00:00:00Z","interval_minutes":30,"count":48}'
    assert wire.first_problem(TimeGrid, sound) is None
