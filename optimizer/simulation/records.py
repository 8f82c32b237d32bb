"""The records that the event loop works on; they refer to each other by index, -1 is nobody.

Compiled code takes a single record, the `WORLD`, which says where the tables of all others stand
in memory, and looks at the records of a table through functions such as `contact_at`: handing
a dozen arrays from function to function costs several times more than all that is done with them.
Whoever makes a world keeps its tables alive (`optimizer.simulation.tables`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import from_dtype, types
from numba.extending import intrinsic
from numpy.typing import NDArray

__all__ = [
    "AGENT",
    "CELL",
    "CHANGE",
    "CONTACT",
    "ENDS",
    "EVENT",
    "FLOW",
    "LAW",
    "LINE",
    "NOBODY",
    "NUMBER",
    "OPTION",
    "PLANNED",
    "RECORD",
    "VOLUME",
    "WHOLE",
    "WORLD",
    "Records",
    "agent_at",
    "cell_at",
    "change_at",
    "contact_at",
    "ends_at",
    "event_at",
    "flow_at",
    "law_at",
    "line_at",
    "number_at",
    "option_at",
    "planned_at",
    "record_at",
    "records",
    "volume_at",
    "whole_at",
]

Records = NDArray[Any]
"""An array whose elements have the fields of one of the types below."""

NOBODY = -1

CONTACT = np.dtype(
    [
        ("arrival", "f8"),  # at the line it waits in
        ("gives_up", "f8"),  # the moment; infinite for never
        ("service", "f8"),  # handling time in seconds, at the pace of the mean
        ("start", "f8"),  # of service
        ("since", "f8"),  # when the pace of the service last changed
        ("done", "f8"),  # seconds of the handling time that were over by then
        ("ends", "f8"),  # when the service ends as things stand
        ("began", "f8"),  # when the case began
        ("paused", "f8"),  # seconds that its clocks stood still
        ("ring", "f8"),  # the wait at which further pools may take it; infinite for none
        ("key", "u8"),  # of all that is drawn for it
        ("number", "i8"),  # in the order of arrival
        ("case", "i8"),  # the number of its first contact
        ("line", "i4"),  # where it waits
        ("origin", "i4"),  # the line at which it arrived
        ("root", "i4"),  # the line at which the case began
        ("hop", "i4"),  # contacts of the case before this one
        ("agent", "i4"),
        ("behind", "i4"),  # who stands behind in the line, or the next free place
        ("ahead", "i4"),  # who stands ahead
        ("beside", "i4"),  # the next contact in the agent's hand
        ("before", "i4"),  # the previous one
        ("place", "i4"),  # one of the places of `optimizer.simulation.sources`
        ("responded", "?"),  # whether somebody answered the case before
        ("over", "?"),  # whether the customer is gone while the agent is not done
    ],
    align=True,
)
LINE = np.dtype(
    [
        ("rank", "i8"),
        ("value", "f8"),
        ("target", "f8"),
        ("speed", "f8"),  # reference handling time over its own
        ("bonus", "f8"),  # points added to every score
        ("ratio", "f8"),  # share of the queue that it should have
        ("idle_until", "f8"),  # waits below this are served in idle time only
        ("units", "i8"),
        ("first", "i8"),  # its pools stand from here ...
        ("end", "i8"),  # ... to here among the options
        ("flow", "i8"),  # its flows stand from here ...
        ("flow_end", "i8"),  # ... to here
        ("ring", "f8"),  # the wait at which further pools may take it; infinite for none
        ("escalate", "f8"),  # the wait at which it moves to another line; infinite for never
        ("escalate_to", "i8"),
        ("eager", "?"),  # whether giving up is an event of its own
        ("within", "f8"),  # target of the service level, NaN for none
        ("response", "f8"),  # time for the first response, NaN for none
        ("resolution", "f8"),  # time for the resolution, NaN for none
        ("calendar", "i8"),  # of these times, -1 for the clock
        ("handling", "i8"),  # laws
        ("patience", "i8"),
        ("balking", "f8"),
        ("wrap", "f8"),  # share of the handling time without the customer
        ("key", "u8"),  # of all that is drawn for its contacts
        ("drawn", "i8"),  # contacts drawn so far
        ("slot", "i8"),  # of the last contact drawn
        ("used", "f8"),  # expected contacts of that slot that are over
        ("head", "i8"),
        ("tail", "i8"),
        ("waiting", "i8"),  # who have not given up; kept for eager lines only
        ("longest", "f8"),  # wait of all
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
        ("contacts", "i8"),  # in hand
        ("hand", "i8"),  # the first of them; kept where a pace is
        ("since", "f8"),  # when the load rose above 0
        ("came", "f8"),  # when the agent last came
        ("busy", "f8"),  # seconds with a load
        ("staffed", "f8"),  # seconds there, up to when the agent last came
        ("turn", "i8"),  # the event that put the agent into a list of free agents
        ("given", "i8"),  # the event at which the agent last took a contact
        ("free", "f8"),  # when the load last fell to 0, or the agent came without one
        ("following", "i8"),  # in that list
        ("preceding", "i8"),
    ],
    align=True,
)
OPTION = np.dtype([("to", "i8"), ("fit", "f8"), ("after", "f8")])
"""A pool that may take a line, or a line that a pool may take.

