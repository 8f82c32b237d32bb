"""How commands speak: results on standard output, progress and problems on standard error."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Thread
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.problems import Problem
from optimizer.progress import Event, Observer
from optimizer.stop import Deadline

__all__ = [
    "console",
    "emit_json",
    "interruptible",
    "json_option",
    "literal",
    "notes",
    "observing",
    "problem",
    "visible",
]

T = TypeVar("T")

console = Console(highlight=False)
"""Where results for people go."""

notes = Console(stderr=True, highlight=False)
"""Where progress and problems go."""

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on standard output."
)


def emit_json(value: dict[str, Any]) -> None:
    """Print one JSON object; not-a-number and infinity are refused rather than printed."""
    json.dump(value, sys.stdout, allow_nan=False, default=_plain)
    sys.stdout.write("\n")


# Control characters, marks of direction, breaks of lines and halves of characters.
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def visible(text: str) -> str:
    r"""Return a text with an escape such as ``\x1b`` for whatever would act on a terminal.

    Identifiers come from others: raw, they could clear the screen or turn the order of letters.
    """
    return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1], text)


def literal(text: str) -> str:
    """Return a text of others as markup that shows just this text, made `visible`."""
    return escape(visible(text))


def interruptible(call: Callable[[], T], deadline: Deadline | None = None) -> T:
    """Return what a long call returns, and let Ctrl-C end it at once.

    The call runs beside the main thread, which is free to be interrupted: inside a solver nobody
    hears a signal until the solver is done.

    Parameters
    ----------
    deadline
        The call's own. With it the first Ctrl-C stops the call, which returns the best it has;
        only a second one gives it up.
    """
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(call())
        except BaseException as error:
            done.set_exception(error)

    Thread(target=run, daemon=True).start()
    try:
        return done.result()
    except KeyboardInterrupt:
        if deadline is None:
            raise
        notes.print("Stopping with the best so far. Ctrl-C once more gives it up.")
        deadline.stop()
        try:
            return done.result()
        except KeyboardInterrupt:
            notes.print("Interrupted.")
            sys.stdout.flush()
            # In order, the interpreter would pull the ground from under threads inside solvers.
            os._exit(130)


@contextmanager
def observing() -> Iterator[Observer]:
    """Show the phase of a long call, with its best objective and bound as they come."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
        console=notes, transient=True, disable=not notes.is_terminal,
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
    notes.print(f"[bold red]{problem.title}[/]: {literal(problem.detail)}", soft_wrap=True)
    for issue in problem.issues:
        notes.print(
            f"  {issue['severity']:<11} {literal(issue['pointer']) or '/'}  "
            f"{literal(issue['detail'])} [dim]\\[{issue['code']}][/]",
            soft_wrap=True,
        )


def _plain(value: Any) -> Any:
    """Turn numpy scalars and arrays into plain Python."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"cannot print a {type(value).__name__} as JSON")
