"""The event log of an Italian software company's help desk, as it is public for process mining.

A line is an event of a case. Who takes a ticket in charge, and when, is logged; how long the work
on it took is not.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from optimizer.model import Ticket
from optimizer.routing.replay.cells import Row, Table, find_columns
from optimizer.routing.replay.line_issues import LineIssues
from optimizer.routing.replay.log import Log, LoggedContact

__all__ = ["is_helpdesk_log", "read_helpdesk_log"]

_COLUMNS = dict.fromkeys(
    ("Case ID", "Activity", "Resource", "Complete Timestamp", "customer", "product"), True
)
_ZONE = ZoneInfo("Europe/Rome")
_TAKEN = "Take in charge ticket"
_LONGEST_WORK = timedelta(hours=1)
_CHANNEL = "ticket"


def is_helpdesk_log(header: tuple[str, ...]) -> bool:
    """Tell whether a file is such a log by its header."""
    return set(_COLUMNS) <= set(header)


def read_helpdesk_log(table: Table, zone: tzinfo | None) -> Log:
    """Read such a log.

    A case is one contact: it comes with its first event, is served when it is first taken in
    charge, and takes from then to its next event, an hour at most. Its skill is the product.

    Parameters
    ----------
    zone
        None is that of the company.

    Raises
    ------
    InvalidInput
        With every problem of every line.
    """
    found = LineIssues()
    places = find_columns(table.header, _COLUMNS, {}, found)
    found.stop_on_errors()
    cases: dict[str, list[tuple[datetime, Row]]] = {}
    for row in Row.of_table(table, places, None, found):
        cases.setdefault(row.needed("Case ID"), []).append((_moment(row, zone or _ZONE), row))
    if not cases:
        found.column("nothing_left", "Case ID", "There is no event.")
    found.stop_on_errors()
    counts: Counter[str] = Counter()
    contacts = []
    for name, events in cases.items():
        contact = _contact(name, sorted(events, key=lambda event: event[0]), counts)
        if contact is not None:
            contacts.append(contact)
    if not contacts:
        found.column("nothing_left", "Activity", f"No event is {_TAKEN!r}.")
    found.stop_on_errors()
    contacts.sort(key=lambda contact: contact.ticket.created)
    remarks = (
        f"{counts['never taken']:,} cases that nobody took in charge are left out.",
        f"Work takes from taking a case in charge to its next event, an hour at most "
        f"({counts['cut']:,} cases are cut).",
        "What happened to a case after that event is no contact of its own.",
        "How serious a case is has no order in the log: all are P2.",
    )
    return Log(tuple(contacts), zone or _ZONE, frozenset({_CHANNEL}), remarks)


def _contact(
    name: str, events: list[tuple[datetime, Row]], counts: Counter[str]
) -> LoggedContact | None:
    """Return the contact that the events of a case tell; None if nobody took it in charge."""
    created, first = events[0]
    taken = next((i for i, (_, row) in enumerate(events) if row.text("Activity") == _TAKEN), None)
    if taken is None:
        counts["never taken"] += 1
        return None
    begun = events[taken][0]
    worked = events[taken + 1][0] - begun if taken + 1 < len(events) else _LONGEST_WORK
    counts["cut"] += worked > _LONGEST_WORK
    return LoggedContact(
        Ticket(name, _CHANNEL, created, {f"product {first.text('product')}": 1}),
        handling_seconds=min(worked, _LONGEST_WORK).total_seconds(),
        waited_seconds=(begun - created).total_seconds(),
        agent=events[taken][1].text("Resource"),
        customer=first.text("customer") or None,
    )


def _moment(row: Row, zone: tzinfo) -> datetime:
    text = row.text("Complete Timestamp")
    try:
        return datetime.fromisoformat(text.replace("/", "-")).replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        row.error("wrong_type", "Complete Timestamp", f"{text!r} is not a time such as "
                  "2012/10/09 14:50:17.000.")  # fmt: skip
        return datetime(2000, 1, 1, tzinfo=UTC)  # the file is refused anyway
