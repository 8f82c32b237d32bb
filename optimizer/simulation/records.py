"""The records that the event loop works on; they refer to each other by index, -1 is nobody."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "AGENT",
    "CHANGE",
    "CONTACT",
    "ENDS",
    "FINISH",
    "LINE",
    "NOBODY",
    "OPTION",
    "Records",
    "records",
]

Records = NDArray[Any]
"""An array whose elements have the fields of one of the types below."""

NOBODY = -1

CONTACT = np.dtype(
    [
        ("arrival", "f8"),
        ("gives_up", "f8"),  # the moment; infinite for never
        ("service", "f8"),  # seconds
        ("start", "f8"),  # of service; written by the loop, like the agent
        ("line", "i4"),
        ("agent", "i4"),
        ("behind", "i4"),  # who stands behind in the line
    ],
    align=True,
)
LINE = np.dtype(
    [
        ("rank", "i8"),
        ("value", "f8"),
        ("target", "f8"),
        ("units", "i8"),
        ("deferred", "?"),
        ("first", "i8"),  # its pools stand from here ...
        ("end", "i8"),  # ... to here among the options
        ("head", "i8"),
        ("tail", "i8"),
    ],
    align=True,
)
AGENT = np.dtype(
    [
        ("pool", "i8"),
        ("first", "i8"),  # the lines of the pool stand from here ...
        ("end", "i8"),  # ... to here among the options
        ("present", "?"),
        ("load", "i8"),  # units in use
        ("since", "f8"),  # when the load rose above 0
        ("left", "f8"),  # when the last stretch ended
        ("busy", "f8"),  # seconds with a load
        ("overrun", "f8"),  # seconds with a load beyond a stretch
        ("turn", "i8"),  # the event that put the agent into a list of free agents
        ("following", "i8"),  # in that list
        ("preceding", "i8"),
    ],
    align=True,
)
OPTION = np.dtype([("to", "i8"), ("fit", "f8")])
"""A pool that may take a line, or a line that a pool may take, with the points for the fit."""

ENDS = np.dtype([("first", "i8"), ("last", "i8")])
"""A list of agents with free units, longest idle first."""

CHANGE = np.dtype([("time", "f8"), ("agent", "i8"), ("begins", "?")], align=True)
"""A begin or an end of a stretch."""

FINISH = np.dtype([("time", "f8"), ("contact", "i8")])
"""An end of service, in a binary heap by time, then by contact.

The heap begins at place 1; the contact at place 0 is the number of entries.
"""


def records(kind: np.dtype[np.void], shape: int | tuple[int, int], **fields: object) -> Records:
    """Return records of a kind; fields that are not given are zero."""
    result = np.zeros(shape, kind)
    for name, values in fields.items():
        result[name] = values
    return result
