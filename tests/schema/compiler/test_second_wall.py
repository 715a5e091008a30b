"""Row-level security: what is readable is so for PostgreSQL too, whatever SQL the service's roles run."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle, islice
from typing import Any, TypeAlias

import asyncpg
import pytest
import pytest_asyncio

from infra.postgres.roles import AS_READER
from infra.postgres.single import SingleStatements
from schema.compiler.planner import Planner
from services.access import readable
from services.viewer import Viewer, organisation_key, person_key
from tests.schema.compiler.roads import Roads
from tests.schema.compiler.test_statements import QUESTIONS

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Row = Mapping[str, Any]
Rows = dict[str, dict[object, Row]]

WORDS = """'{"source": "en", "en": {"text": "Words", "language": "en", "method": "SOURCE"}}'::jsonb"""
OF_A_VERSION = {
    "case_concept": "concept) select gen_random_uuid(), 0, v.id, c.id from case_version v, concept c",
    "case_contact": "name, source) select gen_random_uuid(), 0, id, 'Somebody', 'a report' from case_version",
    "challenge": f"statement) select gen_random_uuid(), 0, id, {WORDS} from case_version",
    "finding": f"statement) select gen_random_uuid(), 0, id, {WORDS} from case_version",
    "idea": f"title) select gen_random_uuid(), 0, id, {WORDS} from case_version",
    "implementation_sheet": f"idea, goal) select gen_random_uuid(), 0, version, id, {WORDS} from idea",
    "method_use": "method) select gen_random_uuid(), 0, v.id, c.id from case_version v, concept c",
    "output": f"kind, statement, status) select gen_random_uuid(), 0, id, 'PLAN', {WORDS}, 'STARTED' from case_version",
    "phase": f"name, stage) select gen_random_uuid(), 0, id, {WORDS}, 'TEST' from case_version",
    "practice_concept": "concept) select gen_random_uuid(), 0, v.id, c.id from practice_version v, concept c",
    "principle": f"level, statement) select gen_random_uuid(), 0, id, 'VALUE', {WORDS} from case_version",
    "road_map_item": f"phase, sub_project) select gen_random_uuid(), 0, id, {WORDS}, {WORDS} from case_version",
}
FILL = (
    "".join(f'insert into {table} (id, "position", version, {rest};' for table, rest in OF_A_VERSION.items())
    + f"""
    insert into consent (id, "position", test_round, alias, purpose, wording_version)
        select gen_random_uuid(), 0, id, 'P1', 'testing', '1' from test_round;
    insert into deviation (id, "position", test_round, field, change, reason)
        select gen_random_uuid(), 0, id, 'SITES', {WORDS}, {WORDS} from test_round;
    insert into event_case (id, "position", event, "case")
        select gen_random_uuid(), 0, e.id, c.id from event e, "case" c;
    insert into finding_evidence (id, finding, observation)
        select gen_random_uuid(), f.id, o.id from round_finding f join observation o using (test_round);
    insert into idempotency_key (id, person, key, action, input_hash, subject_id)
        select gen_random_uuid(), id, 'once', 'draft_case', '', id from person;
    insert into access_request (id, person, asked, "case", message)
        select gen_random_uuid(), p.id, c.slug, c.id, 'Please.' from person p, "case" c;
    insert into admission (id, audience, "case", person, until)
        select gen_random_uuid(), array['organisation:' || c.owner, 'person:' || p.id], c.id, p.id, now() + '1 day'
        from person p, "case" c on conflict do nothing;
    insert into log_seal (number, after, last, lines, root, previous, hash) values (1, 0, 1, 1, '1', '2', '3')
        on conflict do nothing;
    insert into log_address (commitment, salt, address, subject, audience)
        select sha256(id::text::bytea), '', '192.0.2.1', id, array['organisation:' || id] from organisation;
    insert into data_export (id, person) select gen_random_uuid(), id from person;
    insert into identity_provider (id, organisation, issuer, client_id, client_secret)
        select gen_random_uuid(), id, 'https://' || slug || '.example', 'serra', 'sealed' from organisation;
    insert into external_identity (id, organisation, issuer, subject, person, kind)
        select gen_random_uuid(), organisation, 'https://login.example', person, person, 'PERSON' from membership;
    insert into session (id, secret_hash, person, organisation, identity)
        select id, sha256(id::text::bytea), person, organisation, id from external_identity;
    insert into spent_state (hash) values ('spent') on conflict do nothing;
    insert into withdrawn_words (id, test_round, prints, kept_until)
        select gen_random_uuid(), id, 'prints', now() from test_round;
