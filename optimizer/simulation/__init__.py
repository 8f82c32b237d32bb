"""Simulation: play contacts against a roster with the rule of the live router."""

from optimizer.simulation.compare import Comparison, Difference, compare
from optimizer.simulation.estimate import Estimate
from optimizer.simulation.figures import FIGURES, WAITS, Better, Figure, Unit, level
from optimizer.simulation.inputs import check_trial
from optimizer.simulation.outcomes import (
    IntervalOutcome,
    Outcome,
    PoolOutcome,
    SimulationResult,
    StaffOutcome,
)
from optimizer.simulation.rules import RULES
from optimizer.simulation.simulate import simulate, slots_of_day, summarise, try_out
from optimizer.simulation.study import Study
from optimizer.simulation.trial import Settings

__all__ = [
    "FIGURES",
    "RULES",
    "WAITS",
    "Better",
    "Comparison",
    "Difference",
    "Estimate",
    "Figure",
    "IntervalOutcome",
    "Outcome",
    "PoolOutcome",
    "Settings",
    "SimulationResult",
    "StaffOutcome",
    "Study",
    "Unit",
    "check_trial",
    "compare",
    "level",
    "simulate",
    "slots_of_day",
    "summarise",
    "try_out",
]
