"""How a plan is tried: the options that `simulate` and `compare` share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from api.cli.options import Seconds

if TYPE_CHECKING:
    from optimizer.simulation import Settings

__all__ = ["settings_of", "trial_options"]

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--replications",
        default=10,
        show_default=True,
        type=click.IntRange(1, 100_000),
        help="Independent repetitions.",
    ),
    click.option(
        "--antithetic",
        is_flag=True,
        help="Play each replication as a pair of mirrored runs: narrower intervals.",
    ),
    click.option(
        "--seed",
        default=0,
        show_default=True,
        type=click.IntRange(0),
        help="Seed of all that is drawn.",
    ),
    click.option(
        "--paths",
        default=0,
        show_default=True,
        type=click.IntRange(0, 10_000),
        help="Play so many sample paths of the forecast in turn, not what is expected.",
    ),
    click.option(
        "--absence",
        type=click.FloatRange(0, 1, max_open=True),
        help="Share of shifts that nobody turns up for; by default the shrinkage of the groups.",
    ),
    click.option(
        "--adherence",
        default=0.0,
        show_default=True,
        type=Seconds(0),
        help="Seconds by which people typically begin and end work too early or late.",
    ),
    click.option(
        "--busyness",
        default=0.0,
        show_default=True,
        type=click.FloatRange(0, 10),
        help="Deviation over mean of a factor on all volumes of a day.",
    ),
)


def trial_options(command: F) -> F:
    """Add the options to a command, which gets them as keywords for `settings_of`.

    All but ``paths``, which says what is played and not how: a command takes it by name.
    """
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def settings_of(
    *,
    replications: int,
    antithetic: bool,
    seed: int,
    absence: float | None,
    adherence: float,
    busyness: float,
) -> Settings:
    """Return the settings that the options say; the rule is the caller's."""
    from optimizer.simulation import Settings

    return Settings(
        absence=absence,
        adherence_s=adherence,
        busyness=busyness,
        seed=seed,
        replications=replications,
        antithetic=antithetic,
    )
