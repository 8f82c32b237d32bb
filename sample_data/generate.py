"""One call from a few arguments to a whole sample."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from optimizer.model import Organisation, Snapshot
from sample_data.arguments import DEFAULT_START, Arguments
from sample_data.calendars import Closure, Promotion, closures_between, promotions_between
from sample_data.history import draw_history
from sample_data.organisation import build_centre
from sample_data.snapshot import draw_snapshot
from sample_data.streams import Stream

__all__ = ["Sample", "generate"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A centre, its past, its people and what waits right now.

    Parameters
    ----------
    arguments
        What the sample was made from; the horizon to plan is ``arguments.days`` days from
        ``arguments.start``.
    streams
        The traits behind each planning group's contacts, in the order of the groups.
    history
        Columns ``group, start, offered, aht_s``, one row per open half-hour.
    snapshot
        Tickets and agents on the morning of the first open day of the horizon.
    closures, promotions
        Special days of the history and the horizon.
    """

    arguments: Arguments
    organisation: Organisation
    streams: tuple[Stream, ...]
    history: pd.DataFrame
    snapshot: Snapshot
    closures: tuple[Closure, ...]
    promotions: tuple[Promotion, ...]


def generate(
    agents: int = 120,
    skills: int = 4,
    days: int = 7,
    seed: int = 0,
    *,
    distinct: bool = False,
    weeks: int = 40,
    tickets: int = 200,
    start: date = DEFAULT_START,
) -> Sample:
    """Return a sample; equal arguments give an equal one. They are those of `Arguments`.

    Raises
    ------
    InvalidInput
        If an argument is out of its range; every one is listed.
    """
    arguments = Arguments(agents, skills, days, seed, distinct, weeks, tickets, start)
    arguments.check()
    # Streams of chance of their own, so that more history does not change the people.
    people, past, live = (np.random.default_rng([seed, part]) for part in range(3))

    last = arguments.end - timedelta(days=1)
    closures = closures_between(arguments.history_start, last)
    promotions = promotions_between(arguments.history_start, last)
    closed = frozenset(closure.day for closure in closures)

    centre = build_centre(arguments, people)
    history = draw_history(centre.streams, arguments.history_start, weeks, closed, promotions, past)
    snapshot = draw_snapshot(centre.organisation.agents, centre.streams, arguments, closed, live)
    log.info("made %d agents, %d rows of history", agents, len(history))
    return Sample(
        arguments, centre.organisation, centre.streams, history, snapshot, closures, promotions
    )
