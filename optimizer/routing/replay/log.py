"""A log of contacts as a replay needs it: what each asked for, and what became of it in reality."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, tzinfo

from optimizer.errors import InvalidInput, Issue
from optimizer.model import Ticket

__all__ = ["Log", "LoggedContact"]


@dataclass(frozen=True, slots=True)
class LoggedContact:
    """One contact of a log.

    Parameters
    ----------
    ticket
        What the router sees when it comes.
    handling_seconds
        What the service took; None for those who gave up before it was known.
    patience_seconds
        The wait after which the customer gave up in reality; None for those who were served.
    waited_seconds
        The wait in reality of those who were served; None while unknown.
    agent
        Who served in reality.
    customer
        Who asked; the agent who served the same customer last is the prior agent.
    """

    ticket: Ticket
    handling_seconds: float | None
    patience_seconds: float | None = None
    waited_seconds: float | None = None
    agent: str | None = None
    customer: str | None = None

    @property
    def real_wait(self) -> float | None:
        """Return the wait in reality, until served or given up; None while unknown."""
        return self.waited_seconds if self.patience_seconds is None else self.patience_seconds


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """Contacts in order of arrival; those that came at the same time as the file has them.

    Parameters
    ----------
    zone
        In which a day begins and ends.
    deferred
        Channels whose contacts wait in a backlog rather than on the line.
    remarks
        What was left out, changed or assumed when the log was read, a sentence each.
    """

    contacts: tuple[LoggedContact, ...]
    zone: tzinfo
    deferred: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()

    def day_of(self, contact: LoggedContact) -> date:
        """Return the local day on which a contact came."""
        return contact.ticket.created.astimezone(self.zone).date()

    def part(
        self, first: date | None = None, days: int | None = None, limit: int | None = None
    ) -> Log:
        """Return the contacts of some days, and of those the first ones.

        Parameters
        ----------
        first
            Day with which to begin; None is the first of the log.
        days
            Days of the calendar; None is all that follow.
        limit
            Greatest number of contacts; None is no limit.

        Raises
        ------
        InvalidInput
            If no contact came then.
        """
        chosen = self.contacts
        if first is not None or days is not None:
            first = first or self.day_of(chosen[0])
            since = [(contact, (self.day_of(contact) - first).days) for contact in chosen]
            chosen = tuple(c for c, day in since if day >= 0 and (days is None or day < days))
        if not chosen:
            detail = f"No contact came from {first} on, or within the days wanted."
            raise InvalidInput("There is nothing to play.", [Issue("nothing_left", "", detail)])
        return replace(self, contacts=chosen[:limit])
