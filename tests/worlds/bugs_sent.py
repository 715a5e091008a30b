"""A mistake for each way in which something is sent: events, files, the log. The property must fail when it is made."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from infra.http.subscriptions import following, operations
from infra.http.subscriptions.following import Following
from infra.http.subscriptions.operations import Operations, Result
from infra.postgres.database import Database
from services.audit import export as log_export
from services.ids import new_id
from services.privacy import export
from services.privacy.holdings import HOLDINGS
from tests.worlds.bugs import Connection, Mistake, patching, without_wall

# -- subscriptions -----------------------------------------------------------------------------------------------------


@patching
def _subscribers_not_asked(patched: pytest.MonkeyPatch) -> None:
    async def always(*_: Any) -> bool:
        return True

    patched.setattr(Operations, "is_there", always)


@patching
def _comments_told_as_others_read_them(patched: pytest.MonkeyPatch) -> None:
    read, told = Operations.event, dict[tuple[object, str], Result]()

    async def event(self: Operations, row: object, headers: Any, document: Any, body: Any) -> Result | None:
        found = await read(self, row, headers, document, body)
        if found is None:
            await asyncio.sleep(0.05)  # until somebody who may read it has done so
            return told.get((row, body.query))
        told[row, body.query] = found
        return found

    patched.setattr(Following, "_may_read", lambda *_: True)  # else they are not even asked for
    patched.setattr(Operations, "event", event)


@patching
def _comments_for_who_held_nothing(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(Following, "looked", lambda *_: None)


@patching
def _followers_not_looked_at(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(following, "_DECIDES_WHO_READS", frozenset())


@patching
def _wholes_not_watched(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(Following, "watch", lambda *_: False)


@patching
def _drafts_told_to_all(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(operations, "_shown", lambda _: iter([str(new_id())]))


# -- files and the log -------------------------------------------------------------------------------------------------


def _exports_of_everyone(section: str) -> Mistake:
    @patching
    def mistake(patched: pytest.MonkeyPatch) -> None:
        wrong = [_Everyones(one) if one.section == section else one for one in HOLDINGS]
        patched.setattr(export, "HOLDINGS", wrong)

    return mistake


class _Everyones:
    """A holding that forgets whose it is."""

    def __init__(self, holding: Any) -> None:
        self._holding = holding

    def __getattr__(self, name: str) -> Any:
        return "true" if name == "condition" else getattr(self._holding, name)


@patching
def _log_for_members(patched: pytest.MonkeyPatch) -> None:
    fetch = Database.fetch_json

    async def asking(self: Database, statement: str, values: list[Any]) -> str | None:
        return await fetch(self, statement.replace("insider.role in ('ADMIN')", "true"), values)

    patched.setattr(Database, "fetch_json", asking)


@contextlib.asynccontextmanager
async def _log_for_other_sessions(monkeypatch: pytest.MonkeyPatch, owner: Connection) -> AsyncIterator[None]:
    with monkeypatch.context() as patched:
        without_wall(patched, owner)
        fetch = Database.fetch_json

        async def asking(self: Database, statement: str, values: list[Any]) -> str | None:
            return await fetch(self, _KEY_BESIDE_ROLE.sub("", statement), values)

        patched.setattr(Database, "fetch_json", asking)
        yield


_KEY_BESIDE_ROLE = re.compile(
    r"'organisation:' \|\| \S+ = any\(\$\d+::text\[\]\) and (?=exists \(select from membership insider)"
)


@patching
def _log_of_everyone(patched: pytest.MonkeyPatch) -> None:
    for name in ("_IDS", "_AFTER"):
        asked: str = getattr(log_export, name)
        patched.setattr(log_export, name, asked.replace("organisation = {}", "{}::uuid is not null"))


MISTAKES: dict[str, tuple[str, Mistake]] = {
    "subscribers are not looked at": ("subscription", _subscribers_not_asked),
    "followers are never looked at again": ("delivery", _subscribers_not_asked),
    "a comment is read once for all who follow": ("delivery", _comments_told_as_others_read_them),
    "comments are told by keys that are never learned": ("delivery", _comments_for_who_held_nothing),
    "who leaves is not looked at again": ("delivery", _followers_not_looked_at),
    "a case's rounds and files are not thought of": ("delivery", _wholes_not_watched),
    "drafts are told to all who follow": ("delivery", _drafts_told_to_all),
    "exports hold what others said": ("export", _exports_of_everyone("comments")),
    "exports hold what others were let into": ("export", _exports_of_everyone("admissions")),
    "every member reads the log": ("log", _log_for_members),
    "a session reads the log of other organisations": ("log", _log_for_other_sessions),
    "exports of the log hold every line": ("log export", _log_of_everyone),
}
"""What goes wrong → the surface that must show it, and how it is brought about."""
