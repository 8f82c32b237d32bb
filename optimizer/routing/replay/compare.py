"""One log, several policies: the same customers and the same agents for each of them."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from optimizer.errors import raise_errors
from optimizer.model import RoutingPolicy, Snapshot, check_snapshot
from optimizer.model.findings import Findings
from optimizer.model.live_checks import MOST_SECONDS
from optimizer.progress import Observer, silent
from optimizer.routing.replay.crew import Worker
from optimizer.routing.replay.engine import Times, play
from optimizer.routing.replay.figures import Figures, figures_of, figures_of_reality
from optimizer.routing.replay.log import Log
from optimizer.routing.replay.played import Played
from optimizer.routing.replay.pool_router import PoolRouter
from optimizer.routing.replay.routers import BoardRouter, Router
from optimizer.routing.replay.unknowns import draw_customers, with_expected_handling
from optimizer.stop import Deadline

__all__ = ["Comparison", "RouterKind", "Run", "Settings", "compare"]


class RouterKind(StrEnum):
    """What decides: the router of single snapshots, or a resident pool (which knows `best`)."""

    BOARD = "board"
    POOL = "pool"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a log does not say.

    Parameters
    ----------
    times
        Seconds beside the service.
    within
        Seconds in which the service level wants an answer.
    mean_patience
        Mean patience, in seconds, of those who were served in reality, beyond the wait that they
        had; above 0. None means that they never give up.
    seed
        Of what is drawn: patience, and the services of those who gave up.
    router
        What decides.
    """

    times: Times = field(default_factory=Times)
    within: float = 20.0
    mean_patience: float | None = None
    seed: int = 0
    router: RouterKind = RouterKind.BOARD


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What a policy came to, contact by contact and in figures.

    Parameters
    ----------
    figures
        Of the contacts that are compared.
    played
        All that was played.
    """

    figures: Figures
    played: Played


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What policies made of a log, beside what happened in reality.

    Parameters
    ----------
    agents
        Identifiers, by the numbers that the runs use.
    compared
        How many contacts, in order of arrival, all figures are about: those that every policy of
        `runs` has played. Where that is a part of what was played, or of the log, occupancy and
        the inequality of idle time are None: nobody was there for this part alone.
    unplayed
        Policies that were not begun.
    """

    log: Log
    agents: tuple[str, ...]
    rules: Snapshot
    reality: Figures
    runs: tuple[Run, ...]
    compared: int
    unplayed: tuple[RoutingPolicy, ...] = ()


def compare(
    log: Log,
    crew: Sequence[Worker],
    policies: Sequence[RoutingPolicy],
    rules: Snapshot | None = None,
    settings: Settings | None = None,
    deadline: Deadline | None = None,
    observer: Observer = silent,
) -> Comparison:
    """Play a log by each of some policies.

    Where the weights ask for handling times, the tickets tell the mean of those like them.

    Parameters
    ----------
    rules
        Weights, channels, calendars, escalations and rings count; its tickets, agents and policy
        do not. None are the defaults.
    deadline
        When it has passed, or is stopped, the policy under way ends where it is, and those that
        follow are not played. All figures are then about the contacts that every policy played.

    Raises
    ------
    InvalidInput
        If rules or settings make no sense, or a pool is to play another policy than `best`.
    """
    settings = settings or Settings()
    deadline = deadline or Deadline.after(math.inf)
    if rules is None:
        rules = Snapshot(log.contacts[0].ticket.created, (), ())
    rules = _without_work(rules)
    _check(settings, policies)
    raise_errors("The rules have problems.", check_snapshot(rules))
    if rules.weights.handling_reference_seconds is not None:
        log = with_expected_handling(log)
    customers = draw_customers(log, settings.mean_patience, settings.seed)
    names = tuple(worker.state.id for worker in crew)
    every: list[tuple[Played, Snapshot, float]] = []
    for policy in policies:
        if every and deadline.passed():
            break
        started = time.perf_counter()
        own = replace(rules, policy=policy)
        played = play(
            log, crew, own, customers, _router(settings, own, names), settings.times, deadline,
            observer,
        )  # fmt: skip
        every.append((played, own, time.perf_counter() - started))
    compared = min(len(played) for played, _, _ in every)
    runs = []
    for played, own, seconds in every:
        figures = figures_of(played.first(compared), log, own, settings.within, seconds)
        runs.append(Run(figures if compared == len(played) else _of_a_part(figures), played))
    part = replace(log, contacts=log.contacts[:compared])
    reality = figures_of_reality(part, crew, rules, settings.within)
    if compared < len(log.contacts):
        reality = _of_a_part(reality)
    unplayed = tuple(policies[len(runs) :])
    return Comparison(log, names, rules, reality, tuple(runs), compared, unplayed)


def _of_a_part(figures: Figures) -> Figures:
    """Return the figures without those on agents, who were there for all contacts."""
    return replace(figures, occupancy=None, idle_gini=None)


def _router(settings: Settings, rules: Snapshot, names: Sequence[str]) -> Router:
    if settings.router is RouterKind.POOL:
        return PoolRouter(rules, names)
    return BoardRouter(rules, names)


def _without_work(rules: Snapshot) -> Snapshot:
    return replace(rules, tickets=(), agents=())


def _check(settings: Settings, policies: Sequence[RoutingPolicy]) -> None:
    found = Findings()
    found.within("ring", settings.times.ring, 0, MOST_SECONDS)
    found.within("after_call", settings.times.after_call, 0, MOST_SECONDS)
    found.within("within", settings.within, 0, MOST_SECONDS)
    found.within("mean_patience", settings.mean_patience, 0, MOST_SECONDS, open_low=True)
    found.within("seed", settings.seed, 0, 2**63 - 1)
    if not policies:
        found.at("policies").error("no_policy", "There is no policy to play.")
    for place, policy in enumerate(policies):
        if settings.router is RouterKind.POOL and policy is not RoutingPolicy.BEST:
            found.at("policies", place).error(
                "unknown_value", f"A pool always plays best, not {policy.value}."
            )
    raise_errors("The replay has problems.", found.issues)
