"""Keys and passwords appear in no answer and in no line of the log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask.testing import FlaskClient

from api.access import Scope, create_key
from api.app import create_app
from api.config import Settings
from api.logs import JsonFormatter
from api.schemas.examples import STAFFING, as_json
from api.store import open_store

NOBODY_LISTENS = "postgresql+psycopg://callboard:swordfish@127.0.0.1:1/callboard?connect_timeout=2"


class Lines(logging.Handler):
    """The log as the service writes it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def lines() -> Iterator[list[str]]:
    handler, root = Lines(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler.lines
    root.setLevel(level)
    root.removeHandler(handler)


def post(client: FlaskClient, secret: str) -> tuple[int, str]:
    answer = client.post(
        f"/v1/staffing?key={secret}",
        json=as_json(STAFFING) | {"key": secret},
        headers={"Authorization": f"Bearer {secret}", "X-Request-ID": f"{secret} x"},
    )
    return answer.status_code, answer.text + str(answer.headers)


def test_a_key_is_logged_by_its_id_alone(sqlite_url: str, lines: list[str]) -> None:
    with closing(open_store(sqlite_url)) as store:
        key, secret = create_key(store, "acme", "router", [Scope.ROUTE])
    client = create_app(Settings(database_url=sqlite_url)).test_client()
    proof = secret.removeprefix(f"cb_{key.id}_")
    for sent, status in ((secret, 422), (f"{secret[:-1]}!", 401), (secret.lower(), 401)):
        found, said = post(client, sent)
        assert found == status
        if status == 401:  # a field of the body may be repeated to who sent it
            assert proof[:-1].lower() not in said.lower()
    text = "\n".join(lines)
    assert f'"key_id": "{key.id}"' in text
    assert proof[:-1].lower() not in text.lower()


def test_the_password_of_the_database_is_told_to_nobody(lines: list[str]) -> None:
    settings = Settings(database_url=NOBODY_LISTENS)
    client = create_app(settings).test_client()
    status, said = post(client, f"cb_{'0' * 16}_{'x' * 43}")
    assert status == 503
    for text in (said, "\n".join(lines), repr(settings), str(open_store(NOBODY_LISTENS).engine)):
        assert "swordfish" not in text
