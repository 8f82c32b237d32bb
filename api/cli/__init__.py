"""The command line: `callboard`. Each command is a module, loaded only when it is called."""

from __future__ import annotations

import click

from api.cli.group import CallboardGroup
from optimizer import __version__

__all__ = ["main"]

COMMANDS = {
    "accuracy": ("api.cli.accuracy:accuracy", "Compare a stored forecast with what came."),
    "adjust": ("api.cli.adjusting:adjust", "Apply what-if adjustments, or take them back."),
    "assign": ("api.cli.routing:assign", "Match a snapshot of tickets to agents."),
    "backtest": ("api.cli.backtesting:backtest", "Measure forecasts on past weeks."),
    "compare": ("api.cli.comparing:compare", "Try plans side by side."),
    "capacity": ("api.cli.capacity:capacity", "Plan hires and elastic hours over weeks."),
    "carry": ("api.cli.carrying:carry", "Carry histories into the next period."),
    "correct": ("api.cli.correcting:correct", "Correct a requirement by what customers get."),
    "demo": ("api.cli.demo:demo", "Play the whole loop on a sample organisation."),
    "diff": ("api.cli.asking:diff", "Tell two rosters apart."),
    "explain": ("api.cli.asking:explain", "Say what a roster costs and why."),
    "forecast": ("api.cli.forecasting:forecast", "Forecast volume and handling time."),
    "intraday": ("api.cli.intraday:intraday", "Update the rest of today."),
    "keys": ("api.cli.keys:keys", "Make, list and revoke keys of the HTTP API."),
    "recommend": ("api.cli.asking:recommend", "Say who could best take a shift, or swap."),
    "replay": ("api.cli.replaying:replay", "Play a real log through the live router."),
    "roster": ("api.cli.rosters:roster", "Build a shift roster."),
    "runner": ("api.cli.runner:runner", "Have jobs solved."),
    "sample": ("api.cli.sample:sample", "Generate a believable organisation."),
    "serve": ("api.cli.serve:serve", "Serve the HTTP API."),
    "simulate": ("api.cli.simulation:simulate", "Try a roster against a day of contacts."),
    "sites": ("api.cli.sites:sites", "Compare one pool with separate sites."),
    "staff": ("api.cli.staffing:staff", "Turn a forecast into agents required."),
    "verify": ("api.cli.rosters:verify", "Check a roster without a solver."),
    "why": ("api.cli.asking:why", "Say what stops a shift, or what it would cost."),
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
