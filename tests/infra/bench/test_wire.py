import asyncpg

from infra.bench.wire import wire
from infra.embedded import EmbeddedServers


async def test_the_wire_counts_what_is_said(servers: EmbeddedServers) -> None:
    """Statements are counted by their text, prepared ones too, and their time is taken."""
    with wire(servers.database_url) as listening:
        connection = await asyncpg.connect(listening.url)
        try:
            listening.heard.clear()
            for number in range(3):
                assert await connection.fetchval("select $1::int", number) == number
            async with connection.transaction():
                await connection.execute("select pg_sleep(0.05)")
        finally:
            await connection.close()

    assert listening.heard.statements["select $1::int"] == 3
    assert listening.heard.statements["select pg_sleep(0.05)"] == 1
    assert listening.heard.statements.total() == 6
    assert listening.heard.seconds > 0.05
