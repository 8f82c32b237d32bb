"""Routing rules as data: what decides who takes whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from optimizer.model.record import Record
from optimizer.model.snapshot import Ring, RoutingWeights

__all__ = ["RoutingRule", "RuleKind"]


class RuleKind(StrEnum):
    """What a freed agent goes by.

    ``score``: the live router's score; ``longest_waiting``: first come first served over all
    lines; ``round_robin``: the same, and agents take contacts in turn; ``priority``: severity,
    then wait; ``c_mu``: cost of waiting per time that service
    takes; ``c_mu_theta``: the same per impatience (for overload); ``queue_ratio``: the line that
    is longest beyond its share of all that wait.
    """

    SCORE = "score"
    LONGEST_WAITING = "longest_waiting"
    ROUND_ROBIN = "round_robin"
    PRIORITY = "priority"
    C_MU = "c_mu"
    C_MU_THETA = "c_mu_theta"
    QUEUE_RATIO = "queue_ratio"


@dataclass(frozen=True, slots=True)
class RoutingRule(Record):
    """How contacts and agents find each other.

    Parameters
    ----------
    weights
        Of the score. The other kinds take no more from them than the target waits and
        `compete_from`: from which wait on email, social and tickets compete with waiting
        customers, and are not served in idle time only.
    rings
        None at all means that everybody who may serve a group may do so at once.
    costs
        Cost of waiting by planning group (c_mu, c_mu_theta); groups that are not named count by
        their customer value.
    queue_shares
        Share of all who wait by planning group (queue_ratio); groups that are not named share
        what is left alike.
    """

    name: str = "best"
    kind: RuleKind = RuleKind.SCORE
    weights: RoutingWeights = field(default_factory=RoutingWeights)
    rings: tuple[Ring, ...] = ()
    costs: dict[str, float] = field(default_factory=dict)
    queue_shares: dict[str, float] = field(default_factory=dict)
