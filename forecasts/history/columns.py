"""Single columns of a table: from cells to arrays, every wrong cell told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.history.log import IssueLog
from forecasts.history.repairs import consequence, severity_of
from forecasts.weekly import BoolArray, FloatArray, IntArray

__all__ = [
    "GROUP_SEPARATOR",
    "NO_OFFSET",
    "TIME",
    "Names",
    "Stamps",
    "cell_texts",
    "check_numbers",
    "joined",
    "read_numbers",
    "read_stamps",
]

LARGEST_NUMBER = 1e12
"""More contacts or seconds than this in one interval are a slip, and would drown all others."""

TIME = "datetime64[us]"
"""The resolution of times; finer fractions of a second are cut off."""

ONLY_GROUP = "all"
"""The group of a table without a group column."""

GROUP_SEPARATOR = "/"
"""Between the parts of a group's name that comes from several columns."""

NO_OFFSET = -(2**15)
"""Instead of the offset of a time that has none."""

_OFFSET = r"[T ]\d{1,2}.*?(Z|z|[+-]\d{2}(?::?\d{2})?)$"

Texts = NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Stamps:
    """Times as they are written, one per row.

    Parameters
    ----------
    wall
        The time without its offset from UTC; NaT where there is none or it cannot be read.
    offset
        Minutes east of UTC; `NO_OFFSET` where the time is local already.
    """

    wall: NDArray[np.datetime64]
    offset: NDArray[np.int16]


class Names:
    """Numbers the names of a column as its chunks come."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def read(self, raw: pd.Series[Any], column: str, log: IssueLog) -> NDArray[np.int32]:
        """Return the number of each row's name; an empty one is an error."""
        # A long table repeats its names: everything is done once per distinct one.
        row_text, distinct = pd.factorize(cell_texts(raw))
        names = [text.strip() for text in distinct]
        numbers = [self._numbers.setdefault(name, len(self._numbers)) for name in names]
        empty = np.array([not name for name in names], bool)[row_text]
        log.rows("empty_group", column, empty, lambda row: "The row names no group.")
        return np.array(numbers, np.int32)[row_text]

    def in_order(self, numbers: NDArray[np.int32]) -> tuple[tuple[str, ...], IntArray]:
        """Return the names in alphabetical order, and `numbers` as places among them."""
        if not self._numbers:
            return (ONLY_GROUP,), np.zeros(len(numbers), np.int64)
        names = tuple(sorted(self._numbers))
        places = np.empty(len(names), np.int64)
        places[[self._numbers[name] for name in names]] = np.arange(len(names))
        return names, places[numbers]


def joined(frame: pd.DataFrame, columns: tuple[str, ...], separator: str) -> pd.Series[Any]:
    """Return one column as it is, several joined as text."""
    if len(columns) == 1:
        return frame[columns[0]]
    texts = pd.Series(cell_texts(frame[columns[0]]), frame.index, dtype=object)
    for name in columns[1:]:
        texts = texts + separator + cell_texts(frame[name])
    return texts


def read_stamps(
    raw: pd.Series[Any], column: str, log: IssueLog, choice: str, *, blank: bool = False
) -> tuple[Stamps, BoolArray]:
    """Return the times of a column, and which rows have none that can be read.

    Parameters
    ----------
    choice
        What is done about a time that cannot be read (see `Repairs`).
    blank
        Whether cells may be empty.
    """
    if pd.api.types.is_datetime64_any_dtype(raw.dtype):
        cells: NDArray[Any] = raw.to_numpy()
        stamps = _aware(pd.DatetimeIndex(raw))
        empty = np.isnat(stamps.wall) & blank
    else:
        cells = cell_texts(raw)
        stamps = _parse(cells)
        unread = np.isnat(stamps.wall)
        empty = np.zeros(len(raw), bool)
        if blank:
            empty[unread] = [not text.strip() for text in cells[unread]]
    unread = np.isnat(stamps.wall) & ~empty
    log.rows(
        "unreadable_time",
        column,
        unread,
        lambda row: f"{str(cells[row])!r} is not an ISO 8601 date and time{consequence(choice)}.",
        severity_of(choice),
    )
    return stamps, unread


def read_numbers(raw: pd.Series[Any], column: str, blank: bool, log: IssueLog) -> FloatArray:
    """Return a column's numbers, zero or more; NaN where blank; any other cell is an error."""
    return check_numbers(raw, column, blank, log, "stop")[0]


