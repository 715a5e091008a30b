"""The verb by which somebody has what Serra calls them put right (GDPR, article 16)."""

from uuid import UUID

from services import log
from services.access import unknown
from services.errors import ErrorCode, refusal, refuse_if
from services.organisations.members import check_speaks_for_all
from services.organisations.rules import check_name
from services.organisations.tables import Person
from services.organisations.terms import TokenScope
from services.text import clean
from services.transaction import transaction
from services.viewer import Viewer


async def edit_me(viewer: Viewer, name: str) -> UUID:
    """Change one's own name, everywhere it is shown; gives the person's id. The log keeps that, and no name."""
    person = viewer.require_scope(TokenScope.WRITE)
    called = clean(name)
    if viewer.is_machine:
        raise refusal(ErrorCode.FORBIDDEN, "A program bears the name of its client at its provider.")
    async with transaction():
        await check_speaks_for_all(viewer)
        refuse_if(check_name(called, "name"))
        there = (Person.id == person) & Person.erased_at.is_null()
        if not await Person.update({Person.name: called}).where(there).returning(Person.id):
            raise unknown("person")
        await log.record(viewer, "edit_me", "Person", person)
    return person
