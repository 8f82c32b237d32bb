"""Idle time is filled up to its limit, deadlines hold, and no plan needs fewer extra agents."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from csv import DictReader
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import InvalidInput
from optimizer.staffing import DeferredWork, FilledWork, fill_idle_time, idle_time
from tests.optimizer.staffing.deferred_cases import (
    jobs_of,
    least_extra_by_program,
    least_peak_by_program,
)


def always(slots: int) -> np.ndarray:
    return np.ones(slots, dtype=bool)


def amounts(slots: int) -> st.SearchStrategy[np.ndarray]:
    """Draw halves from 0 to 6, so that ties and exact fits are common."""
    return st.lists(st.integers(0, 12), min_size=slots, max_size=slots).map(
        lambda values: np.array(values) / 2
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[DeferredWork], np.ndarray]:
    """Draw one to three groups, some with backlog or two clocks, and idle time of two pools."""
    slots = draw(st.integers(1, 7))
    work = []
    for _ in range(draw(st.integers(1, 3))):
        window = draw(st.integers(1, 5))
        work.append(
            DeferredWork(
                draw(amounts(slots)),
                window,
                draw(st.none() | st.integers(window, 8)),
                draw(st.sampled_from([0.0, 0.5, 1.0])),
                draw(st.none() | amounts(slots)),
            )
        )
    return work, np.array([draw(amounts(slots)), draw(amounts(slots))])


def test_at_85_percent_occupancy_a_tenth_of_the_time_can_be_filled(
    reference_data: Callable[[str], Path],
) -> None:
    with reference_data("staffing/reference_values.csv").open(encoding="utf-8") as file:
        rows = [row for row in DictReader(file) if row["model"] == "deferred_fill"]
    assert rows
    for row in rows:
        occupancy, most = (float(part.split("=")[1][:-1]) for part in row["inputs"].split(";"))
        agents = np.array([1.0, 20.0, 300.0])
        free = idle_time(agents, occupancy / 100 * agents, most / 100)
        expected = float(row["output_value"].removeprefix("up to ").removesuffix("%")) / 100
        assert free / agents == pytest.approx(np.full(3, expected))
        # More emails than that: the tenth is used up, the rest needs extra agents.
        emails = DeferredWork(0.2 * agents, 1)
        plan = fill_idle_time([emails], always(3), free[np.newaxis])
        assert plan.used[0] == pytest.approx(expected * agents)
        assert plan.extra[0] == pytest.approx(expected * agents)


def test_overloaded_agents_have_no_idle_time() -> None:
    assert idle_time([10.0, 10.0], [9.9, 4.0]) == pytest.approx([0.0, 5.5])


def test_work_waits_for_the_idle_time_that_its_window_reaches() -> None:
    idle = np.array([[0.0, 0.0, 4.0, 0.0]])
    arriving = np.array([4.0, 0.0, 0.0, 0.0])
    patient = fill_idle_time([DeferredWork(arriving, 3)], always(4), idle)
    assert patient.work[0] == pytest.approx([0.0, 0.0, 4.0, 0.0])
    assert not patient.extra.any()
    assert patient.backlog[0] == pytest.approx([4.0, 4.0, 0.0, 0.0])
    urgent = fill_idle_time([DeferredWork(arriving, 2)], always(4), idle)
    assert urgent.extra[0] == pytest.approx([2.0, 2.0, 0.0, 0.0])


def test_extra_agents_are_as_flat_as_deadlines_allow() -> None:
    """The work of Yao, Demers and Shenker's picture: each stretch at the level it needs."""
    arriving = np.array([3.0, 0.0, 0.0, 8.0, 0.0, 0.0])
    plan = fill_idle_time([DeferredWork(arriving, 2)], always(6), np.zeros((1, 6)))
    assert plan.extra[0] == pytest.approx([1.5, 1.5, 0.0, 4.0, 4.0, 0.0])
    # With idle time in between, the level before it no longer needs to rise.
    helped = fill_idle_time(
        [DeferredWork(arriving, 3)], always(6), np.array([[0.0, 0.0, 0.0, 5.0, 0.0, 0.0]])
    )
    assert helped.extra[0] == pytest.approx([1.0, 1.0, 1.0, 1.0, 1.0, 1.0])


