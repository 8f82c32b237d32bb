"""A log is replayed against the agents that it shows."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from api.cli import main
from benchmarks.simulation.august import Assumptions, Replay, compare
from benchmarks.simulation.bank_log import read_log
from optimizer.simulation.engine import play
from optimizer.simulation.system import PLAIN, Contacts, Staff, System

AGENTS = 6
COLUMNS = (
    "customer_id", "priority", "type", "date", "vru_entry", "vru_exit", "q_start", "q_time",
    "outcome", "ser_time", "server",
)  # fmt: skip


@pytest.fixture(scope="module")
def busy_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the log of a day of ten hours on which six agents are hardly ever idle."""
    random = np.random.default_rng(5)
    count = 1500
    arrival = np.sort(random.integers(0, 36_000, count)).astype(float)
    contacts = Contacts(
        arrival,
        np.zeros(count, np.int32),
        np.ceil(random.exponential(200.0, count)),
        np.ceil(random.exponential(160.0, count)),
    )
    one = np.ones(1)
    system = System(
        np.zeros((1, 1)), np.array([2]), one, one, 0 * one, np.array([1]), weights=PLAIN
    )
    agents = np.arange(AGENTS)
    staff = Staff(0 * agents, agents, np.zeros(AGENTS), np.full(AGENTS, 1e6))
    played = play(system, staff, contacts)
    path = tmp_path_factory.mktemp("log") / "day.csv"
    with path.open("w", newline="") as file:
        write = csv.writer(file)
        write.writerow(COLUMNS)
        for i in range(count):
            served = played.agent[i] >= 0
            came = clock(arrival[i])
            waited = int(played.wait[i])
            queued = waited > 0 or not served
            write.writerow(
                [
                    i + 1 if queued else 0, 2 * (i % 2) if queued else 0, "PS", "2010-08-01",
                    came, came, came if queued else "0:00:00", waited,
                    "AGENT" if served else "HANG", int(contacts.service[i]) if served else 0,
                    f"agent{played.agent[i]}" if served else "NO_SERVER",
                ]
            )  # fmt: skip
    return path


def clock(seconds: float) -> str:
    """Return the time of day, eight hours after midnight and later."""
    minutes, second = divmod(int(seconds) + 8 * 3600, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"


def test_a_day_that_shows_all_there_is_to_know_is_replayed_as_it_was(busy_day: Path) -> None:
    log = read_log(busy_day)
    assert len(log.servers) == AGENTS
    # There is no head start in this log, whatever it calls the callers.
    replay = Replay.of(log, Assumptions(head_start_s=0.0))
    waits, lost = [], []
    for number in range(10):
        outcome = replay.run(1, number)
        waits.append(outcome.wait[~outcome.abandoned].mean())
        lost.append(outcome.abandoned.mean())
    assert np.mean(waits) == pytest.approx(log.wait[log.answered].mean(), rel=0.05)
    assert np.mean(lost) == pytest.approx((~log.answered).mean(), abs=0.01)


def test_a_head_start_helps_those_who_have_it(busy_day: Path) -> None:
    result = compare(busy_day, replications=3, seed=1)
    low, high = (result["by_priority"][p]["simulated"] for p in ("0", "2"))
    assert high["mean_answer_s"]["mean"] < low["mean_answer_s"]["mean"]
    without = result["variants"]["no head start"]["by_priority"]
    low, high = (without[p]["simulated"] for p in ("0", "2"))
    assert high["mean_answer_s"]["mean"] == pytest.approx(low["mean_answer_s"]["mean"], rel=0.1)
    assert result["overtaking"]["simulated"][2][0] > result["overtaking"]["simulated"][0][2]


def test_the_same_seed_gives_the_same_replay(busy_day: Path) -> None:
    replay = Replay.of(read_log(busy_day), Assumptions())
    assert replay.run(1, 0).wait.tolist() == replay.run(1, 0).wait.tolist()
    assert replay.run(1, 0).wait.tolist() != replay.run(2, 0).wait.tolist()


def test_the_command_prints_one_object_or_tables(busy_day: Path) -> None:
    arguments = ["bench", "simulation", "--august", str(busy_day), "--replications", "2"]
    shown = CliRunner().invoke(main, [*arguments, "--json"])
    assert shown.exit_code == 0
    result: dict[str, Any] = json.loads(shown.stdout)
    assert result["log"]["calls"] == 1500
    assert set(result["all"]["real"]) == set(result["all"]["simulated"])
    shown = CliRunner().invoke(main, arguments)
    assert "1,500  calls" in shown.stdout
    assert "passes somebody, replayed" in shown.stdout


def test_a_missing_log_is_bad_input(tmp_path: Path) -> None:
    arguments = ["bench", "simulation", "--august", str(tmp_path / "none.csv"), "--json"]
    shown = CliRunner().invoke(main, arguments)
    assert shown.exit_code == 2
    assert json.loads(shown.stdout)["errors"][0]["code"] == "unreadable_file"


def test_the_real_month_is_replayed(reference_data: Callable[[str], Path]) -> None:
    path = reference_data("routing/anonymous_bank_1999_august_calls.csv")
    result = compare(path, replications=2, seed=1)
    assert result["log"]["calls"] == 42_078
    assert result["all"]["calls"] == result["log"]["came_to_the_line"]
    assert result["all"]["real"]["mean_answer_s"] == pytest.approx(74.7, abs=0.1)
    # The log shows agents as present who were on a break: the replay is too good, but knows a bad
    # day from a good one.
    assert result["all"]["simulated"]["abandonment"]["mean"] < result["all"]["real"]["abandonment"]
    assert result["correlation_of_days"] > 0.9
