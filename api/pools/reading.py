"""Events of pools as they come over HTTP: the time may be left to the clock of the service."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields, make_dataclass
from datetime import datetime
from typing import Annotated, Any, Union, get_args, get_type_hints

from pydantic import Discriminator

from api.errors import TooLarge
from optimizer.errors import InvalidInput, Issue
from optimizer.model.record import Record
from optimizer.routing.pool import Event
from optimizer.routing.pool.events import decode_events

__all__ = ["MOST_EVENTS", "PoolEvents", "Told", "read_told"]

MOST_EVENTS = 1_000
"""Events of one request; they are taken without a pause, and others wait for it."""

_MOST_ID = 200
"""Characters of an identifier of an event, as the log keeps it."""


def _untimed(kind: Any) -> Any:
    """Return a type of event whose time may be missing."""
    hints = get_type_hints(kind)
    members: list[Any] = [("at", datetime | None, field(default=None))]
    for told in fields(kind):
        # What tells the kinds apart must be there.
        needed = told.default is MISSING or told.name == "kind"
        default = () if needed else (field(default=told.default),)
        if told.name != "at":
            members.append((told.name, hints[told.name], *default))
    made = make_dataclass(
        kind.__name__, members, bases=(Record,), frozen=True, slots=True, kw_only=True
    )
    made.__doc__ = kind.__doc__
    return made


_KINDS = {_untimed(kind): kind for kind in get_args(Event)}


@dataclass(frozen=True, slots=True)
class PoolEvents(Record):
    """Events in the order in which they happened.

    Parameters
    ----------
    events
        Told apart by `kind`. Where `at` is missing, the clock of the service counts.
    """

    events: tuple[Annotated[Union[tuple(_KINDS)], Discriminator("kind")], ...]  # type: ignore[valid-type]  # noqa: UP007 - the types are derived


@dataclass(frozen=True, slots=True)
class Told:
    """An event that was told, perhaps without a time."""

    _values: Any

    @property
    def at(self) -> datetime | None:
        """When it happened, as it was told."""
        at: datetime | None = self._values.at
        return at

    @property
    def id(self) -> str | None:
        """Name of the message."""
        name: str | None = self._values.id
        return name

    def event(self, now: datetime) -> Event:
        """Return the event; `now` is its time if none was told."""
        given = {f.name: getattr(self._values, f.name) for f in fields(self._values)}
        made: Event = _KINDS[type(self._values)](**given | {"at": self.at or now})
        return made


def read_told(body: bytes) -> tuple[Told, ...]:
    """Return the events of a JSON body ``{"events": [{"kind": "tick"}, ...]}``.

    Raises
    ------
    InvalidInput
        If the body has another shape, or identifiers that cannot be kept; all is listed.
    TooLarge
        If there are more events than one request may have.
    """
    events = decode_events(PoolEvents, body).events
    if len(events) > MOST_EVENTS:
        detail = f"{len(events):,} events; at most {MOST_EVENTS:,} are taken at once."
        raise TooLarge("The body is too large.", [Issue("too_many", "/events", detail)])
    issues = [
        Issue("out_of_range", f"/events/{place}/id", f"It has 1 to {_MOST_ID} characters.")
        for place, event in enumerate(events)
        if event.id is not None and not 0 < len(event.id) <= _MOST_ID
    ]
    if issues:
        raise InvalidInput("The events have identifiers that cannot be kept.", issues)
    return tuple(Told(event) for event in events)
