"""Participants' data are let go when their time is over, as rule 5 does when consent is withdrawn.

The log keeps that it happened and how much it was, not whose.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from services import log
from services.test_rounds.departures import Departure, depart, nobody, said
from services.test_rounds.rules import KeptConsent, ending, is_due
from services.test_rounds.tables import Consent, Observation, TestRound
from services.transaction import transaction
from services.viewer import ANYONE

_ROUND_DUE: Final = """
    r.retain_until < {} and (
        cardinality(r.objectors) > 0
        or exists (select from consent c where c.test_round = r.id)
        or exists (
            select from observation o
            where o.test_round = r.id and (o.alias is not null or o.quote is not null or o.recorded)
        )
    )
"""
_CONSENT_DUE: Final = "exists (select from consent c where c.test_round = r.id and c.retain_until < {})"


async def rounds_due(today: date) -> list[UUID]:
    """The rounds that hold something of participants for longer than they promised."""
    rows = await TestRound.raw(
        f"select r.id from test_round r where ({_ROUND_DUE}) or ({_CONSENT_DUE}) order by r.id",  # noqa: S608 - the constants above
        today,
        today,
    )
    return [row["id"] for row in rows]


async def end_retention(round_id: UUID, today: date) -> tuple[dict[str, int], Departure | None]:
    """Let go of what is due in one round, in one transaction: numbers of rows, and who left. Harmless when repeated.

    What becomes of files, comments and reviews is for `services.privacy.departures`, which calls this.
    Where the round's own day has passed: all consents, all observations under an alias, and of the others the
    participants' own words. Before that: the consents that are due, with the observations of whoever has none left.
    """
    async with transaction():
        found = await TestRound.objects().where(TestRound.id == round_id).lock_rows("NO KEY UPDATE").first()
        if found is None:
            return {}, None
        over = is_due(found.retain_until, today)
        counts, departure = await (_end_round(found) if over else _end_consents(found, today))
        if any(counts.values()):
            # All readers see the revision: that consents alone have ended is not theirs to know.
            rises = 1 if counts.get("observations") or counts.get("quotes") else 0
            now = datetime.now(UTC)
            await TestRound.update({TestRound.revision: TestRound.revision + rises, TestRound.updated_at: now}).where(
                TestRound.id == found.id
            )
            await log.record(
                ANYONE, "end_retention", "TestRound", found.id, organisation=found.organisation, detail=counts
            )
    return counts, departure


async def _end_round(found: TestRound) -> tuple[dict[str, int], Departure]:
    of_round = Observation.test_round == found.id
    consents = await Consent.delete().where(Consent.test_round == found.id).returning(Consent.id, Consent.alias)
    seen = await Observation.select().where(of_round)
    observations = (
        await Observation.delete().where(of_round & Observation.alias.is_not_null()).returning(Observation.id)
    )
    personal = Observation.quote.is_not_null() | Observation.recorded.eq(value=True)
    unlinked = await (
        Observation.update({Observation.quote: None, Observation.recorded: False})
        .where(of_round & personal)
        .returning(Observation.id)
    )
    await TestRound.update({TestRound.objectors: []}).where(TestRound.id == found.id)
    gone = [row if row["alias"] else {**row, "text": None} for row in seen]
    aliases = {row["alias"].casefold() for row in (*consents, *seen) if row["alias"]}
    counts = {
        "consents": len(consents),
        "observations": len(observations),
        "quotes": len(unlinked),
        "objectors": len(found.objectors),
    }
    return counts, await depart(found, aliases, said(gone)) if any(counts.values()) else nobody(found)


async def _end_consents(found: TestRound, today: date) -> tuple[dict[str, int], Departure]:
    rows = await Consent.select().where(Consent.test_round == found.id)
    ends = ending([_kept(row) for row in rows], today)
    due = [row["id"] for row in rows if is_due(row["retain_until"], today)]
    if not due:
        return {}, nobody(found)
    await Consent.delete().where(Consent.id.is_in(due))
    seen = await Observation.select().where((Observation.test_round == found.id) & Observation.alias.is_not_null())
    theirs = [row for row in seen if row["alias"].casefold() in ends.aliases]
    if theirs:
        await Observation.delete().where(Observation.id.is_in([row["id"] for row in theirs]))
    if ends.objectors:
        objectors = sorted({*found.objectors, *ends.objectors})
        await TestRound.update({TestRound.objectors: objectors}).where(TestRound.id == found.id)
    departure = await depart(found, ends.aliases, said(theirs)) if ends.aliases else nobody(found)
    return {"consents": len(due), "observations": len(theirs)}, departure


def _kept(row: Mapping[str, Any]) -> KeptConsent:
    return KeptConsent(row["alias"].casefold(), row["retain_until"], row["withdrawn_at"] is not None)
