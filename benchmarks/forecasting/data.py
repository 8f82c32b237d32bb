"""The real histories that are measured on, joined from the files in ``CALLBOARD_DATA``."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from forecasts import History, history_from_frame, read_history

__all__ = ["BANK_CALLS", "bank_calls", "february_1999"]

BANK_CALLS = "forecasts/bank_calls_30min.csv"
_VOLUMES = "forecasts/anonymous_bank_feb1999_by_type_30min.csv"
_SERVICE = "forecasts/anonymous_bank_feb1999_aht_by_type_30min.csv"
_KEY = ["unique_id", "ds"]


def bank_calls(data: Path) -> History:
    """Read eight months of calls of a bank, weekdays from 7 to 21 h (Weinberg et al. 2007)."""
    return read_history(data / BANK_CALLS)


def february_1999(data: Path) -> History:
    """Join volumes and service times of a bank's six service types, around the clock.

    The second file has the seconds of service and the calls served of each interval with any;
    their ratio is the handling time and the calls are its weight.
    """
    volumes = pd.read_csv(data / _VOLUMES)
    service = pd.read_csv(data / _SERVICE)
    joined = volumes.merge(service, on=_KEY, how="left", validate="one_to_one")
    return history_from_frame(
        pd.DataFrame(
            {
                "group": joined["unique_id"],
                "start": joined["ds"],
                "offered": joined["y"],
                "aht_s": joined["sum_service_s"] / joined["n_served"],
                "handled": joined["n_served"],
            }
        )
    )
