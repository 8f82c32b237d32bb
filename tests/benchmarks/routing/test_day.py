"""The day by several rules: its centre, its measures, and what is said about them."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from api.cli import main
from benchmarks.routing.day import (
    BASELINES,
    DEFAULT,
    MEASURES,
    OURS,
    Kinds,
    compare,
    measure,
    play_days,
    report,
)
from benchmarks.routing.day_august import compare_august
from benchmarks.routing.day_centre import HORIZON_S, P0_LIMIT_S, Centre
from optimizer.model import Priority, RoutingRule, RoutingWeights, Tier
from optimizer.simulation.engine import Played, play

LOAD = 0.95


@pytest.fixture(scope="module")
def centre() -> Centre:
    return Centre.of(20_000, LOAD)


def test_the_centre_has_the_contacts_and_the_staff_that_are_asked_for(centre: Centre) -> None:
    assert centre.offered.sum() == pytest.approx(20_000)
    agents = len(centre.organisation.agents)
    half_the_load = Centre.of(20_000, LOAD / 2)
    assert len(half_the_load.organisation.agents) == pytest.approx(2 * agents, rel=0.05)
    # Two stretches of four hours, half an hour apart, within the time that is played.
    begin, end = (times.reshape(2, agents) for times in (centre.begin, centre.end))
    assert (end - begin == 4 * 3600).all()
    assert (begin[1] - end[0] == 1800).all()
    assert begin.min() == 0
    assert end.max() <= HORIZON_S


def test_there_are_four_skills_three_channels_and_severe_work_for_experts(centre: Centre) -> None:
    groups = {group.id: group for group in centre.organisation.groups}
    assert len(centre.organisation.skills) == 4
    assert {group.channel for group in groups.values()} == {"voice", "chat", "email"}
    for name in ("voice:outage", "email:outage"):
        assert groups[name].priority is Priority.P0
        assert groups[name].escalate_after_seconds == P0_LIMIT_S
        there = groups[groups[name].escalate_to or ""]
        assert there.tier is Tier.TECHNICAL
    assert len({own.customer_class.value for own in centre.lines}) == 3


def test_a_promotion_brings_more_orders_from_eleven_to_two(centre: Centre) -> None:
    groups = [centre.organisation.groups[line.group].id for line in centre.lines]
    orders = np.array([name.endswith(":orders") for name in groups])
    share = centre.offered[orders].sum(axis=0) / centre.offered.sum(axis=0)
    promoted = np.zeros(24, np.bool_)
    promoted[6:12] = True
    assert share[promoted].min() > 1.25 * share[~promoted].max()


def test_every_rule_meets_the_same_contacts_and_other_days_others(centre: Centre) -> None:
    one, again, other = centre.draw(3, 0), centre.draw(3, 0), centre.draw(3, 1)
    assert (one.arrival == again.arrival).all()
    assert (one.service == again.service).all()
    assert len(one) != len(other) or (one.arrival != other.arrival).any()
    assert (np.diff(one.arrival) >= 0).all()
    assert one.service.mean() == pytest.approx(centre.aht_s[one.line].mean(), rel=0.1)
    email = np.isinf(centre.patience_s)[one.line]
    assert np.isinf(one.patience[email]).all()
    assert np.isfinite(one.patience[~email]).all()


def test_the_measures_are_what_their_names_say() -> None:
    played = Played(
        agent=np.array([0, 1, -1, 0, -1, 1], np.int32),
        abandoned=np.array([False, False, True, False, False, False]),
        wait=np.array([0.0, 50.0, 30.0, 4000.0, 5000.0, 2000.0]),
        busy_s=np.array([30.0, 50.0, 10.0, 0.0]),
        staffed_s=np.array([100.0, 100.0, 20.0, 0.0]),
        end_s=9000.0,
        events=0,
    )
    kinds = Kinds(
        value=np.array([1.0, 2.0, 5.0, 1.0, 3.0, 4.0]),
        promised_s=np.array([20.0, 60.0, 60.0, 4000.0, 4000.0, 900.0]),
        severe=np.array([False, True, False, False, False, True]),
        deferred=np.array([False, False, False, True, True, True]),
        alike=np.array([0, 0, 1, 1]),
    )
    found = measure(played, kinds)
    assert found["value_weighted_wait_s"] == (2 * 50 + 5 * 30) / 8
    assert found["value_lost"] == 5 / 8
    assert found["abandonment"] == pytest.approx(1 / 3)
    assert found["service_level"] == pytest.approx(2 / 3)
    assert (found["wait_p50_s"], found["wait_max_s"]) == (30.0, 50.0)
    assert found["p0_late"] == 1 / 2
    assert found["p0_to_experts"] == 1.0
    assert found["deferred_value_weighted_wait_s"] == (4000 + 15_000 + 8000) / 8
    assert found["deferred_in_time"] == pytest.approx(1 / 3)
    assert found["deferred_max_s"] == 5000.0
    # Two alike at 0.3 and 0.5, one alone, one never there.
    mean = (0.3 + 0.5 + 0.5) / 3
    assert found["occupancy_variation"] == pytest.approx(math.sqrt(0.02 / 3) / mean)
    assert set(found) == set(MEASURES)


def test_what_is_not_there_is_not_measured() -> None:
    none = np.zeros(0)
    played = Played(none.astype(np.int32), none > 0, none, np.ones(1), np.ones(1), 1.0, 0)
    found = measure(played, Kinds(none, none, none > 0, none > 0, np.zeros(1, np.int64)))
    assert math.isnan(found["wait_p99_s"])
    assert math.isnan(found["p0_late"])


def test_ours_waits_least_by_value_and_keeps_p0s_from_the_clock(centre: Centre) -> None:
    rules = {"ours": RoutingRule(weights=DEFAULT), "fifo": BASELINES["fifo"]}
    days = play_days(centre, rules, 3, seed=5)
    for ours, fifo in zip(days["ours"], days["fifo"], strict=True):
        assert ours["value_weighted_wait_s"] < 0.8 * fifo["value_weighted_wait_s"]
        assert ours["p0_to_experts"] == 0 < fifo["p0_to_experts"]


def test_a_p0_by_email_competes_only_if_the_weights_say_so(centre: Centre) -> None:
    drawn = centre.draw(5, 0)
    groups = [centre.organisation.groups[line.group].id for line in centre.lines]
    outage = np.array([name == "email:outage" for name in groups])[drawn.line]
    waits = {}
    for compete in (None, 0.8):
        rule = RoutingRule(weights=RoutingWeights(compete_from=compete))
        played = play(*centre.setting(rule), drawn, horizon_s=HORIZON_S)
        waits[compete] = played.wait[outage].max()
    assert waits[0.8] < 900.0 < P0_LIMIT_S <= waits[None]


def test_others_win_where_they_are_surely_better_and_nowhere_else() -> None:
    def rows(**figures: tuple[float, float]) -> list[dict[str, float]]:
        base = dict.fromkeys(MEASURES, 1.0)
        return [base | {k: v[day] for k, v in figures.items()} for day in range(2)]

    first = next(iter(OURS))
    found = report(
        {
            first: rows(wait_p99_s=(10.0, 12.0), service_level=(0.5, 0.6)),
            "convex in the wait": rows(wait_p99_s=(1.0, 3.0)),
            "fifo": rows(wait_p99_s=(8.0, 10.1), service_level=(0.4, 0.5)),
            "priority": rows(wait_p99_s=(7.0, 9.0), service_level=(0.7, 0.8)),
            "c_mu": rows(wait_p99_s=(1.0, 20.0), service_level=(0.5, 0.6)),
        }
    )
    assert found["others_win"] == {
        "wait_p99_s": ["priority", "fifo"],
        "service_level": ["priority"],
    }
    assert found["differences"]["priority"]["wait_p99_s"]["mean"] == -3.0
    assert first not in found["differences"]


def test_every_rule_is_compared_and_the_same_seed_says_the_same() -> None:
    found = compare(1500, LOAD, 2, 7)
    assert list(found["rules"]) == [*OURS, *BASELINES]
    assert found == compare(1500, LOAD, 2, 7)
    json.dumps(found, allow_nan=False)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write two hours of calls of two types, answered by four agents, every seventh hung up."""
    path = tmp_path_factory.mktemp("log") / "august.csv"
    columns = (
        "customer_id", "priority", "type", "date", "vru_entry", "vru_exit", "q_start", "q_time",
        "outcome", "ser_time", "server",
    )  # fmt: skip
    random = np.random.default_rng(3)
    with path.open("w", newline="") as file:
        write = csv.writer(file)
        write.writerow(columns)
        for call, second in enumerate(sorted(random.integers(0, 6000, 300).tolist())):
            came = f"{8 + second // 3600}:{second // 60 % 60:02d}:{second % 60:02d}"
            lost = call % 7 == 0
            queued = lost or call % 2 == 0
            write.writerow(
                [
                    call + 1 if queued else 0, call % 3 if queued else 0, ("PS", "NE")[call % 2],
                    "990801", came, came, came if queued else "0:00:00",
                    300 if lost else 60 if queued else 0,
                    "HANG" if lost else "AGENT", 0 if lost else 90,
                    "NO_SERVER" if lost else f"S{call % 4}",
                ]
            )  # fmt: skip
    return path


