"""`callboard runner`: have jobs solved."""

from __future__ import annotations

import click

from api.config import Settings

__all__ = ["runner"]


@click.command()
@click.option("--once", is_flag=True, help="End when no job waits and none runs.")
def runner(once: bool) -> None:
    """Have the jobs of a database solved, as `callboard serve` does by itself.

    One runner works at a time; another one stands by and takes over when it dies. TERM or Ctrl-C
    has running jobs keep the best they have, and ends it.

    \b
    Examples:
      callboard serve --no-runner
      CALLBOARD_DATABASE_URL=postgresql+psycopg://db/callboard callboard runner
    """
    from api.runner import run_here

    run_here(Settings.from_environment(), once=once)
