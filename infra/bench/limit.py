"""The limit: the same statements on the same server and driver, and nothing between the request and the SQL.

It knows its questions by heart, by the text of their documents: no parsing, no validation, no plan, no limits. What
Serra takes longer than this is the price of being a GraphQL server at all.
"""

import asyncio
import json
import os
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import msgspec
from granian.constants import Interfaces, Loops
from granian.server import Server

from infra.bench.fixed import KEYRING
from services.ids import new_id

SCRIPT = "SERRA_BENCH_LIMIT"
"""The variable that names the file of what it knows: people by header, statements by document."""

ADD = """
    with subject as (
        select r.id, r.organisation, r.audience, r.revision
        from test_round r join "case" c on c.id = r."case"
        where r.id = $1 and case when r.audience && (select $2::text[]) then true end
          and case when c.audience && (select $2::text[]) then true end
    ), made as (
        insert into comment (id, audience, test_round, subject_version, author, organisation, body, language)
        select $3, subject.audience, subject.id, subject.revision, $4, $5, $6, 'en' from subject returning *
    ), logged as (
        insert into log (person, organisation, action, subject_type, subject_id, detail)
        select author, organisation, 'add_comment', 'Comment', id,
               jsonb_build_object('subject_type', 'TestRound', 'subject_id', test_round, 'version', subject_version)
        from made
    )
    select row_to_json(o)::text from (
        select (
            select row_to_json(o) from (
                select made.body, made.language, (
                    select row_to_json(o) from (
                        select p.name from person p
                        where p.id = made.author and case when p.audience && (select $2::text[]) then true end
                    ) o
                ) as author
            ) o
        ) as comment, '[]'::json as "userErrors" from made
    ) o
"""
"""A comment with its log line, in one statement, and what (d) reads of it."""


class _Body(msgspec.Struct):
    query: str
    variables: dict[str, str]


class _Send(Protocol):
    async def __call__(self, message: dict[str, Any], /) -> None: ...


class _Receive(Protocol):
    async def __call__(self) -> dict[str, Any]: ...


_decode = msgspec.json.Decoder(_Body).decode


class Limit:
    """The application."""

    def __init__(self) -> None:
        script = json.loads(Path(os.environ[SCRIPT]).read_text(encoding="utf-8"))
        self._people: dict[bytes, dict[str, Any]] = {key.encode(): value for key, value in script["people"].items()}
        self._reads: dict[str, dict[str, Any]] = script["reads"]
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._opening = asyncio.Lock()

    async def __call__(self, scope: dict[str, Any], receive: _Receive, send: _Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = _decode((await receive())["body"])
        headers = dict(scope["headers"])
        person = self._people[headers[b"authorization"]]
        read = self._reads.get(body.query)
        pool = self._pool or await self._open()
        answer = await (self._add(pool, person, body) if read is None else self._read(pool, person, body, read))
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", b"application/json"),
                    (b"content-length", str(len(answer)).encode()),
                ],
            }
        )
        await send({"type": "http.response.body", "body": answer, "more_body": False})

    async def _open(self) -> "asyncpg.Pool[asyncpg.Record]":
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    os.environ["DATABASE_URL"],
                    min_size=16,
                    max_size=16,
                    reset=_nothing_to_reset,
                    max_cached_statement_lifetime=0,
                    server_settings={"jit": "off", "plan_cache_mode": "force_generic_plan"},
                )
        return self._pool

    async def _read(
        self, pool: "asyncpg.Pool[asyncpg.Record]", person: dict[str, Any], body: _Body, read: dict[str, Any]
    ) -> bytes:
        values = [
            person["keyring"]
            if value == KEYRING
            else body.variables[value["variable"]]
            if isinstance(value, dict)
            else value
            for value in read["values"]
        ]
        found = await pool.fetchval(read["sql"], *values)
        return b'{"data":{"%s":%s}}' % (read["field"].encode(), found.encode() if found else b"null")

    async def _add(self, pool: "asyncpg.Pool[asyncpg.Record]", person: dict[str, Any], body: _Body) -> bytes:
        found = await pool.fetchval(
            ADD,
            UUID(body.variables["round"].removeprefix("test_round_")),
            person["keyring"],
            new_id(),
            person["id"],
            person["organisation"],
            body.variables["body"],
        )
        return b'{"data":{"addComment":%s}}' % (found.encode() if found else b"null")


async def _nothing_to_reset(_: object) -> None:
    """As Serra's pool."""


def main() -> None:
    """Serve at PORT."""
    Server(
        "infra.bench.limit:Limit",
        address="127.0.0.1",
        port=int(os.environ["PORT"]),
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=1,
        factory=True,
        log_access=False,
    ).serve()


if __name__ == "__main__":
    main()
