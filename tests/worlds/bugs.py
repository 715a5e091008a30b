"""A mistake for each surface that is read, as somebody could make it: the property must fail when it is made."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import asyncpg
import pytest

import infra.search.postgres.engine as search_engine
from infra.postgres.database import Database
from infra.search.postgres import hits
from schema.compiler import pages, planner
from schema.compiler.plan import Origin, Total
from schema.compiler.planner import Planner
from services import publishing
from services.access import access_for_change
from services.artefacts import artefacts
from services.errors import DomainError, ErrorCode, refusal
from services.organisations import people
from services.search import search
from services.search.ports import Snippet
from services.viewer import Viewer

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Mistake = Callable[[pytest.MonkeyPatch, Connection], contextlib.AbstractAsyncContextManager[None]]


def patching(patch: Callable[[pytest.MonkeyPatch], None]) -> Mistake:
    """A mistake that takes no more than other code in some places."""

    @contextlib.asynccontextmanager
    async def mistake(monkeypatch: pytest.MonkeyPatch, _: Connection) -> AsyncIterator[None]:
        with monkeypatch.context() as patched:
            patch(patched)
            yield

    return mistake


# -- the compiler: the rule is forgotten in one place, and the second wall is down -------------------------------------


def _forgetting(where: object, name: str) -> Mistake:
    @contextlib.asynccontextmanager
    async def mistake(monkeypatch: pytest.MonkeyPatch, owner: Connection) -> AsyncIterator[None]:
        inside: list[None] = []
        rule, plan = Planner._readable, getattr(where, name)

        def without_rule(*given: Any) -> Any:
            inside.append(None)
            try:
                return plan(*given)
            finally:
                inside.pop()

        with monkeypatch.context() as patched:
            patched.setattr(Planner, "_readable", lambda self, alias: "true" if inside else rule(self, alias))
            patched.setattr(where, name, without_rule)
            without_wall(patched, owner)
            yield

    return mistake


def without_wall(patched: pytest.MonkeyPatch, owner: Connection) -> None:
    """Compiled reads run as the tables' owner, whom row-level security does not bind."""
    one_at_a_time = asyncio.Lock()

    async def as_owner(_: Database, statement: str, values: list[Any]) -> Any:
        async with one_at_a_time:
            return await owner.fetchval(statement, *values)

    patched.setattr(Database, "fetch_json", as_owner)


@contextlib.asynccontextmanager
async def _counting_everything(monkeypatch: pytest.MonkeyPatch, owner: Connection) -> AsyncIterator[None]:
    def total(origin: Origin, limit: int) -> Total:
        where = tuple(one for one in origin.where if ".audience &&" not in one)
        return Total(replace(origin, where=where), limit)

    with monkeypatch.context() as patched:
        patched.setattr(pages, "Total", total)
        without_wall(patched, owner)
        yield


@patching
def _comments_without_their_wholes(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(Planner, "_whole_is_readable", lambda *_: "true")


# -- search ------------------------------------------------------------------------------------------------------------


def _unfiltered(patched: pytest.MonkeyPatch) -> None:
    ask = search_engine._search

    async def unfiltered(connection: Any, question: Any, understood: Any) -> Any:
        rows = await connection.fetch("select distinct unnest(keys) from search_way")
        return await ask(connection, replace(question, keyring=tuple(key for (key,) in rows)), understood)

    patched.setattr(search_engine, "_search", unfiltered)


_search_without_filter = patching(_unfiltered)


@contextlib.asynccontextmanager
async def _search_without_any_check(monkeypatch: pytest.MonkeyPatch, owner: Connection) -> AsyncIterator[None]:
    async def everything(things: Any, _: Any) -> set[Any]:
        return set(things)

    with monkeypatch.context() as patched:
        _unfiltered(patched)
        patched.setattr(search, "readable_things", everything)
        patched.setattr(Planner, "_readable", lambda *_: "true")
        without_wall(patched, owner)
        yield


@patching
def _snippets_of_the_one_before(patched: pytest.MonkeyPatch) -> None:
    made = hits._snippets
    before: list[tuple[Snippet, ...]] = [()]

    def late(*given: Any) -> tuple[Snippet, ...]:
        before.append(made(*given))
        return before[-1] + before[-2]

    patched.setattr(hits, "_snippets", late)


# -- what follows from time --------------------------------------------------------------------------------------------


@patching
def _embargoes_ignored(patched: pytest.MonkeyPatch) -> None:
    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz or UTC) + timedelta(days=365)

    patched.setattr(publishing, "datetime", Later)


