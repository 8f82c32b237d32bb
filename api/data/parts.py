"""The organisation put as a whole or part by part, never inconsistent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from api.data.documents import StaleVersion, Version, load_document, put_document
from api.data.organisations import ORGANISATION
from api.errors import Conflict
from api.store import Store
from optimizer.codec import decode, encode
from optimizer.errors import Issue, Severity, raise_errors
from optimizer.model import Agent, Contract, Organisation, ServiceGoal, check_organisation
from optimizer.model.findings import Findings
from optimizer.model.record import Record

__all__ = ["Agents", "Contracts", "Goals", "Part", "put_organisation", "put_part"]

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Agents(Record):
    """All people of the organisation."""

    agents: tuple[Agent, ...]


@dataclass(frozen=True, slots=True)
class Contracts(Record):
    """All terms on which people work."""

    contracts: tuple[Contract, ...]


@dataclass(frozen=True, slots=True)
class Goals(Record):
    """What good service means, for every planning group.

    Parameters
    ----------
    goals
        By identifier of the planning group.
    """

    goals: dict[str, ServiceGoal]


Part = Agents | Contracts | Goals


def put_organisation(
    store: Store,
    tenant: str,
    organisation: Organisation,
    *,
    key_id: str | None = None,
    expected: int | None = None,
    pointer: str = "",
) -> tuple[Version, bool, list[Issue]]:
    """Keep an organisation as the latest version.

    Parameters
    ----------
    expected
        As of `api.data.documents.put_document`.
    pointer
        Of the organisation in what was sent, for the issues.

    Returns
    -------
    The version, whether it is a new one, and what is worth knowing.

    Raises
    ------
    InvalidInput
        If the organisation is inconsistent; every issue is listed.
    StaleVersion
        If the latest version is not the expected one.
    """
    issues = check_organisation(organisation, pointer)
    raise_errors("The organisation has problems.", issues)
    body = encode(organisation)
    version, new = put_document(store, tenant, ORGANISATION, body, key_id=key_id, expected=expected)
    return version, new, issues


def put_part(
    store: Store,
    tenant: str,
    part: Part,
    *,
    key_id: str | None = None,
    expected: int | None = None,
) -> tuple[Version, bool, list[Issue]]:
    """Put a part of the organisation in place of what is there.

    What others change meanwhile in other parts is kept.

    Returns
    -------
    As `put_organisation`.

    Raises
    ------
    Conflict
        If there is no organisation yet.
    InvalidInput
        If the organisation would become inconsistent. Issues point into the part where they are
        about it; others point to the part, and say where in the organisation they are.
    StaleVersion
        If the latest version is not the expected one.
    """
    for _ in range(_ATTEMPTS):
        there = load_document(store, tenant, ORGANISATION)
        if there is None:
            detail = "There is no organisation yet that this could be a part of."
            raise Conflict(detail, [Issue("no_organisation", "", detail)])
        number = there.version.version
        try:
            changed, pointed = _with(decode(Organisation, there.body), part)
            issues = [pointed(issue) for issue in check_organisation(changed)]
            raise_errors("The organisation would have problems.", issues)
            version, new = put_document(
                store,
                tenant,
                ORGANISATION,
                encode(changed),
                key_id=key_id,
                expected=number if expected is None else expected,
            )
        except StaleVersion:
            if expected is not None:
                raise
            continue  # somebody changed another part meanwhile: look again
        return version, new, issues
    detail = "The organisation is changed by many at a time; try again."
    raise Conflict(detail, [Issue("stale_version", "", detail)])


def _with(organisation: Organisation, part: Part) -> tuple[Organisation, Callable[[Issue], Issue]]:
    """Return the organisation with a part replaced, and what has its issues point into the part."""
    if isinstance(part, Agents):
        return replace(organisation, agents=part.agents), _pointing("agents")
    if isinstance(part, Contracts):
        return replace(organisation, contracts=part.contracts), _pointing("contracts")
    found = Findings()
    groups = {group.id for group in organisation.groups}
    for name in part.goals:
        found.at("goals", name).known("", name, groups, "group")
    for name in sorted(groups - set(part.goals)):
        found.at("goals").error("missing_field", f"Group {name!r} has no goal.")
    raise_errors("The goals are not those of the planning groups.", found.issues)
    changed = tuple(replace(group, goal=part.goals[group.id]) for group in organisation.groups)

    def pointed(issue: Issue) -> Issue:
        parts = issue.pointer.split("/")
        if parts[1:2] == ["groups"] and parts[3:4] == ["goal"]:
            here = Findings().at("goals", changed[int(parts[2])].id, *parts[4:])
            return replace(issue, pointer=here.pointer)
        return _elsewhere(issue, "/goals")

    return replace(organisation, groups=changed), pointed


def _pointing(name: str) -> Callable[[Issue], Issue]:
    def pointed(issue: Issue) -> Issue:
        if issue.pointer == f"/{name}" or issue.pointer.startswith(f"/{name}/"):
            return issue
        return _elsewhere(issue, f"/{name}")

    return pointed


def _elsewhere(issue: Issue, here: str) -> Issue:
    """Return an issue of another part of the organisation, told at the part that was sent."""
    if issue.severity is not Severity.ERROR:
        return issue
    detail = f"In the organisation, {issue.pointer or '/'}: {issue.detail}"
    return replace(issue, pointer=here, detail=detail)
