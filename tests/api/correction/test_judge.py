from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from api.correction.judge import DUE_SHARE, Stretch, stretches_of
from optimizer.model import Channel, ChannelKind, Denominator, Organisation, ServiceGoal
from optimizer.simulation import Study
from tests.optimizer.builders import organisation, requirement

SLOTS = 7 * 48
COUNTS = (
    "offered", "answered", "abandoned", "waited", "targeted", "targeted_answered", "good", "short",
    "virtual", "due", "responded", "resolution_due", "resolved_in_time",
)  # fmt: skip


def study(**counts: NDArray[np.float64]) -> Study:
    """Return totals over ten replications, for a first group; the second is never called."""
    values = {name: np.zeros((2, SLOTS)) for name in COUNTS}
    for name, of_first in counts.items():
        values[name][0] = of_first
    settings = SimpleNamespace(replications=10)
    trial = SimpleNamespace(settings=settings)
    return cast(Study, SimpleNamespace(by_slot=values, trial=trial))


def centre(goal: ServiceGoal, kind: ChannelKind = ChannelKind.VOICE) -> Organisation:
    base = organisation()
    orders, billing = base.groups
    return replace(
        base,
        channels=(Channel("voice", kind),),
        groups=(replace(orders, goal=goal), replace(billing, goal=ServiceGoal())),
    )


def open_hours(per_slot: float) -> NDArray[np.float64]:
    """Return a count in each half-hour from eight to four of every day."""
    day = np.zeros(48)
    day[16:32] = per_slot
    return np.tile(day, 7)


def judged(goal: ServiceGoal, **counts: NDArray[np.float64]) -> list[Stretch]:
    needed = requirement(np.ones((2, SLOTS)))
    return list(stretches_of(centre(goal), needed, study(**counts)))


def calls(share: float, per_slot: float = 500.0) -> dict[str, NDArray[np.float64]]:
    offered = open_hours(per_slot)
    good = share * offered
    return {"offered": offered, "targeted": offered, "answered": offered, "good": good}


GOAL = ServiceGoal(0.8, 20.0)


def test_busy_half_hours_stand_by_themselves() -> None:
    stretches = judged(GOAL, **calls(0.8))
    assert len(stretches) == 7 * 16
    assert stretches[1].begin + 1 == stretches[1].end == 18
    assert stretches[1].contacts == 50.0


def test_quiet_groups_are_judged_by_days_together() -> None:
    stretches = judged(GOAL, **calls(0.8, per_slot=12.0))
    # 192 a day: three days make more than 400, and the last joins the one before it.
    assert [(stretch.begin // 48, stretch.end // 48) for stretch in stretches] == [(0, 3), (3, 7)]


def test_every_slot_with_contacts_is_judged_once() -> None:
    rng = np.random.default_rng(1)
    offered = rng.poisson(rng.choice([0.0, 3.0, 90.0, 600.0], SLOTS)).astype(np.float64)
    stretches = judged(GOAL, offered=offered, targeted=offered, good=offered)
    seen = np.zeros(SLOTS)
    for stretch in stretches:
        seen[stretch.begin : stretch.end] += 1
        assert offered[stretch.begin : stretch.end].sum() >= 400
    assert (seen[offered > 0] == 1).all()
    assert sum(10 * stretch.contacts for stretch in stretches) == pytest.approx(offered.sum())


@pytest.mark.parametrize(
    ("share", "missed", "wasted"),
    [(0.6, True, False), (0.72, True, False), (0.77, False, False), (0.8, False, False),
     (0.83, False, False), (0.9, False, True), (1.0, False, True)],
)  # fmt: skip
def test_only_what_chance_does_not_explain_is_missed_or_wasted(
    share: float, missed: bool, wasted: bool
) -> None:
    (reading,) = {stretch.reading for stretch in judged(GOAL, **calls(share))}
    assert (reading.missed, reading.wasted) == (missed, wasted)
    assert reading.figure == "service_level"
    assert (reading.need > 0) == (share < 0.8)


def test_with_few_contacts_nothing_is_sure() -> None:
    offered = np.zeros(SLOTS)
    offered[20] = 12.0
    good = 0.6 * offered
    (stretch,) = judged(GOAL, offered=offered, targeted=offered, good=good)
    assert not stretch.reading.missed
    assert stretch.short == 0.0


def test_a_stretch_tells_how_many_contacts_it_is_short() -> None:
    stretch = judged(GOAL, **calls(0.7))[0]
    assert stretch.short == pytest.approx(0.1 * 50.0)


def test_each_group_counts_by_its_own_denominator() -> None:
    goal = replace(GOAL, denominator=Denominator.ANSWERED)
    offered = open_hours(500.0)
    answered = 0.5 * offered
    (reading,) = {
        stretch.reading
        for stretch in judged(
            goal,
            offered=offered,
            targeted=offered,
            targeted_answered=answered,
            good=0.8 * answered,
        )
    }
    assert reading.value == pytest.approx(0.8)


def test_the_part_of_a_goal_that_lacks_most_decides() -> None:
    goal = ServiceGoal(0.8, 20.0, mean_answer_seconds=60.0, max_abandonment=0.05)
    counts = calls(0.95)
    waited = 10.0 * counts["offered"]
    left = judged(goal, **counts, waited=waited, abandoned=0.2 * counts["offered"])[0].reading
    assert (left.figure, left.missed) == ("abandonment", True)
    slow = judged(goal, **counts, waited=20.0 * waited)[0].reading
    assert (slow.figure, slow.missed, slow.value) == ("mean_answer_s", True, 200.0)
    assert slow.need > 0
    good = judged(goal, **counts, waited=waited)[0].reading
    assert good.wasted


def test_deferred_groups_are_held_against_their_first_response() -> None:
    goal = ServiceGoal(first_response_seconds=3600.0, resolution_seconds=7200.0)
    due = open_hours(500.0)
    needed = requirement(np.ones((2, SLOTS)))
    counts = {"due": due, "responded": 0.8 * due, "resolution_due": due, "offered": 2 * due}
    stretches = stretches_of(centre(goal, ChannelKind.EMAIL), needed, study(**counts))
    assert {stretch.deferred for stretch in stretches} == {True}
    reading = stretches[0].reading
    assert (reading.figure, reading.target, reading.missed) == ("first_response", DUE_SHARE, True)
    assert stretches[0].contacts == 50.0


def test_groups_without_a_goal_or_without_contacts_are_left_out() -> None:
    assert not judged(ServiceGoal(), **calls(0.1))
    assert not judged(GOAL)