def test_the_end_of_the_period_leaves_nothing_that_arrived_while_it_was_open() -> None:
    opened = np.array([True, True, True, False])
    work = [DeferredWork(np.array([2.0, 2.0, 2.0, 5.0]), 40)]
    plan = fill_idle_time(work, opened, np.zeros((1, 4)))
    assert plan.extra[0] == pytest.approx([2.0, 2.0, 2.0, 0.0])
    assert plan.carried == pytest.approx([5.0])
    assert not plan.late.any()


def test_late_work_is_named_by_group_and_window_when_agents_are_capped() -> None:
    arriving = np.array([6.0, 0.0, 0.0, 0.0])
    work = [DeferredWork(arriving, 2), DeferredWork(arriving, 4)]
    plan = fill_idle_time(work, always(4), np.zeros((1, 4)), most_extra=2.0)
    assert plan.extra.sum(axis=0) == pytest.approx([2.0, 2.0, 2.0, 2.0])
    assert plan.late[0] == pytest.approx([0.0, 2.0, 0.0, 0.0])
    assert plan.late[1] == pytest.approx([0.0, 0.0, 0.0, 4.0])
    assert plan.carried == pytest.approx([0.0, 4.0])


def test_a_cap_that_is_enough_changes_nothing() -> None:
    work = [DeferredWork(np.array([3.0, 1.0, 5.0, 0.0]), 2)]
    free = fill_idle_time(work, always(4), np.zeros((1, 4)))
    capped = fill_idle_time(work, always(4), np.zeros((1, 4)), most_extra=free.extra.max())
    assert capped.extra == pytest.approx(free.extra)


def test_only_pools_with_the_skill_are_filled() -> None:
    arriving = np.array([4.0, 0.0])
    idle = np.array([[3.0, 0.0], [5.0, 0.0]])
    work = [DeferredWork(arriving, 1), DeferredWork(arriving, 1)]
    plan = fill_idle_time(work, always(2), idle, may_use=[[True, True], [True, False]])
    # The second group has one pool only and is served from it first.
    assert plan.extra[:, 0] == pytest.approx([0.0, 1.0])
    assert plan.used[:, 0] == pytest.approx([3.0, 4.0])


def test_each_group_works_in_its_own_hours() -> None:
    arriving = np.array([2.0, 0.0, 0.0, 0.0])
    opened = np.array([[True, True, False, False], [False, False, True, True]])
    work = [DeferredWork(arriving, 2), DeferredWork(arriving, 2)]
    plan = fill_idle_time(work, opened, np.zeros((1, 4)))
    assert plan.extra == pytest.approx(np.where(opened, 1.0, 0.0))


def test_without_pools_groups_or_opening_hours_there_is_still_an_answer() -> None:
    arriving = np.array([2.0, 0.0])
    alone = fill_idle_time([DeferredWork(arriving, 2)], always(2), np.zeros((0, 2)))
    assert alone.extra[0] == pytest.approx([1.0, 1.0])
    assert fill_idle_time([], always(2), np.ones((1, 2))).work.shape == (0, 2)
    never = fill_idle_time([DeferredWork(arriving, 2)], ~always(2), np.ones((1, 2)))
    assert never.carried == pytest.approx([2.0])
    assert not never.work.any()


def conserved(plan: FilledWork, work: list[DeferredWork], idle: np.ndarray) -> None:
    """Check what holds for every plan, whatever it is worth."""
    asked = [item.total for item in work]
    assert plan.work.sum(axis=1) + plan.carried == pytest.approx(asked, abs=1e-9)
    assert (plan.work >= 0.0).all()
    assert (plan.extra >= 0.0).all()
    assert (plan.used <= idle + 1e-9).all()
    assert plan.used.sum(axis=0) + plan.extra.sum(axis=0) == pytest.approx(
        plan.work.sum(axis=0), abs=1e-9
    )


