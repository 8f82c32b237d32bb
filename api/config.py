"""The settings of the service: what they mean, their defaults, and how they are read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from optimizer.errors import Issue, raise_errors

__all__ = ["LOG_LEVELS", "PREFIX", "Settings"]

PREFIX = "CALLBOARD_"
"""Before the name of every environment variable."""

LOG_LEVELS = ("debug", "info", "warning", "error")


def _about(meaning: str, low: int = 1, high: int = 1_000_000_000) -> dict[str, Any]:
    return {"meaning": meaning, "low": low, "high": high}


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator can change; a setting ``x`` is read from ``CALLBOARD_X``.

    The metadata of each field holds its meaning, which the documentation repeats word for word,
    and for a number the range in which it lies.
    """

    max_body_bytes: int = field(
        default=8 * 1024 * 1024, metadata=_about("Greatest size of a request body, in bytes.")
    )
    max_values: int = field(
        default=400_000, metadata=_about("Greatest number of values in a request body.")
    )
    max_tickets: int = field(
        default=5_000, metadata=_about("Greatest number of tickets in a snapshot.")
    )
    max_agents: int = field(
        default=5_000, metadata=_about("Greatest number of agents in a snapshot.")
    )
    max_intervals: int = field(
        default=3_000, metadata=_about("Greatest number of intervals in a staffing request.")
    )
    max_erlang: int = field(
        default=10_000,
        metadata=_about("Greatest offered load of one interval, in erlang.", high=1_000_000),
    )
    compress_from_bytes: int = field(
        default=16_384,
        metadata=_about("Least size of an answer that is compressed for callers who take gzip."),
    )
    log_level: str = field(
        default="info",
        metadata=_about(f"Least severe message that is logged: {', '.join(LOG_LEVELS)}."),
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Return the settings of an environment (by default, of this process).

        Raises
        ------
        InvalidInput
            If a value cannot be used; every problem is listed, with the variable as pointer.
        """
        given = os.environ if environment is None else environment
        issues: list[Issue] = []
        values: dict[str, Any] = {}
        for setting in fields(cls):
            variable = PREFIX + setting.name.upper()
            if variable not in given:
                continue
            text = given[variable].strip()
            if isinstance(setting.default, int):
                values[setting.name] = _number(text, variable, setting.metadata, issues)
            else:
                values[setting.name] = _level(text, variable, issues)
        raise_errors("The environment holds settings that cannot be used.", issues)
        return cls(**values)


def _number(text: str, variable: str, about: Mapping[str, Any], issues: list[Issue]) -> int:
    low, high = about["low"], about["high"]
    try:
        number = int(text)
    except ValueError:
        detail = f"{variable} is {text!r:.60} but must be a whole number."
        issues.append(Issue("wrong_type", f"/{variable}", detail))
        return int(low)
    if not low <= number <= high:
        detail = f"{variable} is {number} but must be in [{low}, {high}]."
        issues.append(Issue("out_of_range", f"/{variable}", detail))
    return number


def _level(text: str, variable: str, issues: list[Issue]) -> str:
    level = text.lower()
    if level not in LOG_LEVELS:
        detail = f"{variable} is {text!r:.60} but must be one of {', '.join(LOG_LEVELS)}."
        issues.append(Issue("unknown_value", f"/{variable}", detail))
    return level
