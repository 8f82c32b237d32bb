"""What a key allows, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["EVERYTHING", "MAIN", "Caller", "Scope"]

MAIN = "main"
"""The tenant of a service that asks nobody for a key."""


class Scope(StrEnum):
    """What a key allows; none includes another."""

    READ = "read"
    """Look at jobs, results, data and figures."""
    PLAN = "plan"
    """Submit and stop jobs, send data, publish rosters."""
    ROUTE = "route"
    """Ask for assignments and staffing, run pools."""
    ADMIN = "admin"
    """Change recurring work, and see the audit."""


EVERYTHING = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls.

    Parameters
    ----------
    tenant
        Whose data it is about; a caller sees and changes nothing of any other.
    key_id
        The public part of the key; None where keys are not asked for.
    """

    tenant: str
    key_id: str | None
    scopes: frozenset[Scope]