def in_time(plan: FilledWork, work: list[DeferredWork], rows: list[int]) -> bool:
    """Tell by Hall's condition whether the work done, slot by slot, can keep all deadlines."""
    slots = plan.work.shape[1]
    jobs = [job for job in jobs_of(work, slots) if job.group in rows]
    done = plan.work[rows].sum(axis=0)
    return all(
        sum(job.work for job in jobs if job.start >= a and job.last < b) <= done[a:b].sum() + 1e-9
        for a, b in itertools.combinations(range(slots + 1), 2)
    )


@settings(max_examples=60)
@given(cases())
def test_with_one_common_pool_extra_agents_are_the_least_in_sum_and_at_the_peak(
    case: tuple[list[DeferredWork], np.ndarray],
) -> None:
    work, idle = case
    plan = fill_idle_time(work, always(idle.shape[1]), idle)
    conserved(plan, work, idle)
    assert not plan.late.any()
    for g in range(len(work)):
        assert in_time(plan, work, [g])
    extra = plan.extra.sum(axis=0)
    assert extra.sum() == pytest.approx(least_extra_by_program(work, idle), abs=1e-7)
    assert extra.max() == pytest.approx(least_peak_by_program(work, idle), abs=1e-7)


@settings(max_examples=60)
@given(cases(), st.data())
def test_whatever_the_skills_no_deadline_is_missed(
    case: tuple[list[DeferredWork], np.ndarray], data: st.DataObject
) -> None:
    work, idle = case
    may_use = np.array(data.draw(st.lists(st.booleans(), min_size=6, max_size=6)))
    may_use = may_use.reshape(3, 2)[: len(work)]
    plan = fill_idle_time(work, always(idle.shape[1]), idle, may_use=may_use)
    conserved(plan, work, idle)
    assert not plan.late.any()
    for g in range(len(work)):
        assert in_time(plan, work, [g])
        assert (plan.work[g] - plan.extra[g] <= idle[may_use[g]].sum(axis=0) + 1e-9).all()
    assert plan.extra.sum() >= least_extra_by_program(work, idle, may_use) - 1e-7


@given(cases(), st.integers(0, 6))
def test_with_capped_agents_what_is_late_is_told_and_nothing_else(
    case: tuple[list[DeferredWork], np.ndarray], cap: int
) -> None:
    work, idle = case
    plan = fill_idle_time(work, always(idle.shape[1]), idle, most_extra=cap / 2)
    conserved(plan, work, idle)
    assert (plan.extra.sum(axis=0) <= cap / 2 + 1e-9).all()
    # Late work appears exactly when the cap is below the least peak.
    missing = least_peak_by_program(work, idle) - cap / 2
    if abs(missing) > 1e-6:
        assert bool(plan.late.any()) == (missing > 0.0)
    # What is left in the end was all due by then.
    assert (plan.carried <= plan.late.sum(axis=1) + 1e-9).all()


@given(cases())
def test_no_slot_could_lend_extra_agents_to_a_fuller_one(
    case: tuple[list[DeferredWork], np.ndarray],
) -> None:
    """Flattest: moving a little work from a slot to a lower one breaks some deadline."""
    work, idle = case
    slots = idle.shape[1]
    extra = fill_idle_time(work, always(slots), idle).extra.sum(axis=0)
    step = 1e-3
    for fuller, lower in itertools.permutations(range(slots), 2):
        if extra[fuller] < extra[lower] + 3 * step:
            continue
        moved = extra.copy()
        moved[fuller] -= step
        moved[lower] += step
        assert least_peak_by_program(work, idle.sum(axis=0) + moved) > 0.0


def test_every_problem_of_the_input_is_listed() -> None:
    with pytest.raises(InvalidInput) as caught:
        fill_idle_time(
            [DeferredWork(np.ones(3), 0)],
            np.ones((2, 4), dtype=bool),
            np.full((1, 4), -1.0),
            may_use=np.ones((1, 2), dtype=bool),
            most_extra=-1.0,
        )
    assert [issue.pointer for issue in caught.value.issues] == [
        "/open_slots",
        "/may_use",
        "/work/0/window",
        "/work/0/arriving",
        "/idle/0/0",
        "/most_extra",
    ]
    with pytest.raises(InvalidInput):
        fill_idle_time([], always(2), np.ones(2))
    with pytest.raises(InvalidInput):
        idle_time(-1.0, np.nan, 1.5)
