"""Who is measured beside us, and who of them is installed."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from benchmarks.forecasting.ours import Callboard
from benchmarks.forecasting.prophet_peer import Prophet
from benchmarks.forecasting.scoring import Method
from benchmarks.forecasting.statsforecast_peers import STATSFORECAST

__all__ = ["INSTALL", "PACKAGES", "methods", "missing"]

INSTALL = "pip install 'callboard[bench]'"
"""How to get the packages of all peers."""

PACKAGES = ("prophet", "statsforecast")


def methods(country: str, *, months: bool) -> tuple[Method, ...]:
    """Return ours and the peers.

    Parameters
    ----------
    country
        ISO 3166 code of the country that the calls come from.
    months
        Whether the history is long enough to tell a month's cycle.
    """
    prophets = [Prophet(country)]
    if months:
        prophets.append(Prophet(country, month=True))
    return (Callboard(), *prophets, *STATSFORECAST)


def missing(packages: Sequence[str] = PACKAGES) -> tuple[str, ...]:
    """Return those of the packages that are not installed."""
    absent = []
    for package in packages:
        try:
            version(package)
        except PackageNotFoundError:
            absent.append(package)
    return tuple(absent)
