"""A command group that loads its commands late and turns every failure into one clear answer."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

import click

from api.cli import output
from api.problems import Problem, problem_of

__all__ = ["CallboardGroup"]

_JSON = "callboard.json"


class CallboardGroup(click.Group):
    """Load commands by name from a table and from an entry-point group.

    Parameters
    ----------
    commands_by_name
        Command name to ``module:attribute`` and one line of help, so that listing the commands
        loads none of them.
    entry_point_group
        Entry points of this group add commands that live in packages above this one.
    """

    def __init__(
        self,
        *args: Any,
        commands_by_name: Mapping[str, tuple[str, str]],
        entry_point_group: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._commands = dict(commands_by_name)
        for point in entry_points(group=entry_point_group):
            self._commands.setdefault(point.name, (point.value, ""))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the command names in alphabetical order."""
        return sorted(self._commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command, or None if there is no such name."""
        if cmd_name not in self._commands:
            return None
        module, _, attribute = self._commands[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table, loading only what came by entry point."""
        rows = []
        for name in self.list_commands(ctx):
            text = self._commands[name][1]
            if not text and (command := self.get_command(ctx, name)):
                text = command.get_short_help_str()
            rows.append((name, text))
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note whether JSON is wanted: a failure must know it before any command has run."""
        ctx.meta[_JSON] = ctx.meta.get(_JSON, False) or "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it raises on purpose is printed and becomes the exit code."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort):
            raise
        except click.UsageError as error:
            if not ctx.meta[_JSON]:
                raise
            output.problem(_misused(error), as_json=True)
            ctx.exit(error.exit_code)
        except Exception as error:
            problem = _unusable(error) if isinstance(error, OSError) else problem_of(error)
            if problem is None:
                raise
            output.problem(problem, as_json=ctx.meta[_JSON])
            ctx.exit(problem.exit_code)
        except KeyboardInterrupt:
            output.notes.print("Interrupted.")
            ctx.exit(130)


def _misused(error: click.UsageError) -> Problem:
    detail = error.format_message()
    issue = {"code": "bad_usage", "severity": "error", "pointer": "", "detail": detail}
    return Problem("bad-usage", "Bad usage", detail, 400, 2, (issue,))


def _unusable(error: OSError) -> Problem | None:
    """Return what to tell about a file or folder that cannot be written or read."""
    if error.filename is None:
        return None
    detail = f"{error.filename}: {error.strerror}."
    issue = {"code": "unusable_file", "severity": "error", "pointer": "", "detail": detail}
    return Problem("unusable-file", "Unusable file", detail, 400, 2, (issue,))
