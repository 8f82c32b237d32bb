"""Simulation: play contacts against a roster with the rule of the live router."""

from optimizer.simulation.arrivals import HandlingTime, Law
from optimizer.simulation.estimate import Estimate
from optimizer.simulation.outcomes import (
    IntervalOutcome,
    Outcome,
    PoolOutcome,
    Rule,
    SimulationResult,
)
from optimizer.simulation.simulate import simulate, slots_of_day

__all__ = [
    "Estimate",
    "HandlingTime",
    "IntervalOutcome",
    "Law",
    "Outcome",
    "PoolOutcome",
    "Rule",
    "SimulationResult",
    "simulate",
    "slots_of_day",
]
