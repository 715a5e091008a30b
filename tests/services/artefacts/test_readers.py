"""Who reads a file, and how that follows from what it belongs to."""

import asyncio
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.embedded import EmbeddedServers
from infra.postgres.database import Database
from services.access import readable, within
from services.viewer import lent
from tests.client import Client
from tests.factories.artefacts import next_version, sent_file, stored_file
from tests.factories.cases import content, drafted_case, published_case
from tests.factories.comments import reads, row_id
from tests.factories.events import edited, recorded
from tests.factories.network import SmallNetwork
from tests.factories.practices import adopted, drafted_practice
from tests.factories.reviews import requested
from tests.factories.rounds import planned
from tests.infra.postgres.test_roles import MIGRATIONS

As = Callable[[str | None], Client]
READ = "query($id: ID!) { artefact(id: $id) { id currentVersion { downloadUrl } } }"
KEYS = ("public", "network:a", "network:b", "organisation:own", "organisation:c", "organisation:d", "review:e")
AUDIENCES = st.lists(st.sampled_from(KEYS), unique=True)


async def may_read(client: Client, artefact_id: str) -> bool:
    """Whether the client sees the file and a link to it."""
    found = (await client.ask(READ, id=artefact_id))["artefact"]
    return found is not None and found["currentVersion"]["downloadUrl"] is not None


async def publish(editor: Client, case_id: str, **changes: str) -> None:
    """Hand a case in and publish it."""
    await editor.do("submitCase", {"id": case_id}, "case { id }")
    await editor.do("publishCase", {"id": case_id, **changes}, "case { id }")


async def test_files_of_a_draft_appear_with_it(as_: As, network: SmallNetwork) -> None:
    """The files of a draft are its owner's, and are shared in the moment in which it is published."""
    editor = as_(network.olen_editor)
    draft = await drafted_case(editor, audience={"networks": ["learning"]})
    artefact_id = await stored_file(editor, subject=draft)
    assert await may_read(as_(network.olen_reader), artefact_id)
    assert not await may_read(as_(network.pes_editor), artefact_id)
    await publish(editor, draft)
    assert await may_read(as_(network.pes_editor), artefact_id)
    assert not await may_read(as_(network.outsider), artefact_id)


async def test_an_embargo_holds_for_files(as_: As, network: SmallNetwork) -> None:
    """While a published case is under embargo its files are its owner's alone."""
    editor = as_(network.olen_editor)
    draft = await drafted_case(editor, audience={"public": True})
    artefact_id = await stored_file(editor, subject=draft)
    await publish(editor, draft, embargoUntil=(datetime.now(UTC) + timedelta(days=1)).isoformat())
    assert await may_read(editor, artefact_id)
    assert not await may_read(as_(network.pes_editor), artefact_id)


async def test_a_choice_among_the_readers_stays(as_: As, network: SmallNetwork) -> None:
    """A file that was kept to some of the case's readers stays theirs when the case is published to all."""
    editor = as_(network.olen_editor)
    draft = await drafted_case(editor, audience={"public": True})
    shared = await stored_file(editor, subject=draft, audience={"networks": ["learning"]})
    kept = await stored_file(editor, subject=draft, audience={})
    await publish(editor, draft)
    assert await may_read(as_(network.pes_editor), shared)
    assert not await may_read(as_(None), shared)
    assert not await may_read(as_(network.pes_editor), kept)
    assert await may_read(as_(network.olen_reader), kept)


async def test_files_leave_with_the_readers_of_their_case(as_: As, network: SmallNetwork) -> None:
    """When a later version has fewer readers, the files of the case have fewer too."""
    editor = as_(network.olen_editor)
    case = await published_case(editor, audience={"public": True})
    artefact_id = await stored_file(editor, subject=case)
    assert await may_read(as_(None), artefact_id)
    version = (await editor.ask('{ case(slug: "olen-vision") { revision } }'))["case"]["revision"]
    edit = {"id": case, "content": content(), "audience": {"networks": ["learning"]}, "expectedVersion": version}
    await editor.do("editCase", edit, "case { id }")
    await publish(editor, case)
    assert await may_read(as_(network.pes_editor), artefact_id)
    assert not await may_read(as_(None), artefact_id)


