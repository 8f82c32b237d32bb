"""A history is one regular grid, and it can be cut at any morning."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasts import History, InvalidHistory


def test_a_series_begins_with_the_first_record_of_its_group(
    history_of: Callable[..., History],
) -> None:
    offered = np.full((2, 5, 24), np.nan)
    offered[0] = 1.0
    offered[1, 3:, 8] = 2.0
    history = history_of(offered)
    assert len(history.series(0)) == 5
    late = history.series(1)
    assert late.days.astype(str).tolist() == ["2024-01-04", "2024-01-05"]
    assert late.day_recorded.all()


def test_cutting_at_a_morning_leaves_what_was_known_then(
    history_of: Callable[..., History],
) -> None:
    offered = np.arange(5.0 * 24).reshape(5, 24)
    history = history_of(offered, aht_s=offered + 1)
    seen = history.until(np.datetime64("2024-01-03"))
    assert seen.starts[-1] == pd.Timestamp("2024-01-02 23:00")
    assert seen.offered.shape == (1, 48)
    assert seen.aht_s is not None
    assert seen.aht_s[0, -1] == 48.0


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"groups": ()}, ["bad_groups", "wrong_shape"]),
        ({"groups": ("a", "a")}, ["bad_groups", "wrong_shape"]),
        ({"interval_minutes": 50}, ["odd_interval"]),
        ({"interval_minutes": 30}, ["off_grid"]),
        ({"starts": pd.date_range("2024-01-01 01:00", periods=48, freq="h")}, ["off_grid"]),
        ({"starts": pd.date_range("2024-01-01", periods=48, freq="h", tz="UTC")}, ["off_grid"]),
        ({"offered": np.full((1, 48), -1.0)}, ["negative_value"]),
        ({"aht_s": np.full((1, 48), np.inf), "handled": np.ones((1, 3))},
         ["negative_value", "wrong_shape"]),
    ],
)  # fmt: skip
def test_a_history_that_is_no_grid_is_refused_with_every_reason(
    history_of: Callable[..., History], change: dict[str, object], codes: list[str]
) -> None:
    with pytest.raises(InvalidHistory) as caught:
        replace(history_of(np.ones((2, 24))), **change)
    assert [issue.code for issue in caught.value.issues] == codes


def test_an_exception_keeps_its_issues_between_processes() -> None:
    with pytest.raises(InvalidHistory) as caught:
        History((), pd.DatetimeIndex([]), 30, np.empty((0, 0)))
    again = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(again, InvalidHistory)
    assert again.issues == caught.value.issues
