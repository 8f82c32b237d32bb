"""The whole loop, as it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from api.calendars import Calendar
from api.tasks.requests.forecasts import HistoryColumns
from api.tasks.requests.limits import SolveLimits
from optimizer.model import Organisation
from optimizer.model.record import Record

__all__ = ["PlanRequest"]


@dataclass(frozen=True, slots=True)
class PlanRequest(Record):
    """One turn of the loop: forecast, requirement, roster, simulation, and corrections.

    Parameters
    ----------
    history
        What happened; the stored history if it is left out.
    organisation
        Groups, people and their contracts; the stored ones if it is left out.
    calendar
        Closures, public holidays and events; the stored ones if it is left out.
    days
        Whole days to plan, from the day after the history on, 1 to 92.
    rounds
        Greatest number of rosters, 1 to 100: 1 keeps the requirement as the forecast has it,
        more correct it by what customers would experience.
    roster_seconds
        Longest time for each roster.
    replications
        How often the days are simulated, 2 to 1,000.
    seed
        Of everything that is drawn, 0 or more.
    label
        A name for people.
    limits
        Longest time for the work; if it is left out, two minutes and twice the time of all
        rosters. And the gap at which a roster is good enough.
    """

    history: HistoryColumns | None = None
    organisation: Organisation | None = None
    calendar: Calendar | None = None
    days: int = 7
    rounds: int = 1
    roster_seconds: float = 30.0
    replications: int = 20
    seed: int = 0
    label: str | None = None
    limits: SolveLimits = field(default_factory=SolveLimits)
