"""Requests by route, method and status, and how long they took.

The labels are few and known before: the template of the route rather than the path, so that no
identifier of anybody's becomes a label.
"""

from __future__ import annotations

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

__all__ = ["FIGURES", "UNMATCHED", "count_request", "known_method"]

# Twice as many lines, which nobody asks for; the call has no types.
disable_created_metrics()  # type: ignore[no-untyped-call]

FIGURES = CollectorRegistry()
"""All that a process counts as it goes."""

UNMATCHED = "unmatched"
"""The route of requests that no route takes."""

# From a decision of half a millisecond to a body of many megabytes.
_BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_REQUESTS = Counter(
    "callboard_requests",
    "Requests that were answered.",
    ("route", "method", "status"),
    registry=FIGURES,
)
_SECONDS = Histogram(
    "callboard_request_seconds",
    "From the arrival of a request to its answer (of a stream: to its beginning). "
    "Of the route /v1/assignments: the latency of live decisions.",
    ("route", "method"),
    buckets=_BUCKETS,
    registry=FIGURES,
)


def known_method(method: str) -> str:
    """Return a method, or `other`: made-up ones must not become ever more labels."""
    return method if method in _METHODS else "other"


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    """Count a request that was answered; takes microseconds.

    Parameters
    ----------
    route
        The template of its path, or `UNMATCHED`.
    method
        As `known_method` returns it.
    """
    requests, latency = _children(route, method, status)
    requests.inc()
    latency.observe(seconds)


@cache
def _children(route: str, method: str, status: int) -> tuple[Counter, Histogram]:
    return (
        _REQUESTS.labels(route, method, str(status)),
        _SECONDS.labels(route, method),
    )