async def test_files_of_a_practice_appear_with_it(as_: As, network: SmallNetwork) -> None:
    """The files of a practice are shared when it is published."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience={"public": True})
    practice = await drafted_practice(editor, audience={"public": True})
    artefact_id = await stored_file(editor, subject=practice)
    assert not await may_read(as_(None), artefact_id)
    await editor.do("submitPractice", {"id": practice}, "practice { id }")
    await editor.do("publishPractice", {"id": practice}, "practice { id }")
    assert await may_read(as_(None), artefact_id)


async def test_files_of_an_event_follow_it(as_: As, network: SmallNetwork) -> None:
    """The files of an event are read by those who may read it, as that changes."""
    editor = as_(network.pes_editor)
    event = await recorded(editor, audience={})
    artefact_id = await stored_file(editor, subject=event)
    for audience, seen in (({"public": True}, True), ({"networks": ["learning"]}, False)):
        await editor.do("editEvent", edited(event, audience=audience), "event { id }")
        assert await may_read(as_(None), artefact_id) is seen
    assert await may_read(as_(network.olen_reader), artefact_id)


async def test_files_of_a_round_need_its_case_too(as_: As, network: SmallNetwork, clean: Database) -> None:
    """A file of a round is read by those who read both the round and its case, now and not only when it came."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience={"public": True})
    found = await planned(editor)
    artefact_id = await stored_file(editor, subject=found["id"])
    assert await may_read(as_(None), artefact_id)
    await clean.pool.execute('update "case" set audience = $1', [f"organisation:{network.olen}"])
    assert not await may_read(as_(network.pes_editor), artefact_id)
    assert await may_read(editor, artefact_id)
    await clean.pool.execute('update "case" set audience = $1', ["public"])
    assert await may_read(as_(None), artefact_id)
    await clean.pool.execute("update test_round set audience = $1", [f"network:{network.network}"])
    assert await may_read(as_(network.pes_editor), artefact_id)
    assert not await may_read(as_(None), artefact_id)


async def test_its_organisation_never_loses_a_file(as_: As, network: SmallNetwork) -> None:
    """A body reads the files of its own round where the round and the case have no reader's key in common."""
    pes = as_(network.pes_editor)
    case = await published_case(as_(network.olen_editor), audience={"networks": ["learning"]})
    rounds = [
        await planned(pes, organisation="arbetsformedlingen", audience=audience)
        for audience in ({}, {"organisations": ["review-institute"]})
    ]
    files = [await stored_file(pes, subject=one["id"]) for one in rounds]
    for shared in ({"networks": ["learning"]}, {}):
        await as_(network.olen_editor).do("shareCase", {"id": case, "audience": shared}, "case { id }")
        for artefact_id in files:
            assert await may_read(pes, artefact_id)
            assert not await may_read(as_(network.olen_editor), artefact_id)
            assert not await may_read(as_(network.reviewer), artefact_id)
    await pes.do("startUpload", next_version(b"x", artefact=files[0]), "artefact { id }")


async def test_a_review_opens_no_files_and_no_adoptions(as_: As, network: SmallNetwork) -> None:
    """Who reads a case while they review it reads none of its files and adoptions, earlier and later ones."""
    editor, pes, reviewer = as_(network.olen_editor), as_(network.pes_editor), as_(network.reviewer)
    case = await published_case(editor, audience={"organisations": ["arbetsformedlingen"]})
    opened = [await stored_file(editor, subject=case), await adopted(pes, case)]
    await requested(editor, case, guestReader=True)
    opened.append(await stored_file(editor, subject=case))
    assert await reads(reviewer, case)
    for thing in opened:
        assert not await reads(reviewer, thing)
        assert await reads(pes, thing)