"""
)
"""What the lively network lacks, so that no table is without rows."""

PARTS = {
    **dict.fromkeys(OF_A_VERSION, ("version", "case_version")),
    **dict.fromkeys(("participation", "takeaway"), ("version", "case_version")),
    **dict.fromkeys(
        ("site", "criterion", "participant_group", "observation", "round_finding", "verdict", "deviation", "consent"),
        ("test_round", "test_round"),
    ),
    **dict.fromkeys(("event_participant", "event_theme", "event_case"), ("event", "event")),
    **dict.fromkeys(("practice_concept", "practice_source"), ("version", "practice_version")),
    "finding_evidence": ("finding", "round_finding"),
    "artefact_version": ("artefact", "artefact"),
    "lab_format": ("lab", "lab"),
    "network_member": ("network", "network"),
    "membership": ("person", "person"),
}
"""Tables without an audience of their own: the key to the whole, and the whole's table."""
OF_NOBODY = {"idempotency_key", "external_identity", "session", "spent_state", "withdrawn_words"}
OUTSIDE = {
    *("organisation", "concept"),
    *("search_entry", "search_reach", "search_text", "search_thing", "search_way", "search_word"),
    *("pgqueuer", "pgqueuer_log", "pgqueuer_schedules", "pgqueuer_statistics"),
    *("keyring_epoch", "migration"),
}
"""What row-level security leaves alone; docs/decisions/013 says why."""


IDENTITIES = {
    "case_audience": ("key", "id"),
    "log_seal": ("number",),
    "log_address": ("commitment",),
    "spent_state": ("hash",),
}


def identity(table: str, row: Row) -> object:
    """What tells a row from all others of its table."""
    names = IDENTITIES.get(table)
    return tuple(row[name] for name in names) if names else row["id"]


def _is_asked(table: str, row: Row, keyring: tuple[str, ...]) -> bool:
    return table == "invitation" and row["person"] is not None and person_key(row["person"]) in keyring


def allowed(rows: Rows, table: str, row: Row, keyring: tuple[str, ...]) -> bool:  # noqa: PLR0911 - a case a kind
    """The rule, as row-level security has it."""
    if table in OF_NOBODY:
        return False
    if "audience" in row:
        return readable(row["audience"], keyring)
    if table == "case_audience":
        return row["key"] in keyring
    if table == "log_seal":
        return True
    if table in ("invitation", "identity_provider", "log"):
        return organisation_key(row["organisation"]) in keyring or _is_asked(table, row, keyring)
    if table == "access_request" and person_key(row["person"]) not in keyring:
        owner = row["case"] and rows["case"][row["case"]]
        return (
            owner is not None and organisation_key(owner["owner"]) in keyring and readable(owner["audience"], keyring)
        )
    if table in ("personal_token", "data_export", "access_request"):
        return person_key(row["person"]) in keyring
    key, whole = PARTS[table]
    within = [(whole, row[key])]
    if table == "practice_source":
        within.append(("case", row["case"]) if row["case"] else ("test_round", row["test_round"]))
    if table == "consent" and organisation_key(rows["test_round"][row["test_round"]]["organisation"]) not in keyring:
        return False
    return all(allowed(rows, name, rows[name][row_id], keyring) for name, row_id in within)


def asked(rows: Rows, request: Row, keyring: tuple[str, ...]) -> bool:
    """Whether the case that somebody asks for is one's own organisation's."""
    case = rows["case"][request["case"]]
    return organisation_key(case["owner"]) in keyring and readable(case["audience"], keyring)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def rows(roads: Roads, owner: Connection) -> Rows:
    """All rows of all guarded tables, and none of them empty."""
    await owner.execute(FILL)
    guarded = await owner.fetch("select relname from pg_class where relrowsecurity order by relname")
    held = {name: map(dict, await owner.fetch(f'select * from "{name}"')) for (name,) in guarded}
    return {name: {identity(name, row): row for row in found} for name, found in held.items()}


