"""All figures as Prometheus reads them."""

from __future__ import annotations

import platform

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import InfoMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from api.metrics.requests import FIGURES
from api.metrics.shared import shared_folder, undisturbed
from optimizer import __version__

__all__ = ["MEDIA_TYPE", "exposition"]

MEDIA_TYPE = CONTENT_TYPE_LATEST


class _Build(Collector):
    def collect(self) -> list[InfoMetricFamily]:
        """Give what this process is."""
        about = {"version": __version__, "python": platform.python_version()}
        return [InfoMetricFamily("callboard_build", "What answers here.", about)]


def exposition(*others: Collector) -> bytes:
    """Return what all processes of this machine counted, and what other collectors find."""
    asked = CollectorRegistry()
    for collector in (_Build(), *others):
        asked.register(collector)
    return _counted() + generate_latest(asked)


def _counted() -> bytes:
    folder = shared_folder()
    if folder is None:
        return generate_latest(FIGURES)
    summed = CollectorRegistry()
    MultiProcessCollector(summed, str(folder))  # type: ignore[no-untyped-call]  # has no types
    with undisturbed(folder):
        return generate_latest(summed)
