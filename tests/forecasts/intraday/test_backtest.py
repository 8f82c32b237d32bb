"""Updates measured on past days: by hand, without a look ahead, and on real calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from pathlib import Path

import numpy as np
import pytest

from forecasts import History, InvalidHistory, read_history
from forecasts.intraday import DayPairs, backtest_intraday, learn_update, slots_over, update_day

Drifting = Callable[..., DayPairs]
HistoryOf = Callable[..., History]
NOON = time(12)


def test_an_interval_that_has_begun_is_not_over() -> None:
    assert slots_over(time(12), 48) == 24
    assert slots_over(time(12, 29), 48) == 24
    assert slots_over(time(12, 30), 48) == 25
    assert slots_over(time(0), 48) == 0
    assert slots_over(time(23, 59), 24) == 23


def test_every_way_scores_as_by_hand(history_of: HistoryOf, drifting: Drifting) -> None:
    pairs = drifting(np.random.default_rng(1), days=80)
    result = backtest_intraday(history_of(pairs.actual), [NOON], 3, pairs=[pairs])
    volume = plain = update = rescale = 0.0
    for day in (77, 78, 79):
        expected, actual = pairs.expected[day], pairs.actual[day]
        learnt = learn_update(pairs.where(np.arange(80) < day), 12)
        new = update_day(learnt, expected, actual).expected[12:]
        ratio = actual[:12].sum() / expected[:12].sum()
        volume += actual[12:].sum()
        plain += np.abs(expected[12:] - actual[12:]).sum()
        update += np.abs(new - actual[12:]).sum()
        rescale += np.abs(ratio * expected[12:] - actual[12:]).sum()
    score = result.scores[NOON]
    assert score.plain == pytest.approx(plain / volume)
    assert score.update == pytest.approx(update / volume)
    assert score.rescale == pytest.approx(rescale / volume)
    assert result.groups["g0"][NOON] == score
    assert [str(day) for day in result.days] == ["2024-03-18", "2024-03-19", "2024-03-20"]


def test_a_day_is_updated_without_a_look_at_later_ones(
    history_of: HistoryOf, drifting: Drifting
) -> None:
    pairs = drifting(np.random.default_rng(2), days=60)
    before = backtest_intraday(history_of(pairs.actual[:58]), [NOON], 5)
    wild = pairs.actual.copy()
    wild[58:] *= 3.0
    after = backtest_intraday(history_of(wild).until(np.datetime64("2024-02-28")), [NOON], 5)
    assert after.scores == before.scores


def test_groups_pool_by_volume(history_of: HistoryOf, drifting: Drifting) -> None:
    rng = np.random.default_rng(3)
    groups = [drifting(rng, days=60, mean=mean) for mean in (100.0, 5.0)]
    history = history_of(np.stack([of.actual for of in groups]))
    result = backtest_intraday(history, [NOON], 7, pairs=groups)
    weights = [of.actual[-7:, 12:].sum() for of in groups]
    parts = [result.groups[name][NOON].update for name in ("g0", "g1")]
    assert result.scores[NOON].update == pytest.approx(np.average(parts, weights=weights))


def test_nothing_to_judge_is_told(history_of: HistoryOf) -> None:
    with pytest.raises(InvalidHistory) as caught:
        backtest_intraday(history_of(np.full((6, 24), 5.0)), [NOON], 3)
    assert [issue.code for issue in caught.value.issues] == ["history_too_short"]


def test_figures_that_are_not_defined_are_none(history_of: HistoryOf, drifting: Drifting) -> None:
    pairs = drifting(np.random.default_rng(4), days=30)
    score = backtest_intraday(history_of(pairs.actual), [time(23, 59)], 3).scores[time(23, 59)]
    assert score.as_dict()["update"] is not None
    silent = np.zeros((30, 24))
    silent[:9] = 0.5
    figures = backtest_intraday(history_of(silent), [NOON], 3).scores[NOON].as_dict()
    assert figures["update"] is None
    assert figures["coverage95"] == 1.0


def test_bank_calls_at_four_times_of_day(reference_data: Callable[[str], Path]) -> None:
    history = read_history(reference_data("forecasts/bank_calls_30min.csv"))
    times = [time(hour) for hour in (10, 12, 14, 16)]
    result = backtest_intraday(history, times, 84)
    assert len(result.days) == 58
    for moment, most in zip(times, (0.0435, 0.042, 0.043, 0.0505), strict=True):
        score = result.scores[moment]
        assert score.update <= most
        assert score.update < min(score.plain, score.rescale)
        assert 0.77 <= score.coverage80 <= 0.85
        assert 0.93 <= score.coverage95 <= 0.97


def test_six_quiet_skills_are_not_made_worse(reference_data: Callable[[str], Path]) -> None:
    history = read_history(reference_data("forecasts/anonymous_bank_feb1999_by_type_30min.csv"))
    times = [time(hour) for hour in (10, 12, 14, 16)]
    result = backtest_intraday(history, times, 7)
    for moment in times:
        assert result.scores[moment].update < result.scores[moment].plain
