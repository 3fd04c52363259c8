"""Runs migrations on the connection that `version.upgrade` hands over, inside its transaction."""

from alembic import context

from aggregator.store.schema import EntryRow

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=EntryRow.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
