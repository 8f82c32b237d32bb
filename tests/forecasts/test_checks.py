"""What a forecast would refuse is told before any work, all of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from forecasts import (
    Beside,
    Event,
    ForecastError,
    Hierarchy,
    History,
    check_forecast,
    forecast,
)


def history(days: int = 21) -> History:
    """Return two groups, open around the clock."""
    starts = pd.date_range("2026-11-02", periods=24 * days, freq="h")
    offered = np.tile(np.arange(24.0), days)
    return History(("calls", "chats"), starts, 60, np.stack([offered, offered + 1.0]))


def test_a_sound_history_passes() -> None:
    check_forecast(history(), 7, country="DE", events=[Event("launch", (date(2026, 11, 9),))])


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(ForecastError) as caught:
        check_forecast(
            history(3),
            7,
            start=date(2026, 11, 1),
            country="XX",
            events=[Event("launch", (date(2026, 11, 9),), groups=("faxes",))],
        )
    assert {(issue.code, issue.pointer) for issue in caught.value.issues} == {
        ("history_too_short", "/groups/calls"),
        ("history_too_short", "/groups/chats"),
        ("unknown_group", "/events/0/groups/0"),
        ("unknown_country", "/country"),
        ("bad_start", "/start"),
    }


def test_with_sums_a_short_history_may_inherit() -> None:
    check_forecast(history(3), 7, hierarchy=Hierarchy.of(("calls", "chats"), {}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": date(2026, 11, 1)},
        {"country": "XX"},
        {"events": [Event("", (date(2026, 11, 9),))]},
    ],
)
def test_what_is_told_before_is_what_the_forecast_refuses(wrong: dict[str, Any]) -> None:
    with pytest.raises(ForecastError) as before:
        check_forecast(history(), 7, **wrong)
    with pytest.raises(ForecastError) as after:
        forecast(history(), 7, **wrong)
    assert set(after.value.issues) <= set(before.value.issues)


def test_mornings_rehearsed_beside_each_other_make_the_same_forecast() -> None:
    here = forecast(history(63), 7)
    with ThreadPoolExecutor(2) as threads:
        beside = forecast(history(63), 7, beside=Beside(threads, 2))
    np.testing.assert_array_equal(here.offered, beside.offered)
    np.testing.assert_array_equal(here.upper[95], beside.upper[95])
    assert here.choices == beside.choices


@pytest.mark.parametrize("parallel", [0, 2])
def test_whoever_watches_can_end_the_work(parallel: int) -> None:
    steps: list[str] = []

    def watch(step: str) -> None:
        steps.append(step)
        if "rehearsal" in step:
            raise KeyboardInterrupt

    with ThreadPoolExecutor(2) as threads, pytest.raises(KeyboardInterrupt):
        forecast(
            history(63), 7, watch=watch, beside=Beside(threads, parallel) if parallel else None
        )
    assert steps[0] == "models"
