"""Rosters tried one after the other against the same customers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from api.correction.judge import Stretch, stretches_of
from api.trying import Attempt, attempt
from forecasts import Forecast
from optimizer.model import Organisation, Requirement, Roster
from optimizer.simulation import Settings, SimulationResult, summarise, try_out

__all__ = ["Trials", "Tried"]


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """A roster with what its customers experience.

    Parameters
    ----------
    stretches
        Held against the goals, by row of the requirement and time.
    """

    simulation: SimulationResult
    stretches: tuple[Stretch, ...]

    @property
    def missed(self) -> tuple[Stretch, ...]:
        """Return the stretches that miss their goal."""
        return tuple(stretch for stretch in self.stretches if stretch.reading.missed)


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Common random numbers for any number of rosters of one requirement's grid.

    Parameters
    ----------
    requirement
        Its grid and its rows are those of the stretches.
    """

    requirement: Requirement
    played: Attempt

    @classmethod
    def of(
        cls,
        organisation: Organisation,
        requirement: Requirement,
        forecast: Forecast,
        settings: Settings,
        paths: int,
    ) -> Trials:
        """Prepare trials.

        Raises
        ------
        InvalidInput
            If forecast and requirement do not fit together.
        """
        nobody = Roster(requirement.grid, ())
        return cls(requirement, attempt(organisation, nobody, forecast, settings, paths=paths))

    def try_out(self, roster: Roster, *, unseen: bool = False) -> Tried:
        """Play a roster.

        Parameters
        ----------
        unseen
            Draw customers and absences that no other trial has seen: who was chosen by its
            trials looks better in them than it is.
        """
        played = self.played
        settings = played.settings
        if unseen:
            settings = replace(settings, seed=settings.seed + 1)
        study = try_out(
            played.organisation, roster, played.offered, played.aht_s, settings=settings
        )
        return Tried(
            summarise(study, played.organisation, roster),
            stretches_of(played.organisation, self.requirement, study),
        )
