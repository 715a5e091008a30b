"""Words of participants who left a round, in the files of the round and of its case (rule 5).

They are taken out of the text that was read from a file. The file itself is not altered: its version is withheld from
everyone outside its organisation, which is told, until a next version takes its place. Comments quote it no more.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from services import log
from services.access import access, access_for_change, readable_rows, require_role
from services.artefacts.participants import remove_bytes
from services.artefacts.tables import Artefact, ArtefactVersion
from services.artefacts.terms import UploadState
from services.artefacts.wholes import lock_whole, whole_of
from services.audiences import keyring_of
from services.cases.partners import may_edit
from services.errors import ErrorCode, refusal
from services.notifications.notifications import News, tell_organisation
from services.notifications.terms import NotificationKind
from services.organisations.terms import Role, TokenScope
from services.passages import TELLING, Print, without
from services.test_rounds.departures import reason, recognising, withdrawn_from
from services.test_rounds.tables import TestRound
from services.transaction import transaction
from services.viewer import ANYONE, Viewer

Words = Mapping[UUID, frozenset[Print]]
"""What recognises withdrawn words, by the round that they were withdrawn in."""

_FILES: Final = """
    select a.id from artefact a join test_round r on r.id = {}
    where a.test_round = r.id or a."case" = r."case" and (a.organisation = r.organisation or {}) order by a.id
"""
_TRUSTED: Final = """
    select bool_or(coalesce(edits_case, now.edits)) as some, bool_and(coalesce(edits_case, now.edits)) as every
    from withdrawn_words cross join (select {}::boolean as edits) now where test_round = {}
"""
"""Whether some of the words that left a round left while its organisation could edit the case, and whether all did."""
_WITH_WORDS: Final = """
    select w.id, w.edits_case, r.id as test_round, r.organisation
    from withdrawn_words w join test_round r on r.id = w.test_round
    where r.id = {} or r."case" = {} and (r.organisation = {} or w.edits_case is distinct from false)
"""
_CONCERNED: Final = """
    with r as (
        select r.*, (select min(w.recorded_at) from withdrawn_words w where w.test_round = r.id) as began
        from test_round r where r.id = {}
    )
    select distinct a.organisation
    from r join artefact a on a.test_round = r.id or a."case" = r."case"
    join artefact_version v on v.artefact = a.id and v.state = 'STORED'
    where case when a.organisation = r.organisation then v.text is null
        else v.created_at > r.began and (v.text is null or not {}) end
"""
"""The organisations with files in which the words may be, and in which Serra does not look for them: it cannot read
them, or they are another's on whose case the round's organisation was no partner (false)."""
_UNQUOTE: Final = """
    with quoting as (
        select id from comment where artefact = {} and subject_version = {} and anchor_quote is not null
        order by id for update
    )
    update comment c set anchor_quote = null, anchor_prefix = null, anchor_suffix = null, revision = c.revision + 1
    from quoting where c.id = quoting.id returning c.id, c.organisation
"""
"""Takes out what comments quote of a version, in the order in which a departure locks them. Comments point at files,
and not the other way, so it goes by their table."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """A file's text without withdrawn words, and the rounds of which it held more than a word or two."""

    text: str
    rounds: frozenset[UUID]


async def forget_words(test_round: UUID, occasion: str) -> None:
    """The job `forget_words`: take withdrawn words out of all texts of files in reach. Harmless when repeated.

    Organisations with files in which Serra does not look are told to do so themselves, if they may know of the round.
    """
    found = await TestRound.objects().where(TestRound.id == test_round).first()
    if found is None:
        return
    (trusted,) = await TestRound.raw(_TRUSTED, await may_edit(found.organisation, found.case), test_round)
    for row in await Artefact.raw(_FILES, test_round, bool(trusted["some"])):
        await _redact_file(row["id"])
    async with transaction():
        for row in await Artefact.raw(_CONCERNED, test_round, bool(trusted["every"])):
            if await readable_rows(TestRound, [test_round], await keyring_of(row["organisation"])):
                news = News(NotificationKind.FILES_TO_CHECK, "TestRound", test_round, occasion)
                await tell_organisation(row["organisation"], news)


async def _redact_file(artefact_id: UUID) -> None:
    async with transaction():
        # The lock that `extract_text` takes: a text that is being read out meanwhile is seen here, or sees the prints.
        artefact = await Artefact.objects().where(Artefact.id == artefact_id).lock_rows("UPDATE").first()
        if artefact is None:
            return
        of_it = (ArtefactVersion.artefact == artefact_id) & ArtefactVersion.text.is_not_null()
        for version in await ArtefactVersion.objects().where(of_it):
            redaction = await redacted(version.text, await words_for(artefact, version.created_at))
            if redaction.text != version.text:
                await ArtefactVersion.update({ArtefactVersion.text: redaction.text}).where(
                    ArtefactVersion.id == version.id
                )
                await log.enqueue("index", type="Artefact", id=str(artefact_id))
                await withhold(artefact, version.id, redaction)


