"""The correction loop on three centres: cost and service level before and after."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from api.correction import correct, figures_of
from api.volumes import requirement_for, volumes_of
from benchmarks.correction.centres import voice_centre, voice_forecast
from forecasts import Forecast, forecast, history_from_frame
from optimizer.model import Organisation
from optimizer.progress import Observer, silent
from optimizer.simulation import Settings
from optimizer.stop import Deadline
from sample_data import generate

__all__ = ["Case", "cases", "measure"]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A centre and what it expects."""

    name: str
    organisation: Organisation
    forecast: Forecast


def cases(agents: int, skills: int, days: int, seed: int) -> Iterator[Case]:
    """Yield a generated centre, and two voice centres with a half and a third of its people.

    The generated one has chat, deferred work, experts and guaranteed hours; the voice centres
    have none of these, one with the same skills and one with two.
    """
    sample = generate(agents, skills, days, seed)
    closures = tuple(closure.day for closure in sample.closures)
    expected = forecast(history_from_frame(sample.history), days, closures=closures)
    yield Case(f"generated, {skills} skills", sample.organisation, expected)
    for count, people in ((skills, agents // 2), (2, agents // 3)):
        centre = voice_centre(people, count, seed)
        yield Case(f"voice, {count} skills", centre, voice_forecast(centre, days, seed))


def measure(
    case: Case,
    *,
    rounds: int,
    roster_seconds: float,
    replications: int,
    seed: int,
    observer: Observer = silent,
) -> dict[str, Any]:
    """Correct the requirement of every group by itself, and return all that came of it."""
    began = time.perf_counter()
    requirement = requirement_for(case.organisation, volumes_of(case.organisation, case.forecast))
    made = correct(
        case.organisation,
        case.forecast,
        requirement,
        settings=Settings(seed=seed, replications=replications),
        # Trials take less time than rosters.
        deadline=Deadline.after(2.0 * rounds * roster_seconds),
        rounds=rounds,
        roster_seconds=roster_seconds,
        observer=observer,
    )
    figures = figures_of(made, made.check())
    figures["misses"] = len(figures.pop("missed"))
    return {
        "centre": case.name,
        "agents": len(case.organisation.agents),
        **figures,
        "seconds": time.perf_counter() - began,
    }
