"""A day by several routing rules with the same contacts: who waits, who gives up, who is idle.

Every rule meets the same contacts with the same patience and service times and the same people.
What no rule can change (patience that ends at once, hours without people) is therefore in all of
them, and differences are far surer than the figures themselves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.routing.day_centre import HORIZON_S, P0_LIMIT_S, Centre
from optimizer.model import Priority, RoutingRule, RoutingWeights
from optimizer.simulation import RULES
from optimizer.simulation.engine import Played, play
from optimizer.simulation.estimate import Estimate
from optimizer.simulation.system import Floats, Ints

__all__ = [
    "BASELINES",
    "DEFAULT",
    "MEASURES",
    "OURS",
    "Kinds",
    "Measure",
    "compare",
    "measure",
    "play_days",
    "report",
]

DEFAULT = RoutingWeights()
"""Chosen by experiment on seeds 1000 to 4000; what is reported are the days of seed 1."""

OURS: Mapping[str, RoutingWeights] = {
    "default weights": DEFAULT,
    "short work first": replace(DEFAULT, handling_reference_seconds=300.0),
    "idle time before fit": replace(DEFAULT, idle=20.0, skill_fit=5.0),
    "email in idle time alone": replace(DEFAULT, compete_from=None),
    "convex in the wait": replace(DEFAULT, wait_exponent=2.0),
    "wait weighs double": replace(DEFAULT, wait=2 * DEFAULT.wait),
    "strict priority": replace(DEFAULT, strict_priority=True),
}
"""Weights of the score; the first are those that all others are compared with."""

_PLAIN = ("fifo", "priority", "round_robin", "bullseye", "c_mu", "c_mu_theta", "queue_ratio")
_COMPETING = ("fifo", "priority")
BASELINES: Mapping[str, RoutingRule] = {
    **{name: replace(RULES[name], weights=RoutingWeights(compete_from=None)) for name in _PLAIN},
    **{f"{name}, email competes": replace(RULES[name], weights=DEFAULT) for name in _COMPETING},
}
"""Rules of the simulation; greedy is the score itself where one thing is decided at a time.

