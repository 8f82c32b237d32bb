"""The documentation page needs no server but this one."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("path", ["/docs/", "/docs/swagger"])
def test_everything_that_the_page_loads_is_served_here(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert "://" not in page.text
    loaded = re.findall(r'(?:src|href|url)(?:=|: )"([^"]+)"', page.text)
    assert len(loaded) == 4
    for relative in loaded:
        with client.get(f"/docs/{relative}") as asset:
            assert asset.status_code == 200
            assert len(asset.data) > 100


def test_the_style_sheet_loads_nothing_from_elsewhere(client: FlaskClient) -> None:
    with client.get("/docs/swagger/css/swagger-ui.css") as sheet:
        assert not re.findall(r"url\(\s*[\"']?(?:https?:)?//", sheet.text)


def test_the_policy_allows_our_script_and_no_other(client: FlaskClient) -> None:
    page = client.get("/docs/")
    (script,) = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    policy = page.headers["Content-Security-Policy"]
    assert f"script-src 'self' 'sha256-{digest}';" in policy
    assert "http" not in policy
