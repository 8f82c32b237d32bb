"""Fingerprints: the same input gives the same, anything else another."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts import History, Issue
from forecasts.provenance import fingerprint_of, provenance_of

HistoryOf = Callable[..., History]
VALUES = np.arange(2 * 7 * 24, dtype=float).reshape(2, 7, 24)


@dataclass(frozen=True)
class Promotion:
    name: str
    day: date


def test_the_same_input_has_the_same_fingerprint_in_another_process(history_of: HistoryOf) -> None:
    code = (
        "import numpy as np, pandas as pd; from forecasts import History\n"
        "from forecasts.provenance import fingerprint_of\n"
        "starts = pd.date_range('2024-01-01', periods=168, freq='h')\n"
        "values = np.arange(336.0).reshape(2, 168)\n"
        "print(fingerprint_of(History(('g0', 'g1'), starts, 60, values), b=1, a='x'))"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == fingerprint_of(history_of(VALUES), a="x", b=1)


@settings(max_examples=25, deadline=None)
@given(cell=st.integers(0, VALUES.size - 1), value=st.floats(0, 1e6) | st.just(np.nan))
def test_any_other_cell_gives_another_fingerprint(
    history_of: HistoryOf, cell: int, value: float
) -> None:
    changed = VALUES.copy()
    changed.flat[cell] = value
    same = bool(changed.flat[cell] == VALUES.flat[cell])
    assert (fingerprint_of(history_of(changed)) == fingerprint_of(history_of(VALUES))) is same


def test_grid_names_columns_and_options_count(history_of: HistoryOf) -> None:
    history = history_of(VALUES)
    others = [
        fingerprint_of(history),
        fingerprint_of(replace(history, groups=("a", "b"))),
        fingerprint_of(replace(history, starts=history.starts + pd.Timedelta(days=1))),
        fingerprint_of(replace(history, aht_s=history.offered)),
        fingerprint_of(replace(history, handled=history.offered)),
        fingerprint_of(history.until(history.days[-1])),
        fingerprint_of(history, horizon_days=7),
        fingerprint_of(history, horizon_days=8),
        fingerprint_of(history, closures=[date(2024, 12, 25)]),
        fingerprint_of(history, events=(Promotion("sale", date(2024, 12, 25)),)),
        fingerprint_of(history, events=(Promotion("sale", date(2024, 12, 26)),)),
    ]
    assert len(set(others)) == len(others)


def test_what_cannot_change_a_forecast_does_not_count(history_of: HistoryOf) -> None:
    history = history_of(np.where(VALUES == 0, -0.0, VALUES))
    told = replace(history, issues=(Issue("x", "", "y"),))
    assert fingerprint_of(told) == fingerprint_of(history_of(VALUES))
    fortran = replace(history, offered=np.asfortranarray(history.offered))
    assert fingerprint_of(fortran) == fingerprint_of(history)


def test_options_are_kept_as_json_would_hold_them(history_of: HistoryOf) -> None:
    made_from = provenance_of(
        history_of(VALUES), source="calls.csv", closures=(date(2024, 12, 25),), country=None,
        events=(Promotion("sale", date(2024, 11, 29)),), n=np.int64(2),
        day=np.datetime64("2024-01-08"),
    )  # fmt: skip
    assert made_from.options == {
        "closures": ["2024-12-25"],
        "country": None,
        "day": "2024-01-08",
        "events": [{"type": "Promotion", "name": "sale", "day": "2024-11-29"}],
        "n": 2,
    }
    assert (made_from.first_day, made_from.last_day) == (date(2024, 1, 1), date(2024, 1, 7))
    assert made_from.fingerprint.startswith("sha256:")


def test_an_option_that_cannot_be_recorded_is_refused(history_of: HistoryOf) -> None:
    with pytest.raises(TypeError, match="object"):
        fingerprint_of(history_of(VALUES), model=object())
    with pytest.raises(ValueError, match="JSON"):
        fingerprint_of(history_of(VALUES), factor=float("nan"))
