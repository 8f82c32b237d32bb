"""Keys from the command line: the secret is shown once and alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.access import Keyring, Scope
from api.cli import main
from api.cli.keys import SCOPES
from api.store import Store, open_store

Run = Callable[..., Result]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/keys.db"


@pytest.fixture
def run(url: str) -> Run:
    def invoke(*words: str) -> Result:
        environment = {"CALLBOARD_DATABASE_URL": url}
        return CliRunner().invoke(main, ["keys", *words], env=environment)

    return invoke


@pytest.fixture
def kept(url: str) -> Store:
    return open_store(url)


def test_standard_output_has_the_secret_alone_and_it_opens(run: Run, kept: Store) -> None:
    made = run("create", "--tenant", "acme", "--name", "planner", "--scope", "read")
    assert made.exit_code == 0
    (line,) = made.stdout.splitlines()
    caller = Keyring(lambda: kept).caller_of(line)
    assert caller is not None
    assert (caller.tenant, caller.scopes) == ("acme", {Scope.READ})
    assert line not in made.stderr


def test_a_key_can_be_made_listed_and_revoked_by_programs(run: Run) -> None:
    words = ("--name", "router", "--scope", "route", "--scope", "plan", "--expires", "90d")
    made = json.loads(run("create", *words, "--json").stdout)
    secret = made.pop("secret")
    assert made["scopes"] == ["plan", "route"]
    assert made["tenant"] == "main"
    left = datetime.fromisoformat(made["expires"]) - datetime.now(UTC)
    assert timedelta(days=89) < left <= timedelta(days=90)
    listed = run("list", "--json").stdout
    assert json.loads(listed) == {"keys": [made]}
    assert secret not in listed
    assert json.loads(run("revoke", made["id"], "--json").stdout)["revoked"] is not None
    assert json.loads(run("list", "--tenant", "main", "--json").stdout)["keys"][0]["revoked"]
    assert json.loads(run("list", "--tenant", "other", "--json").stdout) == {"keys": []}


def test_people_see_what_each_key_is_for_and_whether_it_counts(run: Run) -> None:
    run("create", "--name", "for ever", "--scope", "read")
    run("create", "--name", "for a while", "--scope", "read", "--expires", "2w")
    gone = json.loads(run("create", "--name", "gone", "--scope", "read", "--json").stdout)["id"]
    assert run("revoke", gone).exit_code == 0
    shown = run("list").stdout
    for word in ("for ever", "yes", "for a while", "until", "gone", "revoked"):
        assert word in shown


@pytest.mark.parametrize(
    "words",
    [
        ("create", "--name", "x"),
        ("create", "--name", "x", "--scope", "root"),
        ("create", "--name", "", "--scope", "read"),
        ("create", "--name", "x", "--scope", "read", "--tenant", "../etc"),
        ("create", "--name", "x", "--scope", "read", "--expires", "0d"),
        ("create", "--name", "x", "--scope", "read", "--expires", "soon"),
        ("create", "--name", "x", "--scope", "read", "--expires", "999999w"),
        ("revoke", "nobody"),
    ],
)
def test_what_cannot_be_done_is_bad_input(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2


def test_the_scopes_are_those_that_there_are() -> None:
    assert list(SCOPES) == [scope.value for scope in Scope]
