"""What Alembic runs for every migration: on the connection that it was given."""

from __future__ import annotations

from alembic import context

from api.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter most of a table; Alembic then makes it anew and copies.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
