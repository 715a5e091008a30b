"""What has been kept for as long as was promised is let go, once, and no sooner."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.postgres.database import Database
from services.artefacts.retention import end_recording, recordings_due
from services.artefacts.tables import Artefact, ArtefactVersion
from services.cases.tables import Case
from services.comments.tables import Comment
from services.ids import new_id
from services.log import LogEntry
from services.organisations.tables import PersonalToken
from services.ports import Ports
from services.privacy import retention
from services.privacy.ages import AgeLimits
from services.privacy.departures import end_retention
from services.privacy.retention import BATCH, due, retain
from services.privacy.tables import DataExport
from services.test_rounds.departures import prints_due
from services.test_rounds.retention import rounds_due
from services.test_rounds.tables import Consent, Observation, Site, TestRound, WithdrawnWords
from tests.client import Client
from tests.factories.artefacts import fetch, stored_file
from tests.factories.comments import commented
from tests.factories.network import SmallNetwork, text
from tests.factories.rounds import CONSENT, en, moved, observation, own_case, running

As = Callable[[str | None], Client]
Work = Callable[[], Awaitable[None]]
TODAY = date(2026, 12, 1)
LIMITS = AgeLimits()
SAID = """query($id: ID!) { testRound(id: $id) { revision consents { alias }
  observations(first: 9) { totalCount nodes { text { text } quote { text } } } } }"""


async def observed(editor: Client) -> dict[str, Any]:
    """A running round with consents of Alder and Birch, an observation of each, and one of nobody in particular."""
    await own_case(editor)
    made = await running(editor, audience={"public": True})
    for alias in ("Alder", "Birch"):
        await moved(editor, "recordConsent", made, alias=alias, **CONSENT)
    batch = [
        observation(made, "Zirkelschluss", alias="alder", quote=en("I read it twice.")),
        observation(made, "Ausdauer", alias="Birch"),
        observation(made, "Regenwetter", quote=en("It is raining.")),
    ]
    await moved(editor, "recordObservations", made, observations=batch)
    return made


async def ended(**limits: int) -> tuple[dict[str, int], list[str]]:
    """What retention let go of, and what it told on the way."""
    told: list[str] = []
    return await retain(AgeLimits(**limits), TODAY, told.append), told


async def test_a_due_consent_takes_its_observations_along(as_: As, network: SmallNetwork, work: Work) -> None:
    """Rule 5 on a date: the record goes, and with it the alias's observations from query, total and search."""
    editor = as_(network.olen_editor)
    made = await observed(editor)
    await work()
    await Consent.update({Consent.retain_until: TODAY - timedelta(days=1)}).where(Consent.alias == "Alder")
    gone, told = await ended()
    assert gone == {"consents": 1, "observations": 1}
    assert told == ["consents: 1 let go", "observations: 1 let go"]
    await work()
    for client in (editor, as_(None)):
        found = (await client.ask(SAID, id=made["id"]))["testRound"]["observations"]
        assert found["totalCount"] == 2
        assert [one["text"]["text"] for one in found["nodes"]] == ["Ausdauer", "Regenwetter"]
        for word, hits in (("Zirkelschluss", 0), ("Ausdauer", 1)):
            query = "query($q: String!) { search(query: $q) { totalCount } }"
            assert (await client.ask(query, q=word))["search"]["totalCount"] == hits
    assert (await editor.ask(SAID, id=made["id"]))["testRound"]["consents"] == [{"alias": "Birch"}]


async def test_a_consent_that_is_left_keeps_the_observations(as_: As, network: SmallNetwork) -> None:
    """Of two consents of one alias the due one goes alone."""
    editor = as_(network.olen_editor)
    made = await observed(editor)
    await moved(editor, "recordConsent", made, alias="ALDER", **CONSENT)
    await Consent.update({Consent.retain_until: TODAY - timedelta(days=1)}).where(Consent.alias == "Alder")
    assert (await ended())[0] == {"consents": 1}
    assert await Observation.count() == 3


async def test_the_end_of_a_record_does_not_undo_a_withdrawal(as_: As, network: SmallNetwork) -> None:
    """Whoever withdrew is not observed again after the record of that is gone."""
    editor = as_(network.olen_editor)
    made = await observed(editor)
    await moved(editor, "withdrawConsent", made, alias="Alder")
    await Consent.update({Consent.retain_until: TODAY - timedelta(days=1)}).where(Consent.alias == "Alder")
    await ended()
    again = {"id": made["id"], "observations": [observation(made, "Again.", alias="Alder")]}
    assert await editor.refused("recordObservations", again) == [("REQUIRED", "observations.0.alias")]


