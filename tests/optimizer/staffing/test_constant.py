"""The least constant agents for deferred work: published figures, brute force, linear programs."""

from __future__ import annotations

from collections.abc import Callable
from csv import DictReader
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import InvalidInput
from optimizer.staffing import DeferredWork, least_constant_agents, spread_work
from tests.optimizer.staffing.deferred_cases import least_peak_by_program

PER_HOUR = np.array([20.0, 30.0, 40.0, 30.0, 20.0, 10.0, 5.0, 5.0])
HOURS = PER_HOUR / 5  # five an agent-hour
DAY = np.ones(8, dtype=bool)


@pytest.mark.parametrize(("window", "agents"), [(1, 8.0), (2, 5.0), (4, 3.5), (8, 7 / 3)])
def test_the_longer_the_window_the_fewer_agents(window: int, agents: float) -> None:
    least = least_constant_agents([DeferredWork(HOURS, window)], DAY)
    assert least.agents == pytest.approx(agents, rel=1e-15)


def test_the_reference_row_is_met(reference_data: Callable[[str], Path]) -> None:
    with reference_data("staffing/reference_values.csv").open(encoding="utf-8") as file:
        rows = [row for row in DictReader(file) if row["model"] == "async_deadline_staffing"]
    assert rows
    for row in rows:
        given_as = dict(part.split("=") for part in row["inputs"].split(";") if "=" in part)
        arriving = np.array([float(n) for n in given_as["arrivals_per_hour_at_start"].split("|")])
        pace = float(given_as["productivity"].split("/")[0])
        work = DeferredWork(arriving / pace, int(given_as["SLA_hours"]))
        least = least_constant_agents([work], DAY)
        assert least.agents == pytest.approx(float(row["output_value"]), abs=5e-5)


def test_the_stretch_that_leaves_no_choice_is_named() -> None:
    least = least_constant_agents([DeferredWork(HOURS, 2)], DAY)
    # 30, 40 and 30 an hour, the last of them due an hour after it arrived.
    assert (least.first_slot, least.last_slot) == (1, 4)
    beyond = least_constant_agents([DeferredWork(HOURS, 8)], DAY)
    assert (beyond.first_slot, beyond.last_slot) == (0, 11)


def test_what_is_left_at_the_end_is_told() -> None:
    least = least_constant_agents([DeferredWork(HOURS, 4)], DAY)
    # 3.5 agents are busy throughout, for their work arrives faster than they do it.
    assert least.carried == pytest.approx(HOURS.sum() - 8 * 3.5)
    night = np.append(HOURS, 7.0)
    evening = least_constant_agents([DeferredWork(night, 1)], np.append(DAY, False))
    assert evening.carried == pytest.approx(7.0)


def test_closed_slots_do_not_count() -> None:
    opened = np.repeat([True, False, True], 4)
    arriving = np.insert(HOURS, 4, np.zeros(4))
    for window in (1, 2, 4, 8):
        by_day = least_constant_agents([DeferredWork(HOURS, window)], DAY)
        with_night = least_constant_agents([DeferredWork(arriving, window)], opened)
        assert with_night.agents == by_day.agents


def test_a_backlog_at_the_start_is_done_by_its_due_times() -> None:
    none = np.zeros(8)
    backlog = np.array([0.0, 6.0, 0.0, 0.0, 0.0, 0.0, 0.0, 10.0])
    least = least_constant_agents([DeferredWork(none, 1, backlog=backlog)], DAY)
    assert (least.agents, least.first_slot, least.last_slot) == (3.0, 0, 1)
    closed_first = np.array([False, *DAY[1:]])
    overdue = np.array([6.0, *none[1:]])
    assert least_constant_agents([DeferredWork(none, 1, backlog=overdue)], closed_first).agents == 6


def test_the_work_of_others_is_taken_off() -> None:
    work = [DeferredWork(HOURS, 2)]
    assert least_constant_agents(work, DAY, already=1.5).agents == pytest.approx(3.5)
    assert least_constant_agents(work, DAY, already=HOURS).agents == 0.0


def test_two_clocks_need_no_more_than_all_by_the_first_response_and_no_less_than_the_rest() -> None:
    def agents(share: float) -> float:
        work = DeferredWork(HOURS, 1, resolution=8, first_share=share)
        return least_constant_agents([work], DAY).agents

    assert agents(1.0) == pytest.approx(8.0)
    assert agents(0.0) == pytest.approx(7 / 3)
    # In the twelve hours that bind, the later tickets' first parts are due as well; at half of
    # the work the first response of the 40 an hour binds alone.
    assert agents(0.1) == pytest.approx((140 + 0.1 * 20) / 5 / 12)
    assert agents(0.5) == pytest.approx(4.0)


