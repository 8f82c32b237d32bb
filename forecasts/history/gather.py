"""From the chunks of a table to whole columns as arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.history.files import Source
from forecasts.history.log import IssueLog
from forecasts.history.names import Found

__all__ = ["gather"]

Arrays = dict[str, NDArray[Any]]


def gather(
    source: Source,
    names: Mapping[str, Found],
    read: Callable[[pd.DataFrame], Arrays],
    log: IssueLog,
) -> Arrays:
    """Read a table chunk by chunk.

    Parameters
    ----------
    names
        The columns that are wanted.
    read
        Turns a chunk into arrays of its length, by name; the text is forgotten after it.

    Raises
    ------
    InvalidHistory
        If there are no rows.
    """
    wanted = dict.fromkeys(name for found in names.values() for name in found.columns)
    parts: dict[str, list[NDArray[Any]]] = {}
    for log.offset, chunk in source.chunks(list(wanted)):
        for name, array in read(chunk).items():
            parts.setdefault(name, []).append(array)
    log.offset = 0
    if not parts:
        log.error("empty_file", "", "There are no rows.")
        log.stop_on_errors()
    # Column by column, so that only one is in memory twice.
    return {name: np.concatenate(parts.pop(name)) for name in list(parts)}