async def test_the_files_and_adoptions_of_before_follow(
    as_: As, network: SmallNetwork, clean: Database, servers: EmbeddedServers
) -> None:
    """The migration gives files that nobody could read back, and takes reviews' keys from files and adoptions."""
    editor, pes = as_(network.olen_editor), as_(network.pes_editor)
    case = await published_case(editor, audience={"networks": ["learning"]})
    await stored_file(editor, subject=case)
    adoption = row_id(await adopted(pes, case))
    told = "select audience from artefact union all select audience from adoption"
    after = await clean.pool.fetch(told)
    await clean.pool.execute("update artefact set audience = '{}'")
    await clean.pool.execute("update adoption set audience = audience || array['review:x'] where id = $1", adoption)
    owner = await asyncpg.connect(servers.database_url)
    try:
        await owner.execute((MIGRATIONS / "0034_own_files.sql").read_text(encoding="utf-8"))
    finally:
        await owner.close()
    assert await clean.pool.fetch(told) == after
    assert await clean.pool.fetchval(
        "select count(*) from pgqueuer where convert_from(payload, 'UTF8') like '%Artefact%'"
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(own=st.just("organisation:own"), chosen=st.none() | AUDIENCES, whole=AUDIENCES, keyring=AUDIENCES)
async def test_a_part_is_read_within_its_whole(
    clean: Database, own: str, chosen: list[str] | None, whole: list[str], keyring: list[str]
) -> None:
    """Of those who were chosen the readers of the whole remain, but for guests of reviews, and its own organisation."""
    audience = await clean.pool.fetchval("select part_audience($1, $2::text[], $3::text[])", own, chosen, whole)
    assert audience[0] == own
    assert not lent(audience)
    assert within(set(audience) - {own}, whole)
    if chosen is None:
        assert set(audience) == {own, *whole} - {*lent(whole)}
        return
    assert set(audience) - {own} <= set(chosen)
    if readable(chosen, set(keyring) - {*lent(keyring)}) and within(chosen, whole):
        assert readable(audience, keyring)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=AUDIENCES, other=AUDIENCES, keyring=AUDIENCES)
async def test_common_readers_read_both(clean: Database, one: list[str], other: list[str], keyring: list[str]) -> None:
    """Whoever reads by the common audience of two things can read each of them."""
    common = await clean.pool.fetchval("select common_audience($1, $2)", one, other)
    if readable(common, keyring):
        everyone = [*keyring, "public"]
        assert readable(one, everyone)
        assert readable(other, everyone)


async def test_a_file_finished_while_its_case_is_published_has_its_readers(as_: As, network: SmallNetwork) -> None:
    """Whichever of the two comes first, a file and its case end up with the same readers."""
    editor = as_(network.olen_editor)
    for turn in range(8):
        case = await drafted_case(editor, slug=f"case-{turn}", audience={"public": True})
        await editor.do("submitCase", {"id": case}, "case { id }")
        artefact_id = (await sent_file(editor, subject=case))["artefact"]["id"]
        await asyncio.gather(
            editor.do("finishUpload", {"artefact": artefact_id}, "artefact { id }"),
            editor.do("publishCase", {"id": case}, "case { id }"),
        )
        assert await may_read(as_(None), artefact_id)


async def test_changes_of_readers_at_the_same_time_leave_no_trace(
    as_: As, network: SmallNetwork, clean: Database
) -> None:
    """When a case and its round change their readers at once, the round's files follow both, whoever commits last."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience={"public": True})
    found = await planned(editor)
    for _ in range(3):
        await stored_file(editor, subject=found["id"])
    network_key, own = f"network:{network.network}", f"organisation:{network.olen}"
    for one, other in itertools.product(([own], [own, network_key], ["public"]), repeat=2):
        await asyncio.gather(
            clean.pool.execute('update "case" set audience = $1', one),
            clean.pool.execute("update test_round set audience = $1", other),
            clean.pool.execute("update test_round set audience = $1", [own]),
            clean.pool.execute('update "case" set audience = $1', [own, "public"]),
        )
        wrong = "select count(*) from artefact where audience is distinct from artefact_audience(artefact)"
        assert await clean.pool.fetchval(wrong) == 0
