"""Settings come from the environment, all or none of them."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from api.config import PREFIX, Settings
from optimizer.errors import InvalidInput


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()


def test_every_setting_is_read_from_its_variable() -> None:
    for setting in fields(Settings):
        wanted: object
        if isinstance(setting.default, int):
            wanted = setting.default + 1
        else:
            wanted = setting.metadata.get("names", ("", "else"))[-1]
        given = {PREFIX + setting.name.upper(): f" {wanted} "}
        assert Settings.from_environment(given) == replace(Settings(), **{setting.name: wanted})


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "database"
    file.write_text("sqlite:///elsewhere.db\n")
    given = {"CALLBOARD_DATABASE_URL_FILE": str(file)}
    assert Settings.from_environment(given).database_url == "sqlite:///elsewhere.db"
    assert "elsewhere" not in repr(Settings.from_environment(given))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"CALLBOARD_DATABASE_URL_FILE": "/nowhere/at/all"}, "unreadable_file"),
        ({"CALLBOARD_DATABASE_URL_FILE": "x", "CALLBOARD_DATABASE_URL": "y"}, "ambiguous"),
    ],
)
def test_a_secret_that_cannot_be_read_is_told(given: dict[str, str], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Settings.from_environment(given)
    assert [issue.code for issue in caught.value.issues] == [code]


def test_variables_of_others_are_left_alone() -> None:
    # Container platforms set such variables for a service of the name callboard.
    given = {"CALLBOARD_PORT": "tcp://10.0.0.1:80", "CALLBOARD_SERVICE_HOST": "10.0.0.1"}
    assert Settings.from_environment(given) == Settings()


def test_all_bad_values_are_told_at_once() -> None:
    given = {
        "CALLBOARD_MAX_BODY_BYTES": "8MB",
        "CALLBOARD_MAX_TICKETS": "0",
        "CALLBOARD_LOG_LEVEL": "loud",
        "CALLBOARD_MAX_AGENTS": "5",
    }
    with pytest.raises(InvalidInput) as caught:
        Settings.from_environment(given)
    assert {(issue.pointer, issue.code) for issue in caught.value.issues} == {
        ("/CALLBOARD_MAX_BODY_BYTES", "wrong_type"),
        ("/CALLBOARD_MAX_TICKETS", "out_of_range"),
        ("/CALLBOARD_LOG_LEVEL", "unknown_value"),
    }
