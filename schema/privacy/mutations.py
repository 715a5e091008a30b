"""Mutations on what Serra holds about oneself."""

import strawberry
from strawberry.types import Info

from schema.compiler.declare import reference
from schema.compiler.run import Context
from schema.inputs import KEY
from schema.organisations.types import Person
from schema.payload import Payload, answer
from schema.privacy.types import DataExport, ErasureReceipt, receipt_of
from schema.shared import user_errors
from services.errors import DomainError
from services.privacy import correction, data_exports, erasure
from services.viewer import ANYONE


@strawberry.input(description="An export of your own data; there is nothing to choose.")
class ExportMyDataInput:
    """Input of exportMyData."""

    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The answer of exportMyData.")
class ExportMyDataPayload(Payload):
    """Payload of exportMyData."""

    data_export: DataExport | None = reference("The export, in the making; `viewer { dataExport }` has it later.")
    is_earlier: bool | None = strawberry.field(
        default=None,
        description="Whether you had asked for it before, within the last hour or with the same key, so that nothing is"
        " made anew; its `askedAt` tells when. Null where it was refused.",
    )


@strawberry.input(description="What is to be put right about yourself.")
class EditMeInput:
    """Input of editMe."""

    name: str = strawberry.field(description="Your name, at most 200 characters, as others see it.")


@strawberry.type(description="The answer of editMe.")
class EditMePayload(Payload):
    """Payload of editMe."""

    person: Person | None = reference("You.")


@strawberry.input(description="The confirmation that you want to be erased.")
class EraseMeInput:
    """Input of eraseMe."""

    confirm: str = strawberry.field(
        description="Your name, exactly as `viewer { person { name } }` gives it, so that nobody is erased by a slip."
    )


@strawberry.type(description="The answer of eraseMe.")
class EraseMePayload(Payload):
    """Payload of eraseMe."""

    receipt: ErasureReceipt | None = strawberry.field(default=None, description="What was erased.")


@strawberry.type
class PrivacyMutations:
    """The part of Mutation that is about one's own data."""

    @strawberry.mutation(
        description="Have everything that Serra holds about you put into a file, in place of an earlier one, at most"
        " once an hour. `viewer { dataExport { downloadUrl } }` has the link once it is made."
    )
    async def export_my_data(self, info: Info[Context, None], input: ExportMyDataInput) -> ExportMyDataPayload:
        """See services.privacy.data_exports.export_my_data."""
        try:
            asked = await data_exports.export_my_data(info.context.viewer, idempotency_key=input.idempotency_key)
        except DomainError as error:
            return ExportMyDataPayload(user_errors=user_errors(error))
        return ExportMyDataPayload(references={"dataExport": asked.id}, is_earlier=asked.is_earlier)

    @strawberry.mutation(
        description="Change your name, everywhere it is shown. Not by a sign-in for one organisation, if you belong to"
        " others as well; use a personal token then."
    )
    async def edit_me(self, info: Info[Context, None], input: EditMeInput) -> EditMePayload:
        """See services.privacy.correction.edit_me."""
        return await answer(EditMePayload, "person", correction.edit_me(info.context.viewer, input.name))

    @strawberry.mutation(
        description="Erase yourself, at once and for good: your name, address, roles, tokens and notifications go. What"
        " you wrote for an organisation stays as that organisation's, without you. Where you can sign in at a provider,"
        " needs a sign-in within the last 15 minutes, and otherwise a personal token with all scopes. An organisation's"
        " last administrator makes somebody else one first. Contacts of cases that bear your name are not tied to you:"
        " their owners remove them (`removeContact`)."
    )
    async def erase_me(self, info: Info[Context, None], input: EraseMeInput) -> EraseMePayload:
        """See services.privacy.erasure.erase_me."""
        try:
            receipt = await erasure.erase_me(info.context.viewer, input.confirm)
        except DomainError as error:
            return EraseMePayload(user_errors=user_errors(error))
        info.context.viewer = ANYONE
        return EraseMePayload(receipt=receipt_of(receipt))