def test_groups_that_share_agents_need_fewer_than_apart() -> None:
    early = DeferredWork(HOURS, 1)
    late = DeferredWork(HOURS[::-1].copy(), 4)
    together = least_constant_agents([early, late], DAY).agents
    apart = sum(least_constant_agents([item], DAY).agents for item in (early, late))
    assert together < apart


def test_without_work_or_without_open_slots_nobody_is_needed() -> None:
    assert least_constant_agents([DeferredWork(np.zeros(8), 3)], DAY).agents == 0.0
    assert least_constant_agents([], DAY).agents == 0.0
    never = least_constant_agents([DeferredWork(HOURS, 3)], ~DAY)
    assert (never.agents, never.first_slot, never.last_slot) == (0.0, None, None)
    assert never.carried == pytest.approx(HOURS.sum())


@given(
    st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=12),
    st.integers(1, 14),
    st.integers(0, 5),
)
def test_the_level_is_the_densest_of_all_stretches(
    slots: list[tuple[int, bool]], window: int, others: int
) -> None:
    arriving = np.array([float(work) for work, _ in slots])
    opened = np.array([is_open for _, is_open in slots])
    least = least_constant_agents([DeferredWork(arriving, window)], opened, already=others / 2)
    positions = np.flatnonzero(opened)
    starts = np.searchsorted(positions, np.arange(len(slots)))
    jobs = [
        (start, start + window, work)
        for start, work in zip(starts, arriving, strict=True)
        if start < len(positions)
    ]
    densest = 0.0
    for a in range(len(positions)):
        for b in range(a + 1, len(positions) + window):
            inside = sum(work for start, due, work in jobs if start >= a and due <= b)
            helped = others / 2 * max(0, min(b, len(positions)) - a)
            densest = max(densest, (inside - helped) / (b - a))
    assert least.agents == pytest.approx(densest, abs=1e-12)


@settings(max_examples=50)
@given(st.data())
def test_several_groups_and_clocks_agree_with_a_linear_program(data: st.DataObject) -> None:
    slots = data.draw(st.integers(1, 8))
    amounts = st.lists(st.integers(0, 9), min_size=slots, max_size=slots)
    work = []
    for _ in range(data.draw(st.integers(1, 3))):
        window = data.draw(st.integers(1, 6))
        work.append(
            DeferredWork(
                np.array(data.draw(amounts), float),
                window,
                data.draw(st.none() | st.integers(window, 8)),
                data.draw(st.sampled_from([0.0, 0.25, 1.0])),
                data.draw(st.none() | amounts.map(lambda values: np.array(values, float))),
            )
        )
    opened = np.ones(slots, dtype=bool)
    already = np.array(data.draw(amounts), float) / 2
    least = least_constant_agents(work, opened, already=already)
    # The program sees the time after the end as slots in which nothing arrives.
    after = 8
    longer = [
        DeferredWork(
            np.pad(item.arriving, (0, after)),
            item.window,
            item.resolution,
            item.first_share,
            None if item.backlog is None else np.pad(item.backlog, (0, after)),
        )
        for item in work
    ]
    expected = least_peak_by_program(longer, np.pad(already, (0, after)))
    assert least.agents == pytest.approx(expected, abs=1e-7)


def test_spreading_evenly_never_needs_a_lower_peak() -> None:
    rng = np.random.default_rng(3)
    for window in (2, 5, 9):
        arriving = np.concatenate([rng.gamma(2.0, 3.0, 40), np.zeros(window)])
        opened = np.ones(len(arriving), dtype=bool)
        peak = spread_work(arriving, opened, window).work.max()
        assert least_constant_agents([DeferredWork(arriving, window)], opened).agents <= peak


def test_every_problem_of_the_input_is_listed() -> None:
    work = [
        DeferredWork(np.full(8, -1.0), 0),
        DeferredWork(HOURS[:3], 4, resolution=2, first_share=1.5, backlog=np.full(8, np.nan)),
    ]
    with pytest.raises(InvalidInput) as caught:
        least_constant_agents(work, DAY, already=-1.0)
    assert [issue.pointer for issue in caught.value.issues] == [
        "/work/0/window",
        "/work/0/arriving/0",
        "/work/1/resolution",
        "/work/1/first_share",
        "/work/1/arriving",
        "/work/1/backlog/0",
        "/already/0",
    ]
    with pytest.raises(InvalidInput):
        least_constant_agents([], np.ones((2, 8), dtype=bool))
