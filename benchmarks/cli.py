"""`callboard bench`: run one case, or all of them with the settings of the published figures."""

from __future__ import annotations

import click

from api.cli.group import CallboardGroup
from benchmarks.registry import CASES

__all__ = ["bench"]


@click.group(cls=CallboardGroup, commands_by_name=CASES, entry_point_group="callboard.bench")
def bench() -> None:
    """Measure Callboard beside its peers; every figure in the docs comes from here."""
