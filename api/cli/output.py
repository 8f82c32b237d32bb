"""How commands speak: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from typing import Any

import click
from rich.console import Console

from api.problems import Problem

__all__ = ["console", "emit_json", "json_option", "problem"]

console = Console(stderr=True, highlight=False)

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on standard output."
)


def emit_json(value: dict[str, Any]) -> None:
    """Print one JSON object; not-a-number and infinity are refused rather than printed."""
    json.dump(value, sys.stdout, allow_nan=False, default=_plain)
    sys.stdout.write("\n")


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
