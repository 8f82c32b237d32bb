"""From a routing rule to the terms of the one score that decides who takes whom.

Those that the live router knows as policies have its names. ``best`` and ``greedy`` are one and the
same here: where either one contact or one agent is to be decided about, the best match is the best
pair.

Every rule is a set of weights, points for a line, and points for the length of its queue: what the
loop adds up is always the live router's `base_score` and fit, and these. A static order (priority,
c-mu, c-mu/theta) is points so far apart that no wait makes up for them.

c-mu: Cox and Smith (1961); c-mu/theta: Atar, Giat and Shimkin (2010); fixed queue ratio: Gurvich
and Whitt (2009), the line with the greatest ``Q_k - p_k * Q`` is served first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from optimizer.errors import Issue
from optimizer.model import Organisation, Ring, RoutingRule, RoutingWeights, RuleKind
from optimizer.model.findings import Findings
from optimizer.routing.score import wait_target
from optimizer.simulation.system import PLAIN, Floats

__all__ = ["RULES", "Terms", "check_rule", "terms_of", "weights_of"]

_APART = 1e9
"""Points between two places of a static order: a second of wait is one point there."""

RULES = {
    "best": RoutingRule(),
    "fifo": RoutingRule("fifo", RuleKind.LONGEST_WAITING),
    "priority": RoutingRule("priority", RuleKind.PRIORITY),
    "greedy": RoutingRule("greedy"),
    "round_robin": RoutingRule("round_robin", RuleKind.ROUND_ROBIN),
    "bullseye": RoutingRule(
        "bullseye", RuleKind.LONGEST_WAITING, rings=(Ring(0.0, 2), Ring(20.0, 1), Ring(40.0))
    ),
    "c_mu": RoutingRule("c_mu", RuleKind.C_MU),
    "c_mu_theta": RoutingRule("c_mu_theta", RuleKind.C_MU_THETA),
    "queue_ratio": RoutingRule("queue_ratio", RuleKind.QUEUE_RATIO),
}
"""Rules that have a name: every `RoutingPolicy`, and orders of queueing theory."""


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """What the score is made of, by planning group.

    Parameters
    ----------
    target, speed, idle_until_s, bonus, ratio
        As in `optimizer.simulation.system.System`, [groups].
    """

    weights: RoutingWeights
    target: Floats
    speed: Floats
    idle_until_s: Floats
    bonus: Floats
    queue_weight: float
    ratio: Floats


def terms_of(rule: RoutingRule, organisation: Organisation, aht_s: Floats | None = None) -> Terms:
    """Return the terms of a rule.

    Parameters
    ----------
    aht_s
        Mean handling times in seconds, above 0, [groups]; only c_mu, c_mu_theta and weights with
        a reference handling time need them.
    """
    groups = organisation.groups
    weights = weights_of(rule)
    deferred = {channel.id for channel in organisation.channels if channel.deferred}
    # How long deferred work may wait is a matter of its promise, whatever the rule.
    promised = [
        wait_target(rule.weights, group.priority.rank, group.goal.first_response_seconds)
        for group in groups
    ]
    compete = math.inf if rule.weights.compete_from is None else rule.weights.compete_from
    bonus = np.zeros(len(groups))
    if rule.kind is RuleKind.PRIORITY:
        bonus = np.array([_APART * (3 - group.priority.rank) for group in groups])
    elif rule.kind in (RuleKind.C_MU, RuleKind.C_MU_THETA) and aht_s is not None:
        bonus = _APART * _places(_indices(rule, organisation, aht_s))
    return Terms(
        weights=weights,
        target=np.array(promised) if rule.kind is RuleKind.SCORE else np.ones(len(groups)),
        speed=_speeds(weights, aht_s, len(groups)),
        idle_until_s=np.array(
            [
                (compete * target if compete < math.inf else math.inf)
                if group.channel in deferred
                else 0.0
                for group, target in zip(groups, promised, strict=True)
            ]
        ),
        bonus=bonus,
        queue_weight=_APART if rule.kind is RuleKind.QUEUE_RATIO else 0.0,
        ratio=_shares(rule, organisation),
    )


def weights_of(rule: RoutingRule) -> RoutingWeights:
    """Return the weights of the score that a rule stands for."""
    return rule.weights if rule.kind is RuleKind.SCORE else PLAIN


def _speeds(weights: RoutingWeights, aht_s: Floats | None, groups: int) -> Floats:
    """Return what the points for the wait of each group are multiplied by."""
    reference = weights.handling_reference_seconds
    if reference is None or aht_s is None:
        return np.ones(groups)
    speed: Floats = reference / aht_s
    return speed


def _indices(rule: RoutingRule, organisation: Organisation, aht_s: Floats) -> Floats:
    """Return the index of each group: who has the greatest is served first."""
    cost = np.array([rule.costs.get(g.id, g.customer_value) for g in organisation.groups])
    if rule.kind is RuleKind.C_MU:
        index: Floats = cost / aht_s
        return index
    # Without impatience c-mu/theta is infinite: these groups come first, in the order of c-mu.
    patience = [
        math.inf if g.patience_seconds is None else g.patience_seconds for g in organisation.groups
    ]
    longest = max((p for p in patience if p < math.inf), default=1.0)
    impatience: Floats = cost / aht_s * np.array([min(p, 1e6 * longest) for p in patience])
    return impatience


def _places(index: Floats) -> Floats:
    """Return the place of each value from below; equal values share one."""
    places: Floats = np.unique(index, return_inverse=True)[1].astype(np.float64)
    return places


def _shares(rule: RoutingRule, organisation: Organisation) -> Floats:
    """Return the share of the queue that each group should have."""
    named = sum(rule.queue_shares.values())
    others = [group.id for group in organisation.groups if group.id not in rule.queue_shares]
    rest = max(0.0, 1.0 - named) / max(1, len(others))
    return np.array([rule.queue_shares.get(group.id, rest) for group in organisation.groups])


def check_rule(rule: RoutingRule, organisation: Organisation, pointer: str) -> list[Issue]:
    """Return what is wrong with a rule."""
    found = Findings(pointer)
    names = {group.id for group in organisation.groups}
    for i, ring in enumerate(rule.rings):
        found.at("rings", i).within("after_seconds", ring.after_seconds, 0)
        found.at("rings", i).within("level_change", ring.level_change, -5, 5)
    for field in ("costs", "queue_shares"):
        for name, value in getattr(rule, field).items():
            found.at(field).known(name, name, names, "group")
            found.at(field).within(name, value, 0)
    if sum(rule.queue_shares.values()) > 1 + 1e-9:
        found.at("queue_shares").error("shares_above_one", "The shares add up to more than 1.")
    return found.issues
