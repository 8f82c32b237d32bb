"""Public holidays become events of one family."""

from __future__ import annotations

import numpy as np
import pytest

from forecasts import ForecastError
from forecasts.countries import country_holidays
from forecasts.events import HOLIDAYS, check_events, holiday_events

SPAN = np.array(["2024-01-01", "2026-12-31"], dtype="datetime64[D]")


@pytest.mark.parametrize("country", ["US", "CN", "HU", "DE-BY"])
def test_every_holiday_is_one_event_on_all_of_its_dates(country: str) -> None:
    events = holiday_events(country, SPAN)
    check_events(events, ())
    dates = sorted(day for event in events for day in event.days)
    assert dates == country_holidays(country, SPAN).tolist()
    assert {event.family for event in events} == {HOLIDAYS}
    assert all(event.name.startswith(f"{country} ") for event in events)


def test_a_holiday_has_one_name_in_all_years() -> None:
    events = {event.name: event for event in holiday_events("us", SPAN)}
    # Observed on Friday 3 July 2026 because the fourth is a Saturday.
    fourths = [str(day) for day in events["US Independence Day"].days]
    assert fourths == ["2024-07-04", "2025-07-04", "2026-07-03", "2026-07-04"]
    assert len({event.name for event in holiday_events("CN", SPAN)}) < 12


def test_an_unknown_country_is_told() -> None:
    with pytest.raises(ForecastError):
        holiday_events("QQ", SPAN)
