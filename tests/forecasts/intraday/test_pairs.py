"""Past forecasts beside what came: nothing later is seen, and silences are told from quiet."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecasts import History
from forecasts.intraday import DayPairs, past_pairs
from forecasts.intraday.pairs import silent

Office = Callable[..., np.ndarray]
HistoryOf = Callable[..., History]


def test_a_steady_centre_is_forecast_as_it_comes(office: Office, history_of: HistoryOf) -> None:
    pairs = past_pairs(history_of(office(140)).series(0), 28)
    assert len(pairs) == 20
    assert not np.isin(np.datetime64("2024-05-18"), pairs.days)
    known = np.isfinite(pairs.actual)
    assert pairs.expected[known] == pytest.approx(pairs.actual[known], rel=0.03)
    assert not pairs.expected[~known].any()


def test_no_day_sees_itself_or_what_follows(office: Office, history_of: HistoryOf) -> None:
    rng = np.random.default_rng(1)
    values = office(105) * rng.uniform(0.9, 1.1, (105, 1))
    later = values.copy()
    later[98:] *= 2.0
    before = past_pairs(history_of(values).series(0), 14)
    after = past_pairs(history_of(later).series(0), 14)
    # The first of the changed days is still forecast from days that did not change.
    first = int(np.flatnonzero(before.days == np.datetime64("2024-04-08"))[0])
    assert np.array_equal(before.expected[: first + 1], after.expected[: first + 1])
    assert not np.array_equal(before.expected[first + 1], after.expected[first + 1])


def test_a_closed_day_is_no_pair(office: Office, history_of: HistoryOf) -> None:
    values = office(70, closures=("2024-02-28",))
    assert np.datetime64("2024-02-28") not in past_pairs(history_of(values).series(0), 28).days


def test_a_series_too_short_has_no_pairs(history_of: HistoryOf) -> None:
    assert len(past_pairs(history_of(np.full((7, 24), 5.0)).series(0))) == 0
    assert len(past_pairs(history_of(np.full((9, 24), 5.0)).series(0))) == 2


def test_fewer_fits_forecast_the_same_days_from_further_back(
    office: Office, history_of: HistoryOf
) -> None:
    rng = np.random.default_rng(2)
    series = history_of(office(100) * rng.uniform(0.9, 1.1, (100, 1))).series(0)
    daily, weekly = past_pairs(series, 30), past_pairs(series, 30, step_days=7)
    assert np.array_equal(daily.days, weekly.days)
    # The last week is forecast from its eve, so its first day is the same in both.
    first = int(np.flatnonzero(daily.days == series.days[-7])[0])
    assert np.array_equal(daily.expected[first], weekly.expected[first])
    assert not np.array_equal(daily.expected[first + 1], weekly.expected[first + 1])
    assert weekly.expected == pytest.approx(daily.expected, rel=0.1)


def test_pairs_of_unequal_shapes_are_refused() -> None:
    days = np.array(["2024-01-01"], "datetime64[D]")
    with pytest.raises(ValueError, match="days x slots"):
        DayPairs(days, np.ones((1, 24)), np.ones((1, 48)))


@given(
    arrays(np.float64, (2, 10), elements=st.sampled_from([0.0, 1.0, np.nan])),
    arrays(np.float64, (2, 10), elements=st.sampled_from([0.0, 8.0, 14.0, 40.0])),
)
def test_a_silence_is_a_run_of_zeros_that_chance_does_not_make(
    actual: np.ndarray, expected: np.ndarray
) -> None:
    found = silent(expected, actual)
    for day in range(2):
        run: list[int] = []
        wanted: set[int] = set()
        for slot in [*range(10), None]:
            ended = slot is None or (expected[day, slot] > 0 and actual[day, slot] == 1.0)
            if ended:
                if expected[day, run].sum() >= 30.0:
                    wanted |= set(run)
                run = []
            elif slot is not None and expected[day, slot] > 0 and actual[day, slot] == 0.0:
                run.append(slot)
        assert set(np.flatnonzero(found[day])) == wanted
