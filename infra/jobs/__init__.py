"""Follow-ups of writes: queued in PostgreSQL by the write's own transaction, run by a worker."""
