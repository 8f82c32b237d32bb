"""Shift rosters: how many by LP and MIP, who by CP-SAT, and a verifier that knows no solver."""

from optimizer.roster.solve import RosterResult, solve
from optimizer.roster.verify import Parts, Verification, verify

__all__ = ["Parts", "RosterResult", "Verification", "solve", "verify"]
