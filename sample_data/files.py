"""A sample as files: what the other commands read, and what a person wants to know about it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from optimizer import io
from optimizer.errors import InvalidInput, Issue
from sample_data.calendars import COUNTRY
from sample_data.generate import Sample
from sample_data.streams import Stream

__all__ = ["describe", "write_sample"]

_README = """\
A generated contact centre: {agents} agents, {skills} front-line skills, {weeks} weeks of history,
{days} days to plan from {start}. Nothing in it is about a real person or company.

  organisation.json  channels, skills, planning groups with goals, sites, contracts, agents
  history.csv        group, start (local, {zone}), offered contacts, aht_s (mean seconds)
  snapshot.json      {tickets} tickets waiting and the agents at work on one morning
  sample.json        how it was made: arguments, horizon, closures, promotions, traits by group

Intervals are half-hours; one without a row was closed. Next, in this folder:

  callboard backtest --history history.csv --horizon 7d --origins 12
  callboard forecast --history history.csv {ahead} --out plan
  callboard staff --organisation organisation.json --forecast plan/forecast.csv --out plan
  callboard assign snapshot.json
"""


def write_sample(sample: Sample, folder: Path) -> tuple[Path, ...]:
    """Write a sample into a folder, which is made if need be; return its files.

    Equal samples give equal bytes.

    Raises
    ------
    InvalidInput
        If the folder cannot be written to.
    """
    texts = {
        "sample.json": json.dumps(describe(sample), indent=2, ensure_ascii=False) + "\n",
        "README.txt": _readme(sample),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        io.write(folder / "organisation.json", sample.organisation)
        _write_history(sample, folder / "history.csv")
        io.write(folder / "snapshot.json", sample.snapshot)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        issue = Issue("unwritable_folder", "/out", f"{folder}: {error.strerror}.")
        raise InvalidInput(f"{folder} cannot be written to.", [issue]) from None
    names = ("organisation.json", "history.csv", "snapshot.json", *texts)
    return tuple(folder / name for name in names)


def describe(sample: Sample) -> dict[str, Any]:
    """Return what a sample was made from and of, ready for JSON."""
    arguments = sample.arguments
    return {
        "arguments": _plain(asdict(arguments)),
        "zone": sample.organisation.zone,
        "country": COUNTRY,
        "interval_minutes": 30,
        "history": {
            "first_day": str(arguments.history_start),
            "weeks": arguments.weeks,
            "rows": len(sample.history),
        },
        "horizon": {"first_day": str(arguments.start), "days": arguments.days},
        "closures": [_plain(asdict(closure)) for closure in sample.closures],
        "promotions": [_plain(asdict(promotion)) for promotion in sample.promotions],
        "groups": [_traits(stream) for stream in sample.streams],
    }


def _traits(stream: Stream) -> dict[str, Any]:
    """Return the traits that a group's history was drawn with."""
    return {
        "group": stream.group.id,
        "open_weekdays": list(stream.opening.weekdays),
        "open_hours": [stream.opening.first_hour, stream.opening.last_hour],
        "weekly_contacts": round(stream.weekly_contacts, 1),
        "weekly_hours": round(stream.weekly_hours, 1),
        "aht_s": stream.aht_seconds,
        "aht_cv": stream.aht_cv,
        "month_swing": stream.month_swing,
        "yearly_trend": stream.yearly_trend,
        "promotion_response": stream.promotion_response,
        "promotion_lag_days": stream.promotion_lag_days,
    }


def _write_history(sample: Sample, path: Path) -> None:
    starts = np.datetime_as_string(sample.history["start"].to_numpy(), unit="m")
    table = sample.history.assign(start=np.char.replace(starts, "T", " "))
    table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _readme(sample: Sample) -> str:
    values = asdict(sample.arguments)
    ahead = f"--horizon {values['days']}d --start {values['start']} --country {COUNTRY}"
    return _README.format(**values, zone=sample.organisation.zone, ahead=ahead)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values with dates as text."""
    return {k: str(v) if isinstance(v, date) else v for k, v in values.items()}
