"""`callboard replay`: a real log of contacts through the live router."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli.histories import PairType
from api.cli.options import FILE, Seconds
from api.cli.output import console, emit_json, interruptible, json_option, observing

if TYPE_CHECKING:
    from datetime import tzinfo

    from optimizer.model import Snapshot
    from optimizer.routing.replay import Log, Worker

__all__ = ["replay"]


class _Patience(click.ParamType[str | float]):
    """Nobody's, the mean that fits the log, or a mean in seconds."""

    name = "none|fit|seconds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | float:
        """Return the word or the seconds."""
        if value in ("none", "fit") or isinstance(value, float):
            return value  # type: ignore[no-any-return]  # click hands over anything
        seconds = Seconds(min=0, min_open=True).convert(value, param, ctx)
        return float(seconds)


@click.command()
@click.argument("log_path", metavar="LOG.csv", type=FILE)
@click.option(
    "--policy",
    "policies",
    default="best",
    show_default=True,
    help="Policies to play: best, fifo, priority, greedy, round_robin, bullseye, with commas.",
)
@click.option(
    "--agents",
    "agents_path",
    type=FILE,
    help="JSON document with a snapshot or an organisation; without it, those whom the log shows.",
)
@click.option(
    "--presence",
    "presence_path",
    type=FILE,
    help="CSV table agent,start,end: when they are there; without it, as the log shows.",
)
@click.option(
    "--rules",
    "rules_path",
    type=FILE,
    help="JSON document with a snapshot: its weights, channels, escalations and rings.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    type=PairType("ours=theirs"),
    help="What a column is called in the file, such as created=queue_entry; may be repeated.",
)
@click.option("--zone", help="IANA time zone of times without an offset, and of days.")
@click.option("--ring", type=Seconds(min=0), default=0.0, help="Seconds that every contact rings.")
@click.option(
    "--after-call",
    type=Seconds(min=0),
    default=0.0,
    help="Seconds after each service until the agent is free.",
)
@click.option(
    "--patience",
    type=_Patience(),
    default="none",
    show_default=True,
    help="Mean patience of those who were served in reality: none give up, as fits the log, or so.",
)
@click.option(
    "--within",
    type=Seconds(min=0),
    default=20.0,
    show_default=True,
    help="Seconds in which the service level wants an answer.",
)
@click.option(
    "--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="Begin with this local day."
)
@click.option("--days", type=click.IntRange(min=1), help="Play so many days of the calendar.")
@click.option("--limit", type=click.IntRange(min=1), help="Play at most so many contacts.")
@click.option(
    "--least-share",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Share of an agent's contacts from which a skill counts as held (agents of the log).",
)
@click.option(
    "--away-after",
    type=click.FloatRange(min=1, max=1440),
    default=240.0,
    show_default=True,
    help="Minutes without a contact after which an agent counts as gone (presence of the log).",
)
@click.option(
    "--router",
    type=click.Choice(["board", "pool"]),
    default="board",
    show_default=True,
    help="Decide snapshot by snapshot, or by a resident pool (policy best).",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--out",
    "records_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What became of every contact by every policy, as a CSV table.",
)
@json_option
def replay(
    log_path: Path,
    policies: str,
    agents_path: Path | None,
    presence_path: Path | None,
    rules_path: Path | None,
    columns: tuple[tuple[str, str], ...],
    zone: str | None,
    ring: float,
    after_call: float,
    patience: str | float,
    within: float,
    first: datetime | None,
    days: int | None,
    limit: int | None,
    least_share: float,
    away_after: float,
    router: str,
    seed: int,
    records_path: Path | None,
    as_json: bool,
) -> None:
    """Play a real log of contacts through the live router, by one policy or several.

    LOG.csv has one line per contact: id, created and handling_seconds, and as far as they are
    known channel, skills (billing:2;french:1), priority, customer_value, tier, site, language,
    tags, risk, amount, customer, prior_agent, first_response_seconds, resolution_seconds,
    patience_seconds (gave up after), waited_seconds, and agent (who served in reality). The logs
    of the "Anonymous Bank" and of the Italian help desk are known by their headers. Ctrl-C ends
    the replay and shows what was played.

    \b
    Examples:
      callboard replay calls.csv --zone Europe/Paris --column created=queue_entry
      callboard replay august.csv --policy best,fifo,priority --days 7 --json
      callboard replay calls.csv --agents agents.json --ring 4 --patience fit --out records.csv
    """
    from api.cli.replay_tables import as_dict, print_tables, remarks, write_records
    from api.files import check_place
    from optimizer.routing.replay import RouterKind, Settings, Times, compare, fitted_patience
    from optimizer.routing.replay import read_log as read
    from optimizer.stop import Deadline

    if records_path is not None:
        check_place(records_path.parent)
    chosen = _policies(policies)
    log = read(log_path, dict(columns), _zone(zone))
    crew, rules = _crew(log, agents_path, rules_path, least_share, timedelta(minutes=away_after))
    if presence_path is not None:
        crew = _present(crew, presence_path, _zone(zone) or log.zone)
    mean = fitted_patience(log) if patience == "fit" else patience
    settings = Settings(
        Times(ring, after_call),
        within,
        mean if isinstance(mean, float) else None,
        seed,
        RouterKind(router),
    )
    part = log.part(None if first is None else first.date(), days, limit)
    deadline = Deadline.after(math.inf)
    with observing() as observer:
        result = interruptible(
            lambda: compare(part, crew, chosen, rules, settings, deadline, observer), deadline
        )
    told = remarks(
        result,
        settings,
        agents_given=agents_path is not None,
        presence_given=presence_path is not None,
    )
    files = []
    if records_path is not None:
        write_records(records_path, result)
        files.append(str(records_path))
    if as_json:
        emit_json(as_dict(result, settings, told) | {"files": files})
        return
    print_tables(result, settings, told)
    for file in files:
        console.print(f"Wrote {file}", soft_wrap=True, markup=False)


