"""No name, figure or text that a customer sends reaches the log, whatever becomes of it."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from flask_openapi3.openapi import OpenAPI

from api.app import create_app
from api.config import Settings
from api.logs import JsonFormatter, about_job
from api.schemas.examples import as_json
from api.store import open_store
from api.tasks import KINDS, Context, accept, run_task
from api.v1.here import scope
from optimizer.errors import OptimizerError
from optimizer.stop import Deadline

MARK = "xQzLovelacexQz"
LOGGED = 2_000_777.25  # a figure that nobody else would write


class Lines(logging.Handler):
    """Keeps every line as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def said(self) -> str:
        return "\n".join(self.lines)


@pytest.fixture
def log() -> Iterator[Lines]:
    """All that is logged meanwhile, the least severe included."""
    handler, root = Lines(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def app(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAPI]:
    monkeypatch.setenv("CALLBOARD_POOL_ADDRESS", "http://127.0.0.1:9")
    made = create_app(Settings(access="open", database_url=sqlite_url))
    yield made
    if (opened := made.extensions.get("callboard.store")) is not None:
        opened.close()


def marked(value: Any) -> Any:
    """Return a body with every text and name in it marked, as far as it stays of its type."""
    if isinstance(value, dict):
        return {name: marked(part) for name, part in value.items()}
    if isinstance(value, list):
        return [marked(part) for part in value]
    return f"{value} {MARK}" if isinstance(value, str) else value


def test_nothing_that_is_sent_is_logged_whatever_the_answer(app: OpenAPI, log: Lines) -> None:
    client = app.test_client()
    asked = 0
    for path, item in app.api_doc["paths"].items():
        for method in item:
            url = re.sub(r"{\w+}", MARK, path)
            body = item[method].get("requestBody", {}).get("content", {})
            example = body.get("application/json", {}).get("example")
            headers = {"If-None-Match": MARK, "Idempotency-Key": MARK, "User-Agent": MARK}
            sent = [json.dumps(b) for b in ({MARK: LOGGED}, marked(example), example)]
            queries = [f"?{MARK}={MARK}", *[""] * 5]
            for query, data in zip(queries, [sent[0], *sent, MARK, f'{{"{MARK}'], strict=True):
                answer = client.open(
                    url + query,
                    method=method.upper(),
                    data=data,
                    headers={**headers, "Content-Type": "application/json"},
                )
                answer.close()
                asked += 1
    assert asked > 100
    assert len(log.lines) >= asked
    assert MARK not in log.said()
    assert str(LOGGED) not in log.said()


def test_an_unexpected_failure_is_logged_without_its_words(app: OpenAPI, log: Lines) -> None:
    @app.get("/v1/broken")
    @scope(None)
    def break_down() -> None:
        names = {"somebody": 1}
        names["".join(["xQz", "Lovelace", "xQz"])]

    answer = app.test_client().get("/v1/broken")
    assert answer.status_code == 500
    (line,) = [line for line in log.lines if "exception" in line]
    assert "builtins.KeyError" in json.loads(line)["exception"]
    assert MARK not in log.said()


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_job_is_worked_on_without_a_word_about_what_is_in_it(
    sqlite_url: str, kind: str, log: Lines
) -> None:
    """Names of groups, agents and sites are marked; what can still be solved is."""
    example = json.dumps(as_json(KINDS[kind].example))
    named = sorted(set(re.findall(r'"(?:id|group|name|agent)": "([^"]+)"', example)), key=len)
    for name in reversed(named):
        example = example.replace(f'"{name}"', f'"{name}{MARK}"')
    body = example.encode()
    with closing(open_store(sqlite_url)) as store, about_job("j-1"):
        try:
            accepted = accept(store, "main", kind, body, Settings())
            run_task(kind, accepted.body, Context(Deadline.after(5.0), threads=1))
        except OptimizerError as error:
            logging.getLogger("api.runner").warning("A job failed.", exc_info=error)
    assert MARK in example or not named
    assert MARK not in log.said()
