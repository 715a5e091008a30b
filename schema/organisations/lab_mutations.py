"""Mutations on innovation labs."""

import strawberry
from strawberry.types import Info

from schema.compiler import ids
from schema.compiler.declare import reference
from schema.compiler.run import Context
from schema.inputs import EXPECTED, KEY, AudienceInput
from schema.organisations.types import Lab
from schema.payload import Payload, answer, read
from schema.shared import DateClaimInput, DurationInput, LocalisedTextInput
from services.audiences import Audience
from services.organisations import labs


@strawberry.input(description="Something that a lab offers.")
class LabFormatInput:
    """See services.organisations.labs.Format."""

    name: list[LocalisedTextInput] = strawberry.field(description="Its name, at most 200 characters in each language.")
    duration: DurationInput | None = strawberry.field(
        default=None, description="How long it takes; left out if not reported."
    )


@strawberry.input
class LabProfileInput:
    """See services.organisations.labs.LabProfile."""

    names: list[LocalisedTextInput] = strawberry.field(description="Its name, at most 200 characters in each language.")
    founded: list[DateClaimInput] = strawberry.field(
        default_factory=list, description="When it was founded; empty if not reported."
    )
    space: list[LocalisedTextInput] | None = strawberry.field(
        default=None, description="Its physical space, if it has one."
    )
    participants: list[list[LocalisedTextInput]] = strawberry.field(
        default_factory=list, description="Who meets there, at most 100 groups."
    )
    formats: list[LabFormatInput] = strawberry.field(
        default_factory=list, description="What it offers, in order, at most 100 formats."
    )
    case: str | None = strawberry.field(default=None, description="The slug of the case that tells of it.")


@strawberry.input(description="A lab to be added to an organisation.")
class CreateLabInput(LabProfileInput):
    """Input of createLab."""

    slug: str = strawberry.field(description="Its permanent name in addresses: lower-case words and hyphens.")
    organisation: str = strawberry.field(description="The slug of the organisation whose lab it is.")
    audience: AudienceInput | None = strawberry.field(
        default=None, description="Who may read it; without it everyone, as with the organisation's profile."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The answer of createLab.")
class CreateLabPayload(Payload):
    """Payload of createLab."""

    lab: Lab | None = reference("The lab.")


@strawberry.input(description="What a lab says of itself; it replaces what was there.")
class EditLabInput(LabProfileInput):
    """Input of editLab."""

    id: strawberry.ID = strawberry.field(description="The lab's global id.")
    audience: AudienceInput | None = strawberry.field(
        default=None, description="Who may read it; without it those who may now."
    )
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)


@strawberry.type(description="The answer of editLab.")
class EditLabPayload(Payload):
    """Payload of editLab."""

    lab: Lab | None = reference("The lab.")


@strawberry.type
class LabMutations:
    """The part of Mutation that is about labs."""

    @strawberry.mutation(description="Add a lab to an organisation. Needs the role EDITOR in it.")
    async def create_lab(self, info: Info[Context, None], input: CreateLabInput) -> CreateLabPayload:
        """See services.organisations.labs.create_lab."""
        call = labs.create_lab(info.context.viewer, read(labs.NewLab, input), idempotency_key=input.idempotency_key)
        return await answer(CreateLabPayload, "lab", call)

    @strawberry.mutation(description="Replace what a lab says of itself. Needs the role EDITOR in its organisation.")
    async def edit_lab(self, info: Info[Context, None], input: EditLabInput) -> EditLabPayload:
        """See services.organisations.labs.edit_lab."""
        call = labs.edit_lab(
            info.context.viewer,
            ids.read(input.id, "Lab"),
            read(labs.LabProfile, input),
            audience=read(Audience, input.audience) if input.audience else None,
            expected_version=input.expected_version,
        )
        return await answer(EditLabPayload, "lab", call)
