"""Contacts: people whom a case's source names. At their wish they go, out of every version of the case.

It is the one change that is made to what was published: somebody's right to be forgotten goes before rule 2
(docs/decisions/018). The owner's log has its date, and the numbers of the versions, but no name.
"""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from services import log
from services.access import access_for_change, require_role
from services.cases.tables import Case, CaseContact
from services.errors import ErrorCode, refusal
from services.organisations.terms import Role, TokenScope
from services.text import clean
from services.transaction import transaction
from services.viewer import Viewer

_TAKE: Final = """
    delete from case_contact t using case_version v
    where v.id = t.version and v."case" = {} and lower(t.name) = lower({})
    returning v.number, v.published_at is not null as is_published
"""


async def remove_contact(viewer: Viewer, case_id: UUID | None, name: str) -> UUID:
    """Take a contact out of every version of a case, published ones too, as its owner; gives the case's id."""
    viewer.require_scope(TokenScope.WRITE)
    async with transaction():
        case = await access_for_change(Case, viewer, case_id, "case", "case")
        await require_role(viewer, case.owner, Role.EDITOR, "remove contacts from its cases")
        if not await take_contact(viewer, case, clean(name)):
            raise refusal(
                ErrorCode.NOT_FOUND,
                "No version of this case has a contact of this name. Give the name as the case has it.",
                "name",
            )
        return case.id


async def take_contact(viewer: Viewer, case: Case, name: str) -> int:
    """Delete a case's contacts of a name, in any case of its letters, in all versions; gives how many they were.

    Inside the caller's transaction, which holds the case's row.
    """
    gone = await CaseContact.raw(_TAKE, case.id, name)
    if not gone:
        return 0
    # Who still has the name on the screen is refused, where they say which revision they began from.
    await Case.update({Case.revision: Case.revision + 1, Case.updated_at: datetime.now(UTC)}).where(Case.id == case.id)
    detail = {
        "versions": sorted({row["number"] for row in gone}),
        "published": sorted({row["number"] for row in gone if row["is_published"]}),
    }
    await log.record(viewer, "remove_contact", "Case", case.id, organisation=case.owner, detail=detail)
    return len(gone)
