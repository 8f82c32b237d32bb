"""Checks of contracts, and of what sites and agents change in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from optimizer.model.contracts import (
    Contract,
    Limits,
    Range,
    Vendor,
)
from optimizer.model.findings import Findings
from optimizer.model.organisation import Organisation
from optimizer.model.rule_names import RuleName
from optimizer.model.shifts import ShiftTemplate
from optimizer.model.terms import contracts_of

__all__ = ["check_changed_terms", "check_contract", "check_limits", "check_vendor"]

_RANGES = ("minutes_per_day", "minutes_per_week", "minutes_per_period", "shifts_per_week")
_LEAST = {
    "rest_minutes": 0,
    "max_consecutive_days": 1,
    "min_consecutive_days": 1,
    "min_consecutive_days_off": 1,
    "max_consecutive_days_off": 1,
    "max_weekends": 0,
    "max_start_spread_minutes": 0,
}
_RUNS = (
    ("min_consecutive_days", "max_consecutive_days"),
    ("min_consecutive_days_off", "max_consecutive_days_off"),
)


def check_contract(
    found: Findings,
    contract: Contract,
    templates: Mapping[str, ShiftTemplate],
    vendors: Collection[str],
) -> None:
    """Report what is wrong with a contract."""
    check_limits(found, contract, templates)
    _check_runs(found, contract)
    found.within("guaranteed_minutes_per_week", contract.guaranteed_minutes_per_week, 0)
    found.within("hourly_cost", contract.hourly_cost, 0)
    found.within("call_cost", contract.call_cost, 0)
    found.within("weekend_premium", contract.weekend_premium, 0)
    found.within("notice_hours", contract.notice_hours, 0)
    found.within("time_off_credit", contract.time_off_credit, 0, 1)
    found.within("time_off_minutes_per_week", contract.time_off_minutes_per_week, 0)
    for i, band in enumerate(contract.overtime):
        found.at("overtime", i).within("beyond_minutes", band.beyond_minutes, 0)
        found.at("overtime", i).within("premium", band.premium, 0)
    found.known("vendor", contract.vendor, vendors, "vendor")
    if not contract.templates:
        found.at("templates").error("no_templates", "The contract allows no shift template.")
    for i, template in enumerate(contract.templates):
        found.at("templates").known(str(i), template, templates, "template")
    for template in _too_long_or_short(contract, templates):
        bounds = contract.minutes_per_day
        most = "" if bounds.maximum is None else f" to {bounds.maximum}"
        found.at("templates", contract.templates.index(template)).warning(
            "shift_outside_minutes",
            f"No shift of template {template!r} has {bounds.minimum}{most} paid minutes.",
        )
    if (reach := _most_minutes(contract, templates)) is not None:
        least = contract.minutes_per_week.minimum
        if least > reach:
            found.at("minutes_per_week", "minimum").warning(
                "minimum_out_of_reach",
                f"{least} paid minutes a week are wanted, but {contract.shifts_per_week.maximum} "
                f"shifts have {reach} at most.",
            )


def check_limits(found: Findings, limits: Contract | Limits, templates: Collection[str]) -> None:
    """Report what is wrong with the bounds that contracts, sites and agents have alike."""
    for name in _RANGES:
        _check_range(found, name, getattr(limits, name))
    for name, least in _LEAST.items():
        found.within(name, getattr(limits, name), least)
    for name, bounds in (limits.template_limits or {}).items():
        here = found.at("template_limits")
        here.known(name, name, templates, "template")
        _check_range(here, name, bounds)
    for i, pair in enumerate(limits.forbidden or ()):
        found.at("forbidden", i).known("before", pair.before, templates, "template")
        found.at("forbidden", i).known("after", pair.after, templates, "template")
    for rule, price in limits.soft.items():
        here = found.at("soft")
        if rule.given_up is None:
            here.at(rule).error("rule_cannot_be_soft", f"The rule {rule.value!r} is always kept.")
        if price < 0:
            here.at(rule).error(
                "negative_price", f"Breaking {rule.value!r} would earn {-price:g} per unit."
            )
        else:
            here.within(rule, price, 0)


def check_changed_terms(found: Findings, organisation: Organisation) -> None:
    """Report bounds that contradict each other only once site and agent have changed them.

    Every reference of the organisation must be known to exist.
    """
    sites = {site.id: site for site in organisation.sites}
    reported: set[tuple[str, str]] = set()
    for i, (agent, contract) in enumerate(
        zip(organisation.agents, contracts_of(organisation), strict=True)
    ):
        if agent.limits is not None:
            _check_runs(found.at("agents", i, "limits"), contract)
        elif sites[agent.site].limits is not None and (agent.site, agent.contract) not in reported:
            # Once for all who share the site and the contract.
            reported.add((agent.site, agent.contract))
            place = next(n for n, site in enumerate(organisation.sites) if site.id == agent.site)
            _check_runs(found.at("sites", place, "limits"), contract)


def check_vendor(found: Findings, vendor: Vendor) -> None:
    """Report what is wrong with a vendor."""
    found.within("max_shifts_per_day", vendor.max_shifts_per_day, 0)
    found.within("max_minutes_per_week", vendor.max_minutes_per_week, 0)


def _check_range(found: Findings, name: str, bounds: Range | None) -> None:
    if bounds is not None:
        found.at(name).within("minimum", bounds.minimum, 0)
        found.ordered(name, bounds.minimum, bounds.maximum)


def _check_runs(found: Findings, contract: Contract) -> None:
    for least, most in _RUNS:
        found.ordered(least, getattr(contract, least), getattr(contract, most))


def _too_long_or_short(contract: Contract, templates: Mapping[str, ShiftTemplate]) -> Iterator[str]:
    """Yield the contract's templates none of whose shifts the bounds of a day allow."""
    bounds = contract.minutes_per_day
    if RuleName.MINUTES_PER_DAY in contract.soft or bounds.excess(bounds.minimum):
        return
    for name in contract.templates:
        template = templates.get(name)
        if template is not None and all(
            contract.minutes_per_day.excess(template.paid_minutes(length))
            for length in template.lengths
        ):
            yield name


def _most_minutes(contract: Contract, templates: Mapping[str, ShiftTemplate]) -> int | None:
    """Return the most paid minutes of a week's shifts; None if there is no limit on these."""
    paid = [
        templates[name].paid_minutes(length)
        for name in contract.templates
        if name in templates
        for length in templates[name].lengths
    ]
    shifts = contract.shifts_per_week.maximum
    return None if shifts is None or not paid else min(7, shifts) * max(paid)
