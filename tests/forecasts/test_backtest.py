"""Measured on past weeks: nothing later is seen, closed days are not scored, real calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecasts import History, InvalidHistory, backtest, forecast, read_history
from forecasts.backtest import BASELINES
from forecasts.events import Event
from forecasts.metrics import wape

Office = Callable[..., np.ndarray]
HistoryOf = Callable[..., History]


def test_the_last_window_ends_with_the_history(office: Office, history_of: HistoryOf) -> None:
    result = backtest(history_of(office(84)), 7, 3)
    assert result.origins == (date(2024, 3, 4), date(2024, 3, 11), date(2024, 3, 18))
    assert backtest(history_of(office(84)), 1, 1).origins == (date(2024, 3, 24),)


def test_the_seasonal_naive_scores_as_by_hand(history_of: HistoryOf) -> None:
    values = np.full((28, 24), 10.0)
    values[14:21] = 12.0
    values[21:] = 15.0
    score = backtest(history_of(values), 7, 2).scores["seasonal_naive"]
    # Errors 2 of 12 and 3 of 15 per interval.
    assert score.wape == pytest.approx(5 / 27)
    assert score.day_wape == pytest.approx(5 / 27)
    # Before the first origin the week never changed; before the second half the changes were 2.
    assert score.mase == pytest.approx(3 / 1)


def test_the_moving_average_scores_as_by_hand(history_of: HistoryOf) -> None:
    values = np.full((28, 24), 10.0)
    values[14:21] = 16.0
    score = backtest(history_of(values), 7, 1).scores["moving_average"]
    # The mean of 10, 10, 16 against 10.
    assert score.wape == pytest.approx(0.2)


def test_nothing_after_an_origin_is_seen(office: Office, history_of: HistoryOf) -> None:
    rng = np.random.default_rng(1)
    values = office(105) * rng.uniform(0.9, 1.1, (105, 1))
    later = values.copy()
    later[98:] *= 3.0
    # With the last week changed, the five origins before it must score the same.
    before = backtest(history_of(values).until(np.datetime64("2024-04-08")), 7, 5)
    after = backtest(history_of(later).until(np.datetime64("2024-04-08")), 7, 5)
    for method, score in before.scores.items():
        same = replace(after.scores[method], seconds_per_fit=score.seconds_per_fit)
        assert same == score
    # And the changed week itself is missed by what it was changed.
    found = backtest(history_of(later), 7, 1).scores["forecast"]
    assert found.wape > 0.6


def test_a_closed_day_is_known_and_not_scored(office: Office, history_of: HistoryOf) -> None:
    closures = ("2024-02-05", "2024-02-20", "2024-03-06", "2024-03-20")
    history = history_of(office(84, closures=closures, month_wave=0.0))
    score = backtest(history, 7, 1).scores["forecast"]
    # The day after the closure runs 25 % high; that is learnt from the three before.
    assert score.wape < 0.03


def test_each_group_is_scored_and_the_whole_weighs_by_volume(
    office: Office, history_of: HistoryOf
) -> None:
    rng = np.random.default_rng(2)
    busy = office(84) * rng.uniform(0.9, 1.1, (84, 1))
    quiet = office(84, total=20.0) * rng.uniform(0.5, 1.5, (84, 1))
    result = backtest(history_of(np.stack([busy, quiet])), 7, 2)
    assert list(result.groups) == ["g0", "g1"]
    for method, score in result.scores.items():
        parts = [result.groups[name][method] for name in ("g0", "g1")]
        weights = [np.nansum(values[70:]) for values in (busy, quiet)]
        pooled = np.average([part.wape for part in parts], weights=weights)
        assert score.wape == pytest.approx(pooled)
        assert score.mase == pytest.approx(np.mean([part.mase for part in parts]))


def test_too_little_history_is_told(office: Office, history_of: HistoryOf) -> None:
    with pytest.raises(InvalidHistory) as caught:
        backtest(history_of(office(13)), 7, 2)
    assert caught.value.issues[0].code == "history_too_short"
    values = np.stack([office(35), office(35)])
    values[1, :30] = np.nan
    result = backtest(history_of(values), 7, 12)
    assert [(issue.code, issue.pointer) for issue in result.issues] == [
        ("fewer_origins", "/rows"),
        ("history_too_short", "/groups/g1"),
    ]
    assert len(result.origins) == 4
    assert list(result.groups) == ["g0"]


def test_figures_that_are_not_defined_are_none(history_of: HistoryOf) -> None:
    score = backtest(history_of(np.zeros((28, 24))), 7, 1).scores["forecast"]
    figures = score.as_dict()
    assert figures["wape"] is None
    assert figures["mase"] is None
    assert figures["coverage95"] == 1.0


def test_bank_calls_a_week_ahead(reference_data: Callable[[str], Path]) -> None:
    history = read_history(reference_data("forecasts/bank_calls_30min.csv"))
    scores = backtest(history, 7, 12).scores
    ours = scores["forecast"]
    assert ours.wape <= 0.052
    assert ours.day_wape <= 0.035
    assert 0.75 <= ours.coverage80 <= 0.85
    assert 0.93 <= ours.coverage95 <= 0.97
    # The published figures of the baselines on these weeks: 8.72 and 6.73 %.
    assert scores["seasonal_naive"].wape == pytest.approx(0.0872, abs=0.0005)
    assert scores["moving_average"].wape == pytest.approx(0.0673, abs=0.001)


def test_six_quiet_skills_around_the_clock(reference_data: Callable[[str], Path]) -> None:
    history = read_history(reference_data("forecasts/anonymous_bank_feb1999_by_type_30min.csv"))
    result = backtest(history, 7, 1)
    assert result.origins == (date(1999, 2, 22),)
    ours = result.scores["forecast"]
    assert ours.wape < result.scores["moving_average"].wape
    assert ours.wape < result.scores["seasonal_naive"].wape
    assert ours.coverage80 > 0.78
    assert ours.coverage95 > 0.93


def shaken(values: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return Poisson counts; NaN stays."""
    counts = np.random.default_rng(seed).poisson(np.nan_to_num(values)).astype(float)
    return np.where(np.isnan(values), np.nan, counts)