@patching
def _admissions_for_ever(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(people, "_OF_TOKEN", people._OF_TOKEN.replace("admission.until > now() and", ""))


@patching
def _reviews_for_ever(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(people, "_OF_TOKEN", people._OF_TOKEN.replace("review.lent_until > now() and", ""))


# -- sessions of one organisation's provider --------------------------------------------------------------------------


@patching
def _sessions_hold_everything(patched: pytest.MonkeyPatch) -> None:
    async def as_they_are(viewer: Viewer, _: Any) -> Viewer:
        return viewer

    patched.setattr(people, "narrowed", as_they_are)


@patching
def _sessions_of_all_guests(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(people, "_LET_IN_WITHIN", people._LET_IN_WITHIN.replace('"case".owner = asked.within', "true"))


@patching
def _sessions_of_all_reviewers(patched: pytest.MonkeyPatch) -> None:
    asked = "review.organisation = asked.member_of or review.requested_by = asked.within"
    patched.setattr(people, "_LET_IN_WITHIN", people._LET_IN_WITHIN.replace(asked, "true"))


# -- the rest ----------------------------------------------------------------------------------------------------------


@patching
def _links_to_anything(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(artefacts, "may_download", lambda *_: True)


@contextlib.asynccontextmanager
async def _files_not_narrowed(_: pytest.MonkeyPatch, owner: Connection) -> AsyncIterator[None]:
    before = await owner.fetchval("select pg_get_functiondef('part_audience'::regproc)")
    await owner.execute(
        "create or replace function part_audience(own text, chosen text[], whole text[]) returns text[]"
        " language sql immutable parallel safe return whole"
    )
    try:
        yield
    finally:
        await owner.execute(before)


@contextlib.asynccontextmanager
async def _no_places_in_lists(_: pytest.MonkeyPatch, owner: Connection) -> AsyncIterator[None]:
    await owner.execute('alter table "case" disable trigger case_audience_follows')
    try:
        yield
    finally:
        await owner.execute('alter table "case" enable trigger case_audience_follows')


@patching
def _telling_refusals(patched: pytest.MonkeyPatch) -> None:
    access = access_for_change

    async def telling(table: Any, viewer: Any, row_id: Any, *words: Any) -> Any:
        try:
            return await access(table, viewer, row_id, *words)
        except DomainError:
            if await table.exists().where(table.id == row_id):
                raise refusal(ErrorCode.FORBIDDEN, "You may not read this.") from None
            raise

    patched.setattr(publishing, "access_for_change", telling)


MISTAKES: dict[str, tuple[str, Mistake]] = {
    "things are looked up without the rule": ("resolver", _forgetting(Planner, "_lookup")),
    "nodes are found without the rule": ("node", _forgetting(Planner, "_one_of")),
    "lists are made without the rule": ("list", _forgetting(planner, "plan_page")),
    "connections are made without the rule": ("connection", _forgetting(planner, "plan_page")),
    "everything is counted": ("count", _counting_everything),
    "comments are shown without their wholes": ("node", _comments_without_their_wholes),
    "new cases have no places in lists": ("list", _no_places_in_lists),
    "search asks without a filter, hits": ("search", _search_without_any_check),
    "search asks without a filter, totals": ("count", _search_without_any_check),
    "search asks without a filter, facets": ("facet", _search_without_filter),
    "snippets are mixed up": ("snippet", _snippets_of_the_one_before),
    "links are signed for any file": ("file link", _links_to_anything),
    "files are not narrowed": ("file link", _files_not_narrowed),
    "embargoes are ignored, in resolvers": ("resolver", _embargoes_ignored),
    "embargoes are ignored, in search": ("snippet", _embargoes_ignored),
    "admissions never end": ("node", _admissions_for_ever),
    "reviews never end": ("node", _reviews_for_ever),
    "sessions hold what other organisations give": ("node", _sessions_hold_everything),
    "sessions open what others let their person into": ("list", _sessions_of_all_guests),
    "sessions open what others had their person review": ("node", _sessions_of_all_reviewers),
    "refusals tell what there is": ("error text", _telling_refusals),
}
"""What goes wrong → the surface that must show it, and how it is brought about."""
