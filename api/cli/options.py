"""Options that several commands share: the documents they read."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

__all__ = [
    "FILE",
    "Seconds",
    "directives_option",
    "organisation_option",
    "previous_option",
    "requirement_option",
    "roster_option",
    "stored_forecast_option",
]


class Seconds(click.FloatRange):
    """A finite length of time; a plain range would let not-a-number through."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the seconds."""
        seconds = super().convert(value, param, ctx)
        if not math.isfinite(seconds):
            self.fail(f"{value!r} is not a length of time.", param, ctx)
        return seconds


FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
"""A file that must be there."""

organisation_option = click.option(
    "--organisation",
    "organisation_path",
    required=True,
    type=FILE,
    help="JSON document with the organisation: groups, goals, agents, contracts, templates.",
)
requirement_option = click.option(
    "--requirement",
    "requirement_path",
    required=True,
    type=FILE,
    help="JSON document with the requirement, as `callboard staff` writes it.",
)
directives_option = click.option(
    "--directives",
    "directives_path",
    type=FILE,
    help="JSON document with what is said of this period alone: pins, floors, training, demand.",
)
previous_option = click.option(
    "--previous",
    "previous_path",
    type=FILE,
    help="JSON document with the roster that stood before: pins refer to it, changes have a price.",
)
roster_option = click.option(
    "--roster",
    "roster_path",
    required=True,
    type=FILE,
    help="JSON document with the roster, as `callboard roster` writes it.",
)
stored_forecast_option = click.option(
    "--forecast",
    "forecast_path",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="Folder with forecast.csv and forecast.json, that JSON file, or a CSV table alone.",
)
