"""What the commands about a stored forecast share: how it is named."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["stored_forecast_option"]

stored_forecast_option = click.option(
    "--forecast",
    "forecast_path",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="Folder with forecast.csv and forecast.json, that JSON file, or a CSV table alone.",
)
