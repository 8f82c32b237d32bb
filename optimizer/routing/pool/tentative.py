"""The tentative match of a pool: who would get what waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from optimizer.model import Clock, Snapshot
from optimizer.routing.assign import assign
from optimizer.routing.pool.book import Book
from optimizer.routing.pool.due import Agenda
from optimizer.routing.pool.effects import Offer
from optimizer.routing.pool.settings import PoolSettings

__all__ = ["Tentative"]


class Tentative:
    """The best match of what waits, for the scores of the last clock event."""

    def __init__(self, settings: PoolSettings, book: Book, agenda: Agenda) -> None:
        self._settings = settings
        self._book = book
        self._agenda = agenda
        self._partners: dict[str, str] = {}

    def snapshot(self) -> Snapshot:
        """Return what is undecided, as of the last clock event."""
        book, settings = self._book, self._settings
        return Snapshot(
            book.clock,
            tuple(book.waiting.values()),
            tuple(book.agent(name) for name in book.agents),
            settings.weights,
            settings.channels,
            settings.calendars,
            settings.escalations,
        )

    def refresh(self, tickets: Iterable[str], agents: Iterable[str]) -> None:
        """Look again at some tickets and agents."""
        self._partners = {d.ticket: d.agent for d in assign(self.snapshot()).decisions}

    def advance(self, tickets: Iterable[str], agents: Iterable[str]) -> None:
        """Follow the clock."""
        self.refresh(tickets, agents)

    def partners(self) -> dict[str, str]:
        """Return the match: ticket to agent."""
        return dict(self._partners)

    def fits(self, ticket: str, agent: str) -> bool:
        """Tell whether an agent's units suffice for one contact more."""
        return True

    def make_firm(self, offers: Iterable[Offer]) -> None:
        """Take offered pairs out of the match, with the room they hold."""
        for offer in offers:
            del self._partners[offer.ticket]

    def clocks(self, tickets: Sequence[str]) -> list[Clock]:
        """Return the clocks of waiting tickets."""
        return [Clock(0.0, 1.0) for _ in tickets]
