"""`callboard staff`: from a forecast to agents required."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape
from rich.table import Table

from api.cli.options import organisation_option, stored_forecast_option
from api.cli.output import console, emit_json, json_option

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from api.volumes import Volumes
    from optimizer.model import Organisation, Requirement, TimeGrid
    from optimizer.staffing import Method

__all__ = ["staff"]

_METHODS = ("offered-load", "by-interval")
_SHORT = {"offered-load": "load", "by-interval": "interval"}


@click.command()
@organisation_option
@stored_forecast_option
@click.option(
    "--method",
    "method_name",
    type=click.Choice(_METHODS),
    default=_METHODS[0],
    show_default=True,
    help="Staff for the contacts in hand, or for each interval as if it had always been like that.",
)
@click.option(
    "--deferred",
    "deferred_name",
    type=click.Choice(("spread", "fill")),
    default="spread",
    show_default=True,
    help="Spread email, social and tickets over their window, or fill them into idle time first.",
)
@click.option(
    "--pooled", is_flag=True, help="Count agents of several skills once, not in every group."
)
@click.option(
    "--check",
    is_flag=True,
    help="Follow the queues of both methods through time and show the service levels.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for requirement.json and requirement.csv.",
)
@json_option
def staff(
    organisation_path: Path,
    forecast_path: Path,
    method_name: str,
    deferred_name: str,
    pooled: bool,
    check: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Turn a forecast into agents required per planning group and interval.

    Voice and chat get the least agents that meet the group's goal, by exact Erlang C, or
    Erlang A where customers have a patience; email, social and tickets get their work spread
    over the answer window (--deferred spread), or first into the idle time of those agents for
    voice and chat who have the skills (--deferred fill). Every group is staffed by itself unless
    --pooled counts the flexibility of agents with several skills. Shrinkage is included: this is
    what a roster has to cover.

    Work is there a handling time after the contacts arrive. By default an interval is staffed
    for the contacts in hand in it (the offered load); both methods are shown side by side, and
    --check tells what customers would get under each, in motion, from an exact queue.

    \b
    Examples:
      callboard staff --organisation organisation.json --forecast forecast.csv --out out
      callboard staff --organisation organisation.json --forecast forecast.csv --check
      callboard staff --organisation organisation.json --forecast forecast.csv \\
          --pooled --deferred fill --out out
    """
    from api.tables import write_requirement
    from api.volumes import requirement_for, volumes_of
    from forecasts import read_forecast
    from optimizer.io import read_organisation, write
    from optimizer.staffing import DeferredMethod, Method

    organisation = read_organisation(organisation_path)
    volumes = volumes_of(organisation, read_forecast(forecast_path))
    deferred = DeferredMethod(deferred_name)
    both = {
        method: requirement_for(
            organisation, volumes, method=method, deferred=deferred, pooled=pooled
        )
        for method in Method
    }
    method = Method(_key(method_name))
    summary = _summary(organisation, volumes, both, method)
    summary |= {"deferred": deferred.value, "pooled": pooled}
    if check:
        _add_shares(summary, organisation, volumes)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write(out / "requirement.json", both[method])
        write_requirement(out / "requirement.csv", volumes, both[method])
        summary["files"] = [str(out / "requirement.json"), str(out / "requirement.csv")]
    if as_json:
        emit_json(summary)
        return
    _print_requirement(summary)
    _print_methods(summary)
    if check:
        _print_shares(summary)
    for file in summary.get("files", ()):
        console.print(f"Wrote {file}", soft_wrap=True, markup=False)


def _summary(
    organisation: Organisation,
    volumes: Volumes,
    both: Mapping[Method, Requirement],
    chosen: Method,
) -> dict[str, Any]:
    """Return what is needed when, per group and in all, by the chosen method and by each."""
    from optimizer.staffing import Method

    grid = volumes.grid
    channels = {group.id: group.channel for group in organisation.groups}
    rows = []
    for g, name in enumerate(volumes.groups):
        offered = volumes.offered[g]
        by_method = {method: _needed(both[method].agents[g], grid) for method in Method}
        gap = both[Method.OFFERED_LOAD].agents[g] - both[Method.BY_INTERVAL].agents[g]
        widest = int(abs(gap).argmax())
        rows.append(
            {
                "group": name,
                "channel": channels[name],
                "offered": round(float(offered.sum()), 3),
                "workload_hours": round(float(offered @ volumes.aht_s[g]) / 3600.0, 3),
                **by_method[chosen],
                "by_method": {method.value: needed for method, needed in by_method.items()},
                "difference": {
                    "agent_hours": round(float(gap.sum()) * grid.hours_per_slot, 3),
                    "intervals": int((gap != 0.0).sum()),
                    "most_agents": round(float(gap[widest]), 3),
                    "at": _clock(grid, widest) if gap[widest] else None,
                },
            }
        )
    hours = {
        method.value: round(float(requirement.agents.sum()) * grid.hours_per_slot, 3)
        for method, requirement in both.items()
    }
    return {
        "start": grid.local(0).isoformat(),
        "end": grid.end.isoformat(),
        "last_day": grid.days()[-1].isoformat(),
        "zone": grid.zone,
        "interval_minutes": grid.interval_minutes,
        "slots": grid.count,
        "method": chosen.value,
        "agent_hours": hours[chosen.value],
        "agent_hours_by_method": hours,
        "groups": rows,
    }


