"""The description of the API as a file: ``python -m api.openapi > api/openapi.json``."""

from __future__ import annotations

import json
import sys

from api.app import create_app
from api.config import Settings

__all__ = ["description"]


def description() -> str:
    """Return the OpenAPI document of the application, as the committed file holds it."""
    return json.dumps(create_app(Settings()).api_doc, indent=2, allow_nan=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(description())
