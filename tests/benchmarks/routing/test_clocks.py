"""Waits and targets of the listing, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.routing.clocks import open_seconds, standing
from optimizer.model import (
    ChannelRules,
    OpeningHours,
    OpenWindow,
    Priority,
    RelaxationStep,
    RoutingWeights,
    Snapshot,
    Ticket,
    Tier,
)

OFFICE = OpeningHours("Europe/Berlin", tuple(OpenWindow(day, 540, 1020) for day in range(5)))
MONDAY = datetime(2026, 3, 30, 8, tzinfo=UTC)
"""Ten o'clock in Berlin, where clocks went forward the day before."""

PLAIN = RoutingWeights(promote_after=None, compete_from=None)
SNAPSHOT = Snapshot(MONDAY, (), (), PLAIN, calendars={"office": OFFICE})


def test_without_a_calendar_every_second_counts() -> None:
    assert open_seconds(None, MONDAY - timedelta(days=2), MONDAY) == 172_800.0


def test_a_weekend_does_not_count_and_an_hour_on_the_wall_is_one() -> None:
    friday = datetime(2026, 3, 27, 15, tzinfo=UTC)  # four o'clock: an hour is left
    assert open_seconds(OFFICE, friday, MONDAY) == 7200.0
    assert open_seconds(OFFICE, MONDAY, friday) == 0.0


def test_a_closed_day_does_not_count() -> None:
    closed = replace(OFFICE, closed_days=(MONDAY.date(),))
    assert open_seconds(closed, MONDAY, MONDAY + timedelta(days=1)) == 3600.0


def test_pauses_are_taken_off_and_the_least_promise_counts() -> None:
    ticket = Ticket(
        "t",
        "chat",
        MONDAY - timedelta(minutes=30),
        calendar="office",
        paused_seconds=300.0,
        first_response_seconds=600.0,
        resolution_due=MONDAY + timedelta(minutes=30),
        resolution_seconds=60.0,
    )
    stand = standing(ticket, SNAPSHOT)
    assert (stand.wait, stand.target) == (1500.0, 600.0)
    answered = standing(replace(ticket, responded=True), SNAPSHOT)
    assert answered.target == 3300.0  # the instant goes before the promise of 60 s
    plain = replace(SNAPSHOT, weights=replace(PLAIN, own_deadlines=False))
    assert standing(ticket, plain).target == 300.0


@pytest.mark.parametrize(("strict", "level"), [(False, 1), (True, 3)])
def test_promotions_count_for_strict_levels(strict: bool, level: int) -> None:
    weights = replace(PLAIN, strict_priority=strict, promote_after=2.0)
    ticket = Ticket("t", "chat", MONDAY - timedelta(seconds=700))
    stand = standing(ticket, replace(SNAPSHOT, weights=weights))
    assert (stand.rank, stand.level) == (1, level)


def test_deferred_work_is_level_zero_until_its_share_of_the_target() -> None:
    mail = replace(SNAPSHOT, channels={"mail": ChannelRules(deferred=True)})
    ticket = Ticket("t", "mail", MONDAY - timedelta(seconds=150))
    assert standing(ticket, mail).level == 0
    for share, level in ((0.5, 1), (0.6, 0)):
        weights = replace(PLAIN, compete_from=share)
        assert standing(ticket, replace(mail, weights=weights)).level == level


def test_steps_add_tiers_but_an_escalation_takes_their_place() -> None:
    ticket = Ticket(
        "t",
        "chat",
        MONDAY - timedelta(seconds=1800),
        priority=Priority.P0,
        relaxation=(RelaxationStep(60.0, tiers=(Tier.RISK,)), RelaxationStep(1801.0)),
    )
    assert standing(ticket, SNAPSHOT).tiers == (Tier.TECHNICAL,)
    younger = replace(ticket, created=MONDAY - timedelta(seconds=1799))
    assert standing(younger, SNAPSHOT).tiers == (Tier.FRONT_LINE, Tier.RISK)
    new = replace(ticket, created=MONDAY - timedelta(seconds=59))
    assert standing(new, SNAPSHOT).tiers == (Tier.FRONT_LINE,)