def _needed(agents: NDArray[np.float64], grid: TimeGrid) -> dict[str, Any]:
    peak = int(agents.argmax())
    return {
        "agent_hours": round(float(agents.sum()) * grid.hours_per_slot, 3),
        "peak_agents": round(float(agents[peak]), 3),
        "peak_at": _clock(grid, peak),
    }


def _add_shares(summary: dict[str, Any], organisation: Organisation, volumes: Volumes) -> None:
    """Add what customers get in motion under each method, to the groups answered at once."""
    from api.in_time import shares_in_time
    from api.volumes import on_contacts
    from optimizer.staffing import Method

    rows = {row["group"]: row for row in summary["groups"]}
    for method in Method:
        agents = on_contacts(organisation, volumes, method=method)
        for share in shares_in_time(organisation, volumes, agents):
            rows[share.group]["by_method"][method.value]["in_time"] = {
                "within_seconds": share.within_seconds,
                "denominator": share.denominator.value,
                "target_share": share.target,
                "mean_share": round(share.mean, 6),
                "worst_share": round(share.worst, 6),
                "worst_at": _clock(volumes.grid, share.worst_slot),
                "intervals_below_target": share.below,
                "intervals": share.intervals,
            }


def _key(method_name: str) -> str:
    """Return the name of a method inside documents."""
    return method_name.replace("-", "_")


def _clock(grid: TimeGrid, slot: int) -> str:
    return grid.local(slot).isoformat(" ", "minutes")


def _short(clock: str) -> str:
    """Return month, day and time of a local time: the year stands in the title."""
    return clock[5:16]


def _print_requirement(summary: dict[str, Any]) -> None:
    table = Table(title=f"Agents to roster, {summary['start'][:10]} to {summary['last_day']}")
    table.add_column("group")
    for heading in ("contacts", "work h", "agent h", "most agents", "at"):
        table.add_column(heading, justify="right")
    for row in summary["groups"]:
        table.add_row(
            escape(row["group"]),
            f"{row['offered']:,.0f}",
            f"{row['workload_hours']:,.0f}",
            f"{row['agent_hours']:,.0f}",
            f"{row['peak_agents']:,.1f}",
            _short(row["peak_at"]) if row["peak_agents"] else "-",
        )
    console.print(table)
    console.print(
        f"{summary['agent_hours']:,.0f} agent-hours in all, "
        f"method {summary['method'].replace('_', '-')}"
    )


def _print_methods(summary: dict[str, Any]) -> None:
    """Show where the two methods differ; groups for which they agree are left out."""
    rows = [row for row in summary["groups"] if row["difference"]["intervals"]]
    if not rows:
        console.print("Both methods need the same agents in every slot.")
        return
    table = Table(title="Agent hours by offered load and by interval, and where they differ most")
    table.add_column("group", no_wrap=True)
    for heading in (*(f"by {name}" for name in _SHORT.values()), "slots", "agents", "at"):
        table.add_column(heading, justify="right")
    for row in rows:
        difference = row["difference"]
        table.add_row(
            escape(row["group"]),
            *(f"{row['by_method'][_key(m)]['agent_hours']:,.1f}" for m in _METHODS),
            str(difference["intervals"]),
            f"{difference['most_agents']:+,.0f}",
            _short(difference["at"]),
        )
    console.print(table)


def _print_shares(summary: dict[str, Any]) -> None:
    table = Table(title="Service level as load and agents change")
    table.add_column("group", no_wrap=True)
    for heading in ("goal", "by"):
        table.add_column(heading)
    for heading in ("mean", "worst, at", "below"):
        table.add_column(heading, justify="right")
    for row in summary["groups"]:
        for method in _METHODS:
            share = row["by_method"][_key(method)].get("in_time")
            if share is None:
                continue
            first = method == _METHODS[0]
            target = share["target_share"]
            goal = "at once" if target is None else f"{target:.0%}/{share['within_seconds']:g} s"
            table.add_row(
                escape(row["group"]) if first else "",
                goal if first else "",
                _SHORT[method],
                f"{share['mean_share']:.1%}",
                f"{share['worst_share']:.1%} {_short(share['worst_at'])}",
                "-" if target is None else f"{share['intervals_below_target']}",
            )
    console.print(table)
    console.print(
        "[dim]Below: slots of less than the goal. Exact queues through time: Poisson arrivals, "
        "exponential handling and patience, each group by itself with the agents required on "
        "contacts (no shrinkage, no roster).[/]"
    )
