"""Shifts become stretches, absence, lateness and pay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from optimizer.model import ActivityKind, Organisation, PlannedActivity, Roster, Shift, TimeGrid
from optimizer.simulation import RULES
from optimizer.simulation.centre import Pools, make_lines, make_pools
from optimizer.simulation.presence import make_stretches, pay, shift_absence, staffed_by_slot
from optimizer.simulation.system import Staff
from optimizer.simulation.traffic import Draws
from tests.optimizer.builders import MONDAY, organisation

WEEK = TimeGrid.of_days(MONDAY, 7, 30, "Europe/Paris")
SLOT_S = 1800.0


def pools_of(centre: Organisation) -> Pools:
    return make_pools(centre, make_lines(centre), RULES["best"])


def rostered() -> Roster:
    meal = PlannedActivity(ActivityKind.MEAL, 24, 26, paid=False)
    training = PlannedActivity(ActivityKind.TRAINING, 30, 32, paid=True)
    return Roster(
        WEEK,
        (
            Shift("a0", "day", 18, 36, (meal, training)),
            Shift("a1", "day", 18, 36, (replace(meal, start=18, end=20),)),
            Shift("a2", "short", 5 * 48 + 20, 5 * 48 + 28),
            Shift("a2", "short", 7 * 48 - 4, 7 * 48 + 4),
        ),
    )


def offices(agents: int) -> tuple[Organisation, Roster]:
    """Return many agents who work from nine to five with a meal, seven days long."""
    centre = organisation(agents)
    shifts = [
        Shift(
            agent.id,
            "day",
            48 * day + 18,
            48 * day + 34,
            (PlannedActivity(ActivityKind.MEAL, 48 * day + 25, 48 * day + 26, paid=False),),
        )
        for agent in centre.agents
        for day in range(7)
    ]
    return centre, Roster(WEEK, tuple(shifts))


def staff(
    centre: Organisation,
    roster: Roster,
    draws: Draws,
    *,
    absence: float = 0.0,
    adherence_s: float = 0.0,
) -> Staff:
    slots = range(roster.grid.count)
    return make_stretches(centre, roster, slots).staff(
        pools_of(centre),
        np.full(len(roster.shifts), absence),
        adherence_s,
        first=0,
        slots=len(slots),
        slot_s=SLOT_S,
        draws=draws,
    )


def test_stretches_are_shifts_without_activities_within_the_range() -> None:
    stretches = make_stretches(organisation(), rostered(), range(20, 7 * 48))
    rows = np.array([stretches.shift, stretches.agent, stretches.begin, stretches.end]).T
    assert rows.tolist() == [
        [0, 0, 20, 24],
        [0, 0, 26, 30],
        [0, 0, 32, 36],
        [1, 1, 20, 36],
        [2, 2, 260, 268],
        [3, 2, 332, 336],
    ]


def test_times_count_from_the_range_and_absent_shifts_give_no_staff() -> None:
    centre = organisation()
    stretches = make_stretches(centre, rostered(), range(20, 336))
    absence = np.array([1.0, 0.0, 0.0, 1.0])
    there = stretches.staff(
        pools_of(centre), absence, 0.0, first=20, slots=316, slot_s=SLOT_S, draws=Draws(0)
    )
    assert there.agent.tolist() == [1, 2]
    assert there.begin.tolist() == [0.0, 240 * SLOT_S]
    assert there.end.tolist() == [16 * SLOT_S, 248 * SLOT_S]


def test_shifts_are_missed_as_often_as_is_said() -> None:
    centre, roster = offices(300)
    there = staff(centre, roster, Draws(3), absence=0.2)
    assert len(there.agent) / (2 * len(roster.shifts)) == pytest.approx(0.8, abs=0.03)


def test_lateness_keeps_the_hours_on_average_and_never_overlaps() -> None:
    centre, roster = offices(100)
    punctual = staff(centre, roster, Draws(0))
    late = [staff(centre, roster, Draws(0, r), adherence_s=1200.0) for r in range(10)]
    hours = np.mean([(s.end - s.begin).sum() for s in late])
    assert hours == pytest.approx((punctual.end - punctual.begin).sum(), rel=0.005)
    for one in late:
        assert (one.end > one.begin).all()
        order = np.lexsort((one.begin, one.agent))
        agent, begin, end = one.agent[order], one.begin[order], one.end[order]
        assert ((agent[1:] != agent[:-1]) | (begin[1:] >= end[:-1])).all()


def test_lateness_has_the_deviation_that_is_said() -> None:
    centre, roster = offices(300)
    punctual = staff(centre, roster, Draws(0))
    late = staff(centre, roster, Draws(0), adherence_s=300.0)
    assert len(late.begin) == len(punctual.begin)
    order = np.lexsort((punctual.begin, punctual.agent))
    noise = late.begin - punctual.begin[order]
    assert noise.mean() == pytest.approx(0.0, abs=20.0)
    assert noise.std() == pytest.approx(300.0, rel=0.05)


def test_nobody_is_late_at_an_edge_of_the_range() -> None:
    centre = organisation(2)
    roster = Roster(WEEK, tuple(Shift(agent.id, "day", 0, 336) for agent in centre.agents))
    there = staff(centre, roster, Draws(1), adherence_s=900.0)
    assert there.begin.tolist() == [0.0, 0.0]
    assert there.end.tolist() == [336 * SLOT_S] * 2


def test_absence_and_lateness_are_the_same_in_every_plan_that_has_the_shift() -> None:
    centre, roster = offices(40)
    later = roster.shifts[1::2]
    fewer = replace(roster, shifts=later)
    whole = staff(centre, roster, Draws(5), absence=0.3, adherence_s=300.0)
    part = staff(centre, fewer, Draws(5), absence=0.3, adherence_s=300.0)
    rows = {
        (a, round(b, 6), round(e, 6))
        for a, b, e in zip(whole.agent, whole.begin, whole.end, strict=True)
    }
    found = {
        (a, round(b, 6), round(e, 6))
        for a, b, e in zip(part.agent, part.begin, part.end, strict=True)
    }
    assert found
    assert found < rows


def test_mirrored_days_have_the_others_absent_and_late() -> None:
    centre, roster = offices(50)
    one = staff(centre, roster, Draws(5), absence=0.5)
    other = staff(centre, roster, Draws(5, mirrored=True), absence=0.5)
    shifts = {(a, int(b // (48 * SLOT_S))) for a, b in zip(one.agent, one.begin, strict=True)}
    others = {(a, int(b // (48 * SLOT_S))) for a, b in zip(other.agent, other.begin, strict=True)}
    assert not shifts & others
    assert len(shifts | others) == len(roster.shifts)


def test_an_agent_is_absent_by_the_mean_shrinkage_of_the_groups_served() -> None:
    base = organisation()
    orders, billing = base.groups
    centre = replace(base, groups=(replace(orders, shrinkage=0.1), replace(billing, shrinkage=0.3)))
    found = shift_absence(centre, rostered(), make_lines(centre), pools_of(centre), None)
    assert found == pytest.approx([0.1, 0.2, 0.2, 0.2])  # a0 serves orders alone


def test_absence_by_time_is_the_mean_over_the_shift() -> None:
    centre = organisation()
    table = np.zeros((2, WEEK.count))
    table[0, 18:27], table[1, 18:36] = 0.4, 0.2
    found = shift_absence(centre, rostered(), make_lines(centre), pools_of(centre), table)
    assert found == pytest.approx([0.4 / 2, (0.2 + 0.2) / 2, 0.0, 0.0])


def test_one_share_of_absence_holds_for_everybody() -> None:
    centre = organisation()
    found = shift_absence(centre, rostered(), make_lines(centre), pools_of(centre), 0.25)
    assert found.tolist() == [0.25] * 4


def test_pay_counts_paid_time_calls_and_weekends() -> None:
    centre = organisation()
    core, on_call = centre.contracts
    centre = replace(centre, contracts=(core, replace(on_call, weekend_premium=0.5)))
    hours, cost = pay(centre, rostered(), range(7 * 48))
    assert hours.tolist() == [8.0, 8.0, 6.0]  # the last shift is half outside
    assert cost.tolist() == [160.0, 160.0, 6 * 25 * 1.5 + 2 * 15]
    hours, cost = pay(centre, rostered(), range(24, 48))
    assert hours.tolist() == [5.0, 6.0, 0.0]
    assert cost.tolist() == [100.0, 120.0, 0.0]


def by_hand(staff: Staff, pools: int, slots: int) -> npt.NDArray[np.float64]:
    """Return the staffed seconds, second by second."""
    result = np.zeros((pools, slots))
    for agent, begin, end in zip(staff.agent, staff.begin, staff.end, strict=True):
        for second in range(int(begin), min(int(end), 60 * slots)):
            result[staff.pool[agent], second // 60] += 1.0
    return result


def test_staffed_seconds_are_those_of_a_hand_count() -> None:
    given = Staff(
        pool=np.array([0, 1, 1]),
        agent=np.array([0, 1, 2, 0]),
        begin=np.array([0.0, 30.0, 59.0, 150.0]),
        end=np.array([70.0, 90.0, 61.0, 400.0]),
    )
    assert np.array_equal(staffed_by_slot(given, 2, 60.0, 4), by_hand(given, 2, 4))
