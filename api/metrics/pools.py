"""What the owner of resident pools counts: events, offers, and who waits."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

from api.metrics.requests import FIGURES

__all__ = ["count_event", "count_offers", "set_resident", "set_waiting"]

_EVENTS = Counter("callboard_pool_events", "Events that pools took.", ("kind",), registry=FIGURES)
_OFFERS = Counter("callboard_pool_offers", "Offers that pools made.", registry=FIGURES)
_WAITING = Gauge(
    "callboard_pool_waiting",
    "Tickets that wait in the pools held here.",
    registry=FIGURES,
    multiprocess_mode="livesum",
)
_RESIDENT = Gauge(
    "callboard_pools_resident",
    "Pools that are held in memory here.",
    registry=FIGURES,
    multiprocess_mode="livesum",
)


def count_event(kind: str) -> None:
    """Count an event; `kind` is one of the few kinds that events have."""
    _EVENTS.labels(kind).inc()


def count_offers(number: int) -> None:
    """Count offers that were made."""
    _OFFERS.inc(number)


def set_waiting(number: int) -> None:
    """Tell how many tickets wait in all pools of this process."""
    _WAITING.set(number)


def set_resident(number: int) -> None:
    """Tell how many pools this process holds."""
    _RESIDENT.set(number)
