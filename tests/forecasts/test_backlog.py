"""Open work beside arrivals: placed where it can be done, and worn down by a capacity."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts import InvalidHistory
from forecasts.adjustments import Multiply, apply, reverse
from forecasts.backlog import OpenWork, expected_backlog, read_backlog, with_backlog, work
from tests.forecasts.stored import GROUPS, made

items = st.builds(
    OpenWork,
    group=st.sampled_from(GROUPS),
    contacts=st.floats(0.0, 1000.0),
    due=st.none() | st.datetimes(datetime(2024, 3, 1), datetime(2024, 3, 20)),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(items, max_size=6))
def test_nothing_of_the_backlog_is_lost_or_done_while_closed(backlog: list[OpenWork]) -> None:
    forecast = with_backlog(made(), backlog)
    placed = work(forecast)
    assert forecast.backlog is not None
    arrived = forecast.offered.sum(axis=1) + forecast.backlog
    np.testing.assert_allclose(placed.contacts.sum(axis=1) + placed.carried, arrived)
    assert not placed.contacts[~forecast.open].any()
    assert (placed.contacts >= forecast.offered).all()


def test_backlog_without_a_due_time_stands_in_the_first_open_interval() -> None:
    forecast = with_backlog(made(), [OpenWork("front", 40.0)])
    more = (work(forecast).contacts - forecast.offered)[0]
    assert np.flatnonzero(more).tolist() == [8]
    assert more[8] == pytest.approx(40.0)


def test_dated_work_is_spread_over_the_open_intervals_that_end_in_time() -> None:
    forecast = with_backlog(
        made(),
        [
            OpenWork("front", 30.0, datetime(2024, 3, 4, 11, 30)),
            OpenWork("front", 7.0, datetime(2024, 3, 1)),
        ],
    )
    more = (work(forecast).contacts - forecast.offered)[0]
    np.testing.assert_allclose(more[[8, 9, 10]], [17.0, 10.0, 10.0])
    assert more.sum() == pytest.approx(37.0)


def test_backlog_of_a_group_that_never_opens_is_carried() -> None:
    base = made()
    shut = base.open & (np.arange(3) != 1)[:, None]
    forecast = replace(base, open=shut, offered=np.where(shut, base.offered, 0.0))
    due = OpenWork("experts", 2.0, datetime(2024, 3, 5))
    assert work(with_backlog(forecast, [due, OpenWork("experts", 3.0)])).carried.tolist() == [
        0,
        5,
        0,
    ]


def test_backlog_stays_when_adjustments_are_taken_back() -> None:
    adjusted = apply(made(), [Multiply(name="x", factor=2.0)])
    back = reverse(with_backlog(adjusted, [OpenWork("front", 40.0)]))
    assert back.backlog is not None
    assert back.backlog.tolist() == [40.0, 0.0, 0.0]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.floats(0.0, 60.0), st.floats(0.0, 300.0))
def test_the_backlog_over_time_is_that_of_counting_step_by_step(
    seed: int, hourly: float, start: float
) -> None:
    forecast = with_backlog(made(seed), [OpenWork("front", start)])
    capacity = np.array([hourly, hourly / 2, 1.0])
    expected = np.zeros_like(forecast.offered)
    assert forecast.backlog is not None
    for group in range(3):
        left = forecast.backlog[group]
        for n in range(expected.shape[1]):
            handled = capacity[group] if forecast.open[group, n] else 0.0
            left = max(0.0, left + forecast.offered[group, n] - handled)
            expected[group, n] = left
    np.testing.assert_allclose(expected_backlog(forecast, capacity), expected, atol=1e-6)
    per_interval = np.tile(capacity[:, None], expected.shape[1])
    np.testing.assert_allclose(expected_backlog(forecast, per_interval), expected, atol=1e-6)


def test_a_file_of_open_work_is_read(tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    path.write_text("group,open,due\nfront,12,\nexperts,3.5,2024-03-05 12:00\nfront,1,2024-03-06\n")
    assert read_backlog(path, GROUPS) == (
        OpenWork("front", 12.0),
        OpenWork("experts", 3.5, datetime(2024, 3, 5, 12)),
        OpenWork("front", 1.0, datetime(2024, 3, 6)),
    )
    path.write_text("group,open\nnight,12\n")
    assert read_backlog(path, GROUPS) == (OpenWork("night", 12.0),)


def test_every_problem_of_such_a_file_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    rows = ["nobody,1,", "front,-1,", "front,many,", "front,,", "front,1,soon", "front,inf,",
            "front,1,2024-03-05T12:00Z"]  # fmt: skip
    path.write_text("\n".join(["group,open,due", *rows]) + "\n")
    with pytest.raises(InvalidHistory) as caught:
        read_backlog(path, GROUPS)
    assert [(issue.code, issue.pointer) for issue in caught.value.issues] == [
        ("unknown_group", "/rows/0/group"),
        ("negative_value", "/rows/1/open"),
        ("not_a_number", "/rows/2/open"),
        ("not_a_number", "/rows/3/open"),
        ("unreadable_time", "/rows/4/due"),
        ("not_a_number", "/rows/5/open"),
        ("unreadable_time", "/rows/6/due"),
    ]
    path.write_text("queue,open\nfront,1\n")
    with pytest.raises(InvalidHistory) as caught:
        read_backlog(path, GROUPS)
    assert [issue.pointer for issue in caught.value.issues] == ["/columns/group"]


def test_a_backlog_of_other_groups_does_not_fit() -> None:
    with pytest.raises(InvalidHistory) as caught:
        with_backlog(made(), [OpenWork("b", 1.0), OpenWork("a", 1.0), OpenWork("b", 1.0)])
    assert [issue.pointer for issue in caught.value.issues] == ["/groups/a", "/groups/b"]
