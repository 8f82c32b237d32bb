"""What the open days of some people do to everybody: shared rows, watches and coverage.

Everything that stays fixed is a number; of the slots only those are looked at in which one of the
people at hand could still lower a shortage. Within them the skills are flows, as in
`optimizer.roster.coupling`, so that colleagues may change groups. Fractions of people and units
are rounded to `PARTS`: what is found is judged by the exact objective afterwards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from optimizer.roster.frame import Frame
from optimizer.roster.near.priced import PricedModel, coins
from optimizer.roster.patterns import FREE
from optimizer.roster.state import State
from optimizer.roster.totals import HARD, Totals

__all__ = ["Choice", "Fixed", "add_meeting", "row_sums"]

PARTS = 20
"""Parts of a unit that are told apart where numbers are not whole."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """A shift that may be worked, with its activities in place.

    Parameters
    ----------
    literal
        Whether it is chosen.
    slots
        Slots on contacts.
    """

    agent: int
    pattern: int
    literal: cp_model.IntVar
    slots: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Fixed:
    """What everybody else does: a plan without the open days.

    Parameters
    ----------
    sums
        Of the shared rows, [rows].
    present
        People on contacts, [kinds, slots]; a kind is a set of groups served.
    watched
        People on contacts of each watch, [watches, slots].
    """

    sums: Floats
    present: Integers
    watched: Integers

    @classmethod
    def of(cls, state: State, totals: Totals) -> Fixed:
        """Return what a plan does."""
        frame, slots = state.frame, state.frame.demand.slots
        sums = row_sums(state, totals)
        kinds = sorted(set(frame.serves))
        present = np.zeros((len(kinds), slots), dtype=np.int64)
        watched = np.zeros((len(frame.watches), slots), dtype=np.int64)
        if not frame.demand.agents.any() and not frame.watches:
            return cls(sums, present, watched)
        kind = np.array([kinds.index(serves) for serves in frame.serves])[frame.team]
        watches = [np.isin(np.arange(len(kind)), watch.agents) for watch in frame.watches]
        for agent in np.flatnonzero((state.worked != FREE).any(axis=1)).tolist():
            there = state.contact_slots(agent)
            present[kind[agent], there] += 1
            for watch, members in enumerate(watches):
                if members[agent]:
                    watched[watch, there] += 1
        return cls(sums, present, watched)


def row_sums(state: State, totals: Totals) -> Floats:
    """Return the sums of the shared rows in a plan, [rows]."""
    frame = state.frame
    sums = np.zeros(len(frame.shared))
    for team, agents in enumerate(frame.teams):
        terms = totals.terms(team)
        if len(terms.row):
            mine = state.worked[agents]
            number = np.bincount(mine[mine != FREE], minlength=len(frame.patterns))
            sums += np.bincount(terms.row, number[terms.pattern] * terms.units, len(sums))
    return sums


def add_meeting(
    costs: PricedModel,
    frame: Frame,
    totals: Totals,
    fixed: Fixed,
    choices: Sequence[Choice],
    useful: Mapping[int, Floats],
) -> None:
    """Charge what choices do to shared rows, watches and coverage.

    Parameters
    ----------
    useful
        Per team, what one more on contacts is worth in each slot, [slots].
    """
    _add_rows(costs, frame, totals, fixed, choices)
    if fixed.watched.size:
        _add_watches(costs, frame, fixed, choices)
    _add_coverage(costs, frame, fixed, choices, useful)


def _add_rows(
    costs: PricedModel, frame: Frame, totals: Totals, fixed: Fixed, choices: Sequence[Choice]
) -> None:
    added: dict[int, tuple[list[cp_model.IntVar], list[float]]] = {}
    by_pattern: dict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
    for choice in choices:
        by_pattern[int(frame.team[choice.agent]), choice.pattern].append(choice.literal)
    for (team, pattern), literals in by_pattern.items():
        terms = totals.terms(team)
        for at in terms.of(np.array([pattern])).tolist():
            held, units = added.setdefault(int(terms.row[at]), ([], []))
            held += literals
            units += [float(terms.units[at])] * len(literals)
    for row, (literals, units) in added.items():
        shared = frame.shared[row]
        parts = _parts([*units, shared.lower, shared.upper, float(fixed.sums[row])])
        whole = [round(unit * parts) for unit in units]
        base = round(float(fixed.sums[row]) * parts)
        total = cp_model.LinearExpr.weighted_sum(literals, whole) + base
        reach = sum(abs(unit) for unit in whole)
        for bound, price, sign in (
            (shared.lower, shared.below_price, 1),
            (shared.upper, shared.above_price, -1),
        ):
            if not np.isfinite(bound) or not price:
                continue
            missing = sign * (round(bound * parts) - total)
            most = sign * (round(bound * parts) - base) + reach
            if most > 0:
                short = costs.model.new_int_var(0, most, "")
                costs.model.add(short >= missing)
                costs.charge(short, max(1, round(coins(min(price, HARD)) / parts)))


def _add_watches(costs: PricedModel, frame: Frame, fixed: Fixed, choices: Sequence[Choice]) -> None:
    for number, watch in enumerate(frame.watches):
        members = set(watch.agents.tolist())
        there: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for choice in choices:
            if choice.agent in members:
                for slot in choice.slots[watch.needed[choice.slots] > 0].tolist():
                    there[slot].append(choice.literal)
        for slot, literals in there.items():
            lack = float(watch.needed[slot]) - int(fixed.watched[number, slot])
            if lack > 0:
                parts = _parts([lack])
                short = costs.model.new_int_var(0, round(lack * parts), "")
                held = cp_model.LinearExpr.sum(literals)
                costs.model.add(short + parts * held >= round(lack * parts))
                costs.charge(short, round(coins(watch.price) / parts))


def _add_coverage(
    costs: PricedModel,
    frame: Frame,
    fixed: Fixed,
    choices: Sequence[Choice],
    useful: Mapping[int, Floats],
) -> None:
    kinds = sorted(set(frame.serves))
    there: dict[int, dict[int, list[cp_model.IntVar]]] = defaultdict(lambda: defaultdict(list))
    for choice in choices:
        team = int(frame.team[choice.agent])
        kind = kinds.index(frame.serves[team])
        for slot in choice.slots[useful[team][choice.slots] > 0].tolist():
            there[slot][kind].append(choice.literal)
    for slot, open_people in there.items():
        _add_slot(costs, frame, slot, kinds, fixed.present[:, slot], open_people)


def _add_slot(
    costs: PricedModel,
    frame: Frame,
    slot: int,
    kinds: Sequence[int],
    present: Integers,
    open_people: Mapping[int, list[cp_model.IntVar]],
) -> None:
    """Charge the shortage of one slot, people divided among the groups at best."""
    model, demand = costs.model, frame.demand
    groups = [row for row in range(len(demand.agents)) if demand.needed[slot] >> row & 1]
    parts = _parts([float(demand.agents[row, slot]) for row in groups])
    needed = {row: round(float(demand.agents[row, slot]) * parts) for row in groups}
    served: dict[int, list[cp_model.LinearExpr]] = {row: [] for row in groups}
    supply: dict[int, list[cp_model.LinearExpr]] = defaultdict(list)
    most: dict[int, int] = defaultdict(int)
    for kind, serves in enumerate(kinds):
        mine = serves & demand.needed[slot]
        literals = open_people.get(kind, [])
        if mine and (present[kind] or literals):
            people = cp_model.LinearExpr.sum(literals) + int(present[kind])
            supply[mine].append(parts * people)
            most[mine] += parts * (int(present[kind]) + len(literals))
    for mine, people_of in supply.items():
        rows = [row for row in groups if mine >> row & 1]
        if len(rows) == 1:
            served[rows[0]] += people_of
            continue
        flows = [model.new_int_var(0, min(most[mine], needed[row]), "") for row in rows]
        model.add(cp_model.LinearExpr.sum(flows) <= cp_model.LinearExpr.sum(people_of))
        for row, flow in zip(rows, flows, strict=True):
            served[row].append(flow)
    for row in groups:
        short = model.new_int_var(0, needed[row], "")
        model.add(short + cp_model.LinearExpr.sum(served[row]) >= needed[row])
        costs.charge(short, max(1, round(coins(float(demand.price[row])) / parts)))


def _parts(values: Sequence[float]) -> int:
    """Return into how many parts units must be told apart."""
    whole = all(np.isinf(value) or abs(value - round(value)) < 1e-9 for value in values)
    return 1 if whole else PARTS
