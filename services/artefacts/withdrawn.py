"""Words of participants who left a round, in the files of the round and of its case (rule 5).

They are taken out of the text that was read from a file. The file itself is not altered: its version is withheld from
everyone outside its organisation, which is told, until a next version takes its place.
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from services import log
from services.access import access, access_for_change, require_role
from services.artefacts.participants import remove_bytes
from services.artefacts.tables import Artefact, ArtefactVersion
from services.artefacts.terms import UploadState
from services.artefacts.wholes import lock_whole, whole_of
from services.errors import ErrorCode, refusal
from services.notifications.notifications import News, tell_organisation
from services.notifications.terms import NotificationKind
from services.organisations.terms import Role, TokenScope
from services.passages import TELLING, Print, Removal, without
from services.test_rounds.departures import withdrawn_prints
from services.test_rounds.tables import TestRound
from services.transaction import transaction
from services.viewer import ANYONE, Viewer

Prints = Mapping[UUID, frozenset[Print]]

_FILES: Final = """
    select a.id from artefact a join test_round r on r.id = {}
    where a.test_round = r.id or a."case" = r."case" order by a.id
"""
_UNREAD: Final = """
    select a.organisation from artefact a join test_round r on r.id = {}
    join artefact_version v on v.artefact = a.id and v.state = 'STORED' and v.text is null
    where a.test_round = r.id or a."case" = r."case" group by a.organisation
"""


async def forget_words(test_round: UUID, occasion: str) -> None:
    """The job `forget_words`: take withdrawn words out of all texts of files. Harmless when repeated.

    Organisations with files whose text Serra cannot read are told to look into those themselves.
    """
    for row in await Artefact.raw(_FILES, test_round):
        await _redact_file(row["id"])
    async with transaction():
        for row in await Artefact.raw(_UNREAD, test_round):
            news = News(NotificationKind.FILES_TO_CHECK, "TestRound", test_round, occasion)
            await tell_organisation(row["organisation"], news)


async def _redact_file(artefact_id: UUID) -> None:
    async with transaction():
        # The lock that `extract_text` takes: a text that is being read out meanwhile is seen here, or sees the prints.
        artefact = await Artefact.objects().where(Artefact.id == artefact_id).lock_rows("UPDATE").first()
        if artefact is None:
            return
        prints = await prints_for(artefact)
        of_it = (ArtefactVersion.artefact == artefact_id) & ArtefactVersion.text.is_not_null()
        for version in await ArtefactVersion.select(ArtefactVersion.id, ArtefactVersion.text).where(of_it):
            removal = await redacted(version["text"], prints)
            if removal.longest:
                here = ArtefactVersion.id == version["id"]
                await ArtefactVersion.update({ArtefactVersion.text: removal.text}).where(here)
                await log.enqueue("index", type="Artefact", id=str(artefact_id))
                await withhold(artefact, version["id"], removal)


async def prints_for(artefact: Artefact) -> Prints:
    """What recognises withdrawn words in a file: those of its round, or of all rounds of its case."""
    if artefact.case is not None:
        rows = await TestRound.select(TestRound.id).where(TestRound.case == artefact.case)
        return await withdrawn_prints([row["id"] for row in rows])
    return await withdrawn_prints([artefact.test_round] if artefact.test_round else [])


async def redacted(text: str, prints: Prints) -> Removal:
    """A file's text without withdrawn words."""
    return await asyncio.to_thread(_redacted, text, prints)


def _redacted(text: str, prints: Prints) -> Removal:
    longest = 0
    for test_round, its_prints in prints.items():
        removal = without(text, its_prints, test_round.bytes)
        text, longest = removal.text, max(longest, removal.longest)
    return Removal(text, longest)


async def withhold(artefact: Artefact, version: UUID, removal: Removal) -> None:
    """Withhold a version that holds withdrawn words, and tell its organisation, in the caller's transaction.

    Not for a word or two, which anybody may have said.
    """
    if removal.longest < TELLING:
        return
    withheld = await (
        ArtefactVersion.select(ArtefactVersion.number)
        .where((ArtefactVersion.id == version) & ArtefactVersion.withheld_at.is_null())
        .first()
    )
    if withheld is not None:
        await _withhold(ANYONE, artefact, version, withheld["number"])
        news = News(NotificationKind.FILE_WITHHELD, "Artefact", artefact.id, str(version))
        await tell_organisation(artefact.organisation, news)


async def withhold_version(viewer: Viewer, artefact_id: UUID | None, number: int) -> UUID:
    """Withhold a version of one's file that shows somebody who left; harmless when repeated."""
    viewer.require_scope(TokenScope.WRITE)
    found = await access(Artefact, viewer, artefact_id, "file", "artefact")
    async with transaction():
        await lock_whole(viewer, whole_of(found), "artefact")
        artefact = await access_for_change(Artefact, viewer, artefact_id, "file", "artefact")
        require_role(viewer, artefact.organisation, Role.EDITOR, "withhold versions of its files")
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
            await _withhold(viewer, artefact, version["id"], number)
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


async def _withhold(viewer: Viewer, artefact: Artefact, version: UUID, number: int) -> None:
    await ArtefactVersion.update({ArtefactVersion.withheld_at: datetime.now(UTC)}).where(ArtefactVersion.id == version)
    await log.record(
        viewer,
        "withhold_version",
        "Artefact",
        artefact.id,
        organisation=artefact.organisation,
        detail={"number": number},
    )
