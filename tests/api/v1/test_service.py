"""What the service tells about itself."""

from __future__ import annotations

from flask.testing import FlaskClient

from optimizer import __version__
from optimizer.io import SCHEMA


def test_a_service_that_is_up_says_so(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


def test_the_version_is_that_of_the_software(client: FlaskClient) -> None:
    told = client.get("/v1/version").get_json()
    assert told == {"name": "callboard", "version": __version__, "schema": SCHEMA}
