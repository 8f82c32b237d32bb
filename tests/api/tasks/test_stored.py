"""What a request leaves out is taken from what is stored, at the right moment."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from api.calendars import Calendar
from api.data import load_history, put_document, put_history
from api.errors import TooLarge
from api.store import Store
from api.tasks import examples, prepare
from api.tasks.histories import columns_of, frame_of, history_of
from api.tasks.requests.forecasts import ForecastRequest, GroupAttributes
from api.tasks.requests.plans import PlanRequest
from api.tasks.requests.rosters import RosterRequest
from optimizer.codec import decode, encode
from optimizer.errors import InvalidInput
from tests.api.tasks.working import TENANT, accepted, done, named


@pytest.fixture
def stored(empty: Store) -> Store:
    put_document(empty, TENANT, "organisation", encode(examples.ORGANISATION))
    put_document(empty, TENANT, "calendar", encode(Calendar(closures=(date(2026, 11, 25),))))
    put_history(empty, TENANT, frame_of(examples.HISTORY))
    return empty


def test_a_roster_takes_the_stored_organisation_as_it_is_when_it_is_accepted(stored: Store) -> None:
    taken = accepted(stored, "rosters", replace(examples.ROSTER, organisation=None))
    later = replace(examples.ORGANISATION, name="Another desk")
    put_document(stored, TENANT, "organisation", encode(later))
    assert decode(RosterRequest, taken.body).organisation == examples.ORGANISATION


def test_a_stored_history_is_filled_in_only_when_the_work_begins(stored: Store) -> None:
    taken = accepted(stored, "forecasts", ForecastRequest(horizon_days=5))
    assert decode(ForecastRequest, taken.body).history is None
    full = decode(ForecastRequest, prepare(stored, TENANT, "forecasts", taken.body))
    assert full.history is not None
    assert len(full.history.start) == len(examples.HISTORY.start)
    made = named(done(stored, "forecasts", taken.body))
    days = json.loads(made["forecast"].body)["groups"][0]["days"]
    assert days["2026-11-24"] > 0.0
    assert days["2026-11-25"] == 0.0, "the calendar is the stored one"


def test_a_whole_plan_can_be_asked_for_with_nothing_but_what_is_stored(stored: Store) -> None:
    asked = PlanRequest(days=3, roster_seconds=2.0, replications=2)
    made = named(done(stored, "plans", accepted(stored, "plans", asked).body))
    assert json.loads(made["plan"].body)["horizon"]["groups"] == 1


def test_a_history_is_the_same_after_it_was_columns(stored: Store) -> None:
    before = load_history(stored, TENANT)
    assert before is not None
    after = history_of(columns_of(before))
    assert after.groups == before.groups
    assert after.starts.equals(before.starts)
    np.testing.assert_array_equal(after.offered, before.offered)
    assert before.aht_s is not None
    assert after.aht_s is not None
    np.testing.assert_array_equal(after.aht_s, before.aht_s)


def test_a_stored_history_that_is_gone_is_told(empty: Store) -> None:
    with pytest.raises(InvalidInput, match="no history"):
        prepare(empty, TENANT, "forecasts", encode(ForecastRequest()))


def test_a_request_with_its_own_history_is_left_as_it_is(empty: Store) -> None:
    body = accepted(empty, "forecasts").body
    assert prepare(empty, TENANT, "forecasts", body) == body
    roster = accepted(empty, "rosters").body
    assert prepare(empty, TENANT, "rosters", roster) == roster


def test_a_stored_history_beyond_all_memory_is_refused_before_it_is_read(stored: Store) -> None:
    taken = accepted(stored, "forecasts", ForecastRequest(horizon_days=5))
    groups = [f"group {number}" for number in range(150)]
    start = ["2000-01-01T00:00", *["2026-11-20T00:00"] * 149]
    put_history(stored, TENANT, pd.DataFrame({"group": groups, "start": start, "offered": 1}))
    with pytest.raises(TooLarge) as accepting:
        accepted(stored, "plans", PlanRequest(days=3))
    with pytest.raises(TooLarge) as preparing:
        prepare(stored, TENANT, "forecasts", taken.body)
    for refusal in accepting, preparing:
        assert [issue.pointer for issue in refusal.value.issues] == ["/history"]


def test_paths_of_a_stored_history_are_counted_as_those_of_one_that_is_sent(stored: Store) -> None:
    for history in None, examples.HISTORY:
        asked = ForecastRequest(history=history, horizon_days=400, paths=10_000)
        with pytest.raises(TooLarge) as refusal:
            accepted(stored, "forecasts", asked)
        assert [issue.pointer for issue in refusal.value.issues] == ["/paths"]


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        (ForecastRequest(start=date(9999, 12, 31)), "/start"),
        (ForecastRequest(start=date(1, 1, 1)), "/start"),
        (ForecastRequest(calendar=Calendar(country="ZZ")), "/calendar/country"),
        (PlanRequest(calendar=Calendar(country="ZZ")), "/calendar/country"),
    ],
)
def test_what_the_extent_of_a_stored_history_tells_is_told_at_once(
    stored: Store, asked: ForecastRequest | PlanRequest, pointer: str
) -> None:
    kind = "forecasts" if isinstance(asked, ForecastRequest) else "plans"
    with pytest.raises(InvalidInput) as refusal:
        accepted(stored, kind, asked)
    assert [issue.pointer for issue in refusal.value.issues] == [pointer]


def test_groups_that_only_have_a_share_count_for_the_size_of_a_forecast(stored: Store) -> None:
    shares = dict.fromkeys((f"new {number}" for number in range(2_000)), 0.1)
    asked = ForecastRequest(horizon_days=400, hierarchy=GroupAttributes({}, shares))
    with pytest.raises(TooLarge) as refusal:
        accepted(stored, "forecasts", asked)
    assert [issue.pointer for issue in refusal.value.issues] == ["/horizon_days"]
