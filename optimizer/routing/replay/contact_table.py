"""The documented log: a CSV file with one line per contact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

from optimizer.model import Priority, Ticket, Tier
from optimizer.routing.replay.cells import Row, Table, find_columns
from optimizer.routing.replay.line_issues import LineIssues
from optimizer.routing.replay.log import Log, LoggedContact

__all__ = ["COLUMNS", "read_contact_table"]

COLUMNS: Mapping[str, bool] = {
    "id": True,
    "created": True,
    "handling_seconds": True,
    "channel": False,
    "skills": False,
    "priority": False,
    "customer_value": False,
    "tier": False,
    "site": False,
    "language": False,
    "tags": False,
    "risk": False,
    "amount": False,
    "first_response_seconds": False,
    "resolution_seconds": False,
    "prior_agent": False,
    "customer": False,
    "patience_seconds": False,
    "waited_seconds": False,
    "agent": False,
}
"""The columns that are understood, and whether each must be there; others are ignored."""

_MOST_VALUE = 1e6

_UNKNOWN = datetime.max.replace(tzinfo=UTC)
"""Stands for a time that could not be read until all lines are read and the file is refused."""


def read_contact_table(table: Table, columns: Mapping[str, str], zone: tzinfo | None) -> Log:
    """Read a log whose columns are those of `COLUMNS`.

    Parameters
    ----------
    columns
        Our name to the file's, for those that are called something else there.
    zone
        Of times without an offset from UTC, and in which a day begins; None refuses such times
        and begins days in UTC.

    Raises
    ------
    InvalidInput
        With every problem of every line.
    """
    found = LineIssues()
    places = find_columns(table.header, COLUMNS, columns, found)
    found.stop_on_errors()
    seen: dict[str, int] = {}
    contacts = []
    for row in Row.of_table(table, places, zone, found):
        contact = _contact(row)
        name = row.text("id")
        if name in seen:
            row.error("duplicate_id", "id", f"{name!r} stands on line {seen[name]} already.")
        elif name:
            seen[name] = row.line
        contacts.append(contact)
    if not table.lines:
        found.column("nothing_left", "id", "There is no contact.")
    found.stop_on_errors()
    contacts.sort(key=lambda contact: contact.ticket.created)
    remarks = []
    if zone is None:
        remarks.append("No zone is named: days begin at midnight in UTC.")
    if "channel" not in places:
        remarks.append("There is no column channel: every contact is taken for voice.")
    if "patience_seconds" not in places:
        remarks.append("There is no column patience_seconds: nobody gave up in reality.")
    return Log(tuple(contacts), zone or UTC, remarks=tuple(remarks))


def _contact(row: Row) -> LoggedContact:
    """Return the contact of a line; what is wrong with it is noted."""
    name, created = row.needed("id"), row.instant("created")
    handling, patience = row.number("handling_seconds"), row.number("patience_seconds")
    if not row.text("handling_seconds") and not row.text("patience_seconds"):
        row.error("empty_cell", "handling_seconds", "handling_seconds is empty, which it may be "
                  "only of customers who gave up (with patience_seconds).")  # fmt: skip
    value = row.number("customer_value", _MOST_VALUE)
    ticket = Ticket(
        id=name,
        channel=row.text("channel") or "voice",
        created=created or _UNKNOWN,
        skills=row.skills("skills"),
        tier=row.choice("tier", Tier.FRONT_LINE),
        priority=row.choice("priority", Priority.P2),
        customer_value=1.0 if value is None else value,
        tags=row.names("tags"),
        risk=row.number("risk", 1.0) or 0.0,
        first_response_seconds=_promise(row, "first_response_seconds"),
        resolution_seconds=_promise(row, "resolution_seconds"),
        site=row.text("site") or None,
        language=row.text("language") or None,
        prior_agent=row.text("prior_agent") or None,
        amount=row.number("amount") or 0.0,
    )
    return LoggedContact(
        ticket,
        handling_seconds=handling,
        patience_seconds=patience,
        waited_seconds=row.number("waited_seconds"),
        agent=row.text("agent") or None,
        customer=row.text("customer") or None,
    )


def _promise(row: Row, name: str) -> float | None:
    seconds = row.number(name)
    if seconds == 0:
        row.error("out_of_range", name, f"{name} is 0, but a promise takes some time.")
    return seconds
