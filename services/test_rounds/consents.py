"""Consent of participants, under pseudonyms: given, and withdrawn."""

from datetime import UTC, datetime
from uuid import UUID

from services.errors import ErrorCode, refusal
from services.reading import Reading
from services.test_rounds import content as c
from services.test_rounds.departures import Departure, depart, nobody, said
from services.test_rounds.rules import Consented, check_retention
from services.test_rounds.steps import changed, changed_inside, check_ready, is_repeated, reached, ready
from services.test_rounds.tables import Consent, Observation, TestRound
from services.text import check_length, check_shape, clean
from services.transaction import transaction
from services.viewer import Viewer

ALIAS_LIMIT = 60
WORDING_LIMIT = 40
PURPOSE_LIMIT = 2_000


async def record_consent(
    viewer: Viewer,
    round_id: UUID | None,
    consent: c.Consent,
    *,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
) -> UUID:
    """Keep that a participant consented to a purpose, in which wording, and until when that is kept."""
    async with transaction():
        found = await reached(viewer, round_id, "record_consent")
        if await is_repeated(viewer, "record_consent", idempotency_key, found, consent):
            return found.id
        await check_ready(found, "record_consent", expected_version)
        now = datetime.now(UTC)
        reader = Reading()
        row = Consent(
            test_round=found.id,
            position=await Consent.count().where(Consent.test_round == found.id),
            alias=short(consent.alias, ALIAS_LIMIT, reader, "alias"),
            purpose=short(consent.purpose, PURPOSE_LIMIT, reader, "purpose"),
            wording_version=short(consent.wording_version, WORDING_LIMIT, reader, "wordingVersion"),
            covers_recording=consent.covers_recording,
            given_at=consent.given_at or now,
            retain_until=consent.retain_until,
        )
        if consent.given_at is not None and consent.given_at > now:
            reader.problem(ErrorCode.INVALID, "Consent that is yet to be given cannot be recorded.", "givenAt")
        reader.problems += check_retention(consent.retain_until, now.date(), "retainUntil")
        reader.finish()
        await Consent.insert(row)
        await changed_inside(viewer, found, "record_consent")
    return found.id


async def withdraw_consent(
    viewer: Viewer, round_id: UUID | None, alias: str, *, expected_version: int | None = None
) -> Departure:
    """Mark a participant's consents as withdrawn and delete the observations under their alias (rule 5).

    What rests on an observation goes with it: the evidence of findings, the search document, and its words where the
    round repeats them. Works in every state and on every ground, so that an objection is met in the same way; until
    they consent (anew), nothing is recorded under the alias. The log keeps that it happened, not whose. Harmless when
    repeated. Raises DomainError NOT_FOUND for an alias that the round does not know.

    What becomes of files, comments and reviews is for `services.privacy.departures`, which calls this.
    """
    async with transaction():
        found = await ready(viewer, round_id, "withdraw_consent", expected_version)
        consents = await Consent.select(Consent.id, Consent.alias, Consent.withdrawn_at).where(
            Consent.test_round == found.id
        )
        observations = await Observation.select().where(
            (Observation.test_round == found.id) & Observation.alias.is_not_null()
        )
        who = clean(alias).casefold()
        theirs = [row for row in consents if row["alias"].casefold() == who]
        seen = [row for row in observations if row["alias"].casefold() == who]
        given = [row["id"] for row in theirs if row["withdrawn_at"] is None]
        if not theirs and not seen and who not in found.objectors:
            raise refusal(ErrorCode.NOT_FOUND, f"There is no participant «{clean(alias)}» in this round.", "alias")
        if not given and not seen:
            return nobody(found)
        if given:
            await Consent.update({Consent.withdrawn_at: datetime.now(UTC)}).where(Consent.id.is_in(given))
        if seen:
            await Observation.delete().where(Observation.id.is_in([row["id"] for row in seen]))
        objectors = found.objectors if theirs else [*found.objectors, who]
        change = changed if seen else changed_inside
        await change(viewer, found, "withdraw_consent", {TestRound.objectors: objectors})
        return await depart(found, [who], said(seen))


async def consents_of(found: TestRound) -> dict[str, Consented]:
    """What each participant of a round who was asked, or who objected, agrees to by now, by folded alias."""
    standing = {alias: Consented(taking_part=False, recording=False) for alias in found.objectors}
    for row in await Consent.select().where(Consent.test_round == found.id):
        alias = row["alias"].casefold()
        before = standing.get(alias, Consented(taking_part=False, recording=False))
        stands = row["withdrawn_at"] is None
        standing[alias] = Consented(
            taking_part=before.taking_part or stands,
            recording=before.recording or (stands and row["covers_recording"]),
        )
    return standing


def short(text: str, limit: int, reader: Reading, *path: str) -> str:
    """A plain text, cleaned; empty or over the limit is noted as a problem."""
    words = clean(text)
    if not words:
        reader.problem(ErrorCode.REQUIRED, "This is empty.", *path)
    reader.problems += check_shape(words, limit, *path)
    reader.problems += check_length(words, limit, *path)
    return words
