"""`callboard correct`: rosters, tried and corrected until goals hold at the least cost."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from api.cli.options import FILE, Seconds, organisation_option, stored_forecast_option
from api.cli.output import console, emit_json, interruptible, json_option, notes, observing
from api.cli.trials import settings_of, trial_options
from api.wording import duration, share

if TYPE_CHECKING:
    from api.correction import Correction
    from optimizer.model import Organisation

__all__ = ["correct"]

_MISSES_SHOWN = 12
_FIGURES = {
    "service_level": "in time",
    "abandonment": "gave up",
    "mean_answer_s": "answered",
    "first_response": "first resp.",
    "resolution": "resolved",
}


@click.command(context_settings={"default_map": {"replications": 20}})
@organisation_option
@stored_forecast_option
@click.option(
    "--requirement",
    "requirement_path",
    type=FILE,
    help="Where to begin, as `callboard staff` writes it; by default what that would write.",
)
@click.option(
    "--rounds",
    default=8,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Greatest number of rosters.",
)
@click.option(
    "--seconds",
    default=180.0,
    show_default=True,
    type=Seconds(1, 86400),
    help="Longest time from now to the answer, all rounds and the last check included.",
)
@click.option(
    "--roster-seconds",
    default=20.0,
    show_default=True,
    type=Seconds(1, 86400),
    help="Longest time for each roster.",
)
@trial_options
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for requirement.json, roster.json, roster.csv, simulation.json, correction.json.",
)
@json_option
def correct(
    organisation_path: Path,
    forecast_path: Path,
    requirement_path: Path | None,
    rounds: int,
    seconds: float,
    roster_seconds: float,
    out: Path | None,
    as_json: bool,
    paths: int,
    **trial: Any,
) -> None:
    """Correct a requirement by what customers would experience with its roster.

    Each round builds a roster and plays it. Where a goal is missed the next round asks for more
    people, where it is more than met for fewer: agents of several skills, and shifts that cover
    more than was asked, are then paid for once. The best roster of all rounds is kept, and never
    one that is worse than the first. Ctrl-C ends the rounds and keeps the best so far.

    \b
    Examples:
      callboard correct --organisation organisation.json --forecast forecast --out out
      callboard correct --organisation organisation.json --forecast forecast \\
          --requirement requirement.json --rounds 5 --roster-seconds 30 --seconds 200 --json
    """
    from optimizer.stop import Deadline

    deadline = Deadline.after(seconds)
    from api.correction import corrections, figures_of
    from api.volumes import requirement_for, volumes_of
    from api.warm import compile_kernels
    from forecasts import read_forecast
    from optimizer.io import read_organisation, read_requirement
    from optimizer.progress import Event

    organisation = read_organisation(organisation_path)
    forecast = read_forecast(forecast_path)
    if requirement_path is None:
        requirement = requirement_for(organisation, volumes_of(organisation, forecast))
    else:
        requirement = read_requirement(requirement_path)
    if out is not None:
        # Before the work, so that a folder that cannot be had costs nobody a roster.
        out.mkdir(parents=True, exist_ok=True)
    with observing() as observer:
        observer(Event("compilation", deadline.elapsed()))
        compile_kernels()
        made = _best_of(
            corrections(
                organisation,
                forecast,
                requirement,
                settings=settings_of(**trial),
                deadline=deadline,
                rounds=rounds,
                roster_seconds=roster_seconds,
                paths=paths,
                observer=observer,
            ),
            organisation,
            out,
        )
    checked = made.check()
    figures = figures_of(made, checked)
    if out is not None:
        _write_json(out / "simulation.json", checked[1].simulation.as_dict())
        _write_json(out / "correction.json", figures)
        names = (
            "requirement.json", "roster.json", "roster.csv", "simulation.json", "correction.json",
        )  # fmt: skip
        figures["files"] = [str(out / name) for name in names]
    if as_json:
        emit_json(figures)
        return
    _print_rounds(figures)
    _print_saved(figures)
    _print_missed(figures)
    for file in figures.get("files", ()):
        console.print(f"Wrote {file}", soft_wrap=True, markup=False)


def _best_of(
    rounds: Iterator[Correction], organisation: Organisation, out: Path | None
) -> Correction:
    """Play all rounds, or those that Ctrl-C leaves; write each roster that is the best so far."""
    best: Correction | None = None
    try:
        while (made := interruptible(lambda: next(rounds, None))) is not None:
            if out is not None and (best is None or best.best != made.best):
                _write_roster(out, organisation, made)
            best = made
    except KeyboardInterrupt:
        if best is None:
            raise
        notes.print(f"Interrupted after {len(best.rounds)} rounds; the best is kept.")
    assert best is not None, "the first round is always played"
    return best


def _write_roster(out: Path, organisation: Organisation, made: Correction) -> None:
    from api.files import whole
    from api.tables import write_roster
    from optimizer import io

    with whole(out / "requirement.json") as file:
        io.write(file, made.requirement)
    with whole(out / "roster.json") as file:
        io.write(file, made.roster.roster)
    with whole(out / "roster.csv") as file:
        write_roster(file, organisation, made.roster.roster)


def _write_json(path: Path, figures: Mapping[str, Any]) -> None:
    from api.files import whole

    with whole(path) as file:
        file.write_text(json.dumps(figures, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _print_rounds(figures: dict[str, Any]) -> None:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in (
        "", "asked h", "paid h", "cost", "in time", "first", "missed", "wasted", "busy", "s",
    ):  # fmt: skip
        table.add_column(heading, justify="right", no_wrap=True)
    for told in figures["rounds"]:
        kept = told["number"] == figures["kept"]
        table.add_row(
            f"{told['number']}{'*' if kept else ' '}",
            f"{told['required_hours']:,.0f}",
            f"{told['paid_hours']:,.0f}",
            f"{told['cost']:,.0f}",
            share(told["in_time"]),
            share(told["first_response"]),
            str(told["missed"]),
            str(told["wasted"]),
            share(told["occupancy"], 0),
            f"{told['seconds']:.0f}",
            style="bold" if kept else "",
        )
    console.print(table)
    console.print(
        "[dim]Cost: pay of rostered shifts, guarantees or not. First: first responses in time. "
        f"Missed, wasted: of {figures['rounds'][0]['stretches']} stretches of intervals, those "
        "below their goal and those well above it, by more than chance explains.[/]"
    )


def _print_saved(figures: dict[str, Any]) -> None:
    first, kept = figures["rounds"][0], figures["rounds"][figures["kept"]]
    saved = figures["saved"]
    console.print(
        f"Round {figures['kept']} is kept: {_change(saved, first, 'required_hours', 'hours asked')}"
        f", {_change(saved, first, 'cost', 'cost')}, {_change(saved, first, 'payroll', 'payroll')}."
    )
    before, after = figures["checked"]["before"], figures["checked"]["after"]
    console.print(
        "With customers that no round has met: "
        + "; ".join(
            f"{name} {_interval(before[key])} -> {_interval(after[key])}"
            for key, name in (("in_time", "in time"), ("first_response", "first responses"))
            if after[key] is not None and after[key]["mean"] is not None
        )
        + f"; {before['missed']} -> {after['missed']} of {after['stretches']} stretches missed, "
        f"{before['contacts_short']:,.1f} -> {after['contacts_short']:,.1f} contacts short. "
        f"{len(figures['rounds'])} rounds, {figures['seconds']:.0f} s"
        + ("" if kept["gap"] is None else f", roster at most {share(kept['gap'])} from the least.")
    )


def _change(saved: Mapping[str, float], first: Mapping[str, Any], key: str, name: str) -> str:
    by, of = saved[key], first[key]
    word = "saved" if by >= 0 else "added"
    part = f" ({share(abs(by) / of)})" if of else ""
    return f"{abs(by):,.0f} {name} {word}{part}"


def _interval(estimate: Mapping[str, float | None]) -> str:
    mean, high = estimate["mean"], estimate["high"]
    if mean is None or high is None:
        return share(mean)
    return f"{share(mean)} ± {100 * (high - mean):.1f}"


def _print_missed(figures: dict[str, Any]) -> None:
    """Show where goals are still missed, with the customers of the last check."""
    missed = figures["missed"]
    if not missed:
        console.print("Every goal holds.")
        return
    table = Table(title="Still missed", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("group", no_wrap=True)
    table.add_column("when", no_wrap=True)
    for heading in ("contacts", "", "reached", "goal"):
        table.add_column(heading, justify="right", no_wrap=True)
    for miss in missed[:_MISSES_SHOWN]:
        in_words = duration if miss["figure"] == "mean_answer_s" else share
        table.add_row(
            escape(miss["group"]),
            _when(miss["start"], miss["end"]),
            f"{miss['contacts']:,.0f}",
            _FIGURES[miss["figure"]],
            in_words(miss["value"]),
            in_words(miss["target"]),
        )
    console.print(table)
    if len(missed) > _MISSES_SHOWN:
        console.print(f"And {len(missed) - _MISSES_SHOWN} more; correction.json has them all.")


def _when(start: str, end: str) -> str:
    """Return a stretch by its local times, the year left out; whole days by their dates."""
    begin, until = datetime.fromisoformat(start), datetime.fromisoformat(end)
    last = until - timedelta(minutes=1)
    if begin.date() == last.date():
        return f"{begin:%m-%d %H:%M} to {'24:00' if until.hour == 0 else f'{until:%H:%M}'}"
    return f"{begin:%m-%d} to {last:%m-%d}"
