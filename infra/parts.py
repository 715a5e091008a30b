"""Open the parts that a process works with, as the settings name them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from infra.jobs.queue import TransactionalQueue
from infra.postgres.database import Database, database
from infra.postgres.roles import check_service_role
from infra.search.fallback import FallbackSearch
from infra.search.meilisearch import MeilisearchSearch
from infra.search.postgres import PostgresSearch
from infra.settings import Settings
from infra.storage.s3 import S3FileStore
from services.log import use_queue
from services.ports import Ports
from services.privacy.ages import AgeLimits
from services.search.ports import SearchEngine


@dataclass(frozen=True, slots=True)
class Parts:
    """The database and the ports, open."""

    database: Database
    ports: Ports


@asynccontextmanager
async def open_parts(settings: Settings) -> AsyncIterator[Parts]:
    """Open PostgreSQL, the file store and the search engine; prepare bucket and index; close them at the end.

    The settings must name a database and a file store: those of the embedded servers, or one's own. Raises as
    `open_database` does.
    """
    if not settings.s3_endpoint:
        raise ValueError("The settings name no file store.")
    async with open_database(settings) as opened, open_search(settings, opened) as search:
        files = S3FileStore(
            settings.s3_endpoint,
            settings.s3_region,
            settings.s3_bucket or "",
            settings.s3_access_key or "",
            settings.s3_secret_key.get_secret_value() if settings.s3_secret_key else "",
            public_endpoint=settings.s3_public_endpoint,
        )
        try:
            await files.prepare()
            yield Parts(
                opened,
                Ports(files=files, search=search, largest_upload=settings.upload_limit_bytes, ages=ages_of(settings)),
            )
        finally:
            await files.aclose()


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """Open PostgreSQL alone, with its queue for follow-ups.

    Raises DatabaseAway, and RoleRefused in production where row-level security would not hold.
    """
    if not settings.database_url:
        raise ValueError("The settings name no database.")
    if settings.environment == "production":
        await check_service_role(settings.database_url)
    use_queue(TransactionalQueue())
    async with database(settings.database_url) as opened:
        yield opened


def ages_of(settings: Settings) -> AgeLimits:
    """For how long what ages is kept."""
    return AgeLimits(
        notifications=settings.keep_notifications_days,
        idempotency_keys=settings.keep_idempotency_keys_days,
        ended_tokens=settings.keep_ended_tokens_days,
        data_exports=settings.keep_data_exports_days,
    )


@asynccontextmanager
async def open_search(settings: Settings, opened: Database) -> AsyncIterator[SearchEngine]:
    """PostgreSQL, or Meilisearch with PostgreSQL behind it; its index is prepared, and it is closed at the end."""
    postgres = PostgresSearch(opened.pool)
    if not settings.meili_url:
        await postgres.prepare()
        yield postgres
        return
    meilisearch = MeilisearchSearch(
        settings.meili_url, settings.meili_key.get_secret_value() if settings.meili_key else None
    )
    search = FallbackSearch(meilisearch, postgres)
    try:
        await search.prepare()
        yield search
    finally:
        await meilisearch.aclose()