async def test_with_a_rounds_date_everything_of_its_participants_ends(as_: As, network: SmallNetwork) -> None:
    """Consents, observations under an alias, quotes and objections go; what was seen of nobody in particular stays."""
    editor = as_(network.olen_editor)
    made = await observed(editor)
    await moved(editor, "recordObservations", made, observations=[observation(made, "Later.", alias="Cedar")])
    await moved(editor, "withdrawConsent", made, alias="Cedar")
    await TestRound.update({TestRound.retain_until: TODAY - timedelta(days=1)}, force=True)
    before = (await editor.ask(SAID, id=made["id"]))["testRound"]["revision"]
    gone, _ = await ended()
    assert gone == {"consents": 2, "observations": 2, "quotes": 1, "objectors": 1}
    after = (await editor.ask(SAID, id=made["id"]))["testRound"]
    assert after == {
        "revision": before + 1,
        "consents": [],
        "observations": {"totalCount": 1, "nodes": [{"text": {"text": "Regenwetter"}, "quote": None}]},
    }


async def test_recordings_end_with_their_round(
    as_: As, network: SmallNetwork, ports: Ports, clean: Database, work: Work
) -> None:
    """A file of kind RECORDING goes with its bytes, its place in search and what was said of it; a report stays."""
    editor = as_(network.olen_editor)
    made = await observed(editor)
    files = {
        kind: await stored_file(
            editor, b"Words.", subject=made["id"], kind=kind, fileName="a.txt", mediaType="text/plain"
        )
        for kind in ("RECORDING", "REPORT")
    }
    await commented(editor, files["RECORDING"])
    await work()
    keys = {row["storage_key"] for row in await ArtefactVersion.select(ArtefactVersion.storage_key)}
    await TestRound.update({TestRound.retain_until: TODAY - timedelta(days=1)}, force=True)
    assert (await ended())[0]["recordings"] == 1
    await work()
    assert [row["kind"] for row in await Artefact.select(Artefact.kind)] == ["REPORT"]
    (left,) = await ArtefactVersion.select(ArtefactVersion.storage_key)
    for key in keys:
        assert (await ports.files.stored(key) is None) is (key != left["storage_key"])
    assert await clean.pool.fetchval("select count(*) from search_thing where type = 'Artefact'") == 1
    assert await Comment.count() == 0


@pytest.mark.parametrize("until", [TODAY, TODAY + timedelta(days=1), None])
async def test_nothing_goes_before_its_day(as_: As, network: SmallNetwork, until: date | None) -> None:
    """On the last day of keeping everything is still there, and retention logs nothing."""
    await observed(as_(network.olen_editor))
    await TestRound.update({TestRound.retain_until: until}, force=True)
    await Consent.update({Consent.retain_until: until or TODAY}, force=True)
    lines = await LogEntry.count()
    assert await ended() == ({}, [])
    assert (await Observation.count(), await Consent.count()) == (3, 2)
    assert await LogEntry.count() == lines


@pytest.mark.parametrize(("until", "days"), [(1, 30), (100, 100), (10_000, 730)])
async def test_withdrawn_words_are_not_recognised_for_ever(
    as_: As, network: SmallNetwork, until: int, days: int
) -> None:
    """Prints are kept until the round's own day; for 30 days at least, and for two years at most."""
    editor, today = as_(network.olen_editor), datetime.now(UTC).date()
    made = await observed(editor)
    await TestRound.update({TestRound.retain_until: today + timedelta(days=until)}, force=True)
    await moved(editor, "withdrawConsent", made, alias="Alder")
    assert await prints_due(today + timedelta(days=days)) == 0
    assert await prints_due(today + timedelta(days=days + 1)) == await WithdrawnWords.count() == 1


async def test_what_is_due_can_be_seen_beforehand(as_: As, network: SmallNetwork, clean: Database) -> None:
    """The preview counts what would go and changes nothing; run twice, retention finds nothing the second time."""
    await observed(as_(network.olen_editor))
    await TestRound.update({TestRound.retain_until: TODAY - timedelta(days=1)}, force=True)
    await _aged(clean, await _outsider(clean, network))
    assert await due(LIMITS, TODAY) == {
        "test_round": 1,
        "recording": 0,
        "data_export": 1,
        "withdrawn_words": 0,
        "notification": 1,
        "idempotency_key": 1,
        "personal_token": 2,
        "invitation": 1,
        "access_request": 1,
        "session": 2,
    }
    assert await Observation.count() == 3
    assert (await ended())[0]
    assert set((await due(LIMITS, TODAY)).values()) == {0}
    assert await ended() == ({}, [])


