"""A pool: agents and tickets that stay, events that change them, and the best match kept up."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from datetime import UTC, datetime
from operator import attrgetter

import msgspec

from optimizer.errors import InvalidInput, Issue, Severity
from optimizer.model import Snapshot, Ticket, Waiting
from optimizer.model.live_checks import MOST_POINTS
from optimizer.routing.assign import assign
from optimizer.routing.pool.book import Book, Fate
from optimizer.routing.pool.checks import check_event
from optimizer.routing.pool.desk import Changes, Desk
from optimizer.routing.pool.due import Agenda, Concern, later
from optimizer.routing.pool.effects import Effects, Figures, Offer, Queued
from optimizer.routing.pool.events import Event, Tick
from optimizer.routing.pool.save import pack, unpack
from optimizer.routing.pool.settings import PoolSettings, check_settings
from optimizer.routing.pool.tentative import Tentative, TentativeState
from optimizer.routing.pool.timing import clock_records

__all__ = ["Pool"]


_CHEAP = 1e-3
"""Prices below this many points have faded away."""


class _Answered(msgspec.Struct):
    """A message that was taken: its digest, and how it was answered."""

    digest: bytes
    effects: Effects


class _Saved(msgspec.Struct):
    """All that the next answers of a pool depend on."""

    settings: PoolSettings
    prices: dict[str, float]
    priced: datetime
    reviewed: datetime
    book: Book
    agenda: list[tuple[datetime, Concern, str]]
    match: TentativeState
    answers: dict[str, _Answered]


class Pool:
    """Agents and tickets that stay, kept in the best match from event to event.

    After each event the tentative match of what waits with the room there is, is optimal for the
    scores as of the last clock event; tickets that came later count a wait of 0. With
    `review_seconds` 0 all of it is offered at once, else at the next review. An offered ticket is
    firm: it holds the agent's room until it is accepted, rejected, timed out or cancelled, or the
    agent leaves; not even an escalation takes it away. A rejected ticket, and one that timed out,
    waits again with its age, and is never offered to the same agent again.

    Equal settings and events give equal effects. Not safe for use by several threads at once.

    Parameters
    ----------
    opened
        The first time of its clock, with an offset from UTC; all times that it answers are UTC.

    Raises
    ------
    InvalidInput
        If the settings make no sense; every problem is listed.
    """

    def __init__(self, settings: PoolSettings, opened: datetime) -> None:
        check_settings(settings, opened)
        opened = opened.astimezone(UTC)
        self.settings = settings
        self._book = Book(opened, opened)
        self._agenda = Agenda()
        self._reviewed = self._priced = opened
        self._answers: dict[str, _Answered] = {}
        self._begin(settings.weights.skill_prices)
        self._match = Tentative(self._current, self._book, self._agenda)

    def _begin(self, prices: dict[str, float]) -> None:
        """Make what follows from the facts and the prices of scarce skills."""
        weights = replace(self.settings.weights, skill_prices=prices)
        self._current = replace(self.settings, weights=weights)
        self._rules = self._current.rules(self._book.clock)
        self._desk = Desk(self.settings, self._book, self._agenda)

    def save(self) -> bytes:
        """Return the pool as bytes, from which `restore` goes on exactly as this one would."""
        return pack(
            _Saved(
                self.settings,
                self._current.weights.skill_prices,
                self._priced,
                self._reviewed,
                self._book,
                self._agenda.entries(),
                self._match.state(),
                self._answers,
            )
        )

    @classmethod
    def restore(cls, saved: bytes) -> Pool:
        """Return a pool in the state that was saved.

        Raises
        ------
        InvalidInput
            If the bytes are not those of a saved pool, or are damaged.
        """
        state = unpack(saved, _Saved)
        pool = cls.__new__(cls)
        pool.settings = state.settings
        pool._book = state.book
        pool._agenda = Agenda(state.agenda)
        pool._reviewed, pool._priced = state.reviewed, state.priced
        pool._answers = state.answers
        pool._begin(state.prices)
        pool._match = Tentative.restore(pool._current, state.book, pool._agenda, state.match)
        return pool

    @property
    def now(self) -> datetime:
        """Return the latest time that an event told."""
        return self._book.now

    def take(self, event: Event) -> Effects:
        """Let an event happen, and make the offers that follow.

        An event whose identifier was taken before is answered as it was then. A time before the
        pool's own is taken as the pool's.

        Raises
        ------
        InvalidInput
            If the event cannot be, or another had its identifier; every problem is listed, and
            the pool stays as it was.
        """
        if event.id is not None and event.id in self._answers:
            return self._answered(event.id, event)
        check_event(event, self._book, self._rules)
        problems = self._move_on(event.at)
        changes = self._desk.handle(event)
        if isinstance(event, Tick):
            self._match.advance(changes.tickets, changes.agents)
            self._refresh_prices()
        else:
            self._match.refresh(changes.tickets, changes.agents)
        effects = self._effects(changes, self._offer(event), problems)
        if isinstance(event, Tick):
            self._forget_answers()
        if event.id is not None:
            self._answers[event.id] = _Answered(_digest(event), effects)
        return effects

    def knows(self, message: str) -> bool:
        """Tell whether an event with this identifier would be taken as a repeat."""
        return message in self._answers

    def needs_clock(self, now: datetime) -> bool:
        """Tell whether a clock event at that time may change anything but the clock."""
        return bool(self._book.waiting) or self._agenda.is_due(now)

    def figures(self) -> Figures:
        """Return how much there is in the pool."""
        book = self._book
        return Figures(len(book.agents), len(book.waiting), len(book.offers), len(book.working))

    def fate(self, ticket: str) -> Fate | None:
        """Return where a ticket is; None if it is not known (any more)."""
        return self._book.fate(ticket)

    def ticket(self, name: str) -> Ticket | None:
        """Return a ticket as it is now; None if it is closed or not known."""
        open_now = self._book.fate(name) in (Fate.WAITING, Fate.OFFERED, Fate.OPEN)
        return self._book.ticket(name) if open_now else None

    def has_agent(self, name: str) -> bool:
        """Tell whether an agent was put and not removed."""
        return name in self._book.agents

    def offers(self) -> tuple[Offer, ...]:
        """Return the standing offers, by identifier of the ticket."""
        return tuple(offer for _, offer in sorted(self._book.offers.items()))

    def waiting(self) -> tuple[Queued, ...]:
        """Return all tickets that nobody has, with their clocks, by identifier."""
        return self._queued(sorted(self._book.waiting))

    def tentative(self) -> dict[str, str]:
        """Return the match of what waits as it is now: ticket to agent."""
        return self._match.partners()

    def snapshot(self) -> Snapshot:
        """Return what is undecided, as of the last clock event.

        Tickets that wait stand in it, and agents with everything that they were offered or have
        in hand as open work.
        """
        book, rules = self._book, self._rules
        return replace(
            rules,
            now=book.clock,
            tickets=tuple(book.waiting.values()),
            agents=tuple(book.agent(name) for name in book.agents),
        )

    def why(self, ticket: str) -> Waiting | None:
        """Return why a ticket waits: what stops each kind of agent, and when one may be free.

        None if it does not wait, or would be taken in a match made afresh.
        """
        return next((w for w in assign(self.snapshot()).waiting if w.ticket == ticket), None)

    def _move_on(self, at: datetime) -> tuple[Issue, ...]:
        """Let the time be at least that of an event; return what is odd about it."""
        book = self._book
        if at < book.now:
            text = f"{at.isoformat()} is before {book.now.isoformat()}, which counts instead."
            return (Issue("late_event", "/at", text, Severity.INFORMATION),)
        book.now = at.astimezone(UTC)
        return ()

    def _offer(self, event: Event) -> list[Offer]:
        """Offer what is matched, if it is time to."""
        book, pause = self._book, self.settings.review_seconds
        if pause:
            passed = (book.now - self._reviewed).total_seconds()
            if not isinstance(event, Tick) or passed < pause:
                return []
            self._reviewed = book.now
        offers: list[Offer] = []
        while pairs := self._match.in_turn():
            made = [self._offer_one(*pair) for pair in pairs if self._match.fits(*pair)]
            self._match.make_firm(made)
            offers += made
            if not made or len(made) == len(pairs):
                break
            # What did not fit beside the rest is matched anew, perhaps with somebody else.
        return sorted(offers, key=attrgetter("ticket"))

    def _offer_one(self, ticket: str, agent: str) -> Offer:
        """Note an offer that is made now."""
        now = self._book.now
        offer = Offer(ticket, agent, now, later(now, self.settings.offer_seconds))
        self._book.offer(offer)
        self._agenda.set(offer.expires, Concern.OFFER, ticket)
        return offer

    def _refresh_prices(self) -> None:
        """Let the prices of scarce skills follow the backlog, if it is time to."""
        book, memory = self._book, self.settings.price_memory_seconds
        passed = (book.clock - self._priced).total_seconds()
        if memory is None or passed < memory:
            return
        old, new = self._current.weights.skill_prices, assign(self.snapshot()).skill_prices
        share = -math.expm1(-passed / memory)
        smooth = {
            skill: old.get(skill, 0.0) + share * (new.get(skill, 0.0) - old.get(skill, 0.0))
            for skill in sorted({*old, *new})
        }
        self._priced = book.clock
        self._begin({skill: min(p, MOST_POINTS) for skill, p in smooth.items() if p > _CHEAP})
        if self._current.weights.skill_prices != old:
            # Every fit may be another: a match made afresh is as quick as one that is mended.
            self._match = Tentative(self._current, book, self._agenda)
            self._match.refresh(book.waiting, book.agents)

    def _answered(self, name: str, event: Event) -> Effects:
        answered = self._answers[name]
        if answered.digest != _digest(event):
            issue = Issue("id_reused", "/id", f"Another event had the identifier {name!r}.")
            raise InvalidInput("The event has problems.", [issue])
        return answered.effects

    def _forget_answers(self) -> None:
        """Forget messages answered so long ago that no repeat is expected any more."""
        oldest = later(self._book.now, -self.settings.remember_seconds)
        while oldest and self._answers:
            name, answered = next(iter(self._answers.items()))
            if answered.effects.at >= oldest:
                break
            del self._answers[name]

    def _effects(
        self, changes: Changes, offered: list[Offer], problems: tuple[Issue, ...]
    ) -> Effects:
        return Effects(
            self._book.now,
            tuple(offered),
            tuple(changes.withdrawn),
            tuple(changes.timed_out),
            self._queued([name for name in changes.tickets if name in self._book.waiting]),
            problems,
        )

    def _queued(self, names: list[str]) -> tuple[Queued, ...]:
        tickets = [self._book.waiting[name] for name in names]
        clocks = clock_records(tickets, replace(self._rules, now=self._book.clock))
        return tuple(Queued(name, clock) for name, clock in zip(names, clocks, strict=True))


def _digest(event: Event) -> bytes:
    """Return what tells an event from others with the same identifier."""
    return hashlib.blake2b(
        msgspec.msgpack.encode((type(event).__name__, event)), digest_size=16
    ).digest()