@pytest_asyncio.fixture(loop_scope="session")
async def reader(service_url: str) -> AsyncIterator[Connection]:
    """A connection as compiled reads have it."""
    connection = await asyncpg.connect(service_url, server_settings=AS_READER)
    yield connection
    await connection.close()


@pytest_asyncio.fixture(loop_scope="session")
async def forgetful(service_url: str) -> AsyncIterator[Connection]:
    """A connection of the service that does not say that it works for the service as a whole."""
    connection = await asyncpg.connect(service_url)
    yield connection
    await connection.close()


async def test_every_table_is_guarded_or_named_as_outside(owner: Connection) -> None:
    """A table that a later migration makes, and forgets to guard, does not go unnoticed."""
    tables = await owner.fetch(
        "select relname, relrowsecurity from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
    )
    assert {row["relname"] for row in tables if not row["relrowsecurity"]} == OUTSIDE
    assert {row["relname"] for row in tables if row["relrowsecurity"]} >= set(PARTS) | OF_NOBODY


async def test_without_keys_there_are_no_rows(rows: Rows, reader: Connection, forgetful: Connection) -> None:
    """Direct SQL as either role reads 0 rows of every guarded table, though there are some."""
    assert [table for table, held in rows.items() if not held] == []
    for table in rows:
        assert await forgetful.fetchval(f'select count(*) from "{table}"') == 0, table
        if table not in OF_NOBODY:
            assert await reader.fetchval(f'select count(*) from "{table}"') == 0, table


async def test_what_compiled_reads_have_no_business_with_is_closed(reader: Connection) -> None:
    """Jobs, the search index and the secrets of tokens cannot even be asked for."""
    closed = (
        *("idempotency_key", "external_identity", "session", "spent_state", "withdrawn_words"),
        *("pgqueuer", "search_thing", "search_text", "search_way", "keyring_epoch", "migration"),
    )
    for asked in (*(f"select 1 from {table}" for table in closed), *_SECRETS):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await reader.fetch(asked)


_SECRETS = (
    "select secret_hash from personal_token",
    "select secret_hash from invitation",
    "select client_secret from identity_provider",
)


async def test_a_keyring_opens_exactly_the_rows_of_the_rule(rows: Rows, roads: Roads, reader: Connection) -> None:
    """For nobody, a member, an outsider and whoever holds one key, each table shows what the rule says and no more."""
    keys = {key for table in rows.values() for row in table.values() for key in row.get("audience") or ()}
    keyrings = [viewer.keyring for viewer in roads.viewers] + [(key,) for key in sorted(keys)]
    for keyring in keyrings:
        for table, held in rows.items():
            if table in OF_NOBODY:
                continue
            async with reader.transaction():
                await reader.execute("select set_config('app.keyring', $1, true)", ",".join(keyring))
                columns = ", ".join(IDENTITIES.get(table, ("id",)))
                shown = {identity(table, dict(row)) for row in await reader.fetch(f'select {columns} from "{table}"')}
            assert shown == {id_ for id_, row in held.items() if allowed(rows, table, row, keyring)}, (table, keyring)


async def test_the_reader_cannot_write(rows: Rows, reader: Connection) -> None:
    """Not a row, whatever the keyring."""
    await reader.execute("select set_config('app.keyring', '*', false)")
    for table in [*rows, *OUTSIDE]:
        for change in (f'delete from "{table}"', f'truncate "{table}"', f'insert into "{table}" default values'):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await reader.execute(change)


async def test_forgetting_fails_closed_for_writes(rows: Rows, forgetful: Connection) -> None:
    """Without the setting of the service's own connections, its role changes nothing and adds nothing."""
    keys = {key for row in rows["case"].values() for key in row["audience"]}
    for keyring in ("", "public", ",".join(sorted(keys))):
        await forgetful.execute("select set_config('app.keyring', $1, false)", keyring)
        for table in set(rows) - {"log", "log_seal"}:
            assert await forgetful.execute(f'delete from "{table}"') == "DELETE 0"
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await forgetful.execute("insert into person (id, name) values (gen_random_uuid(), 'Nobody')")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await forgetful.execute(
                "insert into log (action, subject_type, subject_id) values ('x', 'Case', gen_random_uuid())"
            )


