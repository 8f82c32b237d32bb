"""The page on security names the scope of every route, as the code has it."""

from __future__ import annotations

import re
from pathlib import Path

from api.access import keyring
from api.app import create_app
from api.config import Settings
from api.v1 import access
from api.v1.here import SCOPE
from api.v1.requests import template

PAGE = (Path(__file__).parents[2] / "docs" / "security.md").read_text("utf-8")


def rows_of_the_code() -> list[str]:
    app = create_app(Settings())
    rows = []
    for rule in app.url_map.iter_rules():
        needed = getattr(app.view_functions[rule.endpoint], SCOPE)
        path = template(rule.rule)
        if path in app.api_doc["paths"]:
            methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
            rows += [(path, method, "none" if needed is None else needed) for method in methods]
    return [f"| {method} | `{path}` | {needed} |" for path, method, needed in sorted(rows)]


def test_the_table_of_scopes_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| (?:GET|PUT|POST|DELETE|PATCH) \| .*\|$", PAGE, re.MULTILINE)
    expected = rows_of_the_code()
    assert rows == expected, "the table should be:\n" + "\n".join(expected)


def test_the_numbers_on_the_page_are_those_of_the_code() -> None:
    assert f"within {keyring.FRESH_SECONDS:g} seconds" in PAGE
    assert f"{keyring.GRACE_SECONDS / 60:g} minutes" in PAGE
    assert f"{access.FAILURES_PER_MINUTE} failed attempts a minute" in PAGE
