"""The settings of the service: what they mean, their defaults, and how they are read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from optimizer.errors import Issue, raise_errors

__all__ = ["LOG_LEVELS", "PREFIX", "Settings"]

PREFIX = "CALLBOARD_"
"""Before the name of every environment variable."""

LOG_LEVELS = ("debug", "info", "warning", "error")


def _number(default: int, meaning: str, low: int = 1, high: int = 1_000_000_000) -> Any:
    return field(default=default, metadata={"meaning": meaning, "low": low, "high": high})


def _choice(default: str, meaning: str, *names: str) -> Any:
    return field(default=default, metadata={"meaning": meaning, "names": names})


def _text(default: str, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


def _secret(default: str, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning, "secret": True}, repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator can change; a setting ``x`` is read from ``CALLBOARD_X``.

    The metadata of each field holds its meaning, which the documentation repeats word for word,
    for a number the range in which it lies, and for a choice its names. A secret may stand in a
    file instead, whose path is in ``CALLBOARD_X_FILE``.
    """

    max_body_bytes: int = _number(
        8 * 1024 * 1024, "Greatest size of a request body for an answer at once, in bytes."
    )
    max_job_bytes: int = _number(
        64 * 1024 * 1024, "Greatest size of the body of a job or of data, in bytes."
    )
    max_values: int = _number(
        400_000, "Greatest number of values in a request body for an answer at once."
    )
    max_job_values: int = _number(
        8_000_000, "Greatest number of values in the body of a job or of data."
    )
    max_depth: int = _number(32, "Greatest depth to which a request body is nested.", high=200)
    max_tickets: int = _number(5_000, "Greatest number of tickets in a snapshot.")
    max_agents: int = _number(5_000, "Greatest number of agents in a snapshot.")
    max_intervals: int = _number(3_000, "Greatest number of intervals in a staffing request.")
    max_erlang: int = _number(
        10_000, "Greatest offered load of one interval, in erlang.", high=1_000_000
    )
    compress_from_bytes: int = _number(
        16_384, "Least size of an answer that is compressed for callers who take gzip."
    )
    access: str = _choice(
        "keys",
        "Who may use the API: keys (with a key), or open (anybody who reaches it, as the tenant "
        "main with every scope).",
        "keys",
        "open",
    )
    requests_per_minute: int = _number(
        60_000, "Requests that one key may make in a minute to one process."
    )
    database_url: str = _secret(
        "sqlite:///callboard.db",
        "The database: a file of SQLite, or postgresql+psycopg://user:password@host/name.",
    )
    executor: str = _text(
        "processes", "Where jobs are solved: processes (here), or the tcp:// address of a Dask one."
    )
    executor_tls_folder: str = _text(
        "", "Folder with ca.pem, cert.pem and key.pem for a tls:// address; empty for none."
    )
    job_processes: int = _number(1, "Jobs that are solved at the same time.", high=1_000)
    job_parts: int = _number(
        2, "Parts of one job (sites, replications) that are solved at the same time.", high=1_000
    )
    job_threads: int = _number(2, "Threads of one solver.", high=256)
    job_attempts: int = _number(
        3, "How often a job is begun at most when the process that solves it dies.", high=100
    )
    max_job_seconds: int = _number(14_400, "Greatest time that a job may ask for, in seconds.")
    max_queued: int = _number(
        20_000, "Jobs of one tenant that may wait; further ones are refused (429)."
    )
    lease_seconds: int = _number(
        15, "How long a runner or an owner of pools may be silent before another takes over.", 2
    )
    keep_days: int = _number(90, "Days that finished jobs and their results are kept.")
    max_listeners: int = _number(
        250, "Connections that follow events (SSE) in one process; more are refused (503).", 0
    )
    max_pools: int = _number(1_000, "Pools of one tenant.")
    pool_ahead_seconds: int = _number(
        5, "How far the time of an event may lie ahead of the clock, in seconds.", 0
    )
    pool_save_events: int = _number(
        2_000, "Events of a pool after which its state is saved; fewer are replayed after a crash."
    )
    read_seconds: int = _number(
        20, "Longest time that a client may take to send a request, in seconds."
    )
    shutdown_seconds: int = _number(
        30, "Longest time from TERM to the end; running jobs keep their best within it."
    )
    log_level: str = _choice(
        "info", f"Least severe message that is logged: {', '.join(LOG_LEVELS)}.", *LOG_LEVELS
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
            text = _given(given, variable, setting.metadata, issues)
            if text is None:
                continue
            if isinstance(setting.default, int):
                values[setting.name] = _read_number(text, variable, setting.metadata, issues)
            elif "names" in setting.metadata:
                values[setting.name] = _read_name(text, variable, setting.metadata, issues)
            else:
                values[setting.name] = text
        raise_errors("The environment holds settings that cannot be used.", issues)
        return cls(**values)


def _given(
    environment: Mapping[str, str], variable: str, about: Mapping[str, Any], issues: list[Issue]
) -> str | None:
    """Return what a variable holds, or for a secret perhaps the file that another names."""
    named = environment.get(f"{variable}_FILE") if "secret" in about else None
    if variable in environment:
        if named is not None:
            detail = f"{variable} and {variable}_FILE are both set; one is enough."
            issues.append(Issue("ambiguous", f"/{variable}", detail))
        return environment[variable].strip()
    if named is None:
        return None
    try:
        return Path(named).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "It is not text in UTF-8"
        issues.append(Issue("unreadable_file", f"/{variable}_FILE", f"{named}: {reason}."))
        return None


def _read_number(text: str, variable: str, about: Mapping[str, Any], issues: list[Issue]) -> int:
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


def _read_name(text: str, variable: str, about: Mapping[str, Any], issues: list[Issue]) -> str:
    name = text.lower()
    if name not in about["names"]:
        detail = f"{variable} is {text!r:.60} but must be one of {', '.join(about['names'])}."
        issues.append(Issue("unknown_value", f"/{variable}", detail))
    return name
