"""Runs migrations over the connection that `services.library.adapters.database.migrate` hands in."""

from alembic import context

from services.library.adapters.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
