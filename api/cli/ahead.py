"""What the commands that look ahead share: closures, holidays and events known in advance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli.options import FILE

if TYPE_CHECKING:
    from forecasts import Event

__all__ = ["KnownAhead", "ahead_options"]


@dataclass(frozen=True, slots=True)
class KnownAhead:
    """What is known of the days to come.

    Parameters
    ----------
    closures
        Dates on which every group is closed.
    country
        Code whose public holidays and days worked by decree count.
    events_path
        File of promotions and other events.
    """

    closures: tuple[date, ...] = ()
    country: str | None = None
    events_path: Path | None = None

    def options(self) -> dict[str, Any]:
        """Return the keyword arguments of `forecasts.forecast` and `forecasts.backtest`.

        Raises
        ------
        ForecastError
            With every problem of the file of events.
        """
        return {"closures": self.closures, "country": self.country, "events": self._events()}

    def _events(self) -> tuple[Event, ...]:
        from forecasts import read_events

        return () if self.events_path is None else read_events(self.events_path)


_OPTIONS = (
    click.option("--country", help="Public holidays and working weekends count: US, DE-BY, CN."),
    click.option(
        "--closed",
        multiple=True,
        type=click.DateTime(["%Y-%m-%d"]),
        help="A date on which every group is closed; may be repeated.",
    ),
    click.option(
        "--events",
        "events_path",
        type=FILE,
        help="JSON or CSV file of promotions and other events, past and to come.",
    ),
)


def ahead_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options about days to come; the command gets one argument, ``ahead``."""

    @wraps(command)
    def with_ahead(
        *args: Any,
        country: str | None,
        closed: Sequence[datetime],
        events_path: Path | None,
        **others: Any,
    ) -> Any:
        ahead = KnownAhead(tuple(day.date() for day in closed), country, events_path)
        return command(*args, ahead=ahead, **others)

    decorated: Callable[..., Any] = with_ahead
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated
