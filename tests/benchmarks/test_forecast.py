"""The forecast case: all methods see and are judged by the same, and the report says everything."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from api.cli import main
from benchmarks.forecasting import peers
from benchmarks.forecasting.data import bank_calls, february_1999
from benchmarks.forecasting.ours import Callboard
from benchmarks.forecasting.peers import INSTALL, methods
from benchmarks.forecasting.prophet_peer import Prophet
from benchmarks.forecasting.regular import regular
from benchmarks.forecasting.scale import centre_history, import_seconds, measure
from benchmarks.forecasting.scoring import Prediction, Run, run, score, score_sum
from benchmarks.forecasting.statsforecast_peers import STATSFORECAST
from benchmarks.forecasting.windows import (
    GroupWindow,
    Window,
    daily_origins,
    weekly_origins,
    windows_at,
)
from forecasts import History, backtest
from forecasts.calendars import learn_calendar
from forecasts.gaps import make_whole
from forecasts.models import SeasonalNaive

Find = Callable[[str], Path]


def bench(options: str) -> Result:
    return CliRunner().invoke(main, ["bench", "forecast", *shlex.split(options)])


@pytest.fixture(scope="module")
def office() -> History:
    """Return ten weeks of one group in office hours that nothing closes."""
    centre = centre_history(4, 77, seed=3).until(np.datetime64("2025-03-17"))
    keep = centre.starts >= "2025-01-06"
    return replace(
        centre,
        groups=centre.groups[3:],
        starts=centre.starts[keep],
        offered=centre.offered[3:, keep],
    )


def closing(history: History, *days: str) -> History:
    """Return the history without the records of some days."""
    offered = history.offered.copy()
    offered[:, np.isin(history.starts.normalize(), pd.DatetimeIndex(days))] = np.nan
    return replace(history, offered=offered)


def said(actual: list[list[float]], expected: list[list[float]], off: float) -> Run:
    """Return one window of one day per group, forecast with intervals of +- `off`."""
    came, thought = np.array(actual)[:, None, :], np.array(expected)[:, None, :]
    history = centre_history(len(came), 14, seed=0)
    groups = []
    for group, of_group in enumerate(came):
        seen = history.series(group)
        groups.append(GroupWindow(seen, learn_calendar(seen), seen.days[:1], of_group))
    window = Window(history, groups[0].days, tuple(groups))
    bounds = dict.fromkeys((80, 95), (thought - off, thought + off))
    return Run((window,), (Prediction(thought, bounds),), (2.0,))


def test_our_forecast_scores_as_in_the_public_backtest(office: History) -> None:
    history = closing(office, "2025-02-26", "2025-03-11")
    ours = score(run(Callboard(), windows_at(history, weekly_origins(history, 7, 3), 7)))
    public = backtest(history, 7, 3).scores["forecast"]
    for name in ("wape", "day_wape", "mase", "coverage80", "coverage95"):
        assert getattr(ours, name) == pytest.approx(getattr(public, name), rel=1e-9), name


def test_nothing_after_the_origin_is_seen(office: History) -> None:
    origins = weekly_origins(office, 7, 2)
    offered = office.offered.copy()
    offered[:, office.starts >= pd.Timestamp(origins[0])] *= 3.0
    calm, wild = (
        windows_at(history, origins, 7)[0] for history in (office, replace(office, offered=offered))
    )
    assert calm.history.starts[-1] < pd.Timestamp(origins[0])
    assert np.array_equal(calm.groups[0].seen.offered, wild.groups[0].seen.offered, equal_nan=True)
    assert np.allclose(wild.groups[0].actual, 3 * calm.groups[0].actual, equal_nan=True)
    assert np.array_equal(Callboard().predict(calm).expected, Callboard().predict(wild).expected)


def test_closures_ahead_are_known_and_not_scored(office: History) -> None:
    closed = closing(office, "2025-03-12")
    window = windows_at(closed, weekly_origins(closed, 7, 1), 7)[0]
    day = window.days == np.datetime64("2025-03-12")
    assert not window.groups[0].open[day].any()
    assert np.isnan(window.groups[0].actual[day]).all()
    assert not Callboard().predict(window).expected[0][day].any()


def test_daily_origins_are_the_days_with_a_record(office: History) -> None:
    history = closing(office, "2025-03-12")
    days = daily_origins(history, np.datetime64("2025-03-08")).astype(str).tolist()
    assert days == ["2025-03-10", "2025-03-11", "2025-03-13", "2025-03-14"]


def test_the_usual_opening_keeps_its_seasons_across_closures(office: History) -> None:
    closed = closing(office, "2025-02-19")
    group = windows_at(closed, weekly_origins(closed, 7, 1), 7)[0].groups[0]
    series = regular(group)
    assert (series.day, series.week, series.steps) == (20, 100, 100)
    weeks = series.values.reshape(-1, 5, 20)
    wednesdays = office.offered.reshape(-1, 48)[2::7, 16:36]
    around = np.r_[wednesdays[2:6], wednesdays[7:9]]
    assert np.array_equal(weeks[7, 2], wednesdays[7])
    assert weeks[6, 2] == pytest.approx(around.mean(axis=0))


def test_last_week_again_is_the_same_for_the_peers_and_for_us(office: History) -> None:
    group = windows_at(office, weekly_origins(office, 14, 1), 14)[0].groups[0]
    series = regular(group)
    again = series.unfold(np.resize(series.values[-series.week :], series.steps))
    whole = make_whole(group.seen, group.calendar)
    ours = SeasonalNaive().fit(whole.series, group.calendar).predict(group.days)
    assert np.array_equal(again, ours)


def test_the_seasonal_naive_of_statsforecast_is_ours_where_no_closure_is_near(
    office: History,
) -> None:
    pytest.importorskip("statsforecast", reason="statsforecast is not installed")
    windows = windows_at(office, weekly_origins(office, 7, 3), 7)
    naive = next(method for method in STATSFORECAST if method.name == "Seasonal naive")
    theirs = score(run(naive, windows))
    ours = backtest(office, 7, 3).scores["seasonal_naive"]
    assert (theirs.wape, theirs.day_wape) == pytest.approx((ours.wape, ours.day_wape))


@pytest.mark.parametrize("method", STATSFORECAST, ids=lambda method: method.name)
def test_a_peer_from_statsforecast_fills_the_window(method: Any, office: History) -> None:
    pytest.importorskip("statsforecast", reason="statsforecast is not installed")
    check_peer(method, office)


@pytest.mark.parametrize("month", [False, True])
def test_prophet_fills_the_window_in_silence(
    month: bool, office: History, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("prophet", reason="prophet is not installed")
    check_peer(Prophet("US", month=month), office)
    assert capfd.readouterr() == ("", "")


def check_peer(method: Any, history: History) -> None:
    """Hold a peer to closed hours, to order and to an error that only a sound one has."""
    done = run(method, windows_at(closing(history, "2025-02-19"), weekly_origins(history, 7, 1), 7))
    group, (found,) = done.windows[0].groups[0], done.predictions
    assert found.expected.shape == (1, 7, 48)
    assert not found.expected[0][~group.open].any()
    for low, high in found.bounds.values():
        assert (low >= 0).all()
        assert (low <= found.expected + 1e-9).all()
        assert (found.expected <= high + 1e-9).all()
    figures = score(done)
    assert figures.mase is not None
    assert figures.mase < 1.2


def test_errors_are_pooled_over_groups_and_the_sum_is_judged_alone() -> None:
    done = said([[10.0, 20.0], [30.0, np.nan]], [[12.0, 18.0], [27.0, 5.0]], off=2.5)
    pooled, of_sum = score(done), score_sum(done)
    assert pooled.wape == pytest.approx(7 / 60)
    assert pooled.day_wape == pytest.approx(3 / 60)
    assert pooled.bias == pytest.approx(-3 / 60)
    assert score(done, group=1).wape == pytest.approx(3 / 30)
    assert pooled.seconds_per_fit == 1.0
    # Only the first interval is there for both groups: 40 came, 39 were expected.
    assert of_sum.wape == pytest.approx(1 / 40)


def test_the_interval_score_adds_the_width_and_what_lies_outside() -> None:
    figures = score(said([[10.0, 20.0]], [[12.0, 24.0]], off=3.0))
    assert (figures.coverage80, figures.coverage95) == (0.5, 0.5)
    # Two intervals of width 6; the second actual lies 1 below its interval.
    assert figures.score80 == pytest.approx((12 + 2 / 0.2) / 30)
    assert figures.score95 == pytest.approx((12 + 2 / 0.05) / 30)


def test_a_method_without_intervals_has_no_coverage() -> None:
    done = said([[10.0, 20.0]], [[12.0, 24.0]], off=3.0)
    silent = replace(done, predictions=(Prediction(done.predictions[0].expected, {}),))
    assert (score(silent).coverage80, score(silent).score95) == (None, None)


def test_the_bank_has_its_half_hours(reference_data: Find) -> None:
    history = bank_calls(reference_data("forecasts/bank_calls_30min.csv").parents[1])
    assert int(np.isfinite(history.offered).sum()) == 4592
    weekly = weekly_origins(history, 7, 12)
    assert (str(weekly[0]), str(weekly[-1])) == ("2003-08-02", "2003-10-18")
    daily = daily_origins(history, weekly[0])
    assert (len(daily), str(daily[-19])) == (58, "2003-09-29")


def test_the_joined_february_keeps_every_contact_and_second(reference_data: Find) -> None:
    path = reference_data("forecasts/anonymous_bank_feb1999_aht_by_type_30min.csv")
    history = february_1999(path.parents[1])
    assert history.groups == ("IN", "NE", "NW", "PE", "PS", "TT")
    assert history.aht_s is not None
    assert history.handled is not None
    assert np.isfinite(history.offered).all()
    service = pd.read_csv(path)
    work = np.nansum(history.aht_s * history.handled, axis=1)
    by_type = service.groupby("unique_id")["sum_service_s"].sum()
    assert work == pytest.approx(by_type.loc[list(history.groups)].to_numpy())
    assert np.nansum(history.handled) == service["n_served"].sum()


def test_the_drawn_centre_is_mixed_and_the_same_for_a_seed() -> None:
    made = centre_history(20, 56, seed=1)
    again, other = centre_history(20, 56, seed=1), centre_history(20, 56, seed=2)
    assert np.array_equal(made.offered, again.offered, equal_nan=True)
    assert not np.array_equal(made.offered, other.offered, equal_nan=True)
    recorded = np.isfinite(made.offered)
    assert [bool(row.all()) for row in recorded] == [True, False] * 10
    empty = (made.offered == 0).sum(axis=1) / recorded.sum(axis=1)
    assert (empty[:4] > 0.5).all()
    assert np.nanmax(made.offered) > 100


def test_costs_are_taken_in_a_process_of_its_own() -> None:
    cost = measure(2, 28, seed=1)
    assert cost.seconds > 0
    assert cost.ms_per_series == pytest.approx(500 * cost.seconds)
    assert cost.history_mb == pytest.approx(2 * 28 * 48 * 8 / 2**20)
    assert 10 * cost.history_mb < cost.peak_memory_mb < 2000
    imported = import_seconds(turns=1)
    assert 0 < imported["importtime"] < imported["process"]


@pytest.fixture
def no_peers_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(package: str) -> str:
        raise PackageNotFoundError(package)

    monkeypatch.setattr(peers, "version", absent)


@pytest.mark.usefixtures("no_peers_installed")
def test_peers_that_are_not_installed_are_told_with_the_command(
    reference_data: Find, tmp_path: Path
) -> None:
    data = reference_data("forecasts/anonymous_bank_feb1999_by_type_30min.csv").parents[1]
    reference_data("forecasts/anonymous_bank_feb1999_aht_by_type_30min.csv")
    out = tmp_path / "new" / "report.md"
    shown = bench(f"--data {data} --part six_types --out {out} --json")
    assert shown.exit_code == 0, shown.output
    found = json.loads(shown.stdout)
    assert found == json.loads(out.with_suffix(".json").read_text())
    assert found["command"] == "callboard bench forecast --part six_types"
    names = [method.name for method in methods("US", months=True)]
    assert found["not_installed"] == names[1:]
    report = out.read_text()
    for name in names[1:]:
        assert f"| {name} | not installed: `{INSTALL}` |" in report
    for row in ("IN", "NE", "NW", "PE", "PS", "TT", "all, type by type", "sum of the types"):
        assert f"| {row} |" in report
    assert "Handling times" in report
    ours = found["six_types"]["all"]["methods"]["Callboard"]
    public = backtest(february_1999(data), 7, 1).scores["forecast"]
    assert ours["wape"] == pytest.approx(public.wape, rel=1e-9)
    assert (ours["our_wape_over_theirs"], ours["our_seconds_over_theirs"]) == (1.0, 1.0)


def test_one_origin_of_the_bank_has_every_horizon(reference_data: Find, tmp_path: Path) -> None:
    data = reference_data("forecasts/bank_calls_30min.csv").parents[1]
    out = tmp_path / "report.md"
    shown = bench(f"--data {data} --part bank --origins 1 --no-peers --out {out}")
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.strip() == out.read_text().strip()
    for title in ("One week ahead", "One day ahead, every", "Four weeks ahead"):
        assert f"### {title}" in shown.stdout
    assert "1 origin, 2003-10-18 to 2003-10-18; Poisson floor 2." in shown.stdout
    assert "Prophet |" not in shown.stdout


def test_the_rest_of_the_day_is_measured_at_four_times(
    reference_data: Find, tmp_path: Path
) -> None:
    data = reference_data("forecasts/bank_calls_30min.csv").parents[1]
    shown = bench(f"--data {data} --part intraday --origins 1 --out {tmp_path / 'r.md'} --json")
    assert shown.exit_code == 0, shown.output
    found = json.loads(shown.stdout)["intraday"]
    assert found["days"] == [f"2003-10-{day}" for day in range(20, 25)]
    assert list(found["times"]) == ["10:00", "12:00", "14:00", "16:00"]
    report = (tmp_path / "r.md").read_text()
    for at, row in found["times"].items():
        assert 0 < row["update"] < 0.2
        assert f"| {at} | {row['plain']:.2%}".replace("%", " %") in report


def test_each_size_of_the_scale_has_its_cost(tmp_path: Path) -> None:
    options = f"--part scale --series 1 --series 2 --out {tmp_path / 'r.md'} --json"
    found = json.loads(bench(options).stdout)
    assert found["command"] == "callboard bench forecast --part scale --series 1 --series 2"
    assert [(c["series"], c["days"]) for c in found["scale"]["costs"]] == [(1, 365), (2, 365)]
    assert all(cost["peak_memory_mb"] > cost["history_mb"] for cost in found["scale"]["costs"])
    assert "| 2 | 365 |" in (tmp_path / "r.md").read_text()


def test_absent_data_leaves_its_parts_out_by_name(tmp_path: Path) -> None:
    options = f"--data {tmp_path / 'none'} --part bank --part intraday --out {tmp_path / 'r.md'}"
    shown = bench(options)
    assert shown.exit_code == 0, shown.output
    for part in ("bank", "intraday"):
        assert f"Not measured: {part} (no CALLBOARD_DATA)." in shown.stdout


def test_a_report_that_cannot_be_written_is_told_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    shown = bench(f"--part scale --out {tmp_path / 'file' / 'r.md'}")
    assert shown.exit_code == 2
    assert "unusable_file" in shown.stderr
