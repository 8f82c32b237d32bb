"""Other flows, and what they do to the work: more resolved at once, fewer handed on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import InvalidInput, Issue, raise_errors
from optimizer.model import FlowKind, Organisation
from optimizer.model.findings import Findings
from optimizer.model.service_checks import check_flows
from optimizer.staffing.flows import all_contacts, fresh_contacts
from optimizer.staffing.inputs import LONGEST, aligned, check_numbers

__all__ = ["FlowChange", "changed_contacts", "with_flow_factor"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class FlowChange:
    """What other flows do to the work.

    Parameters
    ----------
    contacts
        All contacts with the new flows, [groups, slots].
    added
        Contacts more than before, negative for fewer, [groups].
    hours_saved
        Handling hours less than before, negative for more, [groups].
    issues
        Where the old flows contradict the forecast.
    """

    contacts: Array
    added: Array
    hours_saved: Array
    issues: tuple[Issue, ...]


def with_flow_factor(
    organisation: Organisation,
    factor: float,
    kind: FlowKind,
    *,
    source: str | None = None,
    target: str | None = None,
) -> Organisation:
    """Return the organisation with the shares of some flows multiplied.

    * First contact resolution raised from f to g: the repeats times ``(1 - g) / (1 - f)``.
    * Authority raised: the transfers times the share that still needs an expert over the one
      that needs one now (`optimizer.staffing.authority`).
    * A part m of the experts' work handed to the front line: the transfers times ``1 - m``.

    Parameters
    ----------
    factor
        0 or more.
    kind, source, target
        Which flows; None means those from, or to, any planning group.

    Raises
    ------
    InvalidInput
        If there is no such flow, or a share becomes impossible.
    """
    found = Findings()
    found.within("factor", factor, 0.0)
    chosen = [
        flow.kind is kind and source in (None, flow.source) and target in (None, flow.target)
        for flow in organisation.flows
    ]
    if not any(chosen):
        found.at("flows").error("no_such_flow", "There is no flow of this kind between these.")
    flows = tuple(
        replace(flow, share=flow.share * factor) if change else flow
        for flow, change in zip(organisation.flows, chosen, strict=True)
    )
    changed = replace(organisation, flows=flows)
    check_flows(found, changed)
    raise_errors("The flows cannot be changed.", found.issues)
    return changed


def changed_contacts(
    before: Organisation,
    after: Organisation,
    offered: ArrayLike,
    aht_s: ArrayLike,
    interval_s: float,
    *,
    abandonment: ArrayLike = 0.0,
    aht_after_s: ArrayLike | None = None,
) -> FlowChange:
    """Return what the work becomes when the flows of one organisation give way to another's.

    Parameters
    ----------
    before, after
        The same planning groups in the same order, with the flows now and then.
    offered
        Expected contacts with the flows now, [groups, slots].
    aht_s, aht_after_s
        Mean handling times in seconds now and then, [groups, slots] or a shape that broadcasts
        to it. None keeps them as they are; whoever keeps cases that were handed on before will
        need longer.
    interval_s, abandonment
        See `fresh_contacts`.

    Raises
    ------
    InvalidInput
        If the flows, a shape or a number cannot be used; every problem is listed.
    """
    if [group.id for group in before.groups] != [group.id for group in after.groups]:
        detail = "The planning groups before and after are not the same."
        raise InvalidInput("Flows cannot be compared.", [Issue("other_groups", "/groups", detail)])
    found = Findings()
    names = ("offered", "aht_s", "aht_after_s")
    then = aht_s if aht_after_s is None else aht_after_s
    volume, aht, aht_then = aligned(found, names, (offered, aht_s, then))
    check_numbers(found.at("aht_s"), aht, 0.0, LONGEST)
    check_numbers(found.at("aht_after_s"), aht_then, 0.0, LONGEST)
    raise_errors("Flows cannot be compared.", found.issues)
    fresh = fresh_contacts(before, volume, interval_s, abandonment=abandonment)
    contacts = all_contacts(after, fresh.contacts, interval_s, abandonment=abandonment)
    return FlowChange(
        contacts,
        (contacts - volume).sum(axis=1),
        (volume * aht - contacts * aht_then).sum(axis=1) / 3600.0,
        fresh.issues,
    )
