"""Batches of intervals become one history, whatever their order, and no interval twice."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.data import (
    drop_history,
    history_extent,
    history_groups,
    load_history,
    put_history,
)
from api.data.history import Extent, StoredDay, stored_days
from api.data.written import as_columns
from api.store import Store
from forecasts import history_from_frame
from optimizer.errors import InvalidInput

_TENANTS = (f"tenant-{number}" for number in count())


def table(*rows: tuple[Any, ...], columns: str = "group start offered") -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split())


def refused(error: pytest.ExceptionInfo[InvalidInput]) -> list[tuple[str, str]]:
    return [(issue.code, issue.pointer) for issue in error.value.issues]


def kept(store: Store, tenant: str) -> list[StoredDay]:
    return list(stored_days(store, tenant))


def test_what_was_put_is_read_back_as_a_file_would_be(store: Store) -> None:
    starts = pd.date_range("2026-11-02", periods=96, freq="30min").strftime("%Y-%m-%d %H:%M")
    rows = table(
        *((group, start, place % 7, 100.0 + place) for group in "ab"
          for place, start in enumerate(starts)),
        columns="group start offered aht_s",
    )  # fmt: skip
    put_history(store, "main", rows)
    found, same = load_history(store, "main"), history_from_frame(rows)
    assert found is not None
    assert found.aht_s is not None
    assert same.aht_s is not None
    assert found.groups == same.groups
    assert found.starts.equals(same.starts)
    assert (found.offered == same.offered).all()
    assert (found.aht_s == same.aht_s).all()
    assert found.interval_minutes == 30


def test_those_who_were_answered_are_behind_the_handling_time_where_nobody_says_more(
    store: Store,
) -> None:
    rows = (("a", "2026-11-02 09:00", 10, 60, 8), ("a", "2026-11-02 09:30", 10, None, 9))
    put_history(store, "main", table(*rows, columns="group start offered aht_s answered"))
    found = load_history(store, "main")
    assert found is not None
    assert found.handled is not None
    assert found.handled[0, 18] == 8.0
    assert np.isnan(found.handled[0, 19])


def test_the_extent_of_a_history_is_told_without_reading_it(store: Store) -> None:
    put_history(
        store,
        "main",
        table(("a", "2026-11-02 09:00", 1), ("a", "2026-11-06 09:00", 1), ("b", "2026-11-04", 1)),
        interval_minutes=30,
    )
    second, fourth, sixth = (date(2026, 11, day) for day in (2, 4, 6))
    whole = Extent(2, second, sixth, 3, 30)
    assert history_extent(store, "main") == whole
    assert history_extent(store, "main", group="b") == Extent(1, fourth, fourth, 1, 30)
    assert history_extent(store, "main", first=fourth) == Extent(2, fourth, sixth, 2, 30)
    assert history_extent(store, "main", first=date(2026, 11, 7)) is None
    read = load_history(store, "main")
    assert read is not None
    assert whole.cells == read.offered.size


def test_there_is_no_history_before_one_was_put(store: Store) -> None:
    assert load_history(store, "main") is None
    assert history_groups(store, "main") == ()


def test_rows_are_counted_by_what_they_change(store: Store) -> None:
    first = table(("a", "2026-11-02T10:00", 5), ("a", "2026-11-02T10:30", 6))
    assert put_history(store, "main", first).added == 2
    again = put_history(store, "main", first)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    mixed = table(("a", "2026-11-02T10:30", 7), ("b", "2026-11-02T10:30", 1))
    told = put_history(store, "main", mixed)
    assert (told.added, told.changed, told.unchanged) == (1, 1, 0)
    assert history_groups(store, "main") == ("a", "b")


def test_columns_that_are_not_sent_stay_and_empty_cells_make_unknown(store: Store) -> None:
    start = "2026-11-02T10:00"
    whole = table(("a", start, 5, 300.0), columns="group start offered aht_s")
    put_history(store, "main", whole, interval_minutes=30)
    put_history(store, "main", table(("a", start, 9)))
    [day] = kept(store, "main")
    assert day.values[:2, 0, 20].tolist() == [9.0, 300.0]
    put_history(store, "main", table(("a", start, None), columns="group start aht_s"))
    [day] = kept(store, "main")
    assert day.values[0, 0, 20] == 9.0
    assert np.isnan(day.values[1, 0, 20])


def test_another_length_of_intervals_is_refused(store: Store) -> None:
    put_history(store, "main", table(("a", "2026-11-02T10:00", 5)), interval_minutes=30)
    quarter = table(("a", "2026-11-03T10:15", 5))
    with pytest.raises(InvalidInput) as error:
        put_history(store, "main", quarter, interval_minutes=15)
    assert refused(error) == [("other_interval", "/interval_minutes")]
    with pytest.raises(InvalidInput) as error:
        put_history(store, "main", quarter)
    assert refused(error) == [("off_grid", "/rows/0/start")]


def test_another_zone_is_refused_and_a_zone_may_be_told_later(store: Store) -> None:
    put_history(store, "main", table(("a", "2026-11-02T10:00", 5)), interval_minutes=30)
    put_history(store, "main", table(("a", "2026-11-03T10:00+01:00", 5)), zone="Europe/Paris")
    found = load_history(store, "main")
    assert found is not None
    assert found.zone == "Europe/Paris"
    with pytest.raises(InvalidInput) as error:
        put_history(store, "main", table(("a", "2026-11-04T10:00", 5)), zone="Asia/Tokyo")
    assert refused(error) == [("other_zone", "/zone")]


def test_every_bad_row_is_told_and_none_is_kept(store: Store) -> None:
    rows = table(
        ("a", "2026-11-02T10:00", 5, 5),
        ("", "2026-11-02T10:30", 5, 1),
        ("a", "yesterday", 5, 1),
        ("a", "2026-11-02T11:00", -1, 1),
        ("a", "2026-11-02T11:30", "many", 1),
        ("a", "2026-11-02T12:00", 5, 1),
        ("a", "1066-11-02T12:30", 5, 1),
        columns="group start offered answered",
    ).assign(answered_in_goal=[1, 1, 1, 1, 1, 2, 1])
    with pytest.raises(InvalidInput) as error:
        put_history(store, "main", rows, interval_minutes=30)
    assert sorted(refused(error)) == [
        ("empty_group", "/rows/1/group"),
        ("more_than_all", "/rows/5/answered_in_goal"),
        ("negative_value", "/rows/3/offered"),
        ("not_a_number", "/rows/4/offered"),
        ("out_of_range", "/rows/6/start"),
        ("unreadable_time", "/rows/2/start"),
    ]
    assert kept(store, "main") == []


def test_a_repeated_interval_is_refused(store: Store) -> None:
    rows = table(("a", "2026-11-02T10:00", 5), ("a", "2026-11-02T10:00", 6))
    with pytest.raises(InvalidInput) as error:
        put_history(store, "main", rows, interval_minutes=30)
    assert refused(error) == [("duplicate_interval", "/rows/1/start")]


def test_an_hour_that_comes_twice_is_kept_twice_and_forecast_from_its_mean(store: Store) -> None:
    hours = table(("a", "2026-10-25T02:00+02:00", 6), ("a", "2026-10-25T02:00+01:00", 2))
    for row in (hours.iloc[:1], hours.iloc[1:], hours):
        put_history(store, "main", row, interval_minutes=60, zone="Europe/Paris")
    [day] = kept(store, "main")
    assert day.values[0, :, 2].tolist() == [6.0, 2.0]
    found = load_history(store, "main")
    assert found is not None
    assert found.offered[0, 2] == 4.0
    assert as_columns([day])["start"] == ["2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00"]


def test_an_hour_that_comes_twice_needs_its_offset(store: Store) -> None:
    rows = table(("a", "2026-10-25T02:00", 6))
    with pytest.raises(InvalidInput) as error:
        put_history(store, "main", rows, interval_minutes=60, zone="Europe/Paris")
    assert refused(error) == [("ambiguous_time", "/rows/0/start")]


def test_an_hour_that_never_was_is_left_out_with_a_warning(store: Store) -> None:
    rows = table(("a", "2026-03-29T02:00", 0), ("a", "2026-03-29T03:00", 4))
    told = put_history(store, "main", rows, interval_minutes=60, zone="Europe/Paris")
    assert told.added == 1
    assert [issue.code for issue in told.issues] == ["skipped_hour"]


def test_tenants_have_histories_of_their_own(store: Store) -> None:
    put_history(store, "one", table(("a", "2026-11-02T10:00", 5)), interval_minutes=30)
    put_history(store, "two", table(("a", "2026-11-02T10:15", 7)), interval_minutes=15)
    assert [day.values[0, 0, 20] for day in kept(store, "one")] == [5.0]
    assert drop_history(store, "two", group=None, first=date.min, last=date.max) == 1
    assert len(kept(store, "one")) == 1


def test_days_and_groups_are_chosen(store: Store) -> None:
    rows = table(*((g, f"2026-11-{d:02}T10:00", d) for g in "ab" for d in range(2, 9)))
    put_history(store, "main", rows, interval_minutes=30)
    some = load_history(
        store, "main", groups=["b"], first=date(2026, 11, 4), last=date(2026, 11, 5)
    )
    assert some is not None
    assert some.groups == ("b",)
    assert np.nansum(some.offered) == 9.0
    assert len(some.days) == 2


def test_a_mistyped_year_does_not_make_a_history_of_centuries(store: Store) -> None:
    rows = table(*((f"g{g}", "2026-11-02T10:00", 5) for g in range(100)))
    put_history(store, "main", rows, interval_minutes=1)
    with pytest.raises(InvalidInput) as error:
        put_history(store, "main", rows.assign(start="2062-11-02T10:00"), interval_minutes=1)
    assert [issue.code for issue in error.value.issues] == ["span_too_long"]


INTERVALS = st.tuples(
    st.sampled_from(["a", "b", "c"]),
    st.datetimes(
        pd.Timestamp("2026-10-24").to_pydatetime(), pd.Timestamp("2026-10-27").to_pydatetime()
    ).map(lambda moment: moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0)),
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    data=st.data(),
    rows=st.dictionaries(
        INTERVALS, st.tuples(st.integers(0, 50), st.none() | st.floats(1, 900)), min_size=1
    ),
)
def test_any_split_and_order_of_batches_gives_the_same_history(
    store: Store, data: st.DataObject, rows: dict[Any, tuple[int, float | None]]
) -> None:
    whole = table(
        *((group, f"{start.isoformat()}Z", *cells) for (group, start), cells in rows.items()),
        columns="group start offered aht_s",
    )
    at_once, in_parts = next(_TENANTS), next(_TENANTS)
    put_history(store, at_once, whole, interval_minutes=30, zone="Europe/Paris")
    order = data.draw(st.permutations(range(len(whole))))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole)), max_size=3)) | {len(whole)})
    batches = [
        whole.iloc[list(order[begin:end])]
        for begin, end in zip([0, *cuts], cuts, strict=False)
        if begin < end
    ]
    # The last batch once more: twice is once.
    added = [
        put_history(store, in_parts, batch.reset_index(drop=True), interval_minutes=30,
                    zone="Europe/Paris").added
        for batch in (*batches, batches[-1])
    ]  # fmt: skip
    assert sum(added) == len(whole)
    assert added[-1] == 0
    assert as_columns(kept(store, at_once)) == as_columns(kept(store, in_parts))


def test_no_more_contacts_are_answered_or_give_up_than_arrive(store: Store) -> None:
    rows = table(
        ("a", "2026-11-02 09:00", 5, 9, 6), columns="group start offered answered abandoned"
    )
    with pytest.raises(InvalidInput) as error:
        put_history(store, "main", rows, interval_minutes=30)
    assert refused(error) == [
        ("more_than_all", "/rows/0/answered"),
        ("more_than_all", "/rows/0/abandoned"),
    ]
