"""Where contacts come from and go besides the forecast: transfers, repeats, retries, classes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from optimizer.model.record import Record

__all__ = ["CustomerClass", "Flow", "FlowKind"]


class FlowKind(StrEnum):
    """Why a contact comes again.

    ``transfer``: whoever answered hands the case on; ``repeat``: it was not resolved and the
    customer comes back; ``retry``: the customer gave up waiting and tries again.
    """

    TRANSFER = "transfer"
    REPEAT = "repeat"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class Flow(Record):
    """A share of a planning group's contacts that brings another contact.

    Parameters
    ----------
    source, target
        Identifiers of planning groups; they may be the same.
    share
        Of the contacts answered in `source` (transfer, repeat) or given up there (retry), in
        [0, 1]. The transfers and repeats of a source add up to at most 1.
    delay_seconds
        Mean time until the new contact, exponential; 0 for at once.
    pauses_clock
        Whether the delay does not count for the deadline of the case (waiting for the customer).
    """

    source: str
    target: str
    share: float
    kind: FlowKind = FlowKind.TRANSFER
    delay_seconds: float = 0.0
    pauses_clock: bool = False


@dataclass(frozen=True, slots=True)
class CustomerClass(Record):
    """Customers of like value.

    Parameters
    ----------
    share
        Of the contacts of every planning group, in (0, 1]; the classes add up to 1.
    value
        Multiplies the customer value of the group, 0 or more.
    """

    id: str
    share: float
    value: float = 1.0
