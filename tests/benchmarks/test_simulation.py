"""The simulation case: scenarios are read as published, and speed is measured on a full centre."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from api.cli import main
from benchmarks.published_scenarios import Printed, figures, read_printed, read_published
from optimizer.errors import InvalidInput
from optimizer.simulation.estimate import Estimate

SCENARIOS: dict[str, Any] = {
    "source": "a sentence",
    "one": {"unit": "min", "lam": [4.2], "mu": 0.5, "N": 12, "AWT": 0.5, "horizon": 480},
    "patient": {"extends": "one", "patience_rate": 2.0},
    "several": {
        "unit": "min",
        "period": 120,
        "lam": [[4.0, 5.0], [1.0, 2.0]],
        "mu": [0.5, 0.6],
        "nu": [0.3, 0.4],
        "agents": [[12, 6], [15, 20]],
        "type_to_group": [[1, 0], [1]],
        "busyness": "one Gamma(28.7,28.7) factor",
        "AWT": 0.5,
    },
    "hours": {
        "unit": "s",
        "period": 1800,
        "arrivals_per_h": [100, 60],
        "agents": [4, 2],
        "service_mean": 100,
        "patience_mean": 1000,
        "balk": 0.1,
        "AWT": [20, 30],
    },
}


@pytest.fixture
def scenarios(tmp_path: Path) -> Path:
    path = tmp_path / "scenarios.json"
    path.write_text(json.dumps(SCENARIOS))
    return path


def bench(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["bench", "simulation", *arguments])


def test_a_scenario_of_one_period_is_read(scenarios: Path) -> None:
    published = read_published(scenarios, "patient")
    scenario = published.scenario
    assert published.acceptable_s == (30.0,)
    assert scenario.length_s == 8 * 3600
    assert scenario.offered.tolist() == [[4.2 * 480]]
    assert scenario.handling_s.tolist() == [[120.0]]
    assert scenario.patience_s.tolist() == [[30.0]]
    staff = scenario.staff()
    assert len(staff.pool) == 12
    assert np.isinf(staff.end).all()


def test_a_scenario_of_several_types_is_read(scenarios: Path) -> None:
    scenario = read_published(scenarios, "several").scenario
    assert scenario.offered.tolist() == [[480.0, 600.0], [120.0, 240.0]]
    assert scenario.handling_s.tolist() == [[120.0, 100.0]] * 2
    assert scenario.patience_s == pytest.approx(np.array([[200.0, 150.0]] * 2))
    assert np.nan_to_num(scenario.choice, nan=9).tolist() == [[1, 0], [9, 0]]
    assert scenario.busyness == 28.7
    staff = scenario.staff()
    leaving = np.isfinite(staff.end)
    assert staff.pool[staff.agent[leaving]].tolist() == [0] * 6
    assert set(staff.end[leaving].tolist()) == {7200.0}
    assert (staff.begin == 7200.0).sum() == 5


def test_a_scenario_of_hours_is_read(scenarios: Path) -> None:
    published = read_published(scenarios, "hours")
    assert published.acceptable_s == (20.0, 30.0)
    assert published.scenario.offered.tolist() == [[50.0, 30.0]]
    assert published.scenario.balking == 0.1
    ours = figures(published, days=20, seed=1)
    assert {"SL20_all", "SL30_h9", "occupancy", "good_type0_p1"} <= set(ours)


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"mu": None}, "wrong_type", "/one"),
        ({"unit": "weeks"}, "missing_field", "/one"),
        ({"busyness": "calm", "period": 60, "agents": [[1]], "type_to_group": [[0]]}, "", "/one"),
    ],
)
def test_values_that_make_no_scenario_are_named(
    tmp_path: Path, change: dict[str, object], code: str, pointer: str
) -> None:
    path = tmp_path / "scenarios.json"
    path.write_text(json.dumps({"one": SCENARIOS["one"] | change}))
    with pytest.raises(InvalidInput) as caught:
        read_published(path, "one")
    assert caught.value.issues[0].pointer == pointer
    assert caught.value.issues[0].code in (code or "wrong_type")


def test_an_unknown_scenario_and_an_unreadable_file_are_bad_input(scenarios: Path) -> None:
    shown = bench("--scenario", "none", "--file", str(scenarios), "--json")
    assert shown.exit_code == 2
    assert json.loads(shown.stdout)["errors"][0]["code"] == "unknown_scenario"
    scenarios.write_text("{")
    assert bench("--scenario", "one", "--file", str(scenarios)).exit_code == 2
    assert bench("--scenario", "one").exit_code == 2


def test_printed_figures_are_read_with_interval_and_precision(tmp_path: Path) -> None:
    path = tmp_path / "reference_values.csv"
    path.write_text(
        "model,inputs,output_name,output_value,source\n"
        'sim_one,x,SL20_all,"92.5% [92.2,92.7]",printed: there\n'
        'sim_one,x,abandoned,"58.609 [57.660,59.558]",printed: there\n'
        "sim_one,x,SL20_h8,78.1%,printed: there\n"
        "sim_one,x,served,about 12,printed: there\n"
        "sim_one,x,occupancy,0.5,computed\n"
    )
    printed = read_printed(path, "one")
    assert set(printed) == {"SL20_all", "abandoned", "SL20_h8"}
    share = printed["SL20_all"]
    assert (share.mean, share.low, share.high) == pytest.approx((0.925, 0.922, 0.927))
    assert share.rounding == pytest.approx(0.0005)
    assert printed["SL20_h8"].low is None


def test_a_mean_is_inside_and_intervals_overlap_up_to_the_rounding() -> None:
    printed = Printed(0.9, 0.89, 0.91, 0.005)
    assert printed.holds(Estimate(0.914))
    assert not printed.holds(Estimate(0.916))
    assert printed.meets(Estimate(0.93, 0.914, 0.95))
    assert not printed.meets(Estimate(0.93, 0.916, 0.95))
    assert printed.meets(Estimate(0.93)) is None


def test_a_figure_without_an_interval_is_near_up_to_the_noise_of_its_days() -> None:
    ours = Estimate(0.9, 0.89, 0.91)
    assert Printed(0.93, None, None, 0.0005, days=100).is_near(ours, days=1000)
    assert not Printed(0.934, None, None, 0.0005, days=100).is_near(ours, days=1000)
    assert Printed(0.93, None, None, 0.0005).is_near(ours, days=1000) is None
    assert Printed(0.9104, None, None, 0.0005).is_held_by(ours)
    assert not Printed(0.9106, None, None, 0.0005).is_held_by(ours)


@pytest.mark.parametrize(
    ("name", "intervals", "others"),
    [("MMC", 4, 0), ("MMCAb", 6, 0), ("SimpleMSK", 13, 0), ("singleQueue", 3, 26)],
)
def test_published_days_overlap_everything_that_was_printed(
    reference_data: Callable[[str], Path], name: str, intervals: int, others: int
) -> None:
    path = reference_data("staffing/published_scenarios.json")
    shown = bench("--scenario", name, "--file", str(path), "--days", "200", "--json")
    assert shown.exit_code == 0
    result = json.loads(shown.stdout)
    assert (result["printed_intervals"], result["printed_without_interval"]) == (intervals, others)
    assert result["overlapping"] == intervals
    # One in twenty may differ by more than such noise.
    assert result["near"] >= others - 3
    assert not result["printed_but_not_simulated"]


@pytest.mark.parametrize("rule", ["plain", "score"])
def test_the_speed_is_that_of_a_busy_centre(rule: str) -> None:
    shown = bench("--contacts", "20000", "--rule", rule, "--repeats", "2", "--alone", "--json")
    result = json.loads(shown.stdout)
    assert result["contacts_per_second"] > 0
    assert result["contacts"] == pytest.approx(20_000, rel=0.05)
    assert (result["agents"], result["pools"]) == (580, 5)
    assert 0.7 < result["occupancy"] < 1.0
    assert 0.0 < result["abandonment"] < 0.2


def test_people_see_what_was_measured(scenarios: Path) -> None:
    shown = bench("--scenario", "patient", "--file", str(scenarios), "--days", "3")
    assert shown.exit_code == 0
    assert "contacts_in_target" in shown.stdout
    shown = bench("--contacts", "1000", "--repeats", "1", "--alone")
    assert "contacts a second" in shown.stdout
    shown = bench("--exact", "--replications", "2")
    assert "M/M/10, first come" in shown.stdout


def test_what_is_held_by_our_intervals_is_counted() -> None:
    result = json.loads(bench("--exact", "--replications", "3", "--json").stdout)
    rows = [row for row in result["figures"] if row["expected"] is not None]
    inside = [row["ours"]["low"] <= row["expected"] <= row["ours"]["high"] for row in rows]
    assert (result["known"], result["inside"]) == (5, sum(inside))


def test_one_thing_is_measured_at_a_time(scenarios: Path) -> None:
    assert bench("--exact", "--august").exit_code == 2
    assert bench("--exact", "--scenario", "one", "--file", str(scenarios)).exit_code == 2
