"""A client of an application whose limits are small enough to be reached."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI

from api.app import create_app
from api.config import Settings


@pytest.fixture(scope="session")
def app() -> OpenAPI:
    return create_app(
        Settings(
            max_body_bytes=100_000,
            max_values=5_000,
            max_tickets=20,
            max_agents=20,
            max_intervals=100,
            max_erlang=1_000,
        )
    )


@pytest.fixture
def client(app: OpenAPI) -> FlaskClient:
    return app.test_client()
