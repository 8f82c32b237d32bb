"""The live case: all solvers see the same problem, and the figures are what they say."""

from __future__ import annotations

import json
import shlex

import numpy as np
import pytest
from click.testing import CliRunner, Result

from api.cli import main
from benchmarks.cases.assign import compare
from benchmarks.live import draw_snapshot, flow_over_classes, flow_over_pairs, list_pairs
from optimizer.model import check_snapshot
from optimizer.routing import read_board
from tests.optimizer.routing.plain import first_rule, score


def run(options: str) -> Result:
    return CliRunner().invoke(main, ["bench", "assign", *shlex.split(options)])


def test_the_drawn_snapshot_is_sound_and_the_same_for_a_seed() -> None:
    snapshot = draw_snapshot(60, 40, 5)
    assert check_snapshot(snapshot) == []
    assert snapshot == draw_snapshot(60, 40, 5) != draw_snapshot(60, 40, 6)
    assert {len(ticket.skills) for ticket in snapshot.tickets} == {1, 2, 3}
    assert {agent.capacity for agent in snapshot.agents} == {1, 2, 3, 4}
    assert max(len(agent.skills) for agent in snapshot.agents) == 8


def test_the_pairs_of_the_peers_are_those_that_the_rules_allow() -> None:
    snapshot = draw_snapshot(60, 40, 5)
    pairs = list_pairs(snapshot)
    listed = {
        (ticket, agent): points
        for ticket, agent, points in zip(pairs.ticket, pairs.agent, pairs.score, strict=True)
    }
    allowed = {
        (i, j): score(snapshot, ticket, agent)
        for i, ticket in enumerate(snapshot.tickets)
        for j, agent in enumerate(snapshot.agents)
        if first_rule(ticket, agent) is None
    }
    assert listed == pytest.approx(allowed)


@pytest.mark.parametrize("seed", range(3))
def test_ours_and_both_flows_reach_the_same_value(seed: int) -> None:
    snapshot = draw_snapshot(300, 90, seed)
    found = compare(snapshot, repeats=2)
    assert abs(found["relative_value_difference"]) < 1e-9
    assert found["flow"]["value"] == flow_over_pairs(list_pairs(snapshot))
    assert flow_over_classes(read_board(snapshot).market) == pytest.approx(found["value"])
    assert found["greedy"]["value"] == pytest.approx(found["value"] * (1 - found["greedy"]["loss"]))
    assert 0.0 < found["greedy"]["loss"] < 0.2


def test_no_eligible_pair_is_a_result_too() -> None:
    found = compare(draw_snapshot(1, 1, 0), repeats=2)
    assert (found["eligible_pairs"], found["value"], found["greedy"]["loss"]) == (0, 0.0, 0.0)


def test_the_command_prints_one_object_with_every_figure() -> None:
    shown = run("--tickets 80 --agents 40 --seed 3 --repeats 4 --json")
    assert shown.exit_code == 0
    found = json.loads(shown.stdout)
    assert found["value"] == pytest.approx(found["flow"]["value"])
    assert found["p99_ms"] >= found["median_ms"] > 0.0
    phases = found["phases_ms"]
    assert list(phases) == ["checks", "board", "match", "deal", "answer"]
    speedup = found["flow"]["median_ms"] / found["matching"]["median_ms"]
    assert found["speedup_over_flow"] == pytest.approx(speedup)
    assert {"eligible_pairs", "classes", "crews", "arcs", "machine", "timed"} <= found.keys()
    assert np.isfinite([found["speedup_from_snapshot"], found["greedy"]["median_ms"]]).all()


def test_without_json_a_table_is_shown() -> None:
    shown = run("--tickets 30 --agents 20 --repeats 2")
    assert shown.exit_code == 0
    assert shown.stderr == ""
    assert "Flow over all pairs" in shown.stdout
