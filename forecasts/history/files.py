"""Tables in chunks, from files and data frames, so that ten million rows fit into memory."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from forecasts.errors import InvalidHistory, Issue

__all__ = ["Source", "open_csv", "open_frame", "read_csv"]

T = TypeVar("T")

CHUNK_ROWS = 500_000

LARGEST_FILE_BYTES = 8 * 10**9
MOST_ROWS = 50_000_000
"""Past these, a table is a mistake or belongs to a data base: it is refused, not tried."""

_AS_TEXT: Mapping[str, Any] = {
    "dtype": str,
    "keep_default_na": False,
    "encoding": "utf-8-sig",
    "index_col": False,
}


@dataclass(frozen=True, slots=True)
class Source:
    """A table whose columns are known before its rows are read.

    Parameters
    ----------
    columns
        Names, in order.
    read
        Returns the rows of some columns chunk by chunk.
    zones
        Names of the time zones that columns of a frame carry, by column.
    """

    columns: tuple[str, ...]
    read: Callable[[Sequence[str]], Iterator[pd.DataFrame]]
    zones: Mapping[str, str] = field(default_factory=dict)

    def chunks(self, columns: Sequence[str]) -> Iterator[tuple[int, pd.DataFrame]]:
        """Return the number of each chunk's first row with its rows, in some columns only.

        Raises
        ------
        InvalidHistory
            If the table has too many rows, or stops being a table half-way.
        """
        first = 0
        for chunk in self.read(columns):
            if first + len(chunk) > MOST_ROWS:
                detail = f"More than {MOST_ROWS:,} rows; read fewer groups or years at a time."
                raise _refusal("too_many_rows", detail)
            if len(chunk):
                yield first, chunk
            first += len(chunk)


def open_csv(path: str | Path) -> Source:
    """Open a CSV file; every cell stays text, so that nothing is guessed.

    Raises
    ------
    InvalidHistory
        If the file is empty, too large, or is not a CSV file in UTF-8.
    """
    path = Path(path)
    size = path.stat().st_size
    if size > LARGEST_FILE_BYTES:
        detail = f"The file has {size / 1e9:.1f} GB; {LARGEST_FILE_BYTES / 1e9:.0f} GB are read."
        raise _refusal("file_too_large", detail)

    def read(columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        # All columns, wanted or not: of some only, pandas reads rows with too many fields too.
        with _told(lambda: pd.read_csv(path, chunksize=CHUNK_ROWS, **_AS_TEXT)) as reader:
            while (chunk := _told(lambda: next(reader, None))) is not None:
                yield chunk.set_axis(names, axis="columns")[list(columns)]

    # As a row: pandas gives columns of one name, or of none, names that the file does not have.
    header = _told(lambda: pd.read_csv(path, nrows=1, header=None, **_AS_TEXT))
    names = [str(name) for name in header.iloc[0]]
    return Source(tuple(names), read)


def open_frame(frame: pd.DataFrame) -> Source:
    """Open a data frame."""
    frame = frame.set_axis([str(name) for name in frame.columns], axis="columns")

    def read(columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        for first in range(0, len(frame), CHUNK_ROWS):
            yield frame.iloc[first : first + CHUNK_ROWS][list(columns)]

    # A fixed offset has no key, and needs none: it is in every stamp.
    dtypes = zip(frame.columns, frame.dtypes, strict=True)
    keys = {name: getattr(getattr(kind, "tz", None), "key", None) for name, kind in dtypes}
    return Source(tuple(frame.columns), read, {name: key for name, key in keys.items() if key})


def read_csv(path: str | Path) -> pd.DataFrame:
    """Read a whole CSV file with every cell as text.

    Raises
    ------
    InvalidHistory
        If the file is empty or is not a CSV file in UTF-8.
    """
    frame: pd.DataFrame = _told(lambda: pd.read_csv(path, **_AS_TEXT))
    return frame


def _told(read: Callable[[], T]) -> T:
    """Return what `read` returns, and turn what goes wrong into an issue."""
    try:
        with warnings.catch_warnings():
            # Rows longer than the header: pandas would cut them off with a warning.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return read()
    except pd.errors.EmptyDataError:
        raise _refusal("empty_file", "The file is empty.") from None
    except (pd.errors.ParserError, pd.errors.ParserWarning, UnicodeDecodeError) as error:
        detail = f"Not a CSV file in UTF-8: {error}"
        raise _refusal("unreadable_file", detail) from None


def _refusal(code: str, detail: str) -> InvalidHistory:
    return InvalidHistory("The file cannot be read.", [Issue(code, "", detail)])
