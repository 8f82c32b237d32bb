"""`callboard bench nsp`: the roster engine on the published instances of Curtois and Qu."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.options import Seconds
from api.cli.output import console, emit_json, interruptible, json_option, observing
from api.wording import share
from benchmarks.registry import machine

__all__ = ["nsp"]


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--seconds", type=Seconds(1, 86400), default=600.0, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True)
@json_option
def nsp(file: Path, seconds: float, seed: int, threads: int, as_json: bool) -> None:
    """Solve FILE, an instance in the published text format, and judge the roster.

    The verifier and a second judge, which reads the file's text alone, must find the same
    objective. The best known one is taken from best_known.csv beside FILE, if it is there. The
    settings are the same for all instances.

    \b
    Example:
      callboard bench nsp Instance8.txt --seconds 600 --json
    """
    from optimizer.stop import Deadline

    deadline = Deadline.after(seconds)
    from benchmarks.nsp.measure import measure

    with observing() as observer:
        figures = interruptible(
            lambda: measure(file, deadline, observer, seed=seed, threads=threads), deadline
        )
    figures["machine"] = machine("ortools", "numba", "numpy")
    if as_json:
        emit_json(figures)
        return
    bound = "none" if figures["bound"] is None else f"{figures['bound']:,.0f}"
    beside = ""
    if figures["best_known_gap"] is not None:
        beside = f" ({share(figures['best_known_gap'], 2)} above the best known)"
    console.print(
        f"{figures['instance']}: objective {figures['objective']:,.0f}{beside}, bound {bound}, "
        f"{figures['seconds']:.1f} s, {'verified' if figures['verified'] else 'NOT SOUND'}"
    )
