"""The documentation page: Swagger UI from its installed package, without any other server."""

from __future__ import annotations

from base64 import b64encode
from functools import partial
from hashlib import sha256

from flask import Flask, Response, request

from api.v1.here import scope

__all__ = ["DOCS", "serve_docs"]

DOCS = "/docs"
"""Where the page and the description lie."""

_SCRIPT = """
window.onload = () => SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
"""

_PAGE = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Callboard API</title>
<link rel="icon" href="swagger/images/swagger.svg">
<link rel="stylesheet" href="swagger/css/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="swagger/js/swagger-ui-bundle.js"></script>
<script>{_SCRIPT}</script>
</body>
</html>
"""

# The one inline script is allowed by its hash; Swagger UI needs inline styles and data images.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' 'sha256-{b64encode(sha256(_SCRIPT.encode()).digest()).decode()}'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "frame-ancestors 'none'",
    )
)


def serve_docs(app: Flask) -> None:
    """Show our page to anybody at both addresses of the framework's, with the policy it needs."""
    app.config["OPENAPI_HTML_STRING"] = _PAGE
    app.config["SWAGGER_HTML_STRING"] = _PAGE
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(f"{DOCS}/"):
            # A partial, as some of these views take no attributes.
            view = partial(app.view_functions[rule.endpoint])
            app.view_functions[rule.endpoint] = scope(None)(view)
    app.after_request(_allow)


def _allow(response: Response) -> Response:
    if request.path.startswith(f"{DOCS}/") and response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = _POLICY
    return response
