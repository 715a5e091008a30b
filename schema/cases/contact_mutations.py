"""Mutations on the contacts of a case."""

import strawberry
from strawberry.types import Info

from schema.cases.types import Case
from schema.compiler import ids
from schema.compiler.declare import reference
from schema.compiler.run import Context
from schema.payload import Payload, answer
from services.cases import contacts


@strawberry.input(description="A contact to be taken out of a case.")
class RemoveContactInput:
    """Input of removeContact."""

    case: strawberry.ID = strawberry.field(description="The case's global id.")
    name: str = strawberry.field(description="The contact's name, as the case has it; capital letters do not matter.")


@strawberry.type(description="The answer of removeContact.")
class RemoveContactPayload(Payload):
    """Payload of removeContact."""

    case: Case | None = reference("The case, without the contact.")


@strawberry.type
class ContactMutations:
    """The part of Mutation that is about the people whom a case's source names."""

    @strawberry.mutation(
        description="Take a person whom a case names as a contact out of every version of it, at their wish. Published"
        " versions change by this alone. The owner's log tells when, and out of which versions. Needs EDITOR in the"
        " case's owner."
    )
    async def remove_contact(self, info: Info[Context, None], input: RemoveContactInput) -> RemoveContactPayload:
        """See services.cases.contacts.remove_contact."""
        call = contacts.remove_contact(info.context.viewer, ids.read(input.case, "Case"), input.name)
        return await answer(RemoveContactPayload, "case", call)
