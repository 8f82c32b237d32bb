"""An agent's terms: the contract with what site and agent change in it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from optimizer.model.contracts import Contract, Limits
from optimizer.model.organisation import Organisation

__all__ = ["contracts_of"]


def contracts_of(organisation: Organisation) -> tuple[Contract, ...]:
    """Return the contract that holds for each agent, in the order of the agents.

    An agent's limits count before the site's, the site's before the contract's. Agents for whom
    nothing is changed share their contract as it is.
    """
    contracts = {contract.id: contract for contract in organisation.contracts}
    sites = {site.id: site for site in organisation.sites}
    return tuple(
        _changed(_changed(contracts[agent.contract], sites[agent.site].limits), agent.limits)
        for agent in organisation.agents
    )


def _changed(contract: Contract, limits: Limits | None) -> Contract:
    if limits is None:
        return contract
    changes: dict[str, Any] = {
        field.name: getattr(limits, field.name)
        for field in fields(limits)
        if getattr(limits, field.name) is not None
    }
    changes["soft"] = {**contract.soft, **limits.soft}
    return replace(contract, **changes)
