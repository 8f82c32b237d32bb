"""Moments fall due in order, and those that were put off do not pile up."""

from __future__ import annotations

from datetime import timedelta

from optimizer.routing.pool.due import Agenda, Concern, later
from tests.optimizer.routing.pool.drawing import OPENED

SOON, LATE = OPENED + timedelta(seconds=1), OPENED + timedelta(days=30)


def test_what_is_due_comes_once_in_order_of_time_concern_and_name() -> None:
    agenda = Agenda()
    agenda.set(SOON, Concern.TICKET, "t")
    agenda.set(SOON, Concern.OFFER, "v")
    agenda.set(SOON, Concern.OFFER, "u")
    agenda.set(OPENED, Concern.TICKET, "w")
    agenda.set(LATE, Concern.AGENT, "a")
    assert agenda.until(SOON) == [
        (Concern.TICKET, "w"),
        (Concern.OFFER, "u"),
        (Concern.OFFER, "v"),
        (Concern.TICKET, "t"),
    ]
    assert agenda.until(SOON) == []
    assert agenda.entries() == [(LATE, Concern.AGENT, "a")]


def test_what_was_put_off_or_dropped_is_not_due_in_its_old_time() -> None:
    agenda = Agenda()
    agenda.set(SOON, Concern.OFFER, "t")
    agenda.set(LATE, Concern.OFFER, "t")
    agenda.set(SOON, Concern.OFFER, "u")
    agenda.set(None, Concern.OFFER, "u")
    assert agenda.until(SOON) == []
    assert agenda.until(LATE) == [(Concern.OFFER, "t")]


def test_moments_that_were_dropped_do_not_pile_up() -> None:
    agenda = Agenda()
    agenda.set(SOON, Concern.AGENT, "a")
    for number in range(10_000):
        agenda.set(LATE, Concern.OFFER, f"t{number}")
        agenda.set(None, Concern.OFFER, f"t{number}")
    assert len(agenda) < 100
    assert agenda.until(LATE) == [(Concern.AGENT, "a")]


def test_a_moment_beyond_the_calendar_never_comes() -> None:
    assert later(OPENED, None) is None
    assert later(OPENED, 1e12) is None
    assert later(OPENED, 1.0) == SOON
