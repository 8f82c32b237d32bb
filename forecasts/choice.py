"""Why a group is forecast the way it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Choice"]


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen for one group, and from what.

    Parameters
    ----------
    group
        Name of the planning group.
    weights
        Share of each model in the forecast; they sum to 1.
    errors
        WAPE of each model at past origins, a fraction; models that could not be tried are left
        out.
    reason
        One sentence for a person.
    """

    group: str
    weights: Mapping[str, float]
    errors: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
