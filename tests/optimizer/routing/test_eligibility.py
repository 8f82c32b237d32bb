"""Who may take what, and the first rule that stops the others, beside one question at a time."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import Snapshot, Tier
from optimizer.routing import Rule, read_board
from optimizer.routing.eligibility import pack
from tests.optimizer.routing.drawing import random_snapshot, snapshots
from tests.optimizer.routing.plain import first_rule


def members(words: list[int], agents: int) -> list[bool]:
    return [bool(words[a // 64] >> (a % 64) & 1) for a in range(agents)]


def check_every_pair(snapshot: Snapshot) -> None:
    board = read_board(snapshot)
    staff, found = board.staff.agents, board.eligibility
    stopped = found.stopped(board.classes.of_ticket)
    for position, place in enumerate(board.tickets):
        ticket = snapshot.tickets[place]
        number = board.classes.of_ticket[position]
        first = [first_rule(snapshot, ticket, agent) for agent in staff]
        counts = Counter(
            (rule or "outscored", agent.tier) for rule, agent in zip(first, staff, strict=True)
        )
        assert {
            (rule, tier): int(stopped[position, row, column])
            for row, rule in enumerate(Rule)
            for column, tier in enumerate(Tier)
            if stopped[position, row, column]
        } == counts
        allowed = members(found.allowed[number].tolist(), len(first))
        assert allowed == [rule is None for rule in first]
        qualified = members(found.qualified[number].tolist(), len(first))
        of_the_moment = (None, "availability", "capacity", "channel_limit")
        assert qualified == [rule in of_the_moment for rule in first]
        room = board.staff.room_on(ticket.channel)[qualified] > 0
        assert room.tolist() == [rule is None for rule in first if rule in of_the_moment]


@settings(max_examples=200, deadline=None)
@given(snapshots())
def test_every_agent_counts_for_the_first_rule_that_fails(snapshot: Snapshot) -> None:
    check_every_pair(snapshot)


@pytest.mark.parametrize("agents", [63, 64, 65, 130])
def test_so_it_is_beyond_one_word_of_bits(agents: int) -> None:
    check_every_pair(random_snapshot(agents, 40, agents))


def test_what_an_agent_is_comes_before_what_an_agent_is_doing() -> None:
    assert list(Rule) == [
        "channel",
        "tier",
        "site",
        "language",
        "human",
        "skill",
        "level",
        "authority",
        "excluded",
        "reserved",
        "availability",
        "capacity",
        "channel_limit",
        "outscored",
    ]


@given(st.lists(st.lists(st.booleans(), min_size=70, max_size=70), max_size=3))
def test_packing_keeps_every_bit_and_sets_no_other(rows: list[list[bool]]) -> None:
    masks = np.array(rows, dtype=np.bool_).reshape(-1, 70)
    packed = pack(masks).tolist()
    assert packed == [
        [sum(bit << place for place, bit in enumerate(part)) for part in (row[:64], row[64:])]
        for row in masks.tolist()
    ]
