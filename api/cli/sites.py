"""`callboard sites`: one pool for all sites, a desk at each, or something between."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape
from rich.table import Table

from api.cli.options import organisation_option, stored_forecast_option
from api.cli.output import console, emit_json, json_option
from api.wording import share as percent

if TYPE_CHECKING:
    from optimizer.model import Organisation, TimeGrid
    from optimizer.staffing import SiteOutcome

__all__ = ["sites"]


class SiteShare(click.ParamType[tuple[str, str, float]]):
    """``SITE=SHARE`` or ``GROUP@SITE=SHARE``, as (group or empty, site, share)."""

    name = "[group@]site=share"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str, float]:
        """Return the parts."""
        place, equals, figure = str(value).rpartition("=")
        group, _, site = place.rpartition("@")
        try:
            share = float(figure)
        except ValueError:
            equals = ""
        if not equals or not site:
            self.fail(f"{value!r} is not SITE=SHARE or GROUP@SITE=SHARE.", param, ctx)
        return group, site, share


@click.command()
@organisation_option
@stored_forecast_option
@click.option(
    "--share",
    "shares",
    type=SiteShare(),
    multiple=True,
    help="Share of the contacts that a site answers, or of one group's. Default: its agents.",
)
@click.option(
    "--pool",
    "pooled",
    metavar="GROUP",
    multiple=True,
    help="Group that the hybrid pools. Default: all groups of experts.",
)
@click.option(
    "--pooled-share",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.0,
    show_default=True,
    help="Part of the other groups' contacts that the hybrid pools.",
)
@json_option
def sites(
    organisation_path: Path,
    forecast_path: Path,
    shares: tuple[tuple[str, str, float], ...],
    pooled: tuple[str, ...],
    pooled_share: float,
    as_json: bool,
) -> None:
    """Compare one pool with separate sites, on the same forecast and goals.

    Centralised: every group is one queue for all sites. Distributed: each site answers its own
    share with its own agents. Hybrid: each site answers its own share, but experts, or a part
    of all contacts, are pooled.

    \b
    Examples:
      callboard sites --organisation organisation.json --forecast forecast.csv
      callboard sites --organisation organisation.json --forecast forecast.csv \\
        --share north=0.4 --share south=0.6 --share voice:orders@north=1 --json
    """
    from api.volumes import volumes_of
    from forecasts import read_forecast
    from optimizer.io import read_organisation
    from optimizer.staffing import compare_sites, shares_by_agents

    organisation = read_organisation(organisation_path)
    volumes = volumes_of(organisation, read_forecast(forecast_path))
    of_all: dict[str, float] = {}
    of_groups: dict[str, dict[str, float]] = defaultdict(dict)
    for group, site, share in shares:
        (of_groups[group] if group else of_all)[site] = share
    of_all = of_all or shares_by_agents(organisation)
    outcomes = compare_sites(
        organisation,
        volumes.grid,
        *volumes.for_all(organisation),
        of_all,
        of_groups=of_groups,
        pooled=pooled or None,
        pooled_share=pooled_share,
    )
    if as_json:
        emit_json(_document(volumes.grid, of_all, of_groups, outcomes))
    else:
        _print(organisation, outcomes)


def _document(
    grid: TimeGrid,
    shares: dict[str, float],
    of_groups: dict[str, dict[str, float]],
    outcomes: tuple[SiteOutcome, ...],
) -> dict[str, Any]:
    return {
        "start": grid.local(0).isoformat(),
        "zone": grid.zone,
        "interval_minutes": grid.interval_minutes,
        "slots": grid.count,
        "shares": shares,
        "shares_of_groups": of_groups,
        "outcomes": [
            {
                "pooling": outcome.pooling.value,
                "agent_hours": outcome.agent_hours,
                "scheduled_hours": outcome.scheduled_hours,
                "peak_agents": outcome.peak_agents,
                "occupancy": outcome.occupancy,
                "service_level": outcome.overall_service_level,
                "service_level_by_group": outcome.service_level,
                "agents": outcome.agents,
                "queues": [
                    {"group": name, "site": group.site, "agents": row}
                    for name, group, row in zip(
                        outcome.requirement.groups,
                        outcome.split.organisation.groups,
                        outcome.requirement.agents,
                        strict=True,
                    )
                ],
            }
            for outcome in outcomes
        ],
    }


def _print(organisation: Organisation, outcomes: tuple[SiteOutcome, ...]) -> None:
    least = min(outcome.agent_hours for outcome in outcomes)
    table = Table(title="What the same service needs")
    table.add_column("sites", no_wrap=True)
    headings = ("agent h", "more", "rostered h", "most agents", "occupancy", "service level")
    for heading in headings:
        table.add_column(heading, justify="right")
    for outcome in outcomes:
        table.add_row(
            outcome.pooling.value,
            f"{outcome.agent_hours:,.0f}",
            percent(outcome.agent_hours / least - 1.0 if least else None),
            f"{outcome.scheduled_hours:,.0f}",
            f"{outcome.peak_agents:,.1f}",
            percent(outcome.occupancy),
            percent(outcome.overall_service_level),
        )
    console.print(table)
    groups = Table(title="Agent-hours by group")
    groups.add_column("group")
    for outcome in outcomes:
        groups.add_column(outcome.pooling.value, justify="right")
    hours = [outcome.hours_by_group for outcome in outcomes]
    for g, group in enumerate(organisation.groups):
        groups.add_row(escape(group.id), *(f"{by_group[g]:,.0f}" for by_group in hours))
    console.print(groups)