async def words_for(artefact: Artefact, uploaded_at: datetime) -> Words:
    """What recognises withdrawn words in a version of a file: those of its round, or of the rounds of its case.

    Of those the same reach as comments are in, see `Departure.prints_for`: as it was when they left, for what has gone
    does not come back with the end of a partner's part.
    """
    rows = await TestRound.raw(_WITH_WORDS, artefact.test_round, artefact.case, artefact.organisation)
    own = {
        row["test_round"]
        for row in rows
        if row["test_round"] == artefact.test_round or row["organisation"] == artefact.organisation
    }
    unknown = {row["organisation"] for row in rows if row["edits_case"] is None and row["test_round"] not in own}
    trusted = {one for one in unknown if await may_edit(one, artefact.case)}
    # Only now the prints, which may be many: nobody's files cost more for what those out of reach recorded.
    found = await withdrawn_from(
        [row["id"] for row in rows if row["test_round"] in own or row["edits_case"] or row["organisation"] in trusted]
    )
    return {
        test_round: recognising(withdrawn, before=None if test_round in own else uploaded_at)
        for test_round, withdrawn in found.items()
    }


async def redacted(text: str, words: Words) -> Redaction:
    """A file's text without withdrawn words."""
    return await asyncio.to_thread(_redacted, text, words)


def _redacted(text: str, words: Words) -> Redaction:
    rounds = set()
    for test_round, prints in words.items():
        removal = without(text, prints, test_round.bytes)
        text = removal.text
        if removal.longest >= TELLING:
            rounds.add(test_round)
    return Redaction(text, frozenset(rounds))


async def withhold(artefact: Artefact, version: UUID, redaction: Redaction) -> None:
    """Withhold a version that holds withdrawn words, and tell its organisation, in the caller's transaction.

    Not for a word or two, which anybody may have said.
    """
    if not redaction.rounds:
        return
    withheld = await (
        ArtefactVersion.select(ArtefactVersion.number)
        .where((ArtefactVersion.id == version) & ArtefactVersion.withheld_at.is_null())
        .first()
    )
    if withheld is not None:
        why = await reason(redaction.rounds, artefact.organisation)
        await _withhold(ANYONE, artefact, version, withheld["number"], why)
        news = News(NotificationKind.FILE_WITHHELD, "Artefact", artefact.id, str(version))
        await tell_organisation(artefact.organisation, news)


async def withhold_version(viewer: Viewer, artefact_id: UUID | None, number: int) -> UUID:
    """Withhold a version of one's file that shows somebody who left; harmless when repeated."""
    viewer.require_scope(TokenScope.WRITE)
    found = await access(Artefact, viewer, artefact_id, "file", "artefact")
    async with transaction():
        await lock_whole(viewer, whole_of(found), "artefact")
        artefact = await access_for_change(Artefact, viewer, artefact_id, "file", "artefact")
        await require_role(viewer, artefact.organisation, Role.EDITOR, "withhold versions of its files")
        version = await (
            ArtefactVersion.select(ArtefactVersion.id, ArtefactVersion.withheld_at)
            .where(
                (ArtefactVersion.artefact == artefact.id)
                & (ArtefactVersion.number == number)
                & (ArtefactVersion.state == UploadState.STORED)
            )
            .first()
        )
        if version is None:
            raise refusal(ErrorCode.NOT_FOUND, "There is no verified version of this number.", "number")
        if version["withheld_at"] is None:
            await _withhold(viewer, artefact, version["id"], number, {})
    return found.id


async def replace_withheld(viewer: Viewer, artefact: Artefact, number: int) -> None:
    """Remove the withheld versions that a verified one takes the place of, in the caller's transaction."""
    for version in await _withheld_before(artefact.id, number):
        await remove_bytes(version)
        await ArtefactVersion.delete().where(ArtefactVersion.id == version["id"])
        detail = {"number": version["number"]}
        await log.record(
            viewer, "remove_withheld", "Artefact", artefact.id, organisation=artefact.organisation, detail=detail
        )


async def _withheld_before(artefact_id: UUID, number: int) -> Iterable[dict[str, Any]]:
    rows: list[dict[str, Any]] = await ArtefactVersion.select().where(
        (ArtefactVersion.artefact == artefact_id)
        & (ArtefactVersion.number < number)
        & (ArtefactVersion.state == UploadState.STORED)
        & ArtefactVersion.withheld_at.is_not_null()
    )
    return rows


async def _withhold(viewer: Viewer, artefact: Artefact, version: UUID, number: int, why: Mapping[str, object]) -> None:
    await ArtefactVersion.update({ArtefactVersion.withheld_at: datetime.now(UTC)}).where(ArtefactVersion.id == version)
    detail = {"number": number, **why}
    await log.record(
        viewer, "withhold_version", "Artefact", artefact.id, organisation=artefact.organisation, detail=detail
    )
    await _forget_quotes(viewer, artefact, number)


async def _forget_quotes(viewer: Viewer, artefact: Artefact, number: int) -> None:
    """Take out what comments quote of a version: they then speak of the file as a whole."""
    for row in await Artefact.raw(_UNQUOTE, artefact.id, number):
        # Who withheld it is for the log of the file's organisation.
        actor = viewer if row["organisation"] == artefact.organisation else ANYONE
        why = {"because": "withheld_version"}
        await log.record(actor, "redact_comment", "Comment", row["id"], organisation=row["organisation"], detail=why)