@contextmanager
def unguarded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A compiler that forgets the rule of every table."""
    with monkeypatch.context() as patched:
        patched.setattr(Planner, "_readable", lambda *_: "true")
        yield


@pytest.mark.parametrize("name", QUESTIONS)
async def test_a_compiler_without_the_rule_shows_nothing_more(
    rows: Rows, roads: Roads, owner: Connection, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the first wall is gone, the second one gives the same answers."""
    query = f"{{ {QUESTIONS[name]} }}".replace("$n", "50")
    for kind in ("Artefact", "Case", "TestRound"):
        query = query.replace(f"${kind}", f'"{roads.rows.ids[kind][0]}"')
    for viewer in roads.viewers:
        whole = await roads.answer(query, viewer, walk_all=False)
        with unguarded(monkeypatch):
            assert await roads.answer(query, viewer, walk_all=False) == whole


async def test_without_either_wall_more_is_shown(
    rows: Rows, roads: Roads, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above looks at the right thing: what it holds back is there."""
    query = "{ cases(first: 50) { nodes { slug } } }"
    nobody = roads.viewers[0]
    guarded = await roads.answer(query, nobody, walk_all=False)
    with unguarded(monkeypatch):
        past = replace(roads, database=_On(lambda sql, values: owner.fetchval(sql, *values)))  # type: ignore[arg-type]  # it runs statements, too
        shown = await past.answer(query, nobody, walk_all=False)
    assert len(shown["data"]["cases"]["nodes"]) == len(rows["case"]) > len(guarded["data"]["cases"]["nodes"])


async def test_interleaved_statements_see_their_own_keys_alone(
    rows: Rows, roads: Roads, service_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hundreds of statements of several viewers on few connections, some of which fail or are cut off midway."""
    query = "{ viewer { person { name } } cases(first: 50) { nodes { slug comments(first: 50) { nodes { body } } } } }"
    reads = SingleStatements(service_url, 3, AS_READER, 100)
    crowded = replace(roads, database=_On(reads.fetch_value))  # type: ignore[arg-type]  # it runs statements, too
    expected = {viewer.keyring: await roads.answer(query, viewer, walk_all=False) for viewer in roads.viewers}
    assert len({json.dumps(answer) for answer in expected.values()}) == len(roads.viewers)

    async def seen(place: int, viewer: Viewer) -> None:
        keys = ",".join(viewer.keyring)
        if place % 5 == 0:  # fails after the keys were set
            with pytest.raises(asyncpg.DivisionByZeroError):
                await reads.fetch_value(_FAILING, [keys])
        elif place % 7 == 0:  # is cut off after the keys were set
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reads.fetch_value(_SLOW, [keys]), 0.05)
        elif place % 11 == 0:  # sets no keys
            assert await reads.fetch_value('select count(*) from "case"', []) == 0
        else:
            assert await crowded.answer(query, viewer, walk_all=False) == expected[viewer.keyring]

    waiting = enumerate(islice(cycle(roads.viewers), 600))

    async def ask_on() -> None:
        for place, viewer in waiting:
            await seen(place, viewer)

    try:
        with unguarded(monkeypatch):
            await asyncio.gather(*(ask_on() for _ in range(9)))
    finally:
        await reads.aclose()


_FAILING = "select case when set_config('app.keyring', $1, true) is not null then 1 / (length($1) - length($1)) end"
_SLOW = "select case when set_config('app.keyring', $1, true) is not null then (select true from pg_sleep(9)) end"


class _On:
    """Runs statements on connections of choice."""

    def __init__(self, fetch: Callable[[str, list[Any]], Awaitable[Any]]) -> None:
        self._fetch = fetch

    async def fetch_json(self, statement: str, values: list[Any]) -> str | None:
        """The one value."""
        answer: str | None = await self._fetch(statement, values)
        return answer
