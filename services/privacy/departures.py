"""A participant leaves a round: by withdrawing consent, or because the time of keeping is over (rule 5).

Here it is brought together what goes, for each noun knows only what it points at. In one transaction: consents,
observations, evidence, the round's, the comments' and the reviews' words, files of the participant, and exports that
hold any of this. After it, by jobs: search documents, the files' bytes, and the texts that were read from other files.
"""

from datetime import UTC, date, datetime
from uuid import UUID

from services import log
from services.artefacts.participants import files_showing, remove
from services.artefacts.tables import ArtefactVersion
from services.comments import departures as comments
from services.privacy.data_exports import drop_export
from services.reviews import departures as reviews
from services.test_rounds import consents, retention
from services.test_rounds.departures import Departure
from services.transaction import transaction
from services.viewer import ANYONE, Viewer


async def withdraw_consent(
    viewer: Viewer, round_id: UUID | None, alias: str, *, expected_version: int | None = None
) -> UUID:
    """Let a participant leave who withdraws, or objects; gives the round's id. See `consents.withdraw_consent`."""
    async with transaction():
        departure = await consents.withdraw_consent(viewer, round_id, alias, expected_version=expected_version)
        await _follow(viewer, departure)
    return departure.test_round


async def end_retention(round_id: UUID, today: date) -> dict[str, int]:
    """Let those leave a round whose time is over; the numbers of rows. See `retention.end_retention`."""
    async with transaction():
        counts, departure = await retention.end_retention(round_id, today)
        if departure is not None:
            await _follow(ANYONE, departure)
    return counts


async def _follow(viewer: Viewer, departure: Departure) -> None:
    if not departure.aliases and not departure.passages:
        return
    people = await comments.forget_quotes(viewer, departure) | await reviews.forget_quotes(viewer, departure)
    people |= await _end_files(viewer, departure)
    for person in sorted(people):
        await drop_export(person)
    # However many leave a round, whoever has files on its case is asked once a day to look through them.
    day = datetime.now(UTC).date().isoformat()
    await log.enqueue("forget_words", id=str(departure.test_round), occasion=day)


async def _end_files(viewer: Viewer, departure: Departure) -> set[UUID]:
    """Remove the participants' files; gives who uploaded them or spoke of them."""
    theirs = await files_showing(departure.test_round, departure.aliases)
    if not theirs:
        return set()
    files = [file.id for file in theirs]
    uploads = ArtefactVersion.artefact.is_in(files) & ArtefactVersion.uploaded_by.is_not_null()
    rows = await ArtefactVersion.select(ArtefactVersion.uploaded_by).where(uploads)
    people = await comments.authors_on(files) | {row["uploaded_by"] for row in rows}
    for file in theirs:
        await remove(viewer, file, "end_participation")
    return people