def test_origins_may_be_a_day_apart(office: Office, history_of: HistoryOf) -> None:
    values = shaken(office(84))
    result = backtest(history_of(values), 1, 5, step_days=1)
    assert [day.isoformat() for day in result.origins] == [
        "2024-03-20", "2024-03-21", "2024-03-22", "2024-03-23", "2024-03-24",
    ]  # fmt: skip
    # Wednesday to Friday; the weekend is closed and not scored.
    three = np.nansum(np.abs(values[79:82] - values[72:75])) / np.nansum(values[79:82])
    assert result.scores["seasonal_naive"].wape == pytest.approx(three)


def test_the_forecast_its_models_and_what_everybody_has_are_scored(
    office: Office, history_of: HistoryOf
) -> None:
    result = backtest(history_of(shaken(office(70))), 7, 2)
    assert set(result.scores) == {
        "forecast", "profile_level", "boosted", "intermittent_tsb", *BASELINES,
    }  # fmt: skip
    assert next(iter(result.scores)) == "forecast"
    assert all(score.seconds_per_fit > 0 for score in result.scores.values())


@pytest.mark.parametrize("known", ["closures", "country", "events"])
def test_an_origin_is_scored_by_the_forecast_that_was_possible_on_its_morning(
    office: Office, history_of: HistoryOf, known: str
) -> None:
    closed = ("2024-02-06", "2024-03-06")
    always = np.full((77, 24), 6.0)
    values = np.stack([office(77, closures=closed), office(77, total=70.0, closures=closed)])
    values = shaken(np.concatenate([always[None], values]))
    values[:, [36, 65]] = np.nan
    history = history_of(values)
    advance: dict[str, Any] = {
        "closures": {"closures": [date(2024, 3, 11)]},
        "country": {"country": "US"},
        "events": {"events": [Event("sale", (date(2024, 2, 14), date(2024, 3, 5)), uplift=1.2)]},
    }[known]
    result = backtest(history, 7, 2, **advance)
    dates = {date.fromisoformat(day) for day in closed} | set(advance.pop("closures", ()))
    actual, expected, inside = [], [], []
    for origin in result.origins:
        morning = np.datetime64(origin)
        made = forecast(history.until(morning), 7, closures=sorted(dates), **advance)
        window = history.offered.reshape(3, 77, 24)[:, (history.days >= morning)][:, :7]
        window = np.where(made.open.reshape(3, 7, 24), window, np.nan)
        actual.append(window)
        expected.append(made.offered.reshape(3, 7, 24))
        low, high = (bounds[80].reshape(3, 7, 24) for bounds in (made.lower, made.upper))
        inside += list(((low <= window) & (window <= high))[np.isfinite(window)])
    error = wape(np.stack(actual), np.stack(expected))
    assert result.scores["forecast"].wape == pytest.approx(error, rel=1e-12)
    assert result.scores["forecast"].coverage80 == np.mean(inside)


def test_more_origins_do_not_change_the_last_one(office: Office, history_of: HistoryOf) -> None:
    history = history_of(shaken(office(77)))
    late = history.until(np.datetime64("2024-03-11"))
    alone = backtest(history, 7, 1).scores
    shared = backtest(history, 7, 2).scores
    before = backtest(late, 7, 1).scores
    for method, score in alone.items():
        parts = [score, before[method]]
        weights = [np.nansum(history.offered[0, day * 24 : (day + 7) * 24]) for day in (70, 63)]
        pooled = np.average([part.wape for part in parts], weights=weights)
        assert shared[method].wape == pytest.approx(pooled, rel=1e-12)


def test_what_is_known_in_advance_makes_the_forecast_better(
    office: Office, history_of: HistoryOf
) -> None:
    values = shaken(office(112))
    values[107] *= 1.5
    history = history_of(values)
    sale = Event("sale", (date(2024, 4, 17),), uplift=1.5)
    knowing = backtest(history, 7, 1, events=[sale]).scores["forecast"].wape
    assert knowing < 0.7 * backtest(history, 7, 1).scores["forecast"].wape

    always = np.full((154, 24), 60.0)
    holidays = [date(2024, 1, 1), date(2024, 1, 15), date(2024, 2, 19), date(2024, 5, 27)]
    always[[(day - date(2024, 1, 1)).days for day in holidays]] *= 0.5
    history = history_of(shaken(always))
    knowing = backtest(history, 7, 1, country="US").scores["forecast"].wape
    assert knowing < 0.9 * backtest(history, 7, 1).scores["forecast"].wape


def test_the_order_of_groups_changes_no_score(office: Office, history_of: HistoryOf) -> None:
    values = np.stack([shaken(office(84), 1), shaken(office(84, total=50.0), 2)])
    sale = Event("sale", (date(2024, 2, 14), date(2024, 3, 20)))
    straight = backtest(history_of(values), 7, 2, events=[sale])
    turned = backtest(history_of(values[::-1], groups=["g1", "g0"]), 7, 2, events=[sale])
    assert list(turned.groups) == ["g1", "g0"]
    for name, scores in straight.groups.items():
        for method, score in scores.items():
            again = turned.groups[name][method]
            assert replace(again, seconds_per_fit=score.seconds_per_fit) == score
