"""The roles that Serra connects as (docs/decisions/013): one that works, and one that compiled reads become."""

import secrets
from typing import Final
from urllib.parse import quote, urlsplit

import asyncpg

from infra.postgres.away import opening

SERVICE: Final = "serra_service"
READER: Final = "serra_reader"
AS_READER: Final = {"role": READER}
"""Settings of a connection that sees what the keyring of each statement opens."""
AS_SERVICE: Final = {"app.keyring": "*"}
"""Settings of a connection for the service's own work, which must see what its actor may not. Without them it sees
nothing, and can write nothing."""

_FOUND = f"""
    select
        current_user as role,
        to_regrole('{READER}') is not null as is_migrated,
        current_setting('is_superuser') = 'on' as is_superuser,
        (select rolbypassrls from pg_roles where rolname = current_user) as bypasses,
        exists (select from pg_class t where t.relrowsecurity and pg_has_role(t.relowner, 'member')) as owns,
        coalesce(pg_has_role(to_regrole('{READER}'), 'set'), false) as may_read
"""  # noqa: S608 - only the constants above stand in it
_WHAT_TO_DO = (
    f"Let SERRA_DATABASE_URL name a role that is a member of {SERVICE} and owns nothing, and give the owner's address "
    "to `serra migrate` alone, as SERRA_DATABASE_OWNER_URL. docs/operations.md shows how."
)


class RoleRefused(Exception):
    """Row-level security would not hold for the role that the service is to connect as; the message says what to do."""


async def check_service_role(url: str) -> None:
    """Raise RoleRefused unless row-level security binds the role at this address, DatabaseAway where nobody answers."""
    with opening(url):
        connection = await asyncpg.connect(url, timeout=10)
    try:
        found = await connection.fetchrow(_FOUND)
    finally:
        await connection.close()
    if found is None:
        raise AssertionError  # a SELECT without FROM has one row
    if not found["is_migrated"]:
        raise RoleRefused(f"The database has no role {READER} yet. Run `serra migrate` first.")
    strength = (
        ("is a superuser", found["is_superuser"]),
        ("may bypass row-level security", found["bypasses"]),
        ("owns Serra's tables, or may become who does", found["owns"]),
    )
    for what, is_so in strength:
        if is_so:
            raise RoleRefused(f"The role «{found['role']}» {what}: nothing would guard it. {_WHAT_TO_DO}")
    if not found["may_read"]:
        raise RoleRefused(f"The role «{found['role']}» may not become {READER}. {_WHAT_TO_DO}")


async def open_service_role(owner_url: str) -> str:
    """Let the service's role log in with a new password, and give its address.

    For the servers that Serra starts itself: the password is known to this process alone, and until the next start.
    """
    password = secrets.token_urlsafe(32)
    connection = await asyncpg.connect(owner_url, timeout=10)
    try:
        await connection.execute(f"alter role {SERVICE} login password '{password}'")
    finally:
        await connection.close()
    owner = urlsplit(owner_url)
    _, _, place = owner.netloc.rpartition("@")
    return owner._replace(netloc=f"{SERVICE}:{quote(password, safe='')}@{place}").geturl()
