from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from api.jobs.leases import Lease, LeaseLost, fenced, holder, release, renew, take
from api.store import Store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Clock:
    """A clock that is set by hand, forwards and backwards."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self, _: Connection) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_one_owner_at_a_time(store: Store) -> None:
    assert take(store, "runner", "a", 15, "host:1") == Lease("runner", "a", 1)
    assert take(store, "runner", "b", 15) is None
    found = holder(store, "runner")
    assert found is not None
    assert found[:2] == ("a", "host:1")
    assert take(store, "pool:main:desk", "b", 15) == Lease("pool:main:desk", "b", 1)


def test_another_takes_over_when_the_lease_has_run_out(store: Store, clock: Clock) -> None:
    first = take(store, "runner", "a", 15, clock=clock)
    assert first is not None
    clock.pass_by(14)
    assert renew(store, first, 15, clock=clock)
    clock.pass_by(14)
    assert take(store, "runner", "b", 15, clock=clock) is None
    clock.pass_by(1)
    assert holder(store, "runner", clock=clock) is None
    assert take(store, "runner", "b", 15, clock=clock) == Lease("runner", "b", 2)
    assert not renew(store, first, 15, clock=clock)


def test_a_lease_given_back_is_free_at_once_but_its_term_is_remembered(store: Store) -> None:
    first = take(store, "runner", "a", 15)
    assert first is not None
    release(store, first)
    assert holder(store, "runner") is None
    assert take(store, "runner", "b", 15) == Lease("runner", "b", 2)
    release(store, first)  # it is not theirs to give back
    assert holder(store, "runner") is not None


def test_an_owner_that_takes_its_lease_again_begins_a_new_term(store: Store) -> None:
    first = take(store, "runner", "a", 15)
    assert first is not None
    assert take(store, "runner", "a", 15) == Lease("runner", "a", 2)
    assert not renew(store, first, 15)


def test_a_lease_of_somebody_who_is_known_to_be_dead_can_be_forced(store: Store) -> None:
    first = take(store, "runner", "a", 15)
    assert first is not None
    assert take(store, "runner", "b", 15, forced=True) == Lease("runner", "b", 2)
    assert not renew(store, first, 15)


def test_a_lease_from_before_the_clock_went_back_does_not_last_for_ever(
    store: Store, clock: Clock
) -> None:
    assert take(store, "runner", "a", 15, clock=clock) is not None
    clock.pass_by(-86_400)
    assert take(store, "runner", "b", 15, clock=clock) == Lease("runner", "b", 2)


def test_whoever_lost_a_lease_changes_nothing(store: Store, clock: Clock) -> None:
    lost = take(store, "runner", "a", 15, clock=clock)
    assert lost is not None
    clock.pass_by(20)
    with fenced(store, lost):
        pass  # nobody has taken over: there is nobody to disturb
    assert take(store, "runner", "b", 15, clock=clock) is not None
    with pytest.raises(LeaseLost), fenced(store, lost):
        pytest.fail("it was let in")
