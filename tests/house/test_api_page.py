"""The page on the HTTP API is true: its examples run, its tables are those of the code."""

from __future__ import annotations

import dataclasses
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.config import PREFIX, Settings

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
EXAMPLES = re.findall(r"```sh\n(curl .*?)```\n\n```json\n(.*?)```", PAGE, re.DOTALL)
MEASURED = {"seconds"}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(Settings(access="open")).test_client()


def run(client: FlaskClient, command: str) -> Any:
    """Do what a `curl` command line does, against the application."""
    tool, *words = shlex.split(command)
    assert tool == "curl"
    options = dict(zip(words[2::2], words[3::2], strict=True))
    assert words[0] == "-s"
    path = words[1].removeprefix("http://127.0.0.1:8080")
    name, _, value = options["-H"].partition(": ")
    return client.post(path, data=options["-d"], headers={name: value}).get_json(force=True)


def assert_same(shown: Any, answered: Any, place: str = "") -> None:
    """Compare what the page shows with an answer: figures as far as they are written out."""
    if isinstance(shown, dict):
        assert list(shown) == list(answered), place
        for key in shown:
            if key not in MEASURED:
                assert_same(shown[key], answered[key], f"{place}/{key}")
    elif isinstance(shown, list):
        assert len(shown) == len(answered), place
        for i, (one, other) in enumerate(zip(shown, answered, strict=True)):
            assert_same(one, other, f"{place}/{i}")
    elif isinstance(shown, str):
        assert re.fullmatch(re.escape(shown).replace("…", ".*"), answered), place
    elif shown is None:
        assert answered is None, place
    else:
        assert answered == pytest.approx(shown, rel=1e-3), place


@pytest.mark.parametrize(("command", "shown"), EXAMPLES)
def test_an_example_gives_the_answer_that_is_shown(
    client: FlaskClient, command: str, shown: str
) -> None:
    assert_same(json.loads(shown), run(client, command))


def test_every_route_with_a_body_has_an_example() -> None:
    posted = {
        path for path, item in create_app(Settings()).api_doc["paths"].items() if "post" in item
    }
    assert posted == {path for path in posted if any(path in c for c, _ in EXAMPLES)}


def test_every_route_is_named() -> None:
    for path, item in create_app(Settings()).api_doc["paths"].items():
        for method in item:
            assert f"`{method.upper()} {path}`" in PAGE


def test_the_table_of_settings_is_that_of_the_code() -> None:
    rows = re.findall(rf"^\| `({PREFIX}\w+)` \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE)
    assert rows == [
        (PREFIX + setting.name.upper(), str(setting.default), setting.metadata["meaning"])
        for setting in dataclasses.fields(Settings)
    ]
