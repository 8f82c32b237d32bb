"""The call log of a bank, as the laboratory of the Technion published it ("Anonymous Bank").

A line is one call: it passes a voice menu (``vru``), waits in line (``q``) or does not, and ends
with an agent (``AGENT``), by hanging up (``HANG``) or as a ``PHANTOM``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

from optimizer.model import Priority, Ticket
from optimizer.routing.replay.cells import Row, Table, find_columns
from optimizer.routing.replay.line_issues import LineIssues
from optimizer.routing.replay.log import Log, LoggedContact

__all__ = ["is_bank_log", "read_bank_log"]

_COLUMNS = dict.fromkeys(
    (
        "call_id", "customer_id", "priority", "type", "date", "vru_entry", "vru_exit", "q_start",
        "q_time", "outcome", "ser_time", "server",
    ),
    True,
)  # fmt: skip
_ZONE = ZoneInfo("Asia/Jerusalem")
_LONGEST_SERVICE_S = 3600.0
_LATEST_CLOCK = timedelta(days=2)
_UNNAMED = "NO_SERVER"
_NOT_IN_LINE = "0:00:00"
_NOBODY = "0"
_PRIORITY_CUSTOMER = 2
_VALUE = {_PRIORITY_CUSTOMER: 2.0}
_OUTCOMES = ("AGENT", "HANG", "PHANTOM")


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that came to the line; `answered` is when an agent began with it."""

    ticket: Ticket
    waited: float
    service: float
    server: str | None
    customer: str | None

    @property
    def answered(self) -> datetime:
        return self.ticket.created + timedelta(seconds=self.waited)


def is_bank_log(header: tuple[str, ...]) -> bool:
    """Tell whether a file is such a log by its header."""
    return set(_COLUMNS) <= set(header)


def read_bank_log(table: Table, zone: tzinfo | None) -> Log:
    """Read such a log.

    A call comes when it enters the line, or leaves the menu if it needs not wait; its skill is
    its type. Priority customers (2) are P1 and worth 2, all others P2 and worth 1: the bank lets
    the former overtake. What is left out or changed is said in the remarks of the log.

    Parameters
    ----------
    zone
        None is that of the bank.

    Raises
    ------
    InvalidInput
        With every problem of every line.
    """
    found = LineIssues()
    places = find_columns(table.header, _COLUMNS, {}, found)
    left_out: Counter[str] = Counter()
    calls = []
    for row in Row.of_table(table, places, None, found):
        reason = _left_out(row)
        if reason is None:
            calls.append(_call(row, zone or _ZONE))
        else:
            left_out[reason] += 1
    found.stop_on_errors()
    if not calls:
        found.column("nothing_left", "outcome", "No call came to the line.")
        found.stop_on_errors()
    calls.sort(key=lambda call: call.ticket.created)
    services, shortened = _services(calls)
    contacts = tuple(
        LoggedContact(
            call.ticket,
            handling_seconds=None if call.server is None else service,
            patience_seconds=call.waited if call.server is None else None,
            waited_seconds=None if call.server is None else call.waited,
            agent=call.server,
            customer=call.customer,
        )
        for call, service in zip(calls, services, strict=True)
    )
    remarks = [f"{count:,} calls {reason} are left out." for reason, count in left_out.items()]
    remarks.append(
        f"{shortened:,} services end when the same agent's next one begins, or after an hour."
    )
    remarks.append(
        "Priority 2 is P1 of value 2, all others P2 of value 1; callers who were answered at once "
        "are mostly not identified and count as the latter."
    )
    return Log(contacts, zone or _ZONE, remarks=tuple(remarks))


def _left_out(row: Row) -> str | None:
    """Return why a call never came to the line; None if it did."""
    outcome = row.text("outcome")
    if outcome not in _OUTCOMES:
        row.error("unknown_value", "outcome", f"outcome is {outcome!r}, not one of "
                  f"{', '.join(_OUTCOMES)}.")  # fmt: skip
    if outcome == "PHANTOM":
        return "that are phantoms"
    if outcome == "HANG" and row.text("q_start") == _NOT_IN_LINE:
        return "that hung up in the menu"
    if outcome == "AGENT" and row.text("server") == _UNNAMED:
        return "of agents without a name"
    return None


def _call(row: Row, zone: tzinfo) -> _Call:
    queued = row.text("q_start") != _NOT_IN_LINE
    entered = _clock(row, "vru_entry")
    came = _clock(row, "q_start") if queued else _clock(row, "vru_exit")
    if came < entered - timedelta(hours=12):  # a call is dated by its entry to the menu
        came += timedelta(days=1)
    number = row.number("priority", _PRIORITY_CUSTOMER)
    kind = row.needed("type")
    customer = row.text("customer_id")
    ticket = Ticket(
        f"{row.needed('call_id')}/{row.line}",  # numbers of calls are not unique
        "voice",
        (_day(row) + came).replace(tzinfo=zone).astimezone(UTC),
        {kind: 1},
        priority=Priority.P1 if number == _PRIORITY_CUSTOMER else Priority.P2,
        customer_value=_VALUE.get(int(number or 0), 1.0),
    )
    return _Call(
        ticket,
        waited=row.number("q_time") or 0.0,
        service=row.number("ser_time") or 0.0,
        server=row.text("server") if row.text("outcome") == "AGENT" else None,
        customer=None if customer == _NOBODY else customer or None,
    )


def _day(row: Row) -> datetime:
    text = row.text("date")
    try:
        return datetime.combine(date.fromisoformat(text), time())
    except ValueError:
        row.error("wrong_type", "date", f"date is {text!r}, not a day such as 2010-08-01.")
        return datetime(2000, 1, 1)  # the file is refused anyway


def _clock(row: Row, name: str) -> timedelta:
    """Return a time of day, such as 9:05:00, as time since midnight."""
    text = row.text(name)
    try:
        hours, minutes, seconds = map(int, text.split(":"))
        clock = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        if not (0 <= minutes < 60 and 0 <= seconds < 60 and timedelta(0) <= clock <= _LATEST_CLOCK):
            raise ValueError
    except ValueError:
        row.error("wrong_type", name, f"{name} is {text!r}, not a time of day such as 9:05:00.")
        return timedelta(0)
    return clock


def _services(calls: list[_Call]) -> tuple[list[float], int]:
    """Return how long each service took, and how many are logged as more.

    Agents of the internet desk are logged as busy for up to ten hours. A service ends at the
    latest when the same agent begins the next one (whole seconds are logged, so that one of them
    may be too much), and after an hour.
    """
    by_server: dict[str, list[int]] = defaultdict(list)
    for place, call in enumerate(calls):
        if call.server is not None:
            by_server[call.server].append(place)
    longest = [_LONGEST_SERVICE_S] * len(calls)
    for places in by_server.values():
        places.sort(key=lambda place: calls[place].answered)
        for place, after in pairwise(places):
            gap = (calls[after].answered - calls[place].answered).total_seconds()
            longest[place] = min(longest[place], gap)
    pairs = list(zip(calls, longest, strict=True))
    shortened = sum(call.service > most + 1 for call, most in pairs)
    return [min(call.service, most) for call, most in pairs], shortened
