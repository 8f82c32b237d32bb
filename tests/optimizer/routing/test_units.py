"""Contacts of different sizes are matched as well as brute force and an integer program can."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import AgentState, ChannelRules, Snapshot, Ticket
from optimizer.routing import assign, units
from optimizer.routing.paths import augment_all
from tests.optimizer.routing.drawing import NOW
from tests.optimizer.routing.markets import (
    Plain,
    aims,
    draw,
    every_match,
    fits,
    match_of,
    rounded,
    value_by_program,
)

SEEDS = st.integers(0, 2**32 - 1)


def mixed(seed: int, tickets: int, agents: int, **kinds: Any) -> Plain:
    """Draw a market of agents with enough units for several mixes."""
    rng = np.random.default_rng(seed)
    size = [(1, 2), (1, 3), (2, 3), (1, 2, 4)][seed % 4]
    plain = draw(seed, tickets, agents, size=size, **kinds)
    return replace(plain, units=tuple(rng.integers(1, 8, agents).tolist()))


@pytest.mark.parametrize("levels", [1, 3])
@pytest.mark.parametrize("whole", [False, True])
@settings(max_examples=80, deadline=None)
@given(seed=SEEDS)
def test_no_other_match_that_fits_is_better(levels: int, whole: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    plain = mixed(
        seed, int(rng.integers(1, 7)), int(rng.integers(1, 4)), levels=levels, whole=whole
    )
    chosen, found = match_of(plain)
    assert fits(plain, chosen)
    reached = rounded(aims(plain, chosen))
    assert reached == max(rounded(aims(plain, other)) for other in every_match(plain))
    assert found.bound == found.value == pytest.approx(reached[1], abs=1e-9)


@pytest.mark.parametrize("seed", range(60))
def test_the_value_is_that_of_an_integer_program(seed: int) -> None:
    plain = mixed(seed, 12 + seed % 9, 3 + seed % 4)
    chosen, found = match_of(plain)
    assert fits(plain, chosen)
    best = value_by_program(plain)
    assert found.value <= best + 1e-6
    assert found.bound >= best - 1e-6
    assert found.bound > found.value or found.value == pytest.approx(best, abs=1e-6)


def test_nearly_all_of_them_are_proven() -> None:
    open_ends = [
        found.bound > found.value
        for found in (match_of(mixed(seed, 20, 6))[1] for seed in range(40))
    ]
    assert sum(open_ends) <= 2


def test_a_search_that_is_cut_short_says_what_it_has_not_proven(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(units, "WORK", 0)
    monkeypatch.setattr(units, "FEWEST", 1)
    cut = 0
    for seed in range(40):
        plain = mixed(seed, 14, 4)
        chosen, found = match_of(plain)
        best = value_by_program(plain)
        assert fits(plain, chosen)
        assert found.value - 1e-6 <= best <= found.bound + 1e-6
        cut += found.bound > found.value
    assert cut > 0


def test_who_takes_contacts_of_one_size_is_never_split(monkeypatch: pytest.MonkeyPatch) -> None:
    flows = []
    monkeypatch.setattr(units, "augment_all", lambda net: flows.append(net) or augment_all(net))
    chat_only = AgentState("chat", {}, channels=("chat",), capacity=5)
    call_only = AgentState("call", {}, channels=("voice",), capacity=7)
    tickets = [Ticket(f"t{i}", "voice" if i % 2 else "chat", NOW) for i in range(12)]
    sizes = {"voice": ChannelRules(units=3)}
    answer = assign(Snapshot(NOW, tuple(tickets), (chat_only, call_only), channels=sizes))
    given = [decision.agent for decision in answer.decisions]
    assert (given.count("chat"), given.count("call")) == (5, 2)
    assert len(flows) == 1


def test_units_that_are_free_are_filled_and_not_more() -> None:
    agent = AgentState("a", {}, capacity=4, open_work={"chat": 1})
    tickets = [Ticket("call", "voice", NOW), *(Ticket(f"c{i}", "chat", NOW) for i in range(4))]
    sizes = {"voice": ChannelRules(units=3)}
    answer = assign(Snapshot(NOW, tuple(tickets), (agent,), channels=sizes))
    assert {d.ticket for d in answer.decisions} == {"c0", "c1", "c2"}
    assert answer.bound == answer.value


def test_who_has_no_free_unit_takes_one_contact_that_interrupts_and_no_second() -> None:
    agent = AgentState("a", {}, capacity=2, open_work={"mail": 2})
    tickets = tuple(Ticket(f"t{i}", "voice", NOW) for i in range(3))
    rules = {"voice": ChannelRules(interrupts=("mail",))}
    answer = assign(Snapshot(NOW, tickets, (agent,), channels=rules))
    assert [d.ticket for d in answer.decisions] == ["t0"]