def _policies(text: str) -> list[Any]:
    """Return the policies of a list with commas."""
    from optimizer.model import RoutingPolicy

    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in set(RoutingPolicy)]
    if unknown:
        known = ", ".join(RoutingPolicy)
        raise click.BadParameter(
            f"{', '.join(map(repr, unknown))} is not one of {known}.", param_hint="--policy"
        )
    return [RoutingPolicy(name) for name in dict.fromkeys(names)]


def _zone(name: str | None) -> tzinfo | None:
    from zoneinfo import ZoneInfo

    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise click.BadParameter(f"There is no time zone {name!r}.", param_hint="--zone") from None


def _crew(
    log: Log,
    agents_path: Path | None,
    rules_path: Path | None,
    least_share: float,
    away_after: timedelta,
) -> tuple[tuple[Worker, ...], Snapshot | None]:
    """Return who is there, and how to route: by `rules_path`, else as the agents' document says."""
    from dataclasses import replace

    from optimizer.io import read_snapshot
    from optimizer.model import Snapshot
    from optimizer.routing.replay import crew_of_log, crew_of_organisation, crew_of_snapshot

    rules = None if rules_path is None else read_snapshot(rules_path)
    if agents_path is None:
        return crew_of_log(log, least_share, away_after), rules
    found = _agents(agents_path)
    if isinstance(found, Snapshot):
        return crew_of_snapshot(found, log, away_after), rules or found
    crew, channels = crew_of_organisation(found, log, away_after)
    rules = rules or Snapshot(log.contacts[0].ticket.created, (), ())
    # Units belong to the capacities that come with them.
    return crew, replace(rules, channels=rules.channels | channels)


def _agents(path: Path) -> Any:
    """Return the snapshot of a document, or else its organisation."""
    import json

    from optimizer.io import read_organisation, read_snapshot

    try:
        sections = json.loads(path.read_bytes())
    except ValueError:
        sections = {}  # the reader says what is wrong
    has_organisation = isinstance(sections, dict) and "organisation" in sections
    return read_organisation(path) if has_organisation else read_snapshot(path)


def _present(crew: tuple[Worker, ...], path: Path, zone: tzinfo) -> tuple[Worker, ...]:
    from optimizer.routing.replay import read_presence, with_presence

    presence = read_presence(path, {worker.state.id for worker in crew}, zone)
    return with_presence(crew, presence)
