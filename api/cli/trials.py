"""How a plan is tried: the options that `simulate` and `compare` share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from api.cli.options import Seconds

if TYPE_CHECKING:
    from optimizer.model import RoutingRule
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
    """Add the options to a command, which gets them as keywords for `settings_of`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def settings_of(
    rule: str | RoutingRule,
    *,
    replications: int,
    antithetic: bool,
    seed: int,
    paths: int,
    absence: float | None,
    adherence: float,
    busyness: float,
) -> Settings:
    """Return the settings that the options say; `paths` are the caller's.

    Raises
    ------
    InvalidInput
        If the rule is neither a name nor a file with a rule.
    """
    from optimizer.simulation import Settings

    return Settings(
        rule=_rule(rule) if isinstance(rule, str) else rule,
        absence=absence,
        adherence_s=adherence,
        busyness=busyness,
        seed=seed,
        replications=replications,
        antithetic=antithetic,
    )


def _rule(name: str) -> RoutingRule:
    from optimizer.codec import decode
    from optimizer.errors import InvalidInput, Issue
    from optimizer.model import RoutingRule
    from optimizer.simulation import RULES

    if name in RULES:
        return RULES[name]
    try:
        body = Path(name).read_bytes()
    except OSError:
        detail = f"{name!r} is no rule ({', '.join(RULES)}) and no file."
        raise InvalidInput(
            "The rule is not known.", [Issue("unknown_rule", "/rule", detail)]
        ) from None
    return decode(RoutingRule, body)
