"""The backtest sees only the past, counts by contacts and scores what it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasts import History, InvalidHistory, history_from_frame
from forecasts.aht import backtest_aht

HistoryOf = Callable[..., History]
Calls = Callable[..., np.ndarray]


def test_the_figures_agree_with_a_calculation_by_hand(history_of: HistoryOf) -> None:
    # One slot a day. Two weeks of 100 s, once 10 contacts and once 30; then three days.
    aht = np.full((1, 21, 1), 100.0)
    handled = np.full((1, 21, 1), 10.0)
    handled[:, 7:14] = 30.0
    aht[0, 14:17, 0], handled[0, 14:17, 0] = [50.0, 100.0, 200.0], [1.0, 2.0, 3.0]
    handled[0, 17:] = 0.0
    result = backtest_aht(history_of(handled, aht_s=aht), 7, 1)
    assert result.origins == (date(2024, 1, 15),)
    for score in result.groups["g0"].values():
        # Work 50 + 200 + 600 = 850; errors 50, 0, 300; expected 600.
        assert score.wape == pytest.approx(350 / 850)
        assert score.workload_wape == pytest.approx(350 / 850)
        assert score.bias == pytest.approx(600 / 850 - 1)
        assert score.contacts == 6.0
    assert result.scores["mean"] == result.groups["g0"]["mean"]


def test_errors_within_a_day_cancel_in_its_work_and_nowhere_else(history_of: HistoryOf) -> None:
    aht = np.full((1, 14, 2), 100.0)
    aht[0, 7:] = [80.0, 120.0]
    score = backtest_aht(history_of(np.ones((1, 14, 2)), aht_s=aht), 7, 1).scores["mean"]
    assert score.wape == pytest.approx(0.2)
    assert score.workload_wape == pytest.approx(0.0)
    assert score.bias == pytest.approx(0.0)


def test_the_baselines_are_what_their_names_say(history_of: HistoryOf) -> None:
    # Slot 0 takes w seconds in week w, slot 1 has no contact before the last week.
    weeks = np.repeat(np.arange(1.0, 12.0), 7)
    aht = np.stack([weeks, np.full(77, 6.0)], axis=1)[None]
    handled = np.ones((1, 77, 2))
    handled[0, :70, 1] = 0.0
    scores = backtest_aht(history_of(handled, aht_s=aht), 7, 1).scores
    for method, seconds in {
        "mean": (np.arange(1, 11).mean(), 5.5),
        "moving_average": (np.arange(3, 11).mean(), 5.5),
        "last_week": (10.0, 5.5),
    }.items():
        assert scores[method].wape == pytest.approx(
            (11.0 - seconds[0] + 6.0 - seconds[1]) / (11.0 + 6.0)
        ), method


def test_nothing_later_than_the_origin_is_seen(history_of: HistoryOf, calls: Calls) -> None:
    rng = np.random.default_rng(1)
    contacts = rng.poisson(5.0, (2, 42, 24)).astype(float) + 1.0
    aht = calls(np.full(contacts.shape, 200.0), contacts, rng)
    before = backtest_aht(history_of(contacts, aht_s=aht), 7, 1)
    tenfold = aht.copy()
    tenfold[:, 35:] *= 10.0
    after = backtest_aht(history_of(contacts, aht_s=tenfold), 7, 1)
    for method, score in before.scores.items():
        # What was expected relative to what came: a tenth of it now.
        expected = after.scores[method].bias + 1.0
        assert expected == pytest.approx((score.bias + 1.0) / 10.0), method


def test_each_origin_is_a_week_later_and_the_last_ends_with_the_history(
    history_of: HistoryOf,
) -> None:
    history = history_of(np.ones((1, 30, 1)), aht_s=np.full((1, 30, 1), 100.0))
    result = backtest_aht(history, 7, 12)
    assert [str(day) for day in result.origins] == ["2024-01-10", "2024-01-17", "2024-01-24"]
    assert [issue.code for issue in result.issues] == ["fewer_origins"]


def test_groups_never_handled_have_no_score_and_odd_ones_no_nan(history_of: HistoryOf) -> None:
    aht = np.full((3, 21, 4), 100.0)
    aht[1] = np.nan
    aht[2, 14:] = np.nan
    result = backtest_aht(history_of(np.ones((3, 21, 4)), aht_s=aht), 7, 1)
    assert set(result.groups) == {"g0", "g2"}
    figures = result.groups["g2"]["forecast"].as_dict()
    assert figures == {"wape": None, "workload_wape": None, "bias": None, "contacts": 0.0}


def test_too_little_is_refused(history_of: HistoryOf) -> None:
    with pytest.raises(InvalidHistory) as caught:
        backtest_aht(history_of(np.ones((1, 40, 1))), 7, 2)
    assert [issue.code for issue in caught.value.issues] == ["no_handling_times"]
    short = history_of(np.ones((1, 10, 1)), aht_s=np.ones((1, 10, 1)))
    with pytest.raises(InvalidHistory) as caught:
        backtest_aht(short, 7, 2)
    assert [issue.code for issue in caught.value.issues] == ["history_too_short"]
    with pytest.raises(ValueError, match="a day to forecast"):
        backtest_aht(short, 0, 2)


def test_on_real_handling_times_ours_are_nearest(
    reference_data: Callable[[str], Path],
) -> None:
    volumes = pd.read_csv(reference_data("forecasts/anonymous_bank_feb1999_by_type_30min.csv"))
    times = pd.read_csv(reference_data("forecasts/anonymous_bank_feb1999_aht_by_type_30min.csv"))
    joined = volumes.merge(times, how="left", on=["ds", "unique_id"])
    frame = pd.DataFrame(
        {
            "group": joined["unique_id"],
            "start": joined["ds"],
            "offered": joined["y"],
            "aht_s": joined["sum_service_s"] / joined["n_served"],
            "handled": joined["n_served"].fillna(0.0),
        }
    )
    scores = dict(backtest_aht(history_from_frame(frame), 7, 1).scores)
    ours = scores.pop("forecast")
    assert all(ours.wape < 0.98 * score.wape for score in scores.values())
