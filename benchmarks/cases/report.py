"""`callboard bench report`: the roster cases' report from kept figures."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.output import console, emit_json, json_option

__all__ = ["report"]


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path("benchmarks/results"),
    show_default=True,
    help="Where `callboard bench all` keeps figures; the report, roster.md, goes there, too.",
)
@json_option
def report(folder: Path, as_json: bool) -> None:
    """Write the report of the roster cases, roster.md, from the figures in a folder.

    Nothing is measured. Files that are read are roster_*.json, nsp_*.json, textbooks.json,
    replan*.json and deadlines*.json.

    \b
    Example:
      callboard bench report --folder benchmarks/results
    """
    from benchmarks.rostering.report import markdown, read_figures

    kept = read_figures(folder)
    target = folder / "roster.md"
    target.write_text(markdown(kept), "utf-8")
    if as_json:
        emit_json({"report": str(target), "read": list(kept)})
    else:
        console.print(f"{target}: {', '.join(kept) or 'no figures'}", markup=False)