With the points for the fit, and the wait from which the pool may take it.
"""

FLOW = np.dtype(
    [("to", "i8"), ("share", "f8"), ("delay", "f8"), ("kind", "i8"), ("pauses", "?")], align=True
)
"""A share of a line's contacts that brings a contact to another line."""

LAW = np.dtype([("kind", "i8"), ("deviation", "f8"), ("first", "i8"), ("end", "i8")])
"""A law of times: kind, deviation of the logarithm, and where its points stand."""

ENDS = np.dtype([("first", "i8"), ("last", "i8")])
"""A list of agents with free units, longest idle first."""

CHANGE = np.dtype([("time", "f8"), ("agent", "i8"), ("begins", "?")], align=True)
"""A begin or an end of a stretch."""

PLANNED = np.dtype([("arrival", "f8"), ("patience", "f8"), ("service", "f8"), ("line", "i8")])
"""A contact that is given, not drawn."""

EVENT = np.dtype([("time", "f8"), ("order", "i8"), ("id", "i4"), ("kind", "i4")])
"""Something that is to happen, in a binary heap by time, kind and order.

The heap begins at place 1. Events of contacts have their number as `order`, by which an event of
a contact that is gone is told from one of whoever stands in its place now.
"""

VOLUME = np.dtype([("expected", "f8"), ("handling", "f8"), ("patience", "f8")])
"""Contacts that are expected in a line in a slot, and means of their times in seconds."""

CELL = np.dtype(
    [
        (name, "f8")
        for name in (
            "offered",
            "answered",
            "abandoned",
            "waited",  # seconds, of the answered
            "targeted",  # of lines with a target time: all, ...
            "targeted_answered",
            "good",  # answered in time
            "short",  # given up in time
            "virtual",  # answered in time if nobody gave up
            "transferred",
            "repeated",
            "retried",
            "escalated",
            "cases",  # that began here
            "due",  # whose first response was due before the horizon
            "responded",  # of these, in time
            "resolved",
            "resolution_due",  # before the horizon
            "resolved_in_time",  # of these
        )
    ]
)
"""Counts of a line and a slot: of the arrival of the contact, or of the case where one counts."""

NUMBER = np.dtype([("value", "f8")])
WHOLE = np.dtype([("value", "i8")])

