"""Version 1 of the HTTP API: routes, and what happens around every request."""
