"""Centres whose contacts bring contacts, for tests."""

from __future__ import annotations

from dataclasses import replace

from optimizer.model import Flow, Organisation, PlanningGroup
from tests.optimizer.builders import organisation

__all__ = ["HALF_HOUR", "centre"]

HALF_HOUR = 1800.0


def centre(*flows: Flow, groups: str = "abc") -> Organisation:
    return replace(
        organisation(),
        groups=tuple(PlanningGroup(name, "voice", "orders") for name in groups),
        flows=flows,
    )
