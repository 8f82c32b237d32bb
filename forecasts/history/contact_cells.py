"""The columns of a contact log: from cells to arrays, every wrong cell told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.history.cases import NO_CASE
from forecasts.history.clocks import instants
from forecasts.history.columns import (
    GROUP_SEPARATOR,
    Names,
    cell_texts,
    check_numbers,
    joined,
    read_stamps,
)
from forecasts.history.log import IssueLog
from forecasts.history.names import Field, Found
from forecasts.history.repairs import Repairs, consequence, severity_of
from forecasts.weekly import BoolArray, FloatArray

__all__ = ["CONTACT_FIELDS", "read_contact_cells"]

CONTACT_FIELDS = (
    Field("arrived", required=True, joined=True),
    Field("group", joined=True),
    Field("handled_s"),
    Field("answered", joined=True),
    Field("ended", joined=True),
    Field("abandoned", flag=True),
    Field("closed", joined=True),
    Field("case_id", joined=True),
)

_YES = ("1", "true", "yes", "y", "t")
_NO = ("", "0", "false", "no", "n", "f")

Arrays = dict[str, NDArray[Any]]


def read_contact_cells(
    chunk: pd.DataFrame, found: Mapping[str, Found], names: Names, repairs: Repairs, log: IssueLog
) -> Arrays:
    """Return the arrays of a chunk of a log.

    Returns
    -------
    dict
        ``group, wall, offset`` and ``keep`` (whether the row can be used); as far as the log
        has them ``seconds`` (NaN where not handled), ``closed, closed_offset`` and ``case``.
    """
    arrays: Arrays = {"group": np.zeros(len(chunk), np.int32)}
    if "group" in found:
        raw = joined(chunk, found["group"].columns, GROUP_SEPARATOR)
        arrays["group"] = names.read(raw, found["group"].label, log)
    place = found["arrived"]
    raw = joined(chunk, place.columns, " ")
    arrived, bad = read_stamps(raw, place.label, log, repairs.times)
    arrays |= {"wall": arrived.wall, "offset": arrived.offset}
    wrong = np.zeros(len(chunk), bool)
    if "handled_s" in found or "ended" in found:
        seconds, unread = _seconds(chunk, found, repairs, log)
        abandoned, unclear = _abandoned(chunk, found, repairs, log)
        wrong |= unread | unclear
        # Nobody is handled in no time: zeros are contacts that nobody took.
        arrays["seconds"] = np.where(abandoned | (seconds == 0), np.nan, seconds)
    if "closed" in found:
        place = found["closed"]
        raw = joined(chunk, place.columns, " ")
        closed, unread = read_stamps(raw, place.label, log, repairs.cells, blank=True)
        wrong |= unread
        # If it is unknown when, it is taken for closed when it came: not called open work.
        closed.wall[unread] = arrived.wall[unread]
        closed.offset[unread] = arrived.offset[unread]
        arrays |= {"closed": closed.wall, "closed_offset": closed.offset}
    if "case_id" in found:
        texts = cell_texts(joined(chunk, found["case_id"].columns, GROUP_SEPARATOR))
        # Ten million names would not fit: of their hashes two are equal once in 350,000 logs.
        case = pd.util.hash_array(texts)
        case[texts == ""] = NO_CASE
        arrays["case"] = case
    arrays["keep"] = ~bad & ~(wrong & (repairs.cells == "drop"))
    return arrays


def _seconds(
    chunk: pd.DataFrame, found: Mapping[str, Found], repairs: Repairs, log: IssueLog
) -> tuple[FloatArray, BoolArray]:
    """Return handling seconds, NaN where there are none, and which rows have a bad cell."""
    if "handled_s" in found:
        place = found["handled_s"]
        return check_numbers(chunk[place.columns[0]], place.label, True, log, repairs.cells)
    ends, bad = {}, np.zeros(len(chunk), bool)
    for name in ("answered", "ended"):
        raw = joined(chunk, found[name].columns, " ")
        stamps, unread = read_stamps(raw, found[name].label, log, repairs.cells, blank=True)
        ends[name] = instants(stamps)
        bad |= unread
    seconds = (ends["ended"] - ends["answered"]) / np.timedelta64(1, "s")
    early = seconds < 0
    log.rows(
        "ended_before_answer",
        found["ended"].label,
        early,
        lambda row: (
            f"The contact ended {-seconds[row]:.0f} s before it was answered"
            f"{consequence(repairs.cells)}."
        ),
        severity_of(repairs.cells),
    )
    return np.where(early, np.nan, seconds), bad | early


def _abandoned(
    chunk: pd.DataFrame, found: Mapping[str, Found], repairs: Repairs, log: IssueLog
) -> tuple[BoolArray, BoolArray]:
    """Return which contacts were abandoned, and for which that cannot be told."""
    nobody = np.zeros(len(chunk), bool)
    if "abandoned" not in found:
        return nobody, nobody
    place = found["abandoned"]
    row_text, distinct = pd.factorize(cell_texts(chunk[place.columns[0]]))
    texts = [text.strip() for text in distinct]
    if place.values is not None:
        return np.array([text in place.values for text in texts], bool)[row_text], nobody
    yes = np.array([text.lower() in _YES for text in texts], bool)[row_text]
    no = np.array([text.lower() in _NO for text in texts], bool)[row_text]
    log.rows(
        "not_yes_or_no",
        place.label,
        ~yes & ~no,
        lambda row: f"{texts[row_text[row]]!r} is neither yes nor no{consequence(repairs.cells)}.",
        severity_of(repairs.cells),
    )
    return yes, ~yes & ~no
