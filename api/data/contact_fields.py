"""What is kept of a contact."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

__all__ = ["FLAGS", "NUMBERS", "TEXTS", "TIMES", "Contact"]

TEXTS: Mapping[str, str] = {
    "group": "planning group at which it arrived",
    "channel": "channel; by default that of the group",
    "tier": "tier that handled it; by default that of the group",
    "site": "site that handled it; by default that of the agent, else of the group",
    "vendor": "vendor that handled it; by default that of the agent's contract",
    "agent": "agent who handled it",
    "case_id": "the matter it is about; several contacts may have one",
    "driver": "why the customer came, a tag of the organisation's own",
}
TIMES: Mapping[str, str] = {
    "created": "when it arrived",
    "first_response": "when it was answered first",
    "abandoned": "when the customer gave up unanswered",
    "resolved": "when the matter was resolved",
}
NUMBERS: Mapping[str, str] = {
    "handled_s": "seconds of handling, work after the contact included",
    "paused_s": "seconds of business hours in which its clocks stood, waiting for the customer",
}
FLAGS: Mapping[str, str] = {
    "resolved_at_first": "whether it was resolved by whoever answered it first",
    "transferred": "whether it was handed on to another group",
}


class Contact(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A contact as it is kept; None where not told. Times are seconds since 1970 in UTC.

    What the fields mean stands in the tables above.
    """

    group: str
    created: float
    channel: str | None = None
    tier: str | None = None
    site: str | None = None
    vendor: str | None = None
    agent: str | None = None
    case_id: str | None = None
    driver: str | None = None
    first_response: float | None = None
    abandoned: float | None = None
    resolved: float | None = None
    handled_s: float | None = None
    paused_s: float | None = None
    resolved_at_first: bool | None = None
    transferred: bool | None = None