Email is served in idle time alone unless it competes, as it does by the default weights."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of a day; less is better unless `more`.

    Parameters
    ----------
    unit
        ``s``, ``%`` (of a share), or nothing for a number.
    """

    label: str
    unit: str = "s"
    more: bool = False


MEASURES: Mapping[str, Measure] = {
    "value_weighted_wait_s": Measure("wait by value, s"),
    "value_lost": Measure("value lost", "%"),
    "abandonment": Measure("gave up", "%"),
    "service_level": Measure("in time", "%", more=True),
    "wait_p50_s": Measure("p50, s"),
    "wait_p99_s": Measure("p99, s"),
    "wait_max_s": Measure("longest, s"),
    "p0_late": Measure("P0 late", "%"),
    "p0_to_experts": Measure("P0 over 30 min", ""),
    "deferred_value_weighted_wait_s": Measure("email by value, s"),
    "deferred_in_time": Measure("email in time", "%", more=True),
    "deferred_max_s": Measure("longest email, s"),
    "occupancy_variation": Measure("uneven", "%"),
}
"""What a day is judged by: waits of all, answered or not; deferred work apart from the rest."""


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """What the measures ask of each contact, [contacts] each, and of each agent.

    Parameters
    ----------
    value
        Of the customer.
    promised_s
        Wait within which it is in time.
    severe, deferred
        Whether it is a P0, and whether it waits in a backlog.
    alike
        Agents with the same number have the same skills and times of work, [agents].
    """

    value: Floats
    promised_s: Floats
    severe: NDArray[np.bool_]
    deferred: NDArray[np.bool_]
    alike: Ints


def measure(played: Played, kinds: Kinds) -> dict[str, float]:
    """Return the figure of every measure, NaN where there was nothing to be measured."""
    live, late = ~kinds.deferred, kinds.deferred
    in_time = played.answered & (played.wait <= kinds.promised_s)
    wait, value, lost = played.wait, kinds.value, played.abandoned
    p50, p99, longest = _quantiles(wait[live])
    moved = float((wait[kinds.severe] >= P0_LIMIT_S).sum())
    return {
        "value_weighted_wait_s": _share(wait[live] * value[live], value[live]),
        "value_lost": _share((lost * value)[live], value[live]),
        "abandonment": _share(lost[live]),
        "service_level": _share(in_time[live]),
        "wait_p50_s": p50,
        "wait_p99_s": p99,
        "wait_max_s": longest,
        "p0_late": _share(~in_time[kinds.severe]),
        "p0_to_experts": moved if kinds.severe.any() else math.nan,
        "deferred_value_weighted_wait_s": _share(wait[late] * value[late], value[late]),
        "deferred_in_time": _share(in_time[late]),
        "deferred_max_s": _quantiles(wait[late])[2],
        "occupancy_variation": _variation(played, kinds.alike),
    }


def _share(part: NDArray[Any], whole: Floats | None = None) -> float:
    total = float(len(part) if whole is None else whole.sum())
    return float(part.sum()) / total if total else math.nan


def _quantiles(wait: Floats) -> tuple[float, float, float]:
    if not len(wait):
        return math.nan, math.nan, math.nan
    p50, p99, longest = np.quantile(wait, [0.5, 0.99, 1.0]).tolist()
    return p50, p99, longest


def _variation(played: Played, alike: Ints) -> float:
    """Return the coefficient of variation of occupancy among agents who are alike.

    It is the square root of the mean over agents of the squared deviation from the mean of those
    who are alike, over the occupancy of all.
    """
    there = played.staffed_s > 0
    kind, occupancy = alike[there], played.busy_s[there] / played.staffed_s[there]
    count = np.maximum(np.bincount(kind), 1)
    deviation = occupancy - (np.bincount(kind, occupancy) / count)[kind]
    return float(np.sqrt(np.mean(deviation**2)) / occupancy.mean())


def compare(contacts: int, load: float, days: int, seed: int) -> dict[str, Any]:
    """Play days of the generated centre by every rule.

    Parameters
    ----------
    contacts
        Expected on a day.
    load
        Work of an ordinary day over the time that people are there.
    """
    centre = Centre.of(contacts, load)
    rules = {name: RoutingRule(name, weights=weights) for name, weights in OURS.items()}
    return {
        "contacts": contacts,
        "agents": len(centre.organisation.agents),
        "load": load,
        "days": days,
        "seed": seed,
        **report(play_days(centre, {**rules, **BASELINES}, days, seed)),
    }


def play_days(
    centre: Centre, rules: Mapping[str, RoutingRule], days: int, seed: int
) -> dict[str, list[dict[str, float]]]:
    """Return the figures of every rule on every day."""
    settings = {name: centre.setting(rule) for name, rule in rules.items()}
    found: dict[str, list[dict[str, float]]] = {name: [] for name in rules}
    for day in range(days):
        drawn = centre.draw(seed, day)
        kinds = _kinds(centre, drawn.line.astype(np.int64))
        for name, (system, staff) in settings.items():
            found[name].append(measure(play(system, staff, drawn, horizon_s=HORIZON_S), kinds))
    return found


def _kinds(centre: Centre, line: Ints) -> Kinds:
    groups = [centre.organisation.groups[own.group] for own in centre.lines]
    value = [
        group.customer_value * own.customer_class.value
        for group, own in zip(groups, centre.lines, strict=True)
    ]
    promised = [g.goal.within_seconds or g.goal.first_response_seconds or 0.0 for g in groups]
    return Kinds(
        np.array(value)[line],
        np.array(promised)[line],
        np.array([group.priority is Priority.P0 for group in groups])[line],
        np.array([group.goal.within_seconds is None for group in groups])[line],
        centre.shift,
    )


def report(found: Mapping[str, Sequence[Mapping[str, float]]]) -> dict[str, Any]:
    """Return what the rules came to, what is sure, and where others are better than ours.

    Parameters
    ----------
    found
        The figures of every rule in every replication; all rules have met the same.

    Returns
    -------
    dict
        ``rules``: every figure with its interval; ``differences``: from the first of ours,
        replication by replication; ``others_win``: by measure the other rules that are surely
        better than the first of ours, the best first.
    """
    values = {
        rule: {name: np.array([row[name] for row in rows]) for name in MEASURES}
        for rule, rows in found.items()
    }
    own = values[next(iter(OURS))]
    differences = {
        rule: {name: Estimate.of_mean(figures - own[name]) for name, figures in row.items()}
        for rule, row in values.items()
        if row is not own
    }
    others = {rule: row for rule, row in differences.items() if rule not in OURS}
    winners = {name: _winners(measure, name, others) for name, measure in MEASURES.items()}
    return {
        "rules": {
            rule: {name: asdict(Estimate.of_mean(figures)) for name, figures in row.items()}
            for rule, row in values.items()
        },
        "differences": {
            rule: {name: asdict(estimate) for name, estimate in row.items()}
            for rule, row in differences.items()
        },
        "others_win": {name: rules for name, rules in winners.items() if rules},
    }


def _winners(
    measure: Measure, name: str, differences: Mapping[str, Mapping[str, Estimate]]
) -> list[str]:
    """Return the rules that are surely better in a measure, the best first."""
    gains = {
        rule: (row[name].mean or 0.0) * (1.0 if measure.more else -1.0)
        for rule, row in differences.items()
        if row[name].sure
    }
    return sorted((rule for rule in gains if gains[rule] > 0), key=lambda rule: -gains[rule])
