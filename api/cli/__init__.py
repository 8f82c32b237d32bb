"""The command line: `callboard`. Each command is a module, loaded only when it is called."""

from __future__ import annotations

import click

from api.cli.group import CallboardGroup
from optimizer import __version__

__all__ = ["main"]

COMMANDS = {
    "assign": "api.cli.routing:assign",
    "backtest": "api.cli.forecasting:backtest",
    "demo": "api.cli.demo:demo",
    "forecast": "api.cli.forecasting:forecast",
    "roster": "api.cli.rosters:roster",
    "sample": "api.cli.sample:sample",
    "serve": "api.cli.serve:serve",
    "simulate": "api.cli.simulation:simulate",
    "staff": "api.cli.staffing:staff",
    "verify": "api.cli.rosters:verify",
}


@click.group(
    cls=CallboardGroup,
    commands_by_name=COMMANDS,
    entry_point_group="callboard.commands",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="callboard")
def main() -> None:
    """Forecast, staff, roster, route and simulate a contact centre.

    Exit codes: 0 done, 1 no solution (with the reasons), 2 bad input (every problem listed).
    """
