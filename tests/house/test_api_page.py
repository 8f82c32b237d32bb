"""The pages on the service are true: their examples run, their tables are those of the code."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from api.access import Scope, create_key
from api.app import create_app
from api.config import PREFIX, Settings
from api.jobs.desk import Claim, Desk
from api.jobs.leases import take
from api.metrics.jobs import RUNNER
from api.store import Store, open_store, upgrade
from api.tasks import Context, prepare, run_task
from optimizer.stop import Deadline
from sample_data import SMALL
from tests.house.curl import BASE, Answer, Shell, commands

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("api", "jobs", "data", "pools", "security", "operations")
FENCE = re.compile(
    r"^```sh\n((?:\w+=\$\()?curl .*?)^```$(?:\n\n?```(json|text)\n(.*?)^```$)?",
    re.DOTALL | re.MULTILINE,
)
MEASURED = {"seconds", "ms"}
MORE = "…"


@cache
def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text("utf-8")


def fences(name: str) -> list[tuple[str, str, str]]:
    """Return the examples of a page: commands, form of the answer that is shown, answer."""
    return FENCE.findall(page(name))


@pytest.fixture
def shell(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shell]:
    """A shell beside a service with an empty database, a runner and pools of its own."""
    monkeypatch.setenv("CALLBOARD_POOL_ADDRESS", BASE)
    access = "keys" if request.param == "security" else "open"
    settings = Settings(access=access, database_url=f"sqlite:///{tmp_path}/callboard.db")
    files = tmp_path / "files"
    shutil.copytree(SMALL, files)
    with closing(open_store(settings.database_url)) as store:
        upgrade(store)
        _, secret = create_key(store, "main", "documentation", frozenset(Scope))
        app = create_app(settings)
        variables = {"CALLBOARD_KEY": secret}
        yield Shell(app.test_client(), files, lambda: work_off(store), variables)
        if (opened := app.extensions.get("callboard.store")) is not None:
            opened.close()


def work_off(store: Store) -> None:
    """Do all jobs that wait, as a runner does."""
    lease = take(store, RUNNER, "pages", 60, forced=True)
    assert lease is not None
    desk = Desk(store, lease, attempts=1)
    while claims := desk.claim(1):
        for claim in claims:
            desk.finish(claim.job, _outcome(store, desk, claim))


def _outcome(store: Store, desk: Desk, claim: Claim) -> Any:
    body = prepare(store, claim.tenant, claim.kind, claim.body)
    context = Context(
        Deadline.after(claim.seconds), observer=lambda event: desk.tell(claim.job, [event])
    )
    return run_task(claim.kind, body, context)


@pytest.mark.parametrize(("shell", "name"), [(n, n) for n in PAGES], indirect=["shell"], ids=PAGES)
def test_the_examples_of_a_page_give_what_it_shows(shell: Shell, name: str) -> None:
    for asked, form, shown in fences(name):
        answers = shell.run(asked)
        *others, last = answers
        assert [a for a in others if a.status >= 400] == [], asked
        try:
            COMPARE[form](shown, last)
        except AssertionError as error:
            raise AssertionError(f"{asked}\nanswers {last.status}: {last.text[:4000]}") from error


def compare_status(_: str, answered: Answer) -> None:
    assert answered.status < 400


def compare_json(shown: str, answered: Answer) -> None:
    assert_same(json.loads(shown), json.loads(answered.text))


def compare_text(shown: str, answered: Answer) -> None:
    """Compare line by line; a line of only ``…`` stands for any lines."""
    parts = [
        r"(?:.*\n)*" if line.strip() == MORE else re.escape(line).replace(MORE, ".*") + r"\s*\n"
        for line in shown.splitlines()
    ]
    assert re.fullmatch("".join(parts), answered.text.rstrip() + "\n"), answered.text


COMPARE: dict[str, Callable[[str, Answer], None]] = {
    "": compare_status,
    "json": compare_json,
    "text": compare_text,
}


def assert_same(shown: Any, answered: Any, place: str = "") -> None:
    """Compare what a page shows with an answer: figures as far as they are written out."""
    if shown == MORE:
        return
    if isinstance(shown, dict):
        named = [key for key in shown if key != MORE]
        answers = list(answered)[: len(named)] if MORE in shown else list(answered)
        assert named == answers, place
        for key in named:
            if key not in MEASURED:
                assert_same(shown[key], answered[key], f"{place}/{key}")
    elif isinstance(shown, list):
        listed = shown[:-1] if shown and shown[-1] == MORE else shown
        assert len(listed) == len(answered) or len(listed) < min(len(shown), len(answered)), place
        for i, (one, other) in enumerate(zip(listed, answered, strict=False)):
            assert_same(one, other, f"{place}/{i}")
    elif isinstance(shown, str):
        assert re.fullmatch(re.escape(shown).replace(MORE, ".*"), str(answered)), place
    elif shown is None or isinstance(shown, bool):
        assert answered is shown, place
    else:
        assert answered == pytest.approx(shown, rel=1e-3), place


@cache
def described() -> dict[str, Any]:
    paths: dict[str, Any] = create_app(Settings()).api_doc["paths"]
    return paths


def test_every_route_is_named_on_a_page() -> None:
    told = "".join(map(page, PAGES))
    routes = [f"`{method.upper()} {path}`" for path, item in described().items() for method in item]
    assert [route for route in routes if route not in told] == []


def test_every_route_that_takes_a_body_has_an_example() -> None:
    asked = [
        command for name in PAGES for fence, _, _ in fences(name) for command in commands(fence)
    ]
    bodies = [
        (method.upper(), path)
        for path, item in described().items()
        for method in item
        if "requestBody" in item[method]
    ]
    missing = [route for route in bodies if not any(asks(command, *route) for command in asked)]
    assert missing == []


def asks(command: str, method: str, path: str) -> bool:
    """Tell whether a command asks a route; identifiers in its path may be variables."""
    anything = re.sub(r"\\{\w+\\}", r"[^/\\s'\"?]+", re.escape(path))
    if not re.search(rf"{re.escape(BASE)}{anything}(?![\w/])", command):
        return False
    if (named := re.search(r"-X (\w+)", command)) is not None:
        return named[1] == method
    return method == ("POST" if re.search(r" (-d|--data-binary) ", command) else "GET")


def test_the_table_of_settings_is_that_of_the_code() -> None:
    rows = re.findall(
        rf"^\| `({PREFIX}\w+)` \| (.*?) \| (.*?) \|$", page("operations"), re.MULTILINE
    )
    assert rows == [setting_row(setting) for setting in dataclasses.fields(Settings)]


def setting_row(setting: dataclasses.Field[Any]) -> tuple[str, str, str]:
    variable = PREFIX + setting.name.upper()
    meaning = setting.metadata["meaning"]
    if setting.metadata.get("secret"):
        meaning += f" Secret: may stand in a file that `{variable}_FILE` names."
    return variable, str(setting.default) or "empty", meaning
