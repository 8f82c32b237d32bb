"""Contacts are kept by their identifier: sent twice they are one, sent again they are changed."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.data import history_from_contacts, load_contacts, put_contacts
from api.data.contacts import count_contacts, drop_contacts, earlier_contacts
from api.store import Store
from optimizer.errors import InvalidInput

_TENANTS = (f"tenant-{number}" for number in count())
DAY = date(2026, 11, 20)


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    base = {"group": "voice", "created": "2026-11-20T10:00:00Z"}
    return pd.DataFrame([base | row for row in rows])


def test_a_contact_is_read_back_as_it_was_told(store: Store) -> None:
    told = {
        "id": "1",
        "created": "2026-11-20T10:00:00.250+01:00",
        "first_response": "2026-11-20T09:00:10Z",
        "handled_s": "93.5",
        "transferred": "no",
        "resolved_at_first": True,
        "driver": " late parcel ",
        "site": "",
    }
    assert put_contacts(store, "main", table(told)).added == 1
    [kept] = load_contacts(store, "main", DAY, DAY)
    assert (kept.group, kept.driver, kept.site) == ("voice", "late parcel", None)
    assert kept.first_response is not None
    assert kept.first_response - kept.created == 9.75
    assert (kept.handled_s, kept.transferred, kept.resolved_at_first) == (93.5, False, True)


def test_what_is_told_later_is_added_and_what_is_not_told_stays(store: Store) -> None:
    put_contacts(store, "main", table({"id": "1", "driver": "late"}, {"id": "2"}))
    later = table({"id": "1", "resolved": "2026-11-20T11:00:00Z"}, {"id": "2", "resolved": ""})
    told = put_contacts(store, "main", later)
    assert (told.added, told.changed, told.unchanged) == (0, 1, 1)
    first = next(c for c in load_contacts(store, "main", DAY, DAY) if c.driver == "late")
    assert first.resolved == first.created + 3600.0
    put_contacts(store, "main", table({"id": "1", "driver": ""}))
    assert all(contact.driver is None for contact in load_contacts(store, "main", DAY, DAY))


def test_every_bad_row_is_told_and_none_is_kept(store: Store) -> None:
    rows = table(
        {"id": "1", "handled_s": -1},
        {"id": "1"},
        {"id": "", "transferred": "perhaps"},
        {"id": "3", "created": "soon"},
        {"id": "4", "first_response": "2026-11-20T09:00:00Z"},
        {"id": "5", "created": "2026-11-20T10:00:00"},
        {"id": "6", "abandoned": "2026-11-20T10:01Z", "first_response": "2026-11-20T10:02Z"},
    )
    with pytest.raises(InvalidInput) as error:
        put_contacts(store, "main", rows)
    assert sorted((issue.code, issue.pointer) for issue in error.value.issues) == [
        ("answered_and_abandoned", "/rows/6/abandoned"),
        ("before_arrival", "/rows/4/first_response"),
        ("duplicate_id", "/rows/1/id"),
        ("missing_offset", "/rows/5/created"),
        ("missing_value", "/rows/2/id"),
        ("negative_value", "/rows/0/handled_s"),
        ("not_yes_or_no", "/rows/2/transferred"),
        ("unreadable_time", "/rows/3/created"),
    ]
    assert load_contacts(store, "main", DAY, DAY) == []


@pytest.mark.parametrize("year", ["0001", "1800", "2100", "9999"])
def test_mistyped_years_are_told(store: Store, year: str) -> None:
    row = {"id": "1", "created": f"{year}-01-01T00:00:00Z", "resolved": f"{year}-12-31T23:59:59Z"}
    with pytest.raises(InvalidInput) as error:
        put_contacts(store, "main", table(row), zone="Europe/Dublin")
    assert [(issue.code, issue.pointer) for issue in error.value.issues] == [
        ("out_of_range", "/rows/0/created"),
        ("out_of_range", "/rows/0/resolved"),
    ]


def test_days_are_those_of_the_zone(store: Store) -> None:
    rows = table({"id": "1", "created": "2026-11-20T23:30:00Z"}, {"id": "2"})
    put_contacts(store, "main", rows, zone="Europe/Paris")
    assert count_contacts(store, "main", DAY, date(2026, 11, 30)) == {DAY: 1, date(2026, 11, 21): 1}


def test_the_earlier_contacts_of_a_days_cases_are_found(store: Store) -> None:
    days = {"a": "2026-11-12", "b": "2026-11-15", "c": "2026-11-19", "d": "2026-11-20"}
    rows = [{"id": i, "case_id": "k", "created": f"{day}T10:00Z"} for i, day in days.items()]
    rows.append({"id": "e", "case_id": "other", "created": "2026-11-19T10:00Z"})
    put_contacts(store, "main", table(*rows))
    found = earlier_contacts(store, "main", DAY, date(2026, 11, 13))
    assert sorted(one.created for one in found) == [
        pd.Timestamp(f"{days[i]}T10:00Z").timestamp() for i in "bc"
    ]


def test_contacts_count_as_a_history(store: Store) -> None:
    rows = [
        {"id": f"{day}-{n}", "created": f"2026-11-{day}T10:{n:02}Z", "handled_s": 60 * (1 + n % 2)}
        for day in (19, 20)
        for n in range(20)
    ]
    put_contacts(store, "main", table(*rows))
    history = history_from_contacts(store, "main", date(2026, 11, 19), DAY)
    assert history is not None
    assert history.aht_s is not None
    assert history.offered[0, [20, 68]].tolist() == [20.0, 20.0]
    assert history.aht_s[0, 20] == 90.0


def test_contacts_are_forgotten_by_group_and_day(store: Store) -> None:
    put_contacts(store, "main", table({"id": "1"}, {"id": "2", "group": "chat"}))
    assert drop_contacts(store, "main", group="chat", first=DAY, last=DAY) == 1
    assert drop_contacts(store, "other", group=None, first=DAY, last=DAY) == 0
    assert [contact.group for contact in load_contacts(store, "main", DAY, DAY)] == ["voice"]


ROWS = st.dictionaries(
    st.text("abc", min_size=1, max_size=3),
    st.fixed_dictionaries(
        {"handled_s": st.none() | st.integers(1, 900), "driver": st.sampled_from(["", "x", "y"])}
    ),
    min_size=1,
)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), rows=ROWS)
def test_any_split_and_order_gives_the_same_log(
    store: Store, data: st.DataObject, rows: dict[str, dict[str, Any]]
) -> None:
    at_once, in_parts = next(_TENANTS), next(_TENANTS)
    every = [{"id": id_, **cells} for id_, cells in rows.items()]
    put_contacts(store, at_once, table(*every))
    order = data.draw(st.permutations(every))
    cut = data.draw(st.integers(0, len(order) - 1))
    for batch in (order[cut:], order[:cut], order[cut:]):
        if batch:
            put_contacts(store, in_parts, table(*batch))
    once, parts = (load_contacts(store, tenant, DAY, DAY) for tenant in (at_once, in_parts))
    assert sorted(map(repr, once)) == sorted(map(repr, parts))
    assert len(once) == len(every)