async def test_what_only_ages_goes_by_the_limits(clean: Database, network: SmallNetwork, work: Work) -> None:
    """Notifications, keys, ended tokens and exports go after their days; with longer limits they stay."""
    await _aged(clean, await _outsider(clean, network))
    tokens = await PersonalToken.count()
    longer = {"notifications": 900, "idempotency_keys": 900, "ended_tokens": 900, "data_exports": 900}
    assert await ended(**longer) == ({}, [])
    gone, _ = await ended()
    ones = ("notification", "idempotency_key", "invitation", "access_request", "data_export")
    assert gone == {**dict.fromkeys(ones, 1), "personal_token": 2, "session": 2}
    assert await PersonalToken.count() == tokens - 2
    assert await DataExport.count() == 0
    await work()


async def test_a_recording_whose_date_was_moved_meanwhile_stays(as_: As, network: SmallNetwork) -> None:
    """What was due when it was listed, and is not when its turn comes, is kept."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    await stored_file(editor, subject=made["id"], kind="RECORDING")
    await TestRound.update({TestRound.retain_until: TODAY - timedelta(days=1)}, force=True)
    (recording,) = await recordings_due(TODAY)
    await TestRound.update({TestRound.retain_until: TODAY}, force=True)
    assert await end_recording(recording, TODAY) == 0
    await TestRound.update({TestRound.retain_until: TODAY - timedelta(days=1)}, force=True)
    assert await end_recording(recording, TODAY) == 1


async def test_much_goes_in_small_batches(
    clean: Database, network: SmallNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More rows than a batch takes all go, and the progress is told batch by batch."""
    monkeypatch.setattr(retention, "BATCH", 2)
    await clean.pool.execute(
        "insert into idempotency_key (id, person, key, action, input_hash, subject_id, created_at)"
        " select gen_random_uuid(), $1, n::text, 'x', '', gen_random_uuid(), $2 from generate_series(1, 5) n",
        await _outsider(clean, network),
        _midnight() - timedelta(days=99),
    )
    gone, told = await ended()
    assert gone == {"idempotency_key": 5}
    assert told == [f"idempotency_key: {n} let go" for n in (2, 4, 5)]
    assert BATCH > 100


async def test_the_log_says_how_much_went(as_: As, network: SmallNetwork) -> None:
    """A line for the round and one for the run, with numbers and without a pseudonym."""
    await observed(as_(network.olen_editor))
    await Consent.update({Consent.retain_until: TODAY - timedelta(days=1)}, force=True)
    await ended()
    lines = await LogEntry.select().where(LogEntry.action == "end_retention").order_by(LogEntry.id)
    assert [(line["subject_type"], line["person"]) for line in lines] == [("TestRound", None), ("Retention", None)]
    assert {line["detail"] for line in lines} == {'{"consents": 2, "observations": 2}'}


async def test_a_file_of_ones_own_data_goes_with_its_row(as_: As, network: SmallNetwork, work: Work) -> None:
    """After its days the link serves nothing any more."""
    client = as_(network.outsider)
    await client.do("exportMyData", {}, "dataExport { askedAt }")
    await work()
    mine = "{ viewer { dataExport { downloadUrl } } }"
    link = (await client.ask(mine))["viewer"]["dataExport"]["downloadUrl"]
    await DataExport.update({DataExport.asked_at: _midnight() - timedelta(days=8)}, force=True)
    await ended()
    await work()
    assert (await client.ask(mine))["viewer"]["dataExport"] is None
    assert (await fetch(link)).status_code == httpx.codes.NOT_FOUND


OBSERVED = st.tuples(st.sampled_from([None, "alder", "Birch"]), st.booleans(), st.booleans())
"""An alias, whether there is a quote, and whether it was recorded."""
DAYS = st.integers(-2, 2).map(lambda days: TODAY + timedelta(days=days))
CONSENTED = st.tuples(st.sampled_from(["Alder", "birch", "cedar"]), DAYS, st.booleans())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.none() | DAYS, st.lists(OBSERVED, max_size=4), st.lists(CONSENTED, max_size=4), st.booleans())
async def test_what_is_announced_is_what_goes(
    network: SmallNetwork,
    until: date | None,
    observed: list[tuple[str | None, bool, bool]],
    consented: list[tuple[str, date, bool]],
    objected: bool,  # noqa: FBT001 - made up
) -> None:
    """Whatever a round holds, it is due exactly if something of it goes; then nothing more does, and all is in time."""
    round_id = await _round(network, until, observed, consented, objected=objected)
    is_due = round_id in await rounds_due(TODAY)
    gone = await end_retention(round_id, TODAY)
    assert bool(sum(gone.values())) is is_due
    assert await rounds_due(TODAY) == []
    assert not any((await end_retention(round_id, TODAY)).values())
    over = until is not None and until < TODAY
    left = await Consent.select().where(Consent.test_round == round_id)
    assert sorted((row["alias"], row["retain_until"]) for row in left) == sorted(
        (alias, day) for alias, day, _ in consented if day >= TODAY and not over
    )
    kept = {alias.casefold() for alias, day, _ in consented if day >= TODAY}
    ended_ = {alias.casefold() for alias, *_ in consented} - kept
    rows = await Observation.select().where(Observation.test_round == round_id).order_by(Observation.position)
    assert [(row["alias"], row["quote"] is not None, row["recorded"]) for row in rows] == [
        (alias, quoted and not over, recorded and not over)
        for alias, quoted, recorded in observed
        if alias is None or (not over and alias.casefold() not in ended_)
    ]


