"""Can a pool take an event? Everything that speaks against it, before anything is changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from optimizer.errors import raise_errors
from optimizer.model import Snapshot, Ticket
from optimizer.model.findings import Findings
from optimizer.model.live_checks import MOST_SECONDS, check_agent, check_ticket
from optimizer.routing.pool.book import Book, Fate
from optimizer.routing.pool.events import (
    AgentPut,
    AgentRemoved,
    Event,
    OfferAccepted,
    OfferRejected,
    OfferTimedOut,
    Tick,
    TicketCancelled,
    TicketChanged,
    TicketCreated,
    WorkDone,
)

__all__ = ["check_event"]

_Answer = OfferAccepted | OfferRejected | OfferTimedOut


def check_event(event: Event, book: Book, rules: Snapshot) -> None:
    """Raise if a pool cannot take an event.

    Parameters
    ----------
    rules
        The settings of the pool as a snapshot: its calendars are known.

    Raises
    ------
    InvalidInput
        With every problem; pointers are into the event.
    """
    found = Findings()
    check = _CHECKS.get(type(event))
    if check is None:
        found.error("unknown_event", f"{type(event).__name__} is no event of a pool.")
    else:
        _time(found, "at", event.at)
        check(found, event, book, rules)
    if found.issues:
        raise_errors("The event has problems.", found.issues)


def _created(found: Findings, event: TicketCreated, book: Book, rules: Snapshot) -> None:
    _check_ticket(found.at("ticket"), event.ticket, rules)
    name, here = event.ticket.id, found.at("ticket", "id")
    fate = book.fate(name)
    if not name:
        here.error("empty_id", "The identifier is empty.")
    elif fate is not None:
        here.error("duplicate_id", f"There is a ticket {name!r} already; it is {fate}.")


def _changed(found: Findings, event: TicketChanged, book: Book, rules: Snapshot) -> None:
    ticket = event.ticket
    _check_ticket(found.at("ticket"), ticket, rules)
    fate = _live(found.at("ticket", "id"), ticket.id, book)
    if fate in (Fate.OFFERED, Fate.OPEN) and book.ticket(ticket.id).channel != ticket.channel:
        found.at("ticket", "channel").error(
            "channel_in_use", f"{ticket.id!r} is {fate}: its channel cannot change."
        )


def _cancelled(found: Findings, event: TicketCancelled, book: Book, rules: Snapshot) -> None:
    _live(found.at("ticket"), event.ticket, book)


def _agent_put(found: Findings, event: AgentPut, book: Book, rules: Snapshot) -> None:
    check_agent(found.at("agent"), event.agent)
    for field in ("after_call_until", "free_from", "idle_since"):
        _kept(found.at("agent"), field, getattr(event.agent, field))
    if not event.agent.id:
        found.at("agent", "id").error("empty_id", "The identifier is empty.")


def _agent_removed(found: Findings, event: AgentRemoved, book: Book, rules: Snapshot) -> None:
    found.known("agent", event.agent, book.agents, "agent")


def _answer(
    found: Findings,
    event: OfferAccepted | OfferRejected | OfferTimedOut,
    book: Book,
    rules: Snapshot,
) -> None:
    offer = book.offers.get(event.ticket)
    if offer is None or offer.agent != event.agent:
        found.at("ticket").error(
            "unknown_offer", f"No offer of {event.ticket!r} to {event.agent!r} stands."
        )


def _work_done(found: Findings, event: WorkDone, book: Book, rules: Snapshot) -> None:
    found.within("worked_seconds", event.worked_seconds, 0, MOST_SECONDS)
    _time(found, "after_call_until", event.after_call_until)
    if (event.ticket is None) == (event.channel is None):
        found.error("ambiguous_work", "Exactly one of ticket and channel must be given.")
    elif event.ticket is not None:
        working = book.working.get(event.ticket)
        if working is None or working[1] != event.agent:
            found.at("ticket").error(
                "unknown_work", f"{event.agent!r} has no ticket {event.ticket!r} in hand."
            )
    elif event.agent not in book.agents:
        found.known("agent", event.agent, book.agents, "agent")
    elif not book.agents[event.agent].open_work.get(event.channel or "", 0):
        found.at("channel").error(
            "unknown_work",
            f"{event.agent!r} has no other work open on {event.channel!r}.",
        )


def _tick(found: Findings, event: Tick, book: Book, rules: Snapshot) -> None:
    """Any time will do."""


def _time(found: Findings, field: str, moment: datetime | None) -> None:
    """Report a time that has no offset, or that cannot be kept."""
    found.aware(field, moment)
    _kept(found, field, moment)


def _kept(found: Findings, field: str, moment: datetime | None) -> None:
    """Report a time at an end of the calendar, which other zones may not have."""
    if moment is not None and not date.min.year < moment.year < date.max.year:
        found.at(field).error("out_of_range", f"{moment.isoformat()} is beyond the calendar.")


def _check_ticket(found: Findings, ticket: Ticket, rules: Snapshot) -> None:
    check_ticket(found, ticket, rules)
    for field in ("created", "first_response_due", "resolution_due"):
        _kept(found, field, getattr(ticket, field))


def _live(found: Findings, name: str, book: Book) -> Fate | None:
    """Report a ticket that is not known or is closed; return where it is."""
    fate = book.fate(name)
    if fate is None:
        found.error("unknown_ticket", f"There is no ticket {name!r}.")
    elif fate in (Fate.DONE, Fate.CANCELLED):
        found.error("closed_ticket", f"{name!r} is {fate}.")
    return fate


_CHECKS: dict[type, Callable[[Findings, Any, Book, Snapshot], None]] = {
    TicketCreated: _created,
    TicketChanged: _changed,
    TicketCancelled: _cancelled,
    AgentPut: _agent_put,
    AgentRemoved: _agent_removed,
    OfferAccepted: _answer,
    OfferRejected: _answer,
    OfferTimedOut: _answer,
    WorkDone: _work_done,
    Tick: _tick,
}
