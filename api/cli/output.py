"""How commands speak: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.problems import Problem
from optimizer.progress import Event, Observer

__all__ = ["console", "emit_json", "json_option", "observing", "problem"]

console = Console(stderr=True, highlight=False)

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on standard output."
)


def emit_json(value: dict[str, Any]) -> None:
    """Print one JSON object; not-a-number and infinity are refused rather than printed."""
    json.dump(value, sys.stdout, allow_nan=False, default=_plain)
    sys.stdout.write("\n")


@contextmanager
def observing() -> Iterator[Observer]:
    """Show the phase of a long call, with its best objective and bound as they come."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
        console=console, transient=True,
    ) as progress:  # fmt: skip
        task = progress.add_task("")

        def observer(event: Event) -> None:
            text = event.phase
            if event.objective is not None:
                text += f"  objective {event.objective:,.0f}"
            if event.bound is not None:
                text += f"  bound {event.bound:,.0f}"
            progress.update(task, description=text)

        yield observer


def problem(problem: Problem, *, as_json: bool) -> None:
    """Print a failure with every issue, for a person or as JSON."""
    if as_json:
        emit_json(problem.as_dict())
        return
    console.print(f"[bold red]{problem.title}[/]: {problem.detail}", soft_wrap=True)
    for issue in problem.issues:
        console.print(
            f"  {issue['severity']:<11} {issue['pointer'] or '/'}  "
            f"{issue['detail']} [dim]\\[{issue['code']}][/]",
            soft_wrap=True,
        )


def _plain(value: Any) -> Any:
    """Turn numpy scalars and arrays into plain Python."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"cannot print a {type(value).__name__} as JSON")
