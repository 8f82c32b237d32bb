"""Shift rosters, by counts or by column generation, and a verifier that knows no solver."""

from optimizer.roster.outcome import RosterResult
from optimizer.roster.parallel import solve_parts
from optimizer.roster.periods import carried_agents
from optimizer.roster.solve import solve
from optimizer.roster.verify import Parts, Verification, verify

__all__ = [
    "Parts",
    "RosterResult",
    "Verification",
    "carried_agents",
    "solve",
    "solve_parts",
    "verify",
]