def test_a_log_is_replayed_by_every_rule_that_it_can_tell_apart(log: Path) -> None:
    found = compare_august(log, 2, 1)
    assert found["calls"] == 300
    assert list(found["rules"])[: len(OURS)] == list(OURS)
    assert "fifo, head start" in found["rules"]
    assert found["rules"]["fifo"]["p0_late"]["mean"] is None
    assert found["rules"]["fifo"]["p0_to_experts"]["mean"] is None
    json.dumps(found, allow_nan=False)


def test_priority_serves_the_customers_of_the_log_who_have_it(log: Path) -> None:
    rules = compare_august(log, 3, 1)["rules"]
    waits = {name: row["value_weighted_wait_s"]["mean"] for name, row in rules.items()}
    assert waits["priority"] < 0.9 * waits["fifo"]
    assert waits["fifo, head start"] < waits["fifo"]


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_the_command_shows_the_day_and_the_month(log: Path, form: list[str]) -> None:
    sizes = ["--contacts", "1500", "--days", "2", "--replications", "2"]
    shown = CliRunner().invoke(main, ["bench", "day", *sizes, "--august", str(log), *form])
    assert shown.exit_code == 0
    if form:
        figures = json.loads(shown.stdout)
        assert figures["day"]["agents"] > 10
        assert set(figures["august"]["rules"]) > set(OURS)
    else:
        assert "default weights" in shown.stdout
        assert "300 calls" in shown.stdout


def test_a_log_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    sizes = ["--contacts", "1000", "--days", "2", "--august", str(tmp_path / "none.csv")]
    shown = CliRunner().invoke(main, ["bench", "day", *sizes, "--json"])
    assert shown.exit_code == 2
    assert json.loads(shown.stdout)["errors"][0]["code"] == "unreadable_file"