async def _round(
    network: SmallNetwork,
    until: date | None,
    observed: list[tuple[str | None, bool, bool]],
    consented: list[tuple[str, date, bool]],
    *,
    objected: bool,
) -> UUID:
    """A round with all this in it, and no other; gives its id."""
    await Case.delete(force=True)
    case, round_id, site = new_id(), new_id(), new_id()
    await Case.insert(Case(id=case, slug="kept", kind="METHOD", owner=network.olen))
    words = text(en="x")
    await TestRound.insert(
        TestRound(
            id=round_id,
            case=case,
            organisation=network.olen,
            number=1,
            problem=words,
            hypothesis=words,
            retain_until=until,
            objectors=["dogwood"] if objected else [],
        )
    )
    await Site.insert(Site(id=site, test_round=round_id, name=words))
    for place, (alias, quoted, recorded) in enumerate(observed):
        await Observation.insert(
            Observation(
                test_round=round_id,
                position=place,
                site=site,
                alias=alias,
                text=words,
                severity=1,
                quote=words if quoted else None,
                recorded=recorded,
            )
        )
    for alias, day, withdrawn in consented:
        at = _midnight() - timedelta(days=9)
        await Consent.insert(
            Consent(
                test_round=round_id,
                alias=alias,
                purpose="x",
                wording_version="1",
                given_at=at,
                withdrawn_at=at if withdrawn else None,
                retain_until=day,
            )
        )
    return round_id


def _midnight() -> datetime:
    return datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)


async def _outsider(clean: Database, network: SmallNetwork) -> Any:
    return await clean.pool.fetchval("select id from person where name = 'Outsider'")


async def _aged(clean: Database, person: Any) -> None:
    """One of each that is due by the usual limits, two tokens and sessions, and one of each that is not."""
    now = _midnight()
    for days, revoked in ((400, None), (2, None), (400, now - timedelta(days=200))):
        at = now - timedelta(days=days)
        ends = now - timedelta(days=days - 290) if revoked is None else now + timedelta(days=100)
        await clean.pool.execute(
            "insert into personal_token (id, person, label, secret_hash, scopes, created_at, expires_at, revoked_at)"
            " values (gen_random_uuid(), $1, 'x', gen_random_uuid()::text::bytea, '{}', $2, $3, $4)",
            *(person, at, ends, revoked),
        )
        await clean.pool.execute(
            "insert into session (id, secret_hash, person, organisation, identity, expires_at, revoked_at)"
            " select gen_random_uuid(), gen_random_uuid()::text::bytea, $1, id, gen_random_uuid(), $2, $3"
            " from organisation order by slug limit 1",
            *(person, ends, revoked),
        )
    for days in (400, 2):
        at = now - timedelta(days=days)
        await clean.pool.execute(
            "insert into invitation (id, organisation, role, secret_hash, expires_at)"
            " select gen_random_uuid(), id, 'READER', gen_random_uuid()::text::bytea, $1 from organisation"
            " order by slug limit 1",
            at,
        )
        await clean.pool.execute(
            "insert into access_request (id, person, asked, message, created_at)"
            " values (gen_random_uuid(), $1, 'hidden', 'Please.', $2)",
            *(person, at),
        )
        await clean.pool.execute(
            "insert into notification (id, person, kind, cause, subject_type, subject_id, created_at)"
            " values (gen_random_uuid(), $1, 'ADOPTION_RECORDED', $2::text, 'Adoption', gen_random_uuid(), $3)",
            *(person, str(days), at),
        )
        await clean.pool.execute(
            "insert into idempotency_key (id, person, key, action, input_hash, subject_id, created_at)"
            " values (gen_random_uuid(), $1, $2::text, 'x', '', gen_random_uuid(), $3)",
            *(person, str(days), at),
        )
    await clean.pool.execute(
        "insert into data_export (id, person, asked_at) values (gen_random_uuid(), $1, $2)",
        *(person, now - timedelta(days=8)),
    )
