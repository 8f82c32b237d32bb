"""The bodies of the HTTP API: their types, their JSON and their schemas."""
