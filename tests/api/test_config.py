"""Settings come from the environment, all or none of them."""

from __future__ import annotations

from dataclasses import fields

import pytest

from api.config import PREFIX, Settings
from optimizer.errors import InvalidInput


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()


def test_every_setting_is_read_from_its_variable() -> None:
    given = {
        PREFIX + setting.name.upper(): " 17 " if isinstance(setting.default, int) else "DEBUG"
        for setting in fields(Settings)
    }
    read = Settings.from_environment(given)
    assert read.log_level == "debug"
    assert {getattr(read, s.name) for s in fields(Settings) if s.name != "log_level"} == {17}


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