def check_numbers(
    raw: pd.Series[Any], column: str, blank: bool, log: IssueLog, choice: str
) -> tuple[FloatArray, BoolArray]:
    """Return a column's numbers, NaN where there is none, and which rows have a bad cell.

    Parameters
    ----------
    blank
        Whether cells may be empty.
    choice
        What is done about a cell that is no number, infinite, negative, or empty though it must
        not be (see `Repairs`).
    """
    numbers, texts = _numbers(raw)
    suspect = np.flatnonzero(~np.isfinite(numbers))
    words = np.array([text.strip().lower() for text in texts[suspect]], dtype=object)
    empty, infinite = np.zeros((2, len(numbers)), bool)
    empty[suspect] = words == ""
    infinite[suspect] = np.isin(words, ["nan", "inf", "-inf", "infinity", "-infinity"])
    # Too large for a number, such as 1e999.
    infinite |= np.isinf(numbers)
    infinite |= numbers > LARGEST_NUMBER
    negative = (numbers < 0) & ~infinite
    neither = np.isnan(numbers) & ~empty & ~infinite
    missing = empty & (not blank)
    done, severity = consequence(choice), severity_of(choice)
    hint = done or "; leave the row out if the interval was closed"

    def report(code: str, wrong: BoolArray, tell: Callable[[int], str]) -> None:
        log.rows(code, column, wrong, tell, severity)

    report("missing_value", missing, lambda row: f"The cell is empty{hint}.")
    report(
        "not_finite",
        infinite,
        lambda row: (
            f"{texts[row] or numbers[row]} is not a finite number up to {LARGEST_NUMBER:.0e}{done}."
        ),
    )
    report("not_a_number", neither, lambda row: f"{texts[row]!r} is not a number{done}.")
    report("negative_value", negative, lambda row: f"{texts[row]} is negative{done}.")
    bad = infinite | neither | negative | missing
    numbers[bad] = np.nan
    return numbers, bad


def _numbers(raw: pd.Series[Any]) -> tuple[FloatArray, Texts]:
    """Return a new array of numbers, not finite where a cell is none, and the cells as text."""
    if pd.api.types.is_numeric_dtype(raw.dtype):
        numbers = raw.to_numpy(np.float64, na_value=np.nan, copy=True)
        bad = ~(np.isfinite(numbers) & (numbers >= 0))
        texts = np.full(len(raw), "", dtype=object)
        texts[bad] = cell_texts(raw.iloc[np.flatnonzero(bad)])
        return numbers, texts
    texts = cell_texts(raw)
    row_text, distinct = pd.factorize(texts)
    read = pd.to_numeric(pd.Series(distinct, dtype=object), errors="coerce")
    return read.to_numpy(np.float64)[row_text], texts


def cell_texts(raw: pd.Series[Any]) -> Texts:
    """Return cells as text, empty where there is nothing."""
    if isinstance(raw.dtype, pd.StringDtype):
        return raw.fillna("").to_numpy(object)
    return raw.astype(object).where(raw.notna(), "").map(str).to_numpy(object)


def _aware(index: pd.DatetimeIndex) -> Stamps:
    """Split stamps of a frame into wall time and offset."""
    wall = index.tz_localize(None).to_numpy().astype(TIME)
    if index.tz is None:
        return Stamps(wall, np.full(len(wall), NO_OFFSET, np.int16))
    instants = index.tz_convert("UTC").tz_localize(None).to_numpy().astype(TIME)
    return Stamps(wall, _minutes(wall - instants))


def _parse(texts: Texts) -> Stamps:
    """Read ISO 8601 times, each with or without an offset from UTC."""
    try:
        stamps = _aware(_to_datetime(texts))
    except ValueError:
        # More than one offset: pandas reads them as instants only.
        offset = _offsets(texts)
        instants = _to_datetime(texts, utc=True).tz_localize(None)
        local = offset != NO_OFFSET
        shift = np.where(local, offset, 0).astype("timedelta64[m]")
        stamps = Stamps(instants.to_numpy().astype(TIME) + shift, offset)
    # To pandas "now" and "today" are times.
    now = np.datetime64("now", "us")
    for row in np.flatnonzero(abs(stamps.wall - now) < np.timedelta64(2, "D")):
        if not texts[row].lstrip()[:1].isdigit():
            stamps.wall[row] = np.datetime64("NaT")
    return stamps


def _to_datetime(texts: Texts, *, utc: bool = False) -> pd.DatetimeIndex:
    cells = pd.Index(texts, dtype=object)
    # Without the cache: most times of a log are different, and looking them up takes longer.
    return pd.to_datetime(cells, format="ISO8601", errors="coerce", utc=utc, cache=False)


def _offsets(texts: Texts) -> NDArray[np.int16]:
    found = pd.Series(texts).str.strip().str.extract(_OFFSET)[0].fillna("")
    row_text, distinct = pd.factorize(found)
    return np.array([_offset(text) for text in distinct], np.int16)[row_text]


def _offset(text: str) -> int:
    if not text:
        return NO_OFFSET
    if text in "Zz":
        return 0
    digits = text[1:].replace(":", "")
    minutes = 60 * int(digits[:2]) + int(digits[2:] or 0)
    return -minutes if text[0] == "-" else minutes


def _minutes(differences: NDArray[np.timedelta64]) -> NDArray[np.int16]:
    known = ~np.isnat(differences)
    minutes = np.full(len(differences), NO_OFFSET, np.int16)
    minutes[known] = differences[known] // np.timedelta64(1, "m")
    return minutes