RECORD = np.dtype(
    [
        ("number", "i8"),
        ("case", "i8"),
        ("hop", "i4"),
        ("origin", "i4"),
        ("line", "i4"),
        ("agent", "i4"),
        ("outcome", "i4"),  # 0 left, 1 answered, 2 gave up
        ("arrival", "f8"),
        ("wait", "f8"),
        ("end", "f8"),
    ],
    align=True,
)
"""What became of one contact."""


WORLD = np.dtype(
    [
        *(
            (name, "u8")
            for name in (
                "contacts",
                "lines",
                "agents",
                "options",  # the pools of each line, best fit first; the lines of each pool
                "flows",
                "laws",
                "points",  # numbers, of empirical laws
                "free",  # ends, pools by load
                "changes",
                "planned",
                "heap",
                "records",
                "volumes",  # lines by slot
                "cells",  # lines by slot
                "pace",  # numbers, lines by contacts in hand
                "opened",  # numbers, calendars by slot and one more: open seconds before it
                "waits",  # whole numbers, lines by bin of the wait
                "busy",  # numbers, pools by slot: seconds with a contact in hand
                "work",  # numbers, agents by line: seconds on contacts
                "owed",  # whole numbers, pools: agents who leave as soon as they are free
            )
        ),
        *(
            (name, "i8")
            for name in (
                "places",  # lengths of the tables, in records
                "line_count",
                "agent_count",
                "change_count",
                "planned_count",
                "heap_room",
                "most_pushed",  # events that one event may add to the heap
                "record_room",  # 0 if none are written
                "slots",
                "capacity",  # units of an agent
                "paces",  # 0 if there is no pace
                "events",  # played
                "next_change",
                "next_planned",
                "pending",  # events in the heap
                "vacant",  # first free place among the contacts
                "present",  # contacts that are somewhere
                "numbered",  # contacts that have arrived
                "recorded",
                "waiting",  # in all eager lines
            )
        ),
        ("given_key", "u8"),  # of all that is drawn for given contacts
        ("slot_s", "f8"),
        ("horizon", "f8"),
        ("now", "f8"),  # the last event that meant anything
        ("priority", "f8"),  # weights of the score, as in BaseWeights
        ("customer_value", "f8"),
        ("wait", "f8"),
        ("exponent", "f8"),
        ("promote_after", "f8"),
        ("queue", "f8"),
        ("idle", "f8"),  # points per second that an agent has been idle
        ("worked", "f8"),  # points off per second that an agent has worked
        ("strict", "?"),  # whether a higher priority goes first whatever the score
        ("in_turn", "?"),  # whether agents take contacts in turn
        ("mirrored", "?"),
        ("anyone", "?"),  # whether anybody of a pool may leave in the place of another
    ],
    align=True,
)
"""Where the tables stand in memory, and where the run stands, so that it can go on."""


def _at(kind: np.dtype[np.void]) -> Any:
    """Return the compiled function that looks at a record of a table by address and index."""
    record = from_dtype(kind)

    @intrinsic
    def at(_: Any, base: Any, index: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            address, number = arguments
            place = builder.add(address, builder.mul(number, number.type(kind.itemsize)))
            return builder.inttoptr(place, context.get_value_type(record))

        return record(types.uint64, types.int64), generate

    return at


contact_at = _at(CONTACT)
line_at = _at(LINE)
agent_at = _at(AGENT)
option_at = _at(OPTION)
flow_at = _at(FLOW)
law_at = _at(LAW)
ends_at = _at(ENDS)
change_at = _at(CHANGE)
planned_at = _at(PLANNED)
event_at = _at(EVENT)
record_at = _at(RECORD)
volume_at = _at(VOLUME)
cell_at = _at(CELL)
number_at = _at(NUMBER)
whole_at = _at(WHOLE)


def records(kind: np.dtype[np.void], shape: int | tuple[int, int], /, **fields: object) -> Records:
    """Return records of a kind; fields that are not given are zero."""
    result = np.zeros(shape, kind)
    for name, values in fields.items():
        result[name] = values
    return result
