"""What events cost a resident pool, and whether its match stays the best there is."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from benchmarks.routing.drawing import Extras, draw_snapshot
from benchmarks.routing.floor import Floor
from benchmarks.routing.pairs import list_pairs
from benchmarks.routing.peers import flow_over_pairs, outcome
from benchmarks.routing.timing import settled
from optimizer.routing import assign
from optimizer.routing.pool import Event, OfferAccepted, Pool, PoolSettings

__all__ = ["measure"]

FORMS = 20_000
WARM_UP = 0.02
"""Share of the events that is taken before any is timed."""

FULL = 0.98
"""Share of the tickets that wait when measuring begins."""

EXTRAS = Extras(continuity=0.1, relaxation=0.1)


class Cost(NamedTuple):
    """Seconds that passed, and seconds that the processor worked."""

    seconds: float
    processor: float


def measure(
    tickets: int,
    agents: int,
    events: int,
    seed: int,
    *,
    skills: int,
    review_seconds: float,
    tick_seconds: float,
    checkpoints: int,
    tick: Callable[[str], None],
) -> dict[str, Any]:
    """Let random events happen to a pool; return their costs and how good its match stays.

    Parameters
    ----------
    tickets
        How many wait all the time, those matched but not offered included.
    checkpoints
        How often the match is compared with fresh solves, the end included.
    tick
        Told how far it is.
    """
    forms = draw_snapshot(min(FORMS, tickets + events), agents, seed, skills, EXTRAS)
    settings = PoolSettings(weights=forms.weights, review_seconds=review_seconds)
    pool, floor = Pool(settings, forms.now), Floor(forms, tickets, tick_seconds, seed)
    tick("Filling the pool")
    started = time.perf_counter()
    loaded = _fill(pool, floor, tickets, 1 + math.ceil(review_seconds / tick_seconds))
    for _ in range(int(WARM_UP * events)):
        _take(pool, floor, floor.next())
    loading = time.perf_counter() - started
    times: dict[str, list[Cost]] = defaultdict(list)
    checks = []
    with settled():
        for part in range(checkpoints):
            tick(f"Part {part + 1} of {checkpoints}")
            done = events * (part + 1) // checkpoints
            for _ in range(done - events * part // checkpoints):
                event = floor.next()
                times[event.kind].append(_take(pool, floor, event))
            checks.append(_check(pool) | {"events": done})
    clock = times.pop("tick", [])
    return {
        "loading": {"events": loaded, "seconds": loading},
        "clock_seconds": (floor.now - forms.now).total_seconds(),
        "waiting": len(floor.waiting),
        "offered": len(floor.offered),
        "in_hand": len(floor.in_hand),
        "agents_there": len(floor.here),
        "events": _costs([one for own in times.values() for one in own]),
        "clock_events": _costs(clock),
        "by_kind": {kind: _costs(own) for kind, own in sorted(times.items())},
        "checkpoints": checks,
        "equal": sum(check["equal"] for check in checks),
    }


def _fill(pool: Pool, floor: Floor, tickets: int, ticks: int) -> int:
    """Let everybody come until enough wait behind agents who are busy; return the events it took.

    Parameters
    ----------
    ticks
        Clock events after which a review has passed.
    """
    count = 0
    for name in sorted(floor.gone):
        _take(pool, floor, floor.comes(name))
        count += 1
    while len(floor.waiting) < FULL * tickets:
        for _ in range(tickets - len(floor.waiting)):
            _take(pool, floor, floor.arrival())
            count += 1
        for _ in range(ticks):
            _take(pool, floor, floor.tick())
            count += 1
        for ticket, agent in sorted(floor.offered):
            _take(pool, floor, OfferAccepted(floor.now, ticket, agent))
            count += 1
    return count


def _take(pool: Pool, floor: Floor, event: Event) -> Cost:
    """Let an event happen; return what the pool took."""
    started, worked = time.perf_counter(), time.thread_time()
    effects = pool.take(event)
    cost = Cost(time.perf_counter() - started, time.thread_time() - worked)
    floor.follow(event, effects)
    return cost


def _check(pool: Pool) -> dict[str, Any]:
    """Compare the match of what waits with fresh solves, ours and ortools' over all pairs."""
    snapshot, partners = pool.snapshot(), pool.tentative()
    pairs = list_pairs(snapshot)
    tickets = {ticket.id: i for i, ticket in enumerate(snapshot.tickets)}
    agents = {agent.id: i for i, agent in enumerate(snapshot.agents)}
    width = max(1, len(agents))
    asked = np.array([tickets[t] * width + agents[a] for t, a in partners.items()], dtype=np.int64)
    taken = np.flatnonzero(np.isin(pairs.ticket * width + pairs.agent, asked))
    own, best = outcome(pairs, taken), outcome(pairs, flow_over_pairs(pairs))
    fresh = assign(snapshot)
    difference = (best.value - own.value) / max(1.0, abs(best.value))
    return {
        "waiting": len(tickets),
        "matched": own.assigned,
        "not_allowed": len(asked) - own.assigned,
        "value": own.value,
        "fresh_value": fresh.value,
        "flow_value": best.value,
        "relative_difference": difference,
        "equal": own.levels == best.levels
        and len(asked) == own.assigned
        and abs(difference) < 1e-9
        and bool(np.isclose(fresh.value, best.value, rtol=1e-9, atol=1e-6)),
    }


def _costs(costs: list[Cost]) -> dict[str, float]:
    """Return how many there were, and median, 99th percentile and maximum in milliseconds.

    Those of the processor leave out what other programs took in between.
    """
    if not costs:
        return {"count": 0}
    seconds, processor = 1000.0 * np.array(costs).T
    return {
        "count": len(costs),
        "median_ms": float(np.median(seconds)),
        "p99_ms": float(np.percentile(seconds, 99)),
        "max_ms": float(seconds.max()),
        "processor_p99_ms": float(np.percentile(processor, 99)),
        "processor_max_ms": float(processor.max()),
    }
