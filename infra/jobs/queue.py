"""Enqueue: the job is part of the transaction that caused it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries

from infra.postgres.database import current_transaction


class TransactionalQueue:
    """Puts jobs into PgQueuer's table over the connection of the open transaction."""

    async def put(self, job: str, payload: Mapping[str, str], at: datetime | None) -> None:
        """Enqueue one job. Raises RuntimeError outside a transaction: the job could outlive or miss its cause."""
        transaction = current_transaction()
        if transaction is None:
            raise RuntimeError(f"The job {job} was enqueued outside a transaction.")
        wait = max(at - datetime.now(UTC), timedelta()) if at else None
        queries = Queries(AsyncpgDriver(transaction.connection))
        await queries.enqueue(job, msgspec.json.encode(payload), execute_after=wait)
