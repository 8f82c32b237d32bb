"""Contact logs: every contact is counted once, where it arrived, and silence is read with care."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts import History, InvalidHistory, Issue, forecast
from forecasts.history.contacts import history_from_contacts, read_contacts
from forecasts.history.repairs import Repairs

ALWAYS_OPEN = np.ones((7, 48), bool)


def log_of(*arrived: str, **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"arrived": list(arrived), **columns})


def codes(history: History) -> list[str]:
    return [issue.code for issue in history.issues]


def problems(frame: pd.DataFrame, **options: object) -> list[str]:
    """Return code and pointer of every error."""
    with pytest.raises(InvalidHistory) as caught:
        history_from_contacts(frame, **options)  # type: ignore[arg-type]
    errors = [issue for issue in caught.value.issues if issue.severity == "error"]
    return [f"{issue.code} {issue.pointer}" for issue in errors]


def office_log(days: int, rate: float = 20.0, seed: int = 3) -> pd.DataFrame:
    """Return a log of an office open 8:00 to 18:00 from Monday, 1 January 2024, but weekends."""
    rng = np.random.default_rng(seed)
    times = []
    for day in range(days):
        midnight = np.datetime64("2024-01-01") + day
        if day % 7 < 5:
            count = rng.poisson(rate * 20)
            seconds = rng.uniform(8 * 3600, 18 * 3600, count).astype("timedelta64[s]")
            times.append(midnight + np.sort(seconds))
    return pd.DataFrame({"arrived": np.concatenate(times)})


def test_contacts_are_counted_in_half_open_intervals_with_their_handling_times() -> None:
    frame = log_of(
        "2024-01-01 08:00:00", "2024-01-01 08:29:59.9", "2024-01-01 08:30", "2024-01-01 08:45",
        handled_s=["100", "300", "", "0"],
    )  # fmt: skip
    history = history_from_contacts(frame, opening=ALWAYS_OPEN)
    assert history.aht_s is not None
    assert history.handled is not None
    assert history.offered[0, 15:19].tolist() == [0.0, 2.0, 2.0, 0.0]
    assert history.handled[0, 15:19].tolist() == [0.0, 2.0, 0.0, 0.0]
    np.testing.assert_array_equal(history.aht_s[0, 15:19], [np.nan, 200.0, np.nan, np.nan])
    assert history.backlog is None


CONTACTS = st.lists(
    st.tuples(
        st.datetimes(datetime(2024, 5, 1), datetime(2024, 5, 9)),
        st.sampled_from(["phone", "chat"]),
        st.sampled_from(["de", "en"]),
        st.integers(0, 900),
        st.booleans(),
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(CONTACTS, st.sampled_from([15, 30, 60, 1440]))
def test_a_log_is_what_counting_by_hand_makes_of_it(
    contacts: list[tuple[datetime, str, str, int, bool]], minutes: int
) -> None:
    columns = ["arrived", "channel", "skill", "handled_s", "abandoned"]
    frame = pd.DataFrame(contacts, columns=columns).astype({"arrived": object})
    opening = np.ones((7, 1440 // minutes), bool)
    history = history_from_contacts(
        frame,
        {"group": "channel+skill"},
        interval_minutes=minutes,
        opening=opening,
        repairs=Repairs(ends="keep"),
    )
    counted: dict[tuple[str, datetime], list[int]] = defaultdict(list)
    offered: dict[tuple[str, datetime], int] = defaultdict(int)
    for arrived, channel, skill, seconds, abandoned in contacts:
        midnight = arrived.replace(hour=0, minute=0, second=0, microsecond=0)
        begin = midnight + (arrived - midnight) // timedelta(minutes=minutes) * timedelta(
            minutes=minutes
        )
        offered[f"{channel}/{skill}", begin] += 1
        if seconds and not abandoned:
            counted[f"{channel}/{skill}", begin].append(seconds)
    assert history.aht_s is not None
    assert history.handled is not None
    for (name, begin), number in offered.items():
        cell = history.groups.index(name), history.starts.get_loc(pd.Timestamp(begin))
        assert history.offered[cell] == number
        times = counted[name, begin]
        assert history.handled[cell] == len(times)
        np.testing.assert_allclose(history.aht_s[cell], np.mean(times) if times else np.nan)
    assert np.nansum(history.offered) == len(contacts)


def test_contacts_in_any_order_make_the_same_history() -> None:
    frame = office_log(14)
    shuffled = frame.sample(frac=1, random_state=5)
    one, other = history_from_contacts(frame), history_from_contacts(shuffled)
    np.testing.assert_array_equal(one.offered, other.offered)
    assert one.issues == other.issues


def test_an_open_interval_without_a_contact_has_none_and_a_closed_one_is_absent() -> None:
    history = history_from_contacts(office_log(26, rate=1.5))
    offered = history.offered[0].reshape(26, 48)
    weekdays = np.arange(26) % 7 < 5
    assert np.isnan(offered[~weekdays]).all()
    assert np.isnan(offered[:, :16]).all()
    assert np.isnan(offered[:, 36:]).all()
    assert np.isfinite(offered[weekdays, 16:36]).all()
    assert (offered == 0).any()
    (hours,) = [issue for issue in history.issues if issue.code == "hours_learnt"]
    assert "open Mon-Fri 08:00-18:00:" in hours.detail


@pytest.mark.parametrize("minutes", [5, 15, 60])
def test_hours_do_not_depend_on_the_length_of_intervals(minutes: int) -> None:
    history = history_from_contacts(office_log(26, rate=1.5), interval_minutes=minutes)
    offered = history.offered[0].reshape(26, -1)
    slots = np.arange(offered.shape[1]) * minutes / 60
    is_open = (slots >= 8) & (slots < 18)
    assert np.isfinite(offered[np.arange(26) % 7 < 5][:, is_open]).all()
    assert np.isnan(offered[:, ~is_open]).all()


def test_in_a_very_thin_log_the_hours_reach_from_the_first_to_the_last_contact() -> None:
    days = pd.date_range("2024-01-01", periods=60)
    hours = pd.to_timedelta(8 + np.arange(60) % 10, unit="h")
    history = history_from_contacts(pd.DataFrame({"arrived": days + hours}), interval_minutes=60)
    assert np.nansum(history.offered) == 60
    assert (history.offered == 0).sum() > 400


def test_hours_that_are_given_are_taken() -> None:
    opening = np.zeros((7, 48), bool)
    opening[:5, 14:40] = True
    history = history_from_contacts(office_log(26), opening=opening)
    offered = history.offered[0].reshape(26, 48)
    assert (offered[:5, [14, 39]] == 0).all()
    assert np.isnan(offered[:5, [13, 40]]).all()
    assert "hours_learnt" not in codes(history)
    assert problems(office_log(2), opening=np.ones((7, 24), bool)) == ["wrong_shape /opening"]


def test_a_log_cut_in_the_middle_of_a_day_loses_the_intervals_covered_in_part() -> None:
    frame = office_log(28)
    cut = frame[
        (frame["arrived"] >= pd.Timestamp("2024-01-02 10:17"))
        & (frame["arrived"] < pd.Timestamp("2024-01-24 14:40"))
    ]
    whole, part = history_from_contacts(frame), history_from_contacts(cut)
    first = 2 * 48 - 48 + 20
    assert codes(part).count("partial_interval") == 2
    assert codes(whole).count("partial_interval") == 0
    offered = whole.offered[0, 48 : 24 * 48].copy()
    assert np.isnan(part.offered[0, : first - 48 + 1]).all(), "10:00 and before on 2 January"
    assert np.isnan(part.offered[0, 22 * 48 + 29 :]).all(), "14:30 and after on 24 January"
    inner = slice(first - 48 + 1, 22 * 48 + 29)
    np.testing.assert_array_equal(part.offered[0, inner], offered[inner])

    kept = history_from_contacts(cut, repairs=Repairs(ends="keep"))
    assert np.nansum(kept.offered) == len(cut)
    assert problems(cut, repairs=Repairs(ends="stop")) == ["partial_interval /rows"] * 2


def test_the_moment_at_which_a_log_was_made_ends_it() -> None:
    frame = office_log(26)
    frame = frame[frame["arrived"] < pd.Timestamp("2024-01-26 17:40")]
    history = history_from_contacts(frame, as_of=datetime(2024, 1, 26, 17, 40))
    last = history.offered[0, 25 * 48 :]
    assert np.isfinite(last[16:35]).all()
    assert np.isnan(last[35:]).all()
    assert codes(history).count("partial_interval") == 1


def test_contacts_after_the_day_of_reading_are_told_or_left_out() -> None:
    frame = office_log(14)
    kept = history_from_contacts(frame, as_of=date(2024, 1, 10))
    assert "future_row" in codes(kept)
    dropped = history_from_contacts(frame, as_of=date(2024, 1, 10), repairs=Repairs(future="drop"))
    assert str(dropped.days[-1]) == "2024-01-10"
    assert np.nansum(dropped.offered) == (frame["arrived"] < pd.Timestamp("2024-01-11")).sum()


def test_handling_times_may_be_the_time_from_answer_to_end() -> None:
    frame = log_of(
        "2024-01-01 08:00", "2024-01-01 08:05", "2024-01-01 08:10",
        answered=["2024-01-01 08:01", "", "2024-01-01 23:59"],
        ended=["2024-01-01 08:03", "", "2024-01-02 00:01"],
    )  # fmt: skip
    history = history_from_contacts(frame, opening=ALWAYS_OPEN)
    assert history.aht_s is not None
    assert history.aht_s[0, 16] == 120.0
    assert problems(frame.drop(columns="ended")) == ["missing_column /columns/ended"]


def test_abandoned_contacts_are_offered_but_not_handled() -> None:
    frame = log_of(
        *["2024-01-01 08:00"] * 4, outcome=["AGENT", "HANG", "LOST", "AGENT"], handled_s=[60] * 4
    )
    mapping = {"abandoned": "outcome:HANG|LOST"}
    history = history_from_contacts(frame, mapping, opening=ALWAYS_OPEN)
    assert history.handled is not None
    assert (history.offered[0, 16], history.handled[0, 16]) == (4.0, 2.0)
    assert problems(frame, mapping={"abandoned": "outcome"}) == [
        f"not_yes_or_no /rows/{row}/outcome" for row in range(4)
    ]


def test_open_work_is_known_at_the_end_of_every_day() -> None:
    frame = log_of(
        "2024-01-01 08:00", "2024-01-01 09:00", "2024-01-02 10:00", "2024-01-03 11:00",
        group=["mail", "mail", "mail", "chat"],
        closed=["2024-01-01 20:00", "2024-01-03 09:00", "", "2024-02-01 09:00"],
    )  # fmt: skip
    history = history_from_contacts(frame, opening=ALWAYS_OPEN)
    assert history.groups == ("chat", "mail")
    assert history.backlog is not None
    assert history.backlog.tolist() == [1.0, 1.0]
    seen = history.until(np.datetime64("2024-01-03"))
    assert seen.backlog is not None
    assert seen.backlog.tolist() == [0.0, 2.0], "what was open on that morning"


def test_several_contacts_of_a_case_count_once_within_the_given_time() -> None:
    frame = log_of(
        "2024-01-01 08:00", "2024-01-01 09:00", "2024-01-01 09:50", "2024-01-02 08:00",
        "2024-01-01 08:10", "2024-01-01 08:20",
        group=["chat", "phone", "phone", "phone", "mail", "mail"],
        case_id=["A", "A", "A", "A", "", ""],
        handled_s=[60, 0, 120, 30, 10, 20],
        closed=["2024-01-01 12:00", "", "2024-01-01 12:00", "2024-01-02 12:00",
                "2024-01-01 12:00", "2024-01-01 12:00"],
    )  # fmt: skip
    history = history_from_contacts(frame, once_per_case=timedelta(hours=1), opening=ALWAYS_OPEN)
    totals = dict(zip(history.groups, np.nansum(history.offered, axis=1), strict=True))
    assert totals == {"chat": 1.0, "mail": 2.0, "phone": 1.0}
    assert history.aht_s is not None
    assert history.aht_s[0, 16] == 180.0, "the work of the repeats stays"
    assert history.backlog is not None
    assert history.backlog.tolist() == [1.0, 0.0, 0.0], "open while one of its contacts is"
    assert "3 contacts" not in " ".join(issue.detail for issue in history.issues)
    assert "2 of 6 contacts" in " ".join(issue.detail for issue in history.issues)
    assert problems(frame.drop(columns="case_id"), once_per_case=timedelta(hours=1)) == [
        "missing_column /columns/case_id"
    ]


def test_where_clocks_change_counts_are_the_rate_per_interval() -> None:
    instants = pd.date_range("2024-11-02T04:00", "2024-11-04T04:59", freq="10min", tz="UTC")
    frame = pd.DataFrame({"arrived": instants, "handled_s": 60})
    frame["arrived"] = frame["arrived"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    history = history_from_contacts(frame, zone="America/New_York", opening=ALWAYS_OPEN)
    assert history.handled is not None
    assert (history.offered == 3).all()
    assert (history.handled == 3).all()


NONSENSE = {
    "no time of arrival": (
        pd.DataFrame({"group": ["a"]}),
        ["missing_column /columns/arrived"],
    ),
    "empty": (log_of(), ["empty_file "]),
    "unreadable": (log_of("noon", "2024-01-01 08:00"), ["unreadable_time /rows/0/arrived"]),
    "mixed zones": (
        log_of("2024-01-01T08:00Z", "2024-01-01T08:00Z", "2024-01-01 08:00"),
        ["mixed_time_zones /rows/2/arrived"],
    ),
    "handling": (
        log_of(*["2024-01-01 08:00"] * 4, handled_s=["-1", "x", "nan", "inf"]),
        ["not_finite /rows/2/handled_s", "not_finite /rows/3/handled_s",
         "not_a_number /rows/1/handled_s", "negative_value /rows/0/handled_s"],
    ),
    "closed early": (
        log_of("2024-01-02 08:00", closed=["2024-01-01 08:00"]),
        ["closed_before_arrival /rows/0/closed"],
    ),
    "ended early": (
        log_of("2024-01-01 08:00", answered=["2024-01-01 08:02"], ended=["2024-01-01 08:01"]),
        ["ended_before_answer /rows/0/ended"],
    ),
    "mistyped year": (log_of("2024-01-01 08:00", "2204-01-01 08:00"), ["span_too_long /rows"]),
    "no group": (
        log_of("2024-01-01 08:00", group=[" "]), ["empty_group /rows/0/group"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("frame", "expected"), NONSENSE.values(), ids=NONSENSE.keys())
def test_every_nonsense_is_told_with_its_place(frame: pd.DataFrame, expected: list[str]) -> None:
    assert problems(frame) == expected


@pytest.mark.parametrize("minutes", [0, 7, 1441])
def test_an_interval_that_does_not_divide_a_day_is_refused(minutes: int) -> None:
    assert problems(office_log(1), interval_minutes=minutes) == ["odd_interval /interval_minutes"]


CELLS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["", "1", "-3", "nan", "yes", "2024-03-31 02:30", "2024-01-01T08:30Z", "2024-10-27T02:30"]
    ),
    st.integers(),
    st.floats(),
    st.none(),
    st.datetimes(),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(*[CELLS] * 6), max_size=6),
    st.sampled_from([None, "Europe/Berlin"]),
    st.sampled_from(["stop", "drop", "fill"]),
    st.sampled_from([None, timedelta(hours=2)]),
)
def test_whatever_the_cells_hold_there_is_a_history_or_a_list_of_issues(
    cells: list[tuple[object, ...]], zone: str | None, choice: str, window: timedelta | None
) -> None:
    names = ["arrived", "group", "handled_s", "closed", "abandoned", "case_id"]
    repairs = Repairs.of({"cells": choice, "times": "drop"})
    issues: tuple[Issue, ...] = ()
    counted = 0.0
    try:
        history = history_from_contacts(
            pd.DataFrame(cells, columns=names),
            zone=zone,
            repairs=repairs,
            as_of=date(2025, 1, 1),
            once_per_case=window,
        )
        counted = np.nansum(history.offered)
    except InvalidHistory as error:
        issues = error.issues
    assert issues or 0 < counted <= len(cells)


def test_a_bad_cell_costs_its_contact_or_only_itself() -> None:
    frame = log_of(*["2024-01-01 08:00"] * 3, handled_s=["x", "60", "90"])
    frame["closed"] = ["2024-01-01 09:00", "2023-01-01", "soon"]
    filled = history_from_contacts(frame, repairs=Repairs(cells="fill"), opening=ALWAYS_OPEN)
    dropped = history_from_contacts(frame.assign(closed=""), repairs=Repairs(cells="drop"))
    assert filled.aht_s is not None
    assert filled.backlog is not None
    assert (filled.offered[0, 16], filled.aht_s[0, 16], filled.backlog[0]) == (3.0, 75.0, 0.0)
    assert np.nansum(dropped.offered) == 2


def test_a_log_read_by_chunks_is_the_log_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = office_log(10).assign(group="a", closed=lambda log: log["arrived"])
    frame.loc[frame.index % 3 == 0, "group"] = "b"
    frame.loc[[5, 900], "closed"] = pd.Timestamp("1999-01-01")
    frame.to_csv(tmp_path / "log.csv", index=False)
    fill = Repairs(cells="fill")
    once = read_contacts(tmp_path / "log.csv", repairs=fill)
    monkeypatch.setattr("forecasts.history.files.CHUNK_ROWS", 97)
    chunked = read_contacts(tmp_path / "log.csv", repairs=fill)
    framed = history_from_contacts(frame, repairs=fill)
    for other in (chunked, framed):
        np.testing.assert_array_equal(once.offered, other.offered)
        np.testing.assert_array_equal(once.open_at_midnight, other.open_at_midnight)
        assert [issue.pointer for issue in once.issues] == [i.pointer for i in other.issues]


def test_a_real_log_becomes_a_history_that_can_be_forecast(
    reference_data: Callable[[str], Path],
) -> None:
    path = reference_data("routing/anonymous_bank_1999_august_calls.csv")
    mapping = {
        "arrived": "date+vru_entry",
        "group": "type",
        "handled_s": "ser_time",
        "abandoned": "outcome:HANG|PHANTOM",
    }
    history = read_contacts(path, mapping)
    calls = pd.read_csv(path, usecols=["type", "outcome", "ser_time"])
    by_type = calls.groupby("type")
    np.testing.assert_array_equal(np.nansum(history.offered, axis=1), by_type.size())
    served = calls[(calls["outcome"] == "AGENT") & (calls["ser_time"] > 0)].groupby("type")
    assert history.aht_s is not None
    assert history.handled is not None
    np.testing.assert_array_equal(np.nansum(history.handled, axis=1), served.size())
    np.testing.assert_allclose(
        np.nansum(history.aht_s * history.handled, axis=1), served["ser_time"].sum()
    )
    assert not [issue for issue in history.issues if issue.severity == "warning"]
    week = forecast(history, 7)
    assert np.isfinite(week.offered).all()
