"""From a routing rule to the terms of the one score that decides who takes whom.

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

__all__ = ["RULES", "Terms", "check_rule", "terms_of"]

_APART = 1e9
"""Points between two places of a static order: a second of wait is one point there."""

RULES = {
    "score": RoutingRule(),
    "plain": RoutingRule("plain", RuleKind.LONGEST_WAITING),
    "priority": RoutingRule("priority", RuleKind.PRIORITY),
    "c_mu": RoutingRule("c_mu", RuleKind.C_MU),
    "c_mu_theta": RoutingRule("c_mu_theta", RuleKind.C_MU_THETA),
    "queue_ratio": RoutingRule("queue_ratio", RuleKind.QUEUE_RATIO),
    "bullseye": RoutingRule(
        "bullseye", RuleKind.LONGEST_WAITING, rings=(Ring(0.0, 2), Ring(20.0, 1), Ring(40.0))
    ),
}
"""Rules that have a name."""


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """What the score is made of, by planning group.

    Parameters
    ----------
    fit_weight
        Points of a perfect fit.
    target, idle_until_s, bonus, ratio
        As in `optimizer.simulation.system.System`, [groups].
    """

    weights: RoutingWeights
    fit_weight: float
    target: Floats
    idle_until_s: Floats
    bonus: Floats
    queue_weight: float
    ratio: Floats


def terms_of(rule: RoutingRule, organisation: Organisation, aht_s: Floats | None = None) -> Terms:
    """Return the terms of a rule.

    Parameters
    ----------
    aht_s
        Mean handling times in seconds, above 0, [groups]; only c_mu and c_mu_theta need them.
    """
    groups = organisation.groups
    weights = rule.weights if rule.kind is RuleKind.SCORE else PLAIN
    deferred = {channel.id for channel in organisation.channels if channel.deferred}
    # How long deferred work may wait is a matter of its promise, whatever the rule.
    promised = [
        wait_target(rule.weights, group.priority.rank, group.goal.first_response_seconds)
        for group in groups
    ]
    compete = math.inf if rule.compete_from is None else rule.compete_from
    bonus = np.zeros(len(groups))
    if rule.kind is RuleKind.PRIORITY:
        bonus = np.array([_APART * (3 - group.priority.rank) for group in groups])
    elif rule.kind in (RuleKind.C_MU, RuleKind.C_MU_THETA) and aht_s is not None:
        bonus = _APART * _places(_indices(rule, organisation, aht_s))
    return Terms(
        weights=weights,
        fit_weight=weights.skill_fit,
        target=np.array(promised) if rule.kind is RuleKind.SCORE else np.ones(len(groups)),
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
    found.within("compete_from", rule.compete_from, 0)
    for field in ("costs", "queue_shares"):
        for name, value in getattr(rule, field).items():
            found.at(field).known(name, name, names, "group")
            found.at(field).within(name, value, 0)
    if sum(rule.queue_shares.values()) > 1 + 1e-9:
        found.at("queue_shares").error("shares_above_one", "The shares add up to more than 1.")
    return found.issues
