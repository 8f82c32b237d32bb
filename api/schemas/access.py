"""What is asked and answered about access."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from api.access.audit import AuditEntry
from optimizer.model.record import Record

__all__ = ["MOST_ENTRIES", "AuditPage", "AuditQuery"]

MOST_ENTRIES = 500
"""Entries in one answer."""


class AuditQuery(BaseModel):
    """Which entries of the audit to list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, description="Most entries in one answer.", ge=1, le=MOST_ENTRIES)
    before: int | None = Field(
        None, description="Only entries with lower numbers than this one.", ge=1, le=2**31 - 1
    )


@dataclass(frozen=True, slots=True)
class AuditPage(Record):
    """What was done with the data of a tenant, the newest first.

    Parameters
    ----------
    next
        Address of the entries before these; null if there are none.
    """

    entries: tuple[AuditEntry, ...]
    next: str | None
