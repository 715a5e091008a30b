"""Piccolo's engine, mended where a service that runs for months needs it to be."""

import asyncio
from functools import lru_cache
from types import TracebackType
from typing import Any

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction
from piccolo.querystring import QueryString

from infra.postgres.away import opening


class Transaction(PostgresTransaction):
    """A transaction that gives its connection back also when it is cancelled while it begins or ends.

    Piccolo's own keeps it then, and a pool whose deadline cuts off enough writes runs dry.
    """

    async def __aenter__(self) -> PostgresTransaction:
        if self._parent is not None:
            return self._parent
        self.connection = await self.get_connection()  # type: ignore[no-untyped-call]
        try:
            self.transaction = self.connection.transaction()
            await self.begin()  # type: ignore[no-untyped-call]
        except BaseException:
            await asyncio.shield(self._give_back())
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if self._parent is not None:
            return exception is None
        try:
            if exception is None:
                await self.commit()  # type: ignore[no-untyped-call]
            else:
                await self.rollback()  # type: ignore[no-untyped-call]
        finally:
            self.engine.current_transaction.reset(self.context)
            await asyncio.shield(self._give_back())
        return exception is None

    async def _give_back(self) -> None:
        if self.connection.is_in_transaction():  # its end was cut off: nobody may go on in it
            self.connection.terminate()
        if self.engine.pool:
            await self.engine.pool.release(self.connection)
        else:
            await self.connection.close()


class SeparateTransaction(Transaction):
    """A transaction on a connection of its own, to whatever address: not the pool's, whose role may do less."""

    def __init__(self, engine: PostgresEngine, url: str) -> None:
        super().__init__(engine=engine)
        self._url = url

    async def get_connection(self) -> "asyncpg.Connection[asyncpg.Record]":
        """Connect. Raises DatabaseAway."""
        with opening(self._url):
            connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(self._url)
        return connection

    async def _give_back(self) -> None:
        await self.connection.close()


@lru_cache(maxsize=1_024)
def _numbered(template: str, values: int) -> str:
    """The text with `$1`, `$2` … in place of `{}`."""
    text, _ = QueryString(template, *[None] * values).compile_string()
    return text


class _Written(QueryString):
    """A statement whose values are all values, and none a piece of SQL."""

    def __init__(self, of: QueryString) -> None:
        self.template, self.args = of.template, of.args

    def compile_string(self, engine_type: str = "postgres") -> tuple[str, list[Any]]:  # noqa: ARG002 - as Piccolo's
        return _numbered(self.template, len(self.args)), list(self.args)


class Engine(PostgresEngine):
    """The engine. It does not look for a server when it is made: the address is known only at the start."""

    async def check_version(self) -> None:
        """Piccolo would connect here, at import. Serra says in its documentation which versions it needs."""

    async def prep_database(self) -> None:
        """Piccolo would create extensions here; the migrations do."""

    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> Any:  # noqa: FBT001, FBT002 - as Piccolo's
        """Run a statement. A text that was written by hand is put together once, not for each of its runs."""
        if any(isinstance(value, QueryString) for value in querystring.args):
            return await super().run_querystring(querystring, in_pool)
        return await super().run_querystring(_Written(querystring), in_pool)

    def transaction(self, allow_nested: bool = True) -> Transaction:  # noqa: FBT001, FBT002 - as Piccolo's
        """A transaction; one inside another is part of it."""
        return Transaction(engine=self, allow_nested=allow_nested)
